/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "facts/answer.h"

enum {
    UNLOCK_KEY_SIZE = 64, /* bytes of a key that fastreboot makes */
};

/* The type of fastreboot's tokens in LUKS2 headers. */
#define UNLOCK_TOKEN "fastreboot"

/* How the next kernel's initrd opens encrypted volumes. */
enum initrd_way {
    INITRD_UNKNOWN,
    INITRD_CRYPTROOT, /* Debian's cryptsetup-initramfs: a list of its own, which may name scripts */
    INITRD_SYSTEMD,   /* systemd-cryptsetup, which looks for /etc/cryptsetup-keys.d/NAME.key */
};

/* An encrypted volume with a LUKS header that the boot waits for. */
struct unlock_volume {
    char *name;        /* as the device mapper has it open: "cryptroot" */
    char *uuid;        /* of its header */
    char *device;      /* "/dev/sda3", or NULL */
    char *needed;      /* what for: "the root file system", "/srv", "/etc/crypttab" */
    bool root;         /* that is the root file system, or /usr */
    struct answer tpm; /* whether it needs a TPM that would no longer release the key */
    bool special;      /* systemd has options for it by which no other key would open it */
    char *slot;        /* the option that names the only keyslot to use, in words, or NULL */
    char *flags;       /* systemd's options for the open volume, as ",discard"; or NULL */
    bool luks1;        /* its header has no tokens */
    bool own_slot;     /* fastreboot's token names a keyslot, or there are no tokens */
    bool has_key;      /* fastreboot keeps a key for it */
    char *other;       /* the key file or script that opens it, in words, or NULL */
    char *problem;     /* why its key cannot be handed to the next boot, in words, or NULL */
};

/* Whether a fast reboot unlocks it. */
bool unlock_is_enrolled(const struct unlock_volume *volume);

/* Releases the array and what is in it. */
void unlock_volumes_free(struct unlock_volume *volumes, size_t n);
