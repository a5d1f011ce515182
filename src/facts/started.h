/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "base/json.h"

/* What the last firmware boot left behind. A fast reboot overwrites this in the kernel, so it is
 * carried from one fast reboot to the next. */
struct firmware_boot {
    bool known;
    long loader_type;  /* type_of_loader and version, as in /proc/sys/kernel/bootloader_type; -1 if
                          the kernel does not say */
    char *boot_image;  /* BOOT_IMAGE= on its command line, or NULL */
    bool from_network; /* none of the kernel's files was found on this machine's file systems */
    char *boot_order;  /* EFI's BootOrder at that time, "0001,0000", or NULL */
    bool remembered;   /* it was written down at that boot, not only read now */
};

/* To and from JSON. firmware_boot_from_json() returns 0, or -EBADMSG if a member is missing or
 * wrong; release the result with firmware_boot_clear() in either case. firmware_boot_to_json()
 * returns a new object. */
int firmware_boot_from_json(const struct json_object *object, struct firmware_boot *ret_boot);
struct json_object *firmware_boot_to_json(const struct firmware_boot *boot);
void firmware_boot_clear(struct firmware_boot *boot);

enum starter {
    STARTER_UNKNOWN, /* ->proof says why, unless there is no evidence at all */
    STARTER_GRUB,
    STARTER_SYSTEMD_BOOT,
    STARTER_OTHER, /* neither GRUB nor systemd-boot */
};

/* Which boot loader started this machine through the firmware, and the evidence. */
struct started {
    enum starter by;
    char *name;  /* "GRUB 2.12", "iPXE"; or NULL */
    char *proof; /* the evidence in words, or NULL */
    /* What the firmware started, by its entry BootCurrent; or NULL */
    char *option;              /* "Boot0001 \"debian\"" */
    bool ordered;              /* it is active and in BootOrder, so not only for one boot */
    char *partition;           /* PARTUUID, in lower case */
    char *file;                /* on that partition, "/EFI/debian/shimx64.efi" */
    char *vendor;              /* the directory of the file, when it is below /EFI: "/EFI/debian" */
    char *arguments;           /* as ASCII; "" for none */
    bool disk;                 /* the entry names a disk, of which it starts the default file */
    struct firmware_boot boot; /* the last firmware boot, if it was read */
    int error;                 /* the errno that prevented knowing, or 0 */
    bool stand_in;             /* nothing rules out choosing the next kernel by file names */
};

void started_clear(struct started *started);
