/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Syslinux' auxiliary data vector: what extlinux(1) and the menu write for the next boots. */
struct syslinux_adv {
    char *once; /* the command for one boot, or NULL */
    char *save; /* the entry that the menu remembers, or NULL */
};

/* Reads it from the end of ldlinux.sys at `path`. NULL, or for free() why it cannot be known.
 * Release with syslinux_adv_clear() in any case. */
char *syslinux_adv_read(int root, const char *path, struct syslinux_adv *ret_adv);
void syslinux_adv_clear(struct syslinux_adv *adv);
