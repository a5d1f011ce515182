/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "discover/loaders/syslinux/place.h"

/* Syslinux' configuration, as its parsers (ldlinux.c32 and menu.c32) read it. */

struct syslinux_entry {
    char *label; /* NULL if it cannot be chosen: a separator, or a disabled entry */
    char *title;
    char *command;    /* name of the kernel, its parameters, and " initrd=" with files */
    const char *type; /* the keyword that named the kernel, "kernel", "linux", "localboot" */
    bool hidden;      /* not in the menu */
    bool adds_words;  /* the boot loader adds parameters that only it knows (SYSAPPEND) */
    char *source;     /* "/boot/extlinux/extlinux.conf:7" */
};

struct syslinux_config {
    struct syslinux_entry *entries;
    size_t n;
    char *by_default; /* DEFAULT */
    char *on_timeout; /* ONTIMEOUT */
    char *ui;
    unsigned long timeout, total_timeout; /* 0: none */
    bool prompt;                          /* asks for an entry until the timeout */
    bool no_escape;
    bool quiet_menu;     /* MENU SHIFTKEY: the menu starts its default at once */
    bool remembers;      /* MENU SAVE: the menu starts what was last chosen */
    size_t menu_default; /* SIZE_MAX: the first */
    char *problem;       /* why it cannot be known how Syslinux reads it, or NULL */
};

/* Reads the file at `path` and those that it includes. If something cannot be read, sets the
 * configuration's problem. Release with syslinux_config_clear(). */
void syslinux_config_read(const struct syslinux_place *place, const char *path,
                          struct syslinux_config *ret_config);
void syslinux_config_clear(struct syslinux_config *config);

/* The entry whose label is the first word of `command`, or SIZE_MAX. */
size_t syslinux_find(const struct syslinux_config *config, const char *command);
