/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What tells one machine from all others: UUIDs, addresses of interfaces and hosts, serial numbers,
 * WWNs, the host's name. Each is replaced by digits: the same everywhere, of the same length, and
 * with the same first character and order, so that what matched, fitted or was sorted still does.
 */
struct identities;

/* For identities_free(). */
struct identities *identities_new(void);
void identities_free(struct identities *identities);
void identities_freep(struct identities **identities);

/* Collects what can be told by its shape. With `keep` it stays as it is, wherever it stands. */
void identities_find(struct identities *identities, const char *data, size_t size, bool keep);

/* Collects the words of `text` that can be serial numbers. */
void identities_find_serials(struct identities *identities, const char *text);

/* Collects this text. */
void identities_add(struct identities *identities, const char *text);

/* All are collected; from now on identities_replace() can be called. */
void identities_number(struct identities *identities);

/* Gives how many were replaced. */
size_t identities_replace(const struct identities *identities, char *data, size_t size);
