/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/settings.h"

/* Where settings are looked for, as systemd does: below /etc, /run, /usr/local/lib, /usr/lib, and
 * the directory lib of the build's prefix. Among files of the same name, the one in the earlier
 * directory counts, and the others are not read; it may be a link to /dev/null. */

/* A file that counts. */
struct settings_file {
    char *name;  /* "10-boards.conf" */
    char *path;  /* relative to the root */
    bool vendor; /* it is in a directory that packages install into */
};

struct settings_files {
    struct settings_file *all;
    size_t n;
};

/* Finds the *.conf files in the directories `name` ("fastreboot.conf.d"), in byte order of their
 * names. Returns 0, or a negative errno with a message in *ret_error, which the caller frees.
 * Release with settings_files_clear() in any case. */
int settings_find(int root, const char *name, struct settings_files *ret, char **ret_error);
void settings_files_clear(struct settings_files *files);

/* settings_read() for the first of the files `name` ("fastreboot.conf"). */
int settings_read_first(int root, const char *name, settings_take take, void *data,
                        char **ret_error);

/* settings_read() for every file that settings_find() finds. */
int settings_read_all(int root, const char *name, settings_take take, void *data, char **ret_error);
