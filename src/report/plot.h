/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

#include "facts/boot-record.h"

enum {
    MAX_PLOTTED = 2,
};

/* Draws `n` reboots, from 1 to MAX_PLOTTED, one below the other on the same scale of time: an SVG
 * that needs no other file, for free(). All of them have times. */
char *plot_text(const struct boot_record *const records[], size_t n);
