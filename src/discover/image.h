/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* What a kernel image says about itself. */

enum image_arch {
    IMAGE_X86_64,
    IMAGE_ARM64,
};

struct image {
    enum image_arch arch;
    char *release;      /* "6.1.0-33-amd64", as uname -r will say */
    size_t cmdline_max; /* the longest command line it takes, in bytes without the NUL */
};

/* Reads the header of the open kernel `fd` and checks all that kexec_file_load would refuse, and
 * that the file is as long as the header says.
 * Returns 0 and the image, or -ENOEXEC and, in *ret_problem, in words what the file is or lacks;
 * or another negative errno where it could not be read. The caller frees *ret_problem, and the
 * image by image_clear(). */
int image_read(int fd, struct image *ret_image, char **ret_problem);

void image_clear(struct image *image);

/* "x86_64", "arm64" */
const char *image_arch_name(enum image_arch arch);
