/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The header of a file in a cpio archive of the kind that initrds are ("newc"). */
enum {
    CPIO_HEADER = 110,
    CPIO_NUMBER = 8, /* hexadecimal digits of each number */
    CPIO_SIZE = 54,  /* where the numbers are */
    CPIO_NAME_SIZE = 94,
};

/* The number at an offset of the header. False if it is not one. */
static inline bool cpio_number(const char *header, size_t offset, uint32_t *ret_number)
{
    char digits[CPIO_NUMBER + 1] = "";

    memcpy(digits, header + offset, CPIO_NUMBER);
    *ret_number = (uint32_t)strtoul(digits, NULL, 16);
    return strspn(digits, "0123456789abcdefABCDEF") == CPIO_NUMBER;
}
