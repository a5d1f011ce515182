/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/image.h"

#include <stdlib.h>

void image_clear(struct image *image)
{
    free(image->release);
    *image = (struct image){0};
}

const char *image_arch_name(enum image_arch arch)
{
    return arch == IMAGE_X86_64 ? "x86_64" : "arm64";
}
