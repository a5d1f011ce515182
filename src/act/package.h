/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Package managers, asked by their programs. */

/* The package that a file belongs to. */
struct package {
    char *name;          /* NULL if it belongs to none */
    const char *manager; /* "dpkg" */
    const char *remove;  /* the command that removes one, "apt remove" */
    const char *purge;   /* the same with its settings */
};

/* Asks dpkg, rpm and pacman, as far as there are any. 0, or a negative errno if one of them could
 * not be asked. The caller frees ret->name. */
int package_of(const char *path, struct package *ret);
