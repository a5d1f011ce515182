/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

#include "base/json.h"

/* A way to unlock a volume, and what a kexec does to it. A TPM gives out what is bound to PCRs (its
 * measurements of firmware, loader and boot so far) only while they have the expected values. A
 * kexec does not reset them, and the next boot adds to what this one has measured: systemd at each
 * step of a boot with a unified kernel image to 11, machine and file systems to 15, IMA to 10.
 *
 * What is bound to no PCR is given out after a kexec as before. So is what is bound to those that
 * only firmware and loader add to (0 to 7), as long as the key is for their present values; but it
 * may be for the values of the next firmware boot, after an update of the loader or of the Secure
 * Boot lists. Nothing tells which, so that is not relied on. */
struct unlock_key {
    enum {
        KEY_ATTENDED, /* somebody has to be there, kexec or not */
        KEY_SURE,     /* works unattended, and a kexec changes nothing */
        KEY_TPM,      /* bound to PCRs of a TPM, or that cannot be excluded */
    } kind;
    char *text; /* of KEY_TPM alone: "token 1 (systemd-tpm2, bound to PCR 7)"; for free() */
};

/* What token number `id` of a LUKS2 header is for. */
struct unlock_key luks_key_of_token(const char *id, const struct json_object *token);

/* What a JWE of clevis is for, in its compact form or just the first part of that; `id` names it in
 * the text. */
struct unlock_key luks_key_of_clevis(const char *id, const char *jwe, size_t length);

/* The keys of a volume that need nobody to be there. */
struct luks_keys {
    char *tpm;  /* the first that is bound to a TPM, in words, or NULL */
    bool sure;  /* there is one that works unattended, and a kexec changes nothing */
    char *uuid; /* of the volume */
};

/* Takes note of a key, whose text it takes over. */
void luks_keys_add(struct luks_keys *keys, struct unlock_key key);
void luks_keys_clear(struct luks_keys *keys);
