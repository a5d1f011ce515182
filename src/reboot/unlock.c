/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/unlock.h"

#include <errno.h>

#include "act/journal.h"
#include "act/unlock/archive.h"
#include "act/unlock/keys.h"
#include "act/unlock/slots.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/crypt/crypt.h"

/* The volumes to unlock, and their keys. */
struct bunch {
    const struct unlock_volume **volumes;
    struct secret *keys;
    size_t n;
};

static void bunch_clear(struct bunch *bunch)
{
    for (size_t i = 0; i < bunch->n; i++)
        secret_clear(&bunch->keys[i]);
    free(bunch->keys);
    free(bunch->volumes);
}

static int read_key(int root, const struct unlock_volume *volume, struct secret *ret_key,
                    char **ret_error)
{
    int r = keys_read(root, volume->uuid, ret_key);

    if (r < 0)
        *ret_error = format("/" STATE_KEYS "/%s.key: %s", volume->uuid,
                            r == -EBADMSG  ? "it is not a key of fastreboot's"
                            : r == -EACCES ? "others than root may read it"
                                           : strerror(-r));
    return r;
}

/* What keeps the key from being tested, as a missing libcryptsetup, may not keep the next kernel
 * from using it: it is handed over untested, unless a boot through the firmware would unlock the
 * volume by its TPM. */
static int take(int root, const struct unlock_volume *volume, struct bunch *bunch, char **ret_error)
{
    AUTOFREE char *untested = NULL;
    struct secret *key = &bunch->keys[bunch->n];
    bool alone = volume->tpm.is != ANSWER_NO;
    int r;

    bunch->volumes[bunch->n++] = volume;
    r = read_key(root, volume, key, ret_error);
    if (r < 0)
        return r;
    r = slot_test(volume->device, key, &untested);
    if (r < 0 && !alone)
        journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL,
                     "fastreboot's key of volume %s is used untested: %s", volume->name, untested);
    if (r > 0 || (r < 0 && !alone))
        return 0;
    *ret_error =
        r < 0 ? format("fastreboot's key of volume %s cannot be tested: %s", volume->name, untested)
              : format("fastreboot's key no longer opens volume %s: make a new one "
                       "(`fastreboot unlock enroll %s`)",
                       volume->name, volume->name);
    return -ENOKEY;
}

int unlock_prepare(int root, const struct crypt_facts *facts, struct secret *ret_archive,
                   char **ret_error)
{
    CLEANUP(bunch_clear) struct bunch bunch = {0};
    int r = 0;

    *ret_archive = (struct secret){0};
    bunch.volumes = xcalloc(facts->n_volumes + 1, sizeof(*bunch.volumes));
    bunch.keys = xcalloc(facts->n_volumes + 1, sizeof(*bunch.keys));
    for (size_t i = 0; r >= 0 && i < facts->n_volumes; i++) {
        if (!unlock_is_enrolled(&facts->volumes[i]))
            continue;
        secret_protect_process();
        r = take(root, &facts->volumes[i], &bunch, ret_error);
    }
    if (r >= 0 && bunch.n > 0)
        unlock_archive(facts, bunch.volumes, bunch.keys, bunch.n, ret_archive);
    return r;
}

char *unlock_place_problem(int root)
{
    static const char *const PLACES[] = {STATE_KEYS, STATE_DIR, "var/lib"};
    AUTOFREE char *place = NULL, *path = NULL;
    int r = -ENOENT;

    for (size_t i = 0; r == -ENOENT && i < ELEMENTS(PLACES); i++)
        r = root_resolve(root, PLACES[i], &path, NULL, NULL);
    place = r < 0 ? NULL : format("/%s", path);
    if (r >= 0)
        r = crypt_holds(root, place);
    if (r > 0)
        r = crypt_holds(root, "/");
    if (r < 0)
        return format("cannot tell whether /" STATE_KEYS " would be on an encrypted volume: %s",
                      strerror(-r));
    return r > 0 ? NULL
                 : xstrdup("/ and /" STATE_KEYS " are not both on encrypted volumes: whoever has "
                           "the disks would have the keys");
}

