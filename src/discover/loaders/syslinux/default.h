/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/loaders/syslinux/adv.h"
#include "discover/loaders/syslinux/config.h"

/* What Syslinux starts when nobody is at the console. */

struct syslinux_choice {
    size_t entry;
    const char *words; /* of the configuration, for the end of the entry's command; or "" */
    const char *by;    /* the keyword that chose it */
    const char *menu;  /* the program that shows the menu, or NULL */
};

/* NULL and the choice; or for free() why it is not known. */
char *syslinux_choose(const struct syslinux_config *config, const struct syslinux_adv *adv,
                      struct syslinux_choice *ret_choice);
