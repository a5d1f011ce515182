/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* Memory for keys and passphrases: not swapped out where the system allows that, in no core dump,
 * and overwritten before it is released. */
struct secret {
    unsigned char *data; /* NULL if there is none */
    size_t size;         /* in bytes, as used */
    size_t room;         /* as allocated */
};

/* Until the program ends, it leaves no core dump and no other program can trace it. For every
 * program that holds a secret, before it does. */
void secret_protect_process(void);

/* Makes room for `room` bytes, of which none are used. Ends the program without memory. */
void secret_allocate(struct secret *secret, size_t room);

/* Appends bytes, zeros for NULL; there must be room. */
void secret_append(struct secret *secret, const void *data, size_t size);

/* Overwrites and releases it. */
void secret_clear(struct secret *secret);
