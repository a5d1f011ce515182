/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/loaders/syslinux/config.h"

/* The LABEL that is being read; ->label is NULL outside of one. */
struct syslinux_label {
    char *label, *kernel, *append, *initrd, *title;
    const char *type;
    bool is_default, hidden, disabled;
    unsigned long sysappend; /* 0: the boot loader adds no parameters */
    char *source;
};

/* Makes an entry of it and clears it; does nothing outside of a LABEL. `append` is the APPEND of
 * labels without their own, or NULL. Returns false if there are too many entries. */
bool syslinux_label_finish(struct syslinux_label *label, const char *append,
                           struct syslinux_config *config);
void syslinux_label_clear(struct syslinux_label *label);
