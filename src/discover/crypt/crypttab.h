/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "discover/hardware/volumes.h"

/* What crypttab and the kernel's command line say of how a volume is unlocked. */
struct unlock_settings {
    char *tpm;     /* why its key may be a TPM's, whatever its header says, in words; or NULL */
    char *header;  /* the file or device with its header, or NULL when it is on the device itself */
    bool key_file; /* it has a key file that no TPM has sealed */
    bool awaited;  /* the boot stops until it is unlocked: a line without noauto and nofail */
};

/* Reads /etc/crypttab and /etc/crypttab.initramfs (mkinitcpio's), and `cmdline`. 0; or a negative
 * errno with *ret_path the file that could not be read. Release with unlock_settings_clear() in any
 * case. */
int unlock_settings_read(int root, const char *cmdline, const struct volume *volume,
                         struct unlock_settings *ret_settings, const char **ret_path);
void unlock_settings_clear(struct unlock_settings *settings);
