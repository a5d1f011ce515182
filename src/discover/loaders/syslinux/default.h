/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/loaders/syslinux/adv.h"
#include "discover/loaders/syslinux/config.h"

/* What Syslinux starts if nobody is at the console. */

struct syslinux_choice {
    size_t entry;
    const char *words; /* from the configuration, added to the entry's command; or "" */
    const char *by;    /* the keyword that chose it */
    const char *menu;  /* the program that shows the menu, or NULL */
};

/* Returns NULL and the choice, or why it is not known, which the caller frees. */
char *syslinux_choose(const struct syslinux_config *config, const struct syslinux_adv *adv,
                      struct syslinux_choice *ret_choice);
