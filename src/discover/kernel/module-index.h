/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* The indexes that depmod writes (modules.dep.bin and the like): tries of keys with values. libkmod
 * trusts them, and a damaged one makes it write without end, loop or crash, so they are read here:
 * no byte is looked at twice, whatever the file says. */

/* What to do with a value of a key; anything but 0 ends the walk and is its result. */
typedef int (*module_index_visit)(const char *key, const char *value, void *data);

/* Visits the values of every key of the index of `size` bytes, or with `name` of those alone that
 * match it: a key may be a pattern with *, ? and [...]. `index` has a NUL behind it. 0, the visit's
 * result, or -EBADMSG when the index is damaged. */
int module_index_walk(const char *index, size_t size, const char *name, module_index_visit visit,
                      void *data);

/* As depmod writes names: underscores for dashes, but within brackets. In place. */
void module_name_normalise(char *name);
