/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

#include "base/json.h"

/* A way to unlock a volume, and what a kexec does to it. A TPM releases a key that is bound to PCRs
 * (its measurements of firmware, boot loader and boot so far) only while they have the expected
 * values. A kexec does not reset them, and the next boot extends what this one has measured:
 * systemd extends PCR 11 at each step of a boot with a unified kernel image, and PCR 15 with
 * machine and file systems; IMA extends PCR 10.
 *
 * A key that is bound to no PCR is still released after a kexec. So is one that is bound to those
 * that only firmware and boot loader extend (0 to 7), as long as it expects their present values;
 * but it may expect those of the next firmware boot, after an update of the boot loader or the
 * Secure Boot lists. There is no way to tell, so that is not relied on. */
struct unlock_key {
    enum {
        KEY_ATTENDED, /* somebody has to be there, with or without kexec */
        KEY_SURE,     /* works unattended, also after a kexec */
        KEY_TPM,      /* bound to PCRs of a TPM, or that cannot be ruled out */
        KEY_OWN,      /* fastreboot's: see struct unlock_volume */
    } kind;
    char *text; /* KEY_TPM only, freed by the caller: "token 1 (systemd-tpm2, bound to PCR 7)" */
};

/* What token number `id` of a LUKS2 header requires. */
struct unlock_key luks_key_of_token(const char *id, const struct json_object *token);

/* What a clevis JWE requires; `jwe` is its compact form, or just the first part of that. `id` names
 * it in the text. */
struct unlock_key luks_key_of_clevis(const char *id, const char *jwe, size_t length);

/* The keys of a volume that work unattended. */
struct luks_keys {
    char *tpm;  /* the first that is bound to a TPM, in words, or NULL */
    bool sure;  /* there is one that works unattended, also after a kexec */
    bool own;   /* fastreboot's token names a keyslot */
    bool luks1; /* there are no tokens */
    char *uuid; /* of the volume */
};

/* Notes a key and takes over its text. */
void luks_keys_add(struct luks_keys *keys, struct unlock_key key);
void luks_keys_clear(struct luks_keys *keys);
