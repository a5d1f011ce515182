/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* Compares kernel releases as dpkg and rpm compare versions: runs of digits by value, '~' before
 * everything and even before the end, letters before other signs. Below, equal or above 0, as
 * strcmp() does. */
int version_compare(const char *a, const char *b);

/* The same by the UAPI version format specification, as systemd-boot orders its entries: like
 * dpkg's, but for other signs between the numbers, of which '~' < '-' < '^' < '.' count and no
 * others. */
int version_compare_uapi(const char *a, const char *b);

/* rpm's comparison, as Fedora's GRUB has it: without '^', where all signs but '~' only separate. */
int version_compare_rpm(const char *a, const char *b);

/* The same for NAME-VERSION-RELEASE, piece by piece. Names that differ may still be equal. With
 * `plus`, as in newer ones, a '+' is older than any other sign but '~', and newer than the end. */
int version_compare_package(const char *a, const char *b, bool plus);

/* gnulib's filevercmp(), as GRUB 2.14 has it, for names that do not start with a dot: as
 * version_compare(), first without the endings. */
int version_compare_file(const char *a, const char *b);
