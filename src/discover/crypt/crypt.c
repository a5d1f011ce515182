/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/crypt/crypt.h"

/* Whether an encrypted volume that the boot waits for would stay locked after a kexec because its
 * key comes from a TPM; luks-key.h explains what a kexec does to such keys. */

#include <errno.h>

#include "base/cmdline.h"
#include "base/mounts.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/sysfs.h"
#include "base/util.h"
#include "discover/crypt/crypttab.h"
#include "discover/crypt/luks.h"
#include "discover/hardware/blocks.h"
#include "discover/kernel/initrd-way.h"

enum {
    MAX_CMDLINE = 64 * 1024,
    MAX_DEPTH = 16,
};

static void note_unknown(struct answer *tpm, const struct volume *volume, const char *where,
                         int error, const char *problem)
{
    answer_note_unknown(tpm, -error,
                        format("cannot tell whether volume %s needs a TPM: %s: %s", volume->name,
                               where, problem ? problem : strerror(-error)));
}

/* The header is on the volume's device, or where the settings say. */
static int open_header(int root, const struct volume *volume, const char *header, char **ret_path)
{
    if (!header && !volume->device)
        return -ENODEV;
    *ret_path = header ? xstrdup(header) : format("/dev/%s", volume->device);
    if (**ret_path != '/')
        return -EINVAL; /* "UUID=", or a device to mount first */
    return root_open_device(root, *ret_path);
}

/* Reads the keys in the header. Returns false, and notes why, if they are not known. */
static bool read_header(int root, const struct volume *volume, const char *header,
                        struct luks_keys *keys, struct answer *tpm)
{
    AUTOFREE char *path = NULL;
    const char *problem = NULL;
    AUTOCLOSE int fd = open_header(root, volume, header, &path);
    int r = fd < 0 ? fd : luks_keys_read(fd, keys, &problem);

    if (r >= 0 && *volume->uuid && !streq(keys->uuid, volume->uuid)) {
        problem = "it is another volume's header";
        r = -EBADMSG;
    }
    if (r < 0)
        note_unknown(tpm, volume, path ? path : "its device", r, problem);
    return r >= 0;
}

/* What the volume's settings and header say. */
struct found {
    const struct volume *volume;
    const struct unlock_settings *settings;
    struct luks_keys keys;
    bool header; /* they could be read */
};

