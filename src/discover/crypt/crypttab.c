/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/crypt/crypttab.h"

#include <errno.h>
#include <strings.h>

#include "base/cmdline.h"
#include "base/mounts.h"
#include "base/root.h"
#include "base/util.h"

enum {
    MAX_CRYPTTAB = 256 * 1024,
};

/* One line of crypttab, or the equivalent on the command line. */
struct line {
    const char *from;    /* "/etc/crypttab:3" */
    const char *key;     /* a path, or NULL */
    const char *options; /* separated by commas, or NULL */
};

void unlock_settings_clear(struct unlock_settings *settings)
{
    free(settings->tpm);
    free(settings->header);
    free(settings->other);
    free(settings->token);
    free(settings->slot);
    free(settings->flags);
    *settings = (struct unlock_settings){0};
}

/* The value of the last option that starts with `prefix`, which the caller frees; NULL if there is
 * none, or it is empty. */
static char *option(const char *options, const char *prefix)
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
    return length ? xstrndup(value, length) : NULL;
}

/* Debian's own scripts ask on the console, or read a key from a medium, a card or another
 * volume. */
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

/* Keeps the first text. */
static void note_tpm(struct unlock_settings *settings, char *text)
{
    if (settings->tpm)
        free(text);
    else
        settings->tpm = text;
}

/* The first of these options that the line has, in words for free(), or NULL. */
static char *first_option(const struct line *line, const char *const *prefixes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        AUTOFREE char *value = option(line->options, prefixes[i]);

        if (value)
            return format("%s%s in %s", prefixes[i], value, line->from);
    }
    return NULL;
}

/* What the volume is opened with in any case. The last line with one of them counts. */
static void take_flags(struct unlock_settings *settings, const struct line *line)
{
    static const char *const FLAGS[] = {"discard", "same-cpu-crypt", "submit-from-crypt-cpus",
                                        "no-read-workqueue", "no-write-workqueue"};
    AUTOFREE char *flags = NULL;

    for (size_t i = 0; line->options && i < ELEMENTS(FLAGS); i++)
        if (mounts_has_option(line->options, FLAGS[i]))
            append_text(&flags, ",", FLAGS[i]);
    if (flags)
        set_text(&settings->flags, format(",%s", flags));
}

/* What the line is opened by, if that is not what somebody types. Keeps the first of each. */
static void take_other(struct unlock_settings *settings, const struct line *line, bool named,
                       const char *script)
{
    static const char *const TOKENS[] = {"tpm2-device=", "fido2-device=", "pkcs11-uri="};
    static const char *const SLOTS[] = {"key-slot=", "keyslot="};

    if (!settings->token)
        settings->token = first_option(line, TOKENS, ELEMENTS(TOKENS));
    if (!settings->slot)
        settings->slot = first_option(line, SLOTS, ELEMENTS(SLOTS));
    take_flags(settings, line);
    if (settings->other)
        return;
    if (script && !streq(script, "/lib/cryptsetup/askpass"))
        settings->other = format("the keyscript %s in %s", script, line->from);
    else if (!script && named)
        settings->other = format("the key file %s in %s", line->key, line->from);
}

/* A script may do anything; a key file with the TPM option is sealed by the TPM. With the option
 * but without a key file, the tokens in the header decide. */
static void take_line(struct unlock_settings *settings, const struct line *line)
{
    AUTOFREE char *script = option(line->options, "keyscript=");
    AUTOFREE char *tpm = option(line->options, "tpm2-device=");
    bool named = line->key && *line->key && !streq(line->key, "none") && !streq(line->key, "-");

    if (!settings->header)
        settings->header = option(line->options, "header=");
    if (script && !has_no_tpm(script))
        note_tpm(settings,
                 format("the keyscript %s in %s, which may ask a TPM", script, line->from));
    else if (!script && tpm && named)
        note_tpm(settings,
                 format("the key file %s, which a TPM has sealed (%s)", line->key, line->from));
    else if (!script)
        settings->key_file = settings->key_file || named;
    take_other(settings, line, named, script);
}

