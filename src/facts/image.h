/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What a kernel image says about itself. */

enum image_arch {
    IMAGE_X86_64,
    IMAGE_ARM64,
};

struct image {
    enum image_arch arch;
    char *release;      /* as uname -r will report it: "6.1.0-33-amd64" */
    uint64_t memory;    /* bytes that it takes when it is loaded */
    size_t cmdline_max; /* the longest command line that it accepts, in bytes without the NUL */
};

void image_clear(struct image *image);

/* "x86_64", "arm64" */
const char *image_arch_name(enum image_arch arch);
