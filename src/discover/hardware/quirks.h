/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

#define QUIRKS_VENDOR_DIR "usr/lib/fastreboot/quirks.d"
#define QUIRKS_LOCAL_DIR "etc/fastreboot/quirks.d"

/* Holds this machine against the list of what does not survive a kexec. 0 or -ENOMEM; what is wrong
 * with a file of the list is in ret->invalid. Release with quirk_facts_clear() in any case. */
int quirk_facts_read(int root, struct quirk_facts *ret);
void quirk_facts_clear(struct quirk_facts *facts);
