/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/image.h"

/* Reads the header of the open kernel `fd` and checks all that kexec_file_load would refuse, and
 * that the file is as long as the header says.
 * Returns 0 and the image, or -ENOEXEC and, in *ret_problem, in words what the file is or lacks;
 * or another negative errno where it could not be read. The caller frees *ret_problem, and the
 * image by image_clear(). */
int image_read(int fd, struct image *ret_image, char **ret_problem);
