/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/crypt/crypt.h"

/* Whether an encrypted volume below the root file system would stay locked after a kexec because
 * its key is a TPM's; see luks-key.h for what a kexec does to those. */

#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/crypt/crypttab.h"
#include "discover/crypt/luks.h"

enum {
    MAX_CMDLINE = 64 * 1024,
};

/* The volume's header is on its device, or where the settings say. */
static int open_header(int root, const struct volume *volume, const char *header, char **ret_path)
{
    int fd;

    if (!header && !volume->device)
        return -ENODEV;
    *ret_path = header ? strdup(header) : format("/dev/%s", volume->device);
    if (!*ret_path)
        return -ENOMEM;
    if (**ret_path != '/')
        return -EINVAL; /* "UUID=", or a device to mount first */
    fd = root_open(root, *ret_path, NULL);
    return fd;
}

/* Reads the header's keys. 1; 0 when they are not known, which is noted; or -ENOMEM. */
static int read_header(int root, const struct volume *volume, const char *header,
                       struct luks_keys *keys, struct answer *tpm)
{
    AUTOFREE char *path = NULL, *problem = NULL;
    AUTOCLOSE int fd = open_header(root, volume, header, &path);
    int r = fd < 0 ? fd : luks_keys_read(fd, keys, &problem);

    if (r >= 0 && *volume->uuid && !streq(keys->uuid, volume->uuid)) {
        problem = strdup("it is another volume's header");
        r = problem ? -EBADMSG : -ENOMEM;
    }
    if (r == -ENOMEM)
        return r;
    if (r >= 0)
        return 1;
    answer_note_unknown(tpm, -r,
                        format("cannot tell whether volume %s needs a TPM: %s: %s", volume->name,
                               path ? path : "its device", problem ? problem : strerror(-r)));
    return 0;
}

static int look_at_volume(int root, const char *cmdline, const struct volume *volume,
                          struct answer *tpm)
{
    CLEANUP(unlock_settings_clear) struct unlock_settings settings;
    CLEANUP(luks_keys_clear) struct luks_keys keys = {0};
    AUTOFREE char *path = NULL;
    int r = unlock_settings_read(root, cmdline, volume, &settings, &path);

    if (r == -ENOMEM)
        return r;
    if (r < 0)
        answer_note_unknown(tpm, -r,
                            format("cannot tell whether volume %s needs a TPM: %s: %s",
                                   volume->name, path ? path : "/etc/crypttab", strerror(-r)));
    else if (settings.tpm)
        answer_note(tpm, format("volume %s of the root file system gets its key from %s",
                                volume->name, settings.tpm));
    if (r < 0 || settings.tpm || settings.key_file)
        return 0;
    if (!after_prefix(volume->kind, "LUKS"))
        return 0; /* no header, no tokens */
    r = read_header(root, volume, settings.header, &keys, tpm);
    if (r <= 0 || !keys.tpm || keys.sure)
        return r < 0 ? r : 0;
    answer_note(tpm, format("volume %s of the root file system gets its key from a TPM, whose "
                            "measurements a kexec does not start anew: %s",
                            volume->name, keys.tpm));
    return 0;
}

int crypt_facts_read(int root, const char *cmdline, struct crypt_facts *ret)
{
    AUTOFREE char *running = NULL;
    struct volume *volumes;
    size_t n;
    int r;

    *ret = (struct crypt_facts){0};
    r = volumes_of_root(root, &volumes, &n);
    if (r < 0 && r != -ENOMEM) {
        answer_note_unknown(
            &ret->tpm, -r,
            format("cannot tell which volumes the root file system is on: %s", strerror(-r)));
        r = 0;
    }
    if (r >= 0 && n > 0 && !cmdline) {
        r = root_read_line(root, "proc/cmdline", MAX_CMDLINE, &running);
        r = r == -ENOMEM ? r : 0;
    }
    cmdline = cmdline ? cmdline : running ? running : "";
    for (size_t i = 0; r >= 0 && i < n; i++)
        r = look_at_volume(root, cmdline, &volumes[i], &ret->tpm);
    ret->encrypted = n > 0;
    volumes_free(volumes, n);
    return r < 0 ? r : 0;
}

void crypt_facts_clear(struct crypt_facts *facts)
{
    answer_clear(&facts->tpm);
    *facts = (struct crypt_facts){0};
}
