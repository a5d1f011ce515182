/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

/* Kernels for arm64 that boot loaders or the kernel's own EFI program unpack: an Image compressed
 * by gzip, and zboot, an EFI program with the compressed Image in it. kexec_file_load takes the
 * Image alone. */

/* Unpacks the kernel that is `size` bytes of the file, from `start` on. 1 and its Image in a sealed
 * memfd, which the caller closes; 0 if it is not compressed (*ret_image is -1); -ENOEXEC and what
 * is wrong with it in *ret_problem, which the caller frees; or another negative errno. Takes half a
 * second for a distribution's kernel. */
int compressed_unpack(int fd, uint64_t start, uint64_t size, int *ret_image, char **ret_problem);