/* Removes what is left of an earlier key, unless the passphrase could not add a new one. */
static int remove_rest(int root, const struct unlock_volume *volume,
                       const struct secret *passphrase, char **ret_error)
{
    int r = slot_opens(volume->device, passphrase, ret_error);

    if (r == 0) {
        *ret_error = format("%s: no keyslot is opened by this passphrase", volume->device);
        return -EPERM;
    }
    return r < 0 ? r : unlock_remove(root, volume, ret_error);
}

/* The key is on the disk before the header knows it: a slot without a key would stay for ever. */
int unlock_enroll(int root, const struct unlock_volume *volume, const struct secret *passphrase,
                  char **ret_error)
{
    CLEANUP(secret_clear) struct secret key = {0};
    int r = keys_make(root, volume->uuid, &key);

    if (r == -EEXIST) {
        secret_clear(&key);
        r = remove_rest(root, volume, passphrase, ret_error);
        if (r < 0)
            return r;
        r = keys_make(root, volume->uuid, &key);
    }
    if (r < 0) {
        *ret_error = format("/" STATE_KEYS ": %s", strerror(-r));
        return r;
    }
    r = slot_add(volume->device, volume->uuid, passphrase, &key, ret_error);
    if (r < 0)
        (void)keys_remove(root, volume->uuid);
    return r;
}

int unlock_test(int root, const struct unlock_volume *volume, char **ret_error)
{
    CLEANUP(secret_clear) struct secret key = {0};
    int r = read_key(root, volume, &key, ret_error);

    return r < 0 ? r : slot_test(volume->device, &key, ret_error);
}

void unlock_withdraw(int root)
{
    CLEANUP(names_freep) char **uuids = NULL;
    int n = root_exists(root, RUN_KEYS) > 0 ? keys_list(root, &uuids) : 0;

    for (int i = 0; i < n; i++) {
        CLEANUP(secret_clear) struct secret key = {0};

        if (keys_read(root, uuids[i], &key) >= 0 && keys_withdraw(root, &key) < 0)
            journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL,
                         "/" RUN_KEYS ": cannot remove the key of volume %s", uuids[i]);
    }
}

int unlock_remove_unused(int root, const char *uuid, char **ret_error)
{
    AUTOFREE char *device = format("/dev/disk/by-uuid/%s", uuid);
    const struct unlock_volume volume = {
        .uuid = (char *)uuid, .device = device, .own_slot = true, .has_key = true};
    int r;

    if (root_exists(root, device) > 0)
        return unlock_remove(root, &volume, ret_error);
    r = keys_remove(root, uuid);
    *ret_error = r < 0 ? format("/" STATE_KEYS ": %s", strerror(-r))
                       : xstrdup("not in reach: its keyslot stays, without a key");
    return -ENODEV;
}

int unlock_remove(int root, const struct unlock_volume *volume, char **ret_error)
{
    CLEANUP(secret_clear) struct secret key = {0};
    AUTOFREE char *no_key = NULL;
    bool has_key = read_key(root, volume, &key, &no_key) >= 0;
    int r = 0, removed;

    if (!volume->device) {
        *ret_error = xstrdup("its device is not known");
        return -ENODEV;
    }
    if (volume->luks1 && volume->has_key && !has_key) { /* only the key tells which slot it is */
        *ret_error = steal(&no_key);
        return -EACCES;
    }
    if (volume->own_slot || has_key)
        r = slot_remove(volume->device, has_key ? &key : NULL, ret_error);
    removed = r > 0 || volume->has_key;
    if (r >= 0)
        r = keys_remove(root, volume->uuid);
    if (r < 0 && !*ret_error)
        *ret_error = format("/" STATE_KEYS ": %s", strerror(-r));
    return r < 0 ? r : removed;
}
