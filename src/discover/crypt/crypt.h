/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* `cmdline` is the next kernel's command line, or NULL for the running kernel's; `payload` what is
 * loaded, or NULL if there is nothing. Release with crypt_facts_clear(). */
void crypt_facts_read(int root, const char *cmdline, const struct boot_payload *payload,
                      struct crypt_facts *ret);
void crypt_facts_clear(struct crypt_facts *facts);

/* Looks how the payload's initrd opens the volumes, and notes the problem of those that it would
 * not open by fastreboot's key. crypt_facts_read() does it only if there is a key. */
void crypt_facts_look_at_initrd(const struct boot_payload *payload, struct crypt_facts *facts);

/* Whether all that is below the file system at `path`, which must be absolute and without links, is
 * on encrypted volumes: 1, 0 or a negative errno. */
int crypt_holds(int root, const char *path);
