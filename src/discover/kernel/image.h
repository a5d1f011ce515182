/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "facts/image.h"

/* Reads the header of the open kernel `fd`, and checks what kexec_file_load requires and that the
 * file is as long as its header says. 0 and the image, to be released with image_clear(); -ENOEXEC
 * and what is wrong with it in *ret_problem, which the caller frees; or another negative errno if
 * it could not be read. */
int image_read(int fd, struct image *ret_image, char **ret_problem);

/* The same for a kernel that is `size` bytes of the file, from `start` on. */
int image_read_part(int fd, uint64_t start, uint64_t size, struct image *ret_image,
                    char **ret_problem);

/* The same, also for a kernel that has to be unpacked before kexec_file_load takes it (see
 * compressed.h): *ret_unpacked is then its Image, in a memfd that the caller closes, or -1. */
int image_read_packed(int fd, uint64_t start, uint64_t size, struct image *ret_image,
                      int *ret_unpacked, char **ret_problem);

/* Whether such a problem is that the file is empty or cut off: then no boot loader starts it
 * either. */
bool image_is_damaged(const char *problem);
