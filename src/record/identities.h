/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What identifies a machine: UUIDs, addresses of interfaces and hosts, serial numbers, WWNs, the
 * host name. Each is replaced by digits: the same everywhere, with the same length, first character
 * and order, so that comparisons, checks and sorting give the same results. */
struct identities;

/* Release it with identities_free(). */
struct identities *identities_new(void);
void identities_free(struct identities *identities);
void identities_freep(struct identities **identities);

/* Collects identities that are recognised by their shape. With `keep`, they are never replaced. */
void identities_find(struct identities *identities, const char *data, size_t size, bool keep);

/* Collects the words of `text` that may be serial numbers. */
void identities_find_serials(struct identities *identities, const char *text);

/* Collects `text` itself. */
void identities_add(struct identities *identities, const char *text);

/* Ends collecting; from now on identities_replace() may be called. */
void identities_number(struct identities *identities);

/* Returns how many were replaced. */
size_t identities_replace(const struct identities *identities, char *data, size_t size);
