/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "act/unlock/secret.h"

/* The keys below /var/lib/fastreboot/keys, one file for the UUID of each volume's header, which
 * only root can read. All functions return 0 or a negative errno. */

/* Makes a new key of random bytes and writes it, on disk too. -EEXIST if there is one. Release with
 * secret_clear(). */
int keys_make(int root, const char *uuid, struct secret *ret_key);

/* -ENOENT without one; -EBADMSG if it is not a whole key; -EACCES if others than its owner may read
 * it. Release with secret_clear(). A recording does not get what is read. */
int keys_read(int root, const char *uuid, struct secret *ret_key);

/* Overwrites and removes it; the directory too after the last one. 0 also without one. */
int keys_remove(int root, const char *uuid);

/* Overwrites and removes the key where a boot has left it for systemd-cryptsetup, in /run. 0 also
 * without one. */
int keys_withdraw(int root, const struct secret *key);

/* The UUIDs of all keys, for names_free(). Returns their number. */
int keys_list(int root, char ***ret_uuids);
