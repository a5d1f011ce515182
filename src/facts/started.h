/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "base/json.h"

/* What the last boot through the firmware left behind. A fast reboot overwrites it in the kernel,
 * so it is carried from one fast reboot to the next. */
struct firmware_boot {
    bool known;
    long loader_type; /* type_of_loader and version, as in /proc/sys/kernel/bootloader_type; -1 when
                       * the kernel does not say */
    char *boot_image; /* BOOT_IMAGE= on its command line, or NULL */
    bool from_network; /* nothing of the kernel was found on this machine's file systems */
    char *boot_order;  /* EFI's BootOrder at that time, "0001,0000", or NULL */
    bool remembered;   /* it was written down at the boot, and not read only now */
};

/* Both directions; from JSON gives 0, or -EBADMSG when a member is missing or wrong; release with
 * the clear function in any case. To JSON gives a new object. */
int firmware_boot_from_json(const struct json_object *object, struct firmware_boot *ret_boot);
struct json_object *firmware_boot_to_json(const struct firmware_boot *boot);
void firmware_boot_clear(struct firmware_boot *boot);

enum starter {
    STARTER_UNKNOWN, /* ->proof says why, unless nothing says anything */
    STARTER_GRUB,
    STARTER_SYSTEMD_BOOT,
    STARTER_OTHER, /* not GRUB or systemd-boot */
};

/* What started this machine through the firmware, and how that is known. */
struct started {
    enum starter by;
    char *name;   /* "GRUB 2.12", "iPXE"; or NULL */
    char *proof;  /* in words, or NULL */
    char *vendor; /* the EFI directory from which the firmware started it, "/EFI/debian"; or NULL */
    int error;    /* the errno that kept us from knowing, or 0 */
    bool stand_in; /* nothing contradicts that names of kernels tell which one is next */
};

void started_clear(struct started *started);
