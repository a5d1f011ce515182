/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

#include "base/json.h"

/* A way to unlock a volume, and what a kexec does to it. A TPM gives out what is bound to PCRs (its
 * measurements of firmware, loader and boot so far) only while they have the expected values. A
 * kexec does not reset them, and the next boot adds to what this one has measured: systemd at each
 * step of a boot with a unified kernel image to 11, machine and file systems to 15, IMA to 10.
 *
 * What is bound to none is given out after a kexec as before. What is bound to those that firmware
 * and loader alone add to (0 to 7) would be too, as long as they are what the key is for; but it
 * may be for the values that the next boot by the firmware will have, after an update of the loader
 * or of the Secure Boot lists. Nothing says which, so that is not relied on. */
struct unlock_key {
    enum {
        KEY_ATTENDED, /* somebody has to be there, at a kexec as ever */
        KEY_SURE,     /* works without anybody, and a kexec changes nothing */
        KEY_TPM,      /* bound to PCRs of a TPM, or it cannot be told that it is not */
    } kind;
    char *text; /* of KEY_TPM: "token 1 (systemd-tpm2, bound to PCR 7)"; the caller frees it */
};

/* What token number `id` of a LUKS2 header is for. 0 or -ENOMEM. */
int luks_key_of_token(const char *id, const struct json_object *token, struct unlock_key *ret_key);

/* What a JWE of clevis is for, in its compact form or just the first part of that; `id` names it in
 * the text. 0 or -ENOMEM. */
int luks_key_of_clevis(const char *id, const char *jwe, size_t length, struct unlock_key *ret_key);
