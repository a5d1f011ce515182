/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#ifdef HAVE_CRYPTSETUP

#include <libcryptsetup.h>

/* libcryptsetup, opened when it is first used: only machines with encrypted volumes have it, and
 * only the verbs and loads that concern their keys need it. */
#define CRYPTSETUP_FUNCTIONS(X)                                                                    \
    X(crypt_activate_by_passphrase)                                                                \
    X(crypt_free)                                                                                  \
    X(crypt_get_type)                                                                              \
    X(crypt_get_uuid)                                                                              \
    X(crypt_init)                                                                                  \
    X(crypt_keyslot_add_by_passphrase)                                                             \
    X(crypt_keyslot_destroy)                                                                       \
    X(crypt_keyslot_get_pbkdf)                                                                     \
    X(crypt_keyslot_set_priority)                                                                  \
    X(crypt_keyslot_status)                                                                        \
    X(crypt_load)                                                                                  \
    X(crypt_metadata_locking)                                                                      \
    X(crypt_set_log_callback)                                                                      \
    X(crypt_set_pbkdf_type)                                                                        \
    X(crypt_token_json_get)                                                                        \
    X(crypt_token_json_set)                                                                        \
    X(crypt_token_status)

struct cryptsetup {
#define MEMBER(name) __typeof__(name) *name;
    CRYPTSETUP_FUNCTIONS(MEMBER)
#undef MEMBER
};

/* NULL if it cannot be had, with the reason in *ret_problem (never freed). */
const struct cryptsetup *cryptsetup_open(const char **ret_problem);

#endif