/* The name becomes a word of a shell script and the name of a file. */
static bool is_plain(const char *name)
{
    return *name != '-' && *name != '.' &&
           !name[strspn(name,
                        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.+-")];
}

/* Why fastreboot's key could not open the volume, whatever initrd there is. For free(). */
static char *settings_problem(const struct found *found)
{
    if (found->settings->other)
        return format("%s opens it", found->settings->other);
    if (!after_prefix(found->volume->kind, "LUKS"))
        return xstrdup("it has no LUKS header");
    if (!*found->volume->uuid || !is_plain(found->volume->name))
        return xstrdup("its name has characters other than letters, digits and _.+-");
    if (!found->volume->device || found->settings->header)
        return xstrdup("its header is not on its device");
    if (found->settings->remote && !found->volume->root)
        return xstrdup("it is opened once the network is up (_netdev): the key is gone by then");
    return found->header ? NULL : xstrdup("its header cannot be read");
}

static void add_volume(int root, const struct found *found, struct crypt_facts *facts,
                       struct answer *tpm)
{
    struct unlock_volume *volume = APPEND(facts->volumes, facts->n_volumes);
    AUTOFREE char *key = format(STATE_KEYS "/%s.key", found->volume->uuid);

    volume->name = xstrdup(found->volume->name);
    volume->uuid = xstrdup(found->volume->uuid);
    volume->device = found->volume->device ? format("/dev/%s", found->volume->device) : NULL;
    volume->needed = xstrdup(found->volume->needed ? found->volume->needed : "/etc/crypttab");
    volume->root = found->volume->root;
    volume->luks1 = found->keys.luks1;
    volume->own_slot = found->keys.own || found->keys.luks1;
    volume->has_key = *found->volume->uuid && root_exists(root, key) > 0;
    volume->problem = settings_problem(found);
    volume->other = xstrdup(found->settings->other);
    volume->slot = xstrdup(found->settings->slot);
    volume->flags = xstrdup(found->settings->flags);
    volume->special = found->settings->token || found->settings->slot;
    volume->tpm = *tpm;
    *tpm = (struct answer){0};
}

/* Whether its keys need a TPM. */
static void judge_keys(const struct found *found, const char *needed, struct answer *tpm)
{
    if (found->settings->tpm)
        answer_note(tpm, format("volume %s %s gets its key from %s", found->volume->name, needed,
                                found->settings->tpm));
    else if (!found->settings->key_file && found->keys.tpm && !found->keys.sure)
        answer_note(tpm, format("volume %s %s gets its key from a TPM, whose measurements a kexec "
                                "does not reset: %s",
                                found->volume->name, needed, found->keys.tpm));
}

static void look_at_volume(int root, const char *cmdline, const struct volume *volume,
                           struct crypt_facts *facts)
{
    CLEANUP(unlock_settings_clear) struct unlock_settings settings;
    CLEANUP(answer_clear) struct answer tpm = {0};
    struct found found = {.volume = volume, .settings = &settings};
    AUTOFREE char *needed = NULL;
    const char *path;
    int r = unlock_settings_read(root, cmdline, volume, &settings, &path);

    if (r < 0)
        note_unknown(&facts->tpm, volume, path, r, NULL);
    if (r < 0 || !(volume->needed || settings.awaited))
        return;
    needed = volume->needed ? format("of %s", volume->needed) : xstrdup("in /etc/crypttab");
    if (after_prefix(volume->kind, "LUKS") && !settings.tpm && !settings.key_file)
        found.header = read_header(root, volume, settings.header, &found.keys, &tpm);
    judge_keys(&found, needed, &tpm);
    add_volume(root, &found, facts, &tpm);
    luks_keys_clear(&found.keys);
}

/* Why the initrd would not use the key, in words for free(), or NULL. */
static char *initrd_problem(enum initrd_way way, const char *cmdline,
                            const struct unlock_volume *volume)
{
    if (way == INITRD_UNKNOWN)
        return xstrdup("fastreboot does not know how the next kernel's initrd opens encrypted "
                       "volumes");
    if (way == INITRD_CRYPTROOT && cmdline && cmdline_has(cmdline, "cryptopts"))
        return xstrdup("cryptopts= on the kernel's command line names the volumes to open");
    if (way == INITRD_CRYPTROOT && volume->slot)
        return format("it is only opened by the keyslot of %s", volume->slot);
    if (way == INITRD_SYSTEMD && !volume->root && volume->special)
        return xstrdup("its options in /etc/crypttab let no other key open it, and the initrd does "
                       "not open it");
    return NULL;
}

void crypt_facts_look_at_initrd(const struct boot_payload *payload, struct crypt_facts *facts)
{
    const char *cmdline = payload && payload->entry ? payload->entry->cmdline : NULL;

    facts->way = payload ? initrd_way(payload, &facts->program) : INITRD_UNKNOWN;
    for (size_t i = 0; i < facts->n_volumes; i++)
        if (!facts->volumes[i].problem)
            facts->volumes[i].problem = initrd_problem(facts->way, cmdline, &facts->volumes[i]);
}

/* What follows from all of them. */
static void conclude(struct crypt_facts *facts)
{
    for (size_t i = 0; i < facts->n_volumes; i++) {
        const struct unlock_volume *volume = &facts->volumes[i];

        if (unlock_is_enrolled(volume))
            continue;
        facts->encrypted = facts->encrypted || volume->root;
        if (volume->tpm.is == ANSWER_YES)
            answer_note(&facts->tpm, xstrdup(volume->tpm.text));
        else if (volume->tpm.is == ANSWER_UNKNOWN)
            answer_note_unknown(&facts->tpm, volume->tpm.error, xstrdup(volume->tpm.text));
    }
}

static bool has_any_key(const struct crypt_facts *facts)
{
    for (size_t i = 0; i < facts->n_volumes; i++)
        if (facts->volumes[i].has_key)
            return true;
    return false;
}

void crypt_facts_read(int root, const char *cmdline, const struct boot_payload *payload,
                      struct crypt_facts *ret)
{
    AUTOFREE char *running = NULL;
    struct volume *volumes;
    size_t n;
    int r = volumes_read(root, &volumes, &n);

    *ret = (struct crypt_facts){0};
    if (r < 0)
        answer_note_unknown(
            &ret->tpm, -r,
            format("cannot tell which encrypted volumes the boot needs: %s", strerror(-r)));
    if (n > 0 && !cmdline)
        (void)root_read_line(root, "proc/cmdline", MAX_CMDLINE, &running);
    cmdline = cmdline ? cmdline : running ? running : "";
    for (size_t i = 0; i < n; i++)
        look_at_volume(root, cmdline, &volumes[i], ret);
    if (has_any_key(ret))
        crypt_facts_look_at_initrd(payload, ret);
    conclude(ret);
    volumes_free(volumes, n);
}

void crypt_facts_clear(struct crypt_facts *facts)
{
    unlock_volumes_free(facts->volumes, facts->n_volumes);
    answer_clear(&facts->tpm);
    *facts = (struct crypt_facts){0};
}

/* Whether a block device is an encrypted volume, or all that it is on is. */
static int is_encrypted(int root, const char *path, unsigned depth);

static int slave_is_open(int root, const char *path, void *data)
{
    const unsigned *depth = data;
    AUTOFREE char *real = NULL;
    int r = sysfs_resolve(root, "sys/class/block", basename(path), &real);

    if (r > 0)
        r = is_encrypted(root, real, *depth + 1);
    return r == 0 ? 1 : r < 0 ? r : 0;
}

static int is_encrypted(int root, const char *path, unsigned depth)
{
    AUTOFREE char *uuid = NULL, *slaves = format("%s/slaves", path);
    CLEANUP(names_freep) char **names = NULL;
    int r = sysfs_line(root, path, "dm/uuid", &uuid);

    if (r < 0 || depth > MAX_DEPTH)
        return r < 0 ? r : -ELOOP;
    if (r > 0 && after_prefix(uuid, "CRYPT-LUKS"))
        return 1;
    r = root_names(root, slaves, NULL, SYSFS_NAMES, &names);
    if (r <= 0)
        return r == -ENOENT ? 0 : r;
    r = sysfs_walk(root, slaves, slave_is_open, &depth);
    return r < 0 ? r : r == 0;
}

int crypt_holds(int root, const char *path)
{
    CLEANUP(blocks_clear) struct blocks blocks = {0};
    const struct mount_point *mount;
    struct mount_point *mounts;
    size_t n;
    int r = mounts_read(root, MOUNTS_OF_SELF, &mounts, &n);

    mount = r < 0 ? NULL : mounts_of(mounts, n, path);
    if (r >= 0)
        r = mount ? blocks_add_mount(root, &blocks, mount) : 0;
    mounts_free(mounts, n);
    if (r < 0 || blocks.unknown || blocks.n == 0)
        return r < 0 ? r : 0;
    for (size_t i = 0; i < blocks.n; i++) {
        r = is_encrypted(root, blocks.all[i].path, 0);
        if (r <= 0)
            return r;
    }
    return 1;
}
