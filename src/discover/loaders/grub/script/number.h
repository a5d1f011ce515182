/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Reads a number like GRUB's strtoul with base 0: blanks, then 0x and hexadecimal, 0 and octal, or
 * decimal digits. *ret_end (may be NULL) is what follows the digits. Returns false without a digit
 * or beyond 64 bits. */
bool grub_strtoul(const char *text, uint64_t *ret_number, const char **ret_end);

/* The same for `test`: a signed number, which is 0 without a digit, and whatever follows it.
 * Returns false if builds of GRUB differ. */
bool grub_test_number(const char *text, int *ret_number);

/* Whether a GRUB from before 2.04 (RHEL 8 has one) reads more digits than others: 8 and 9 in an
 * octal number, and what is between Z and a. */
bool grub_digits_differ(const char *text);

/* A whole word that is a decimal number, perhaps negative, and no other kind of number. */
bool grub_number(const char *value, long *ret_number);

/* What a value of $timeout (NULL: not set) does when nobody is at the keyboard. */
enum grub_timeout {
    TIMEOUT_ENDS,    /* GRUB starts the default, now or later */
    TIMEOUT_NEVER,   /* GRUB waits in its menu */
    TIMEOUT_UNKNOWN, /* depends on how many bits GRUB's numbers have */
};

enum grub_timeout grub_timeout(const char *value);