/* Whether crypttab's device is the volume's: "UUID=...", a udev link, or a path. */
static bool is_device(int root, const struct volume *volume, const char *spec)
{
    const char *uuid = after_prefix(spec, "UUID=");
    AUTOFREE char *resolved = NULL, *device = NULL;

    uuid = uuid ? uuid : after_prefix(spec, "/dev/disk/by-uuid/");
    if (uuid && *volume->uuid)
        return strcasecmp(uuid, volume->uuid) == 0;
    if (!volume->device || !after_prefix(spec, "/dev/"))
        return false;
    device = format("dev/%s", volume->device);
    return root_resolve(root, spec, &resolved, NULL, NULL) >= 0 && streq(resolved, device);
}

static void read_line(int root, const struct volume *volume, const char *from, char *text,
                      struct unlock_settings *settings)
{
    char *fields[4] = {0}, *rest = NULL;

    for (size_t i = 0; i < ELEMENTS(fields); i++) {
        fields[i] = strtok_r(i ? NULL : text, " \t\r", &rest);
        if (!fields[i])
            break;
    }
    if (!fields[0] || *fields[0] == '#' || !fields[1])
        return;
    if (!streq(fields[0], volume->name) && !is_device(root, volume, fields[1]))
        return;
    take_line(settings, &(struct line){from, fields[2], fields[3]});
    if (!fields[3] ||
        !(mounts_has_option(fields[3], "noauto") || mounts_has_option(fields[3], "nofail")))
        settings->awaited = true;
    settings->remote = settings->remote || (fields[3] && mounts_has_option(fields[3], "_netdev"));
}

static int read_crypttab(int root, const struct volume *volume, const char *path,
                         struct unlock_settings *settings)
{
    AUTOFREE char *text = NULL;
    size_t number = 0;
    char *rest, *line;
    int r = root_read(root, path, MAX_CRYPTTAB, &text, NULL);

    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return r;
    for (rest = text; (line = strsep(&rest, "\n"));) {
        AUTOFREE char *from = format("%s:%zu", path, ++number);

        read_line(root, volume, from, line, settings);
    }
    return 0;
}

/* The value in "UUID=value", or in "value", which is for every volume; NULL if it is for another
 * volume. */
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

/* Reads one of systemd's parameters. */
static void read_parameter(const struct volume *volume, const char *word,
                           struct unlock_settings *settings)
{
    const char *value = after_prefix(word, "rd.") ? word + strlen("rd.") : word;
    struct line line = {.from = "the command line"};

    if (after_prefix(value, "luks.options="))
        line.options = value_for(volume, value + strlen("luks.options="));
    else if (after_prefix(value, "luks.key="))
        line.key = value_for(volume, value + strlen("luks.key="));
    if (line.options || line.key)
        take_line(settings, &line);
}

static void read_cmdline(const struct volume *volume, const char *cmdline,
                         struct unlock_settings *settings)
{
    const char *word;
    size_t length;

    while (cmdline_next(&cmdline, &word, &length)) {
        AUTOFREE char *copy = xstrndup(word, length);

        read_parameter(volume, copy, settings);
    }
}

int unlock_settings_read(int root, const char *cmdline, const struct volume *volume,
                         struct unlock_settings *ret_settings, const char **ret_path)
{
    static const char *const FILES[] = {"/etc/crypttab", "/etc/crypttab.initramfs"};

    *ret_settings = (struct unlock_settings){0};
    for (size_t i = 0; i < ELEMENTS(FILES); i++) {
        int r = read_crypttab(root, volume, FILES[i], ret_settings);

        *ret_path = FILES[i];
        if (r < 0)
            return r;
    }
    read_cmdline(volume, cmdline, ret_settings);
    return 0;
}
