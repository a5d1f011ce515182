/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Compares kernel releases as dpkg and rpm compare versions: runs of digits by value, '~' before
 * everything and even before the end, letters before other signs. Below, equal or above 0, as
 * strcmp() does. */
int version_compare(const char *a, const char *b);

/* The same by the UAPI version format specification, as systemd-boot orders its entries: like
 * dpkg's, but for other signs between the numbers, of which '~' < '-' < '^' < '.' count and no
 * others. */
int version_compare_uapi(const char *a, const char *b);
