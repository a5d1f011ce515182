/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* Runs a step of the program in a process that ends where it is told. What the program changes and
 * allocates is found by wrapping the calls of libc that do it: see meson.build for the linker's
 * options. */

/* Before all others. */
void ends_setup(void);

/* Where something is about to change, or has changed: for fakes of what libc does not do. */
void ends_point(void);

/* Runs step(root) and kills it at the point number `at`; false when it never came to that. */
bool ends_at(int at, int (*step)(int root), int root);

/* Runs step(root) to its end, and at each of its allocations one more process that gets no memory
 * and has to end at once, changing nothing more. Gives the number of allocations. */
int ends_without_memory(int (*step)(int root), int root);
