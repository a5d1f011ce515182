/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Advice that several reasons share. */
#define NO_ACTION "no action needed: the next reboot handles this, later ones are fast again"
#define CORRECT "correct that line; see fastreboot.conf(5)"
#define BUILD                                                                                      \
    "build the module for that kernel (`dkms autoinstall -k RELEASE`, or its vendor's package); "  \
    "a firmware reboot would lack it too"
#define RETRY                                                                                      \
    "see `fastreboot history`; when the cause is fixed, `fastreboot retry`, which does not reboot"
#define FIND_SYSCTL(name)                                                                          \
    "if that is not intended, find what sets it: `systemd-analyze cat-config sysctl.d | "          \
    "grep " name "`; it stays until the next boot"
