/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* Runs a step of the program in a process that ends at a given point. Changes and allocations are
 * found by wrapping the libc functions that make them: see meson.build for the linker's options. */

/* Call this before all others. */
void ends_setup(void);

/* A point before or after a change: for fakes that replace libc calls. */
void ends_point(void);

/* Runs step(root) and kills it at point number `at`; false if it did not get that far. */
bool ends_at(int at, int (*step)(int root), int root);

/* Runs step(root) to its end. At each of its allocations, another process gets no memory and must
 * end at once without changing anything more. Returns the number of allocations. */
int ends_without_memory(int (*step)(int root), int root);
