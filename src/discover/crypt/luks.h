/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/crypt/luks-key.h"

/* What the header on an open device, or in a file, has of keys that need nobody to be there. */
struct luks_keys {
    char *tpm;  /* the first that is bound to a TPM, in words, or NULL */
    bool sure;  /* there is one that works without anybody, and after a kexec as before */
    char *uuid; /* of the volume */
};

/* Reads the header of LUKS2, or of LUKS1 with what clevis keeps behind it. 0; -EBADMSG with
 * *ret_problem where it is none, or damaged; or another negative errno. Release with
 * luks_keys_clear() in any case, and free the problem. */
int luks_keys_read(int fd, struct luks_keys *ret_keys, char **ret_problem);
void luks_keys_clear(struct luks_keys *keys);

/* Takes note of one key, whose text it takes over. */
void luks_keys_add(struct luks_keys *keys, struct unlock_key *key);

/* Exactly `size` bytes at `offset`: 0; -ENODATA where the file is shorter; or a negative errno. */
int luks_read_at(int fd, void *data, size_t size, uint64_t offset);

/* The part that is for LUKS1, as luks_keys_read(). */
int luks1_keys_read(int fd, struct luks_keys *keys, char **ret_problem);
