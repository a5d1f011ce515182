/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/crypt/crypttab.h"

#include <errno.h>
#include <strings.h>

#include "base/cmdline.h"
#include "base/root.h"
#include "base/util.h"

enum {
    MAX_CRYPTTAB = 256 * 1024,
};

/* What one line of crypttab, or the command line, says. */
struct line {
    const char *from;    /* "/etc/crypttab" */
    const char *key;     /* a path, or NULL */
    const char *options; /* separated by commas, or NULL */
};

void unlock_settings_clear(struct unlock_settings *settings)
{
    free(settings->tpm);
    free(settings->header);
    *settings = (struct unlock_settings){0};
}

/* The value of an option behind `prefix`, the last one that there is; for free(), or NULL when it
 * is not there or has none. -ENOMEM. */
static int option(const char *options, const char *prefix, char **ret_value)
{
    const char *value = NULL;
    size_t length = 0;

    for (const char *at = options; at && *at; at += strcspn(at, ",")) {
        at += *at == ',';
        if (after_prefix(at, prefix)) {
            value = at + strlen(prefix);
            length = strcspn(value, ",");
        }
    }
    *ret_value = value && length ? strndup(value, length) : NULL;
    return value && length && !*ret_value ? -ENOMEM : 0;
}

/* Debian's own ones ask somebody, or take a key from a medium, a card or another volume. */
static bool has_no_tpm(const char *script)
{
    static const char *const KNOWN[] = {
        "askpass",        "decrypt_derived", "decrypt_gnupg", "decrypt_gnupg-sc", "decrypt_keyctl",
        "decrypt_opensc", "decrypt_openssl", "decrypt_ssl",   "passdev",
    };
    const char *slash = strrchr(script, '/'), *name = slash ? slash + 1 : script;

    for (size_t i = 0; i < ELEMENTS(KNOWN); i++)
        if (streq(name, KNOWN[i]))
            return true;
    return false;
}

/* The first that says so stays. */
static int note_tpm(struct unlock_settings *settings, char *text)
{
    if (settings->tpm)
        free(text);
    else
        settings->tpm = text;
    return text ? 0 : -ENOMEM;
}

/* A script may do anything, and with a TPM's option what is in the key file is sealed by it. With
 * that option and no key file it is the tokens in the header that count. */
static int take_line(struct unlock_settings *settings, const struct line *line)
{
    AUTOFREE char *script = NULL, *tpm = NULL;
    bool named = line->key && *line->key && !streq(line->key, "none") && !streq(line->key, "-");
    int r = option(line->options, "keyscript=", &script);

    if (r >= 0)
        r = option(line->options, "tpm2-device=", &tpm);
    if (r >= 0 && !settings->header)
        r = option(line->options, "header=", &settings->header);
    if (r < 0)
        return r;
    if (script)
        return has_no_tpm(script)
                   ? 0
                   : note_tpm(settings, format("the keyscript %s in %s, which may ask a TPM",
                                               script, line->from));
    if (tpm && named)
        return note_tpm(settings, format("the key file %s, which a TPM has sealed (%s)", line->key,
                                         line->from));
    settings->key_file = settings->key_file || named;
    return 0;
}

/* Whether a device of crypttab is the volume's: "UUID=...", a link of udev's, or a path. */
static int is_device(int root, const struct volume *volume, const char *spec)
{
    const char *uuid = after_prefix(spec, "UUID=");
    AUTOFREE char *resolved = NULL, *device = NULL;
    int r;

    uuid = uuid ? uuid : after_prefix(spec, "/dev/disk/by-uuid/");
    if (uuid && *volume->uuid)
        return strcasecmp(uuid, volume->uuid) == 0;
    if (!volume->device || !after_prefix(spec, "/dev/"))
        return 0;
    device = format("dev/%s", volume->device);
    r = device ? root_resolve(root, spec, &resolved, NULL, NULL) : -ENOMEM;
    return r == -ENOMEM ? r : r >= 0 && streq(resolved, device);
}

static int read_line(int root, const struct volume *volume, const char *path, char *text,
                     struct unlock_settings *settings)
{
    AUTOFREE char *from = format("/%s", path);
    char *fields[4] = {0}, *rest = NULL;
    int r;

    for (size_t i = 0; i < ELEMENTS(fields); i++) {
        fields[i] = strtok_r(i ? NULL : text, " \t\r", &rest);
        if (!fields[i])
            break;
    }
    if (!from)
        return -ENOMEM;
    if (!fields[0] || *fields[0] == '#' || !fields[1])
        return 0;
    r = streq(fields[0], volume->name) ? 1 : is_device(root, volume, fields[1]);
    return r > 0 ? take_line(settings, &(struct line){from, fields[2], fields[3]}) : r;
}

static int read_crypttab(int root, const struct volume *volume, const char *path,
                         struct unlock_settings *settings)
{
    AUTOFREE char *text = NULL;
    char *rest = NULL;
    int r = root_read(root, path, MAX_CRYPTTAB, &text, NULL);

    if (r == -ENOENT)
        return 0;
    for (char *line = r < 0 ? NULL : strtok_r(text, "\n", &rest); r >= 0 && line;
         line = strtok_r(NULL, "\n", &rest))
        r = read_line(root, volume, path, line, settings);
    return r;
}

/* "UUID=value", where the UUID and its sign may be left out to mean every volume; NULL when it is
 * for another one. */
static const char *value_for(const struct volume *volume, const char *text)
{
    size_t length = strlen(volume->uuid);
    const char *bare = after_prefix(text, "luks-") ? text + strlen("luks-") : text;

    if (length > 0 && strncasecmp(bare, volume->uuid, length) == 0 && bare[length] == '=')
        return bare + length + 1;
    if (strspn(bare, "0123456789abcdefABCDEF-") == 36 && bare[36] == '=')
        return NULL;
    return text;
}

/* systemd's parameters, one at a time. */
static int read_parameter(const struct volume *volume, const char *word,
                          struct unlock_settings *settings)
{
    const char *value = after_prefix(word, "rd.") ? word + strlen("rd.") : word;
    struct line line = {.from = "the command line"};

    if (after_prefix(value, "luks.options="))
        line.options = value_for(volume, value + strlen("luks.options="));
    else if (after_prefix(value, "luks.key="))
        line.key = value_for(volume, value + strlen("luks.key="));
    return line.options || line.key ? take_line(settings, &line) : 0;
}

static int read_cmdline(const struct volume *volume, const char *cmdline,
                        struct unlock_settings *settings)
{
    const char *word;
    size_t length;
    int r = 0;

    while (r >= 0 && cmdline_next(&cmdline, &word, &length)) {
        AUTOFREE char *copy = strndup(word, length);

        r = copy ? read_parameter(volume, copy, settings) : -ENOMEM;
    }
    return r;
}

int unlock_settings_read(int root, const char *cmdline, const struct volume *volume,
                         struct unlock_settings *ret_settings, char **ret_path)
{
    static const char *const FILES[] = {"etc/crypttab", "etc/crypttab.initramfs"};
    int r = 0;

    *ret_settings = (struct unlock_settings){0};
    *ret_path = NULL;
    for (size_t i = 0; r >= 0 && i < ELEMENTS(FILES); i++) {
        r = read_crypttab(root, volume, FILES[i], ret_settings);
        if (r < 0 && r != -ENOMEM)
            *ret_path = format("/%s", FILES[i]);
    }
    return r < 0 ? r : read_cmdline(volume, cmdline, ret_settings);
}
