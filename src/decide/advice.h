/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Advice that several reasons share. */
#define NO_ACTION "no action needed: the next reboot handles this, later ones are fast again"
#define CORRECT "correct that line; see fastreboot.conf(5)"
#define BUILD                                                                                      \
    "build the module for that kernel (`dkms autoinstall -k RELEASE`, or its vendor's package), "  \
    "then the initrd (`update-initramfs -u -k RELEASE`, `dracut -f --kver RELEASE`); a "           \
    "firmware reboot would lack it too"
#define RETRY                                                                                      \
    "see `fastreboot history`; when the cause is fixed, `fastreboot retry`, which does not reboot"
#define FIND_SYSCTL(name)                                                                          \
    "if that is not intended, remove it where it is set (`grep -rs " name                          \
    " /etc/sysctl.conf /etc/sysctl.d /run/sysctl.d /usr/lib/sysctl.d`); it stays until the next "  \
    "boot"

/* What to do about a file that users other than root could change. */
#define OWN                                                                                        \
    "make root the owner of the file and its directories, and remove write permission for group "  \
    "and others"

/* What to do on this machine, for free(); NULL if the reason's own advice is good enough. */
char *advise_asked(const struct facts *facts);
char *advise_config(const struct facts *facts);
char *advise_entry(const struct facts *facts);
char *advise_failures(const struct facts *facts);
char *advise_quirk(const struct facts *facts);
char *advise_quirks_file(const struct facts *facts);
char *advise_store(const struct facts *facts);
