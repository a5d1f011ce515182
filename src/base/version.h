/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* Compares kernel releases as dpkg and rpm compare versions: runs of digits by value, '~' before
 * everything, even the end, and letters before other characters. The result is less than, equal to
 * or greater than 0, like that of strcmp(). */
int version_compare(const char *a, const char *b);

/* The same, but following the UAPI version format specification, as systemd-boot sorts its entries:
 * of the characters between numbers only '~' < '-' < '^' < '.' count. */
int version_compare_uapi(const char *a, const char *b);

/* rpm's comparison, as in Fedora's GRUB: without '^'; all characters but '~' only separate. */
int version_compare_rpm(const char *a, const char *b);

/* The same for NAME-VERSION-RELEASE, part by part. Different names may still be equal. With `plus`,
 * as in newer versions, '+' sorts after '~' and the end, but before anything else. */
int version_compare_package(const char *a, const char *b, bool plus);

/* gnulib's filevercmp() as in GRUB 2.14, for names that do not start with a dot: version_compare(),
 * first without the file name's endings. */
int version_compare_file(const char *a, const char *b);
