/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Syslinux' auxiliary data vector: what extlinux(1) and the menu store for later boots. */
struct syslinux_adv {
    char *once; /* the command for one boot, or NULL */
    char *save; /* the entry that the menu remembers, or NULL */
};

/* Reads it from the end of ldlinux.sys at `path`. Returns NULL, or why it cannot be known, which
 * the caller frees. Release with syslinux_adv_clear() in either case. */
char *syslinux_adv_read(int root, const char *path, struct syslinux_adv *ret_adv);
void syslinux_adv_clear(struct syslinux_adv *adv);
