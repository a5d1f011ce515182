/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/crypt/crypt.h"

/* Whether an encrypted volume that the boot waits for would stay locked after a kexec because its
 * key comes from a TPM; luks-key.h explains what a kexec does to such keys. */

#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/crypt/crypttab.h"
#include "discover/crypt/luks.h"

enum {
    MAX_CMDLINE = 64 * 1024,
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

static void look_at_volume(int root, const char *cmdline, const struct volume *volume,
                           struct answer *tpm)
{
    CLEANUP(unlock_settings_clear) struct unlock_settings settings;
    CLEANUP(luks_keys_clear) struct luks_keys keys = {0};
    AUTOFREE char *needed = NULL;
    const char *path;
    int r = unlock_settings_read(root, cmdline, volume, &settings, &path);

    if (r < 0)
        note_unknown(tpm, volume, path, r, NULL);
    if (r < 0 || !(volume->needed || settings.awaited))
        return;
    needed = volume->needed ? format("of %s", volume->needed) : xstrdup("in /etc/crypttab");
    if (settings.tpm)
        answer_note(
            tpm, format("volume %s %s gets its key from %s", volume->name, needed, settings.tpm));
    if (settings.tpm || settings.key_file)
        return;
    if (!after_prefix(volume->kind, "LUKS"))
        return; /* without a header there are no tokens */
    if (read_header(root, volume, settings.header, &keys, tpm) && keys.tpm && !keys.sure)
        answer_note(tpm, format("volume %s %s gets its key from a TPM, whose measurements a kexec "
                                "does not reset: %s",
                                volume->name, needed, keys.tpm));
}

void crypt_facts_read(int root, const char *cmdline, struct crypt_facts *ret)
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
    for (size_t i = 0; i < n; i++) {
        ret->encrypted = ret->encrypted || volumes[i].root;
        look_at_volume(root, cmdline, &volumes[i], &ret->tpm);
    }
    volumes_free(volumes, n);
}

void crypt_facts_clear(struct crypt_facts *facts)
{
    answer_clear(&facts->tpm);
    *facts = (struct crypt_facts){0};
}
