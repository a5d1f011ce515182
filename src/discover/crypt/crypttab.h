/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "discover/hardware/volumes.h"

/* What crypttab and the kernel's command line say about unlocking a volume. */
struct unlock_settings {
    char *tpm;     /* in words, why its key may come from a TPM whatever its header says; or NULL */
    char *header;  /* the file or device with its header; NULL if it is on the volume's device */
    bool key_file; /* it has a key file that is not sealed by a TPM */
    char *other;   /* the key file or script that opens it, in words; or NULL */
    char *token;   /* systemd's option by which a TPM or token does, in words; or NULL */
    char *slot;    /* the option that names another keyslot, in words; or NULL */
    char *flags;   /* options for the open volume, as ",discard"; or NULL */
    bool awaited;  /* the boot waits until it is unlocked: a line without noauto and nofail */
    bool remote;   /* it is opened once the network is up: _netdev */
};

/* Reads /etc/crypttab and /etc/crypttab.initramfs (mkinitcpio's), and `cmdline`. 0; or a negative
 * errno, with the file that could not be read in *ret_path. Release with unlock_settings_clear() in
 * either case. */
int unlock_settings_read(int root, const char *cmdline, const struct volume *volume,
                         struct unlock_settings *ret_settings, const char **ret_path);
void unlock_settings_clear(struct unlock_settings *settings);
