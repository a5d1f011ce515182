/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* The indexes that depmod writes (modules.dep.bin and others): tries of keys with values. libkmod
 * trusts them; a damaged one makes it write without end, loop or crash. So they are read here: no
 * byte is read twice, whatever the file says. */

/* Called for a value of a key; anything but 0 ends the walk and is its result. */
typedef int (*module_index_visit)(const char *key, const char *value, void *data);

/* Visits the values of every key in the index of `size` bytes, or with `name`, only of those that
 * match it: a key may be a pattern with *, ? and [...]. `index` must be NUL-terminated. Returns 0,
 * the visit's result, or -EBADMSG if the index is damaged. */
int module_index_walk(const char *index, size_t size, const char *name, module_index_visit visit,
                      void *data);

/* Normalises a name, in place, as depmod does: dashes become underscores, except inside
 * brackets. */
void module_name_normalise(char *name);
