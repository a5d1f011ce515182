/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* openSUSE's GRUB for boot entries on the EFI system partition (grub2-bls). Its configuration is
 * inside of the program. */

#include "discover/loaders/grub/script/state.h"

struct grub_embedded {
    const char *text; /* its configuration, as far as that matters */
    enum grub_flavour flavour;
    char *named; /* the entry in LoaderEntryDefault */
};

/* 0; or -ECANCELED with *ret_problem, which the caller frees, if what it starts cannot be known.
 * `stored` is the content of the grubenv beside it, or NULL. Release with grub_embedded_clear() in
 * either case. */
int grub_embedded_read(int root, const struct grub_env *stored, struct grub_embedded *ret_embedded,
                       char **ret_problem);
void grub_embedded_clear(struct grub_embedded *embedded);
