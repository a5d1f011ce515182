/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* `cmdline` is the next kernel's command line, or NULL for the running kernel's. Release with
 * crypt_facts_clear(). */
void crypt_facts_read(int root, const char *cmdline, struct crypt_facts *ret);
void crypt_facts_clear(struct crypt_facts *facts);
