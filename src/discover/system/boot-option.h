/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The firmware's boot entries: EFI's variables Boot####, BootOrder and BootCurrent. */

struct boot_option {
    uint16_t number;
    bool started;    /* by the firmware when its turn comes: active, and not an application */
    bool network;    /* it boots from the network */
    bool disk;       /* it names a disk and no file: the firmware starts the file for that */
    char *title;     /* ASCII; other characters are '?' */
    char *partition; /* PARTUUID of the partition that has the file, in lower case; or NULL */
    char *arguments; /* that the file gets, as ASCII; "" for none, NULL for what is not a text */
    char *file;      /* with '/' between names: "/EFI/debian/shimx64.efi"; or NULL */
};

/* The variable Boot####: 1; 0 when there is none; or a negative errno, -EBADMSG when it is damaged.
 * Release with boot_option_clear() in any case. */
int boot_option_read(int root, uint16_t number, struct boot_option *ret_option);
void boot_option_clear(struct boot_option *option);

/* The numbers in BootOrder, for free(): 1, and how many; 0 without BootOrder; or a negative errno.
 */
int boot_order_read(int root, uint16_t **ret_numbers, size_t *ret_n);

/* The entry that the firmware started last: 1, 0 when it does not say, or a negative errno. */
int boot_current_read(int root, uint16_t *ret_number);
