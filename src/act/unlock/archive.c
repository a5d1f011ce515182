/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/unlock/archive.h"

#include <ctype.h>
#include <sys/stat.h>

#include "act/unlock/cpio.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"

/* initramfs-tools' /init reads this first. A volume that somebody would be asked for gets a key
 * script; one that the initrd does not know of is added. The shell is busybox's or dash. */
static const char CONF[] =
    "(\n"
    "[ -d /cryptroot ] || exit 0\n"
    "[ -f /cryptroot/crypttab ] || : >/cryptroot/crypttab\n"
    "cd /fastreboot || exit 0\n"
    "while read -r name source key options; do\n"
    "    if [ \"$key\" = none ] && [ -f \"$name.key\" ]; then\n"
    "        case \",$options,\" in\n"
    "        *,keyscript=*) ;;\n"
    "        *) options=\"${options:+$options,}keyscript=/fastreboot/unlock\" ;;\n"
    "        esac\n"
    "    fi\n"
    "    [ ! -f \"$name.key\" ] || : >\"$name.known\"\n"
    "    printf '%s %s %s %s\\n' \"$name\" \"$source\" \"$key\" \"$options\"\n"
    "done </cryptroot/crypttab >crypttab\n"
    "while read -r name source options; do\n"
    "    [ -f \"$name.known\" ] ||\n"
    "        printf '%s %s none %s,keyscript=/fastreboot/unlock\\n' \"$name\" \"$source\" "
    "\"$options\"\n"
    "done <volumes >>crypttab\n"
    "cat crypttab >/cryptroot/crypttab\n"
    ")\n";

/* dd, since busybox's cat hands the file's own page to the pipe, which would then be overwritten
 * before it is read. Without the key, or if it did not fit, somebody is asked as usual. */
static const char SCRIPT[] =
    "#!/bin/sh\n"
    "key=\"/fastreboot/$CRYPTTAB_NAME.key\"\n"
    "if [ \"$CRYPTTAB_TRIED\" = 0 ] && [ -f \"$key\" ]; then\n"
    "    dd if=\"$key\" bs=64 count=1 2>/dev/null\n"
    "    dd if=/dev/zero of=\"$key\" bs=64 count=1 conv=notrunc 2>/dev/null\n"
    "    rm -f \"$key\"\n"
    "    exit 0\n"
    "fi\n"
    "exec /lib/cryptsetup/askpass \"Please unlock disk $CRYPTTAB_NAME: \"\n";

/* The running system's systemd-cryptsetup looks there, too. */
static const char GENERATOR[] = "#!/bin/sh\n"
                                "umask 077\n"
                                "mkdir -p /" RUN_KEYS "\n"
                                "cp /fastreboot/later/*.key /" RUN_KEYS "/\n";

struct members {
    struct cpio_member *all;
    size_t n;
};

/* Takes over `path`. */
static void add(struct members *members, char *path, uint32_t mode, const void *data, size_t size)
{
    *APPEND(members->all, members->n) =
        (struct cpio_member){.path = path, .mode = mode, .data = data, .size = size};
}

static void add_text(struct members *members, const char *path, uint32_t mode, const char *text)
{
    add(members, xstrdup(path), mode, text, strlen(text));
}

static void add_directory(struct members *members, char *path, uint32_t mode)
{
    add(members, path, S_IFDIR | mode, NULL, 0);
}

static void add_key(struct members *members, const char *directory,
                    const struct unlock_volume *volume, const struct secret *key)
{
    add(members, format("%s/%s.key", directory, volume->name), S_IFREG | 0400, key->data,
        key->size);
}

/* For systemd-cryptsetup's own search, which needs nothing else. */
static void add_found_keys(struct members *members, const struct unlock_volume *const *volumes,
                           const struct secret *keys, size_t n)
{
    static const char DIRECTORY[] = "etc/cryptsetup-keys.d";
    bool any = false;

    for (size_t i = 0; i < n; i++) {
        if (volumes[i]->special || !volumes[i]->root)
            continue;
        if (!any)
            add_directory(members, xstrdup(DIRECTORY), 0700);
        any = true;
        add_key(members, DIRECTORY, volumes[i], &keys[i]);
    }
}

/* As systemd writes the name of an instance. */
static char *escaped(const char *name)
{
    char *text = xstrdup("");

    for (; *name; name++) {
        bool plain = isalnum((unsigned char)*name) || strchr(":_.", *name);
        AUTOFREE char *sign = format(plain ? "%c" : "\\x%02x", *name);

        append_text(&text, "", sign);
    }
    return text;
}

/* Opens the volume before systemd-cryptsetup is called for it, which then finds it open. With these
 * options it would take a key that it finds for one that a TPM has sealed, or try it on another
 * keyslot. If the key does not fit, all is as usual. Returns the content, for free(). */
static char *add_unit(struct members *members, const char *program,
                      const struct unlock_volume *volume)
{
    AUTOFREE char *instance = escaped(volume->name);
    AUTOFREE char *directory =
        format("etc/systemd/system/systemd-cryptsetup@%s.service.d", instance);
    char *text = format("[Service]\n"
                        "ExecStartPre=-%s attach %s /dev/disk/by-uuid/%s /fastreboot/%s.key "
                        "luks,tries=1%s\n",
                        program, volume->name, volume->uuid, volume->name,
                        volume->flags ? volume->flags : "");

    add_directory(members, xstrdup(directory), 0755);
    add(members, format("%s/fastreboot.conf", directory), S_IFREG | 0644, text, strlen(text));
    return text;
}

/* Those that need a unit's help. Returns the contents of files, for names_free(). */
static char **add_units(struct members *members, const char *program,
                        const struct unlock_volume *const *volumes, const struct secret *keys,
                        size_t n)
{
    char **texts = xcalloc(n + 1, sizeof(*texts));
    size_t n_texts = 0;

    for (size_t i = 0; i < n; i++) {
        if (!volumes[i]->special || !volumes[i]->root)
            continue;
        if (n_texts == 0) {
            add_directory(members, xstrdup("fastreboot"), 0700);
            add_directory(members, xstrdup("etc/systemd"), 0755);
            add_directory(members, xstrdup("etc/systemd/system"), 0755);
        }
        add_key(members, "fastreboot", volumes[i], &keys[i]);
        texts[n_texts++] = add_unit(members, program, volumes[i]);
    }
    return texts;
}

/* For volumes that are opened when the root file system is mounted: /run stays. The initrd may open
 * one, too. */
static void add_later_keys(struct members *members, const struct unlock_volume *const *volumes,
                           const struct secret *keys, size_t n)
{
    static const char DIRECTORY[] = "fastreboot/later";
    bool any = false;

    for (size_t i = 0; i < n; i++) {
        if (volumes[i]->root)
            continue;
        if (!any) {
            add_directory(members, xstrdup("fastreboot"), 0700);
            add_directory(members, xstrdup(DIRECTORY), 0700);
            add_directory(members, xstrdup("etc/systemd"), 0755);
            add_directory(members, xstrdup("etc/systemd/system-generators"), 0755);
            add_text(members, "etc/systemd/system-generators/fastreboot", S_IFREG | 0755,
                     GENERATOR);
        }
        any = true;
        add_key(members, DIRECTORY, volumes[i], &keys[i]);
    }
}

static void add_scripts(struct members *members, const char *lines,
                        const struct unlock_volume *const *volumes, const struct secret *keys,
                        size_t n)
{
    add_directory(members, xstrdup("fastreboot"), 0700);
    for (size_t i = 0; i < n; i++)
        add_key(members, "fastreboot", volumes[i], &keys[i]);
    add_text(members, "fastreboot/unlock", S_IFREG | 0700, SCRIPT);
    add_text(members, "fastreboot/volumes", S_IFREG | 0600, lines);
    add_text(members, "conf/conf.d/zz-fastreboot", S_IFREG | 0600, CONF);
}

/* The names and devices of all of them, for lines that the initrd's crypttab may lack. */
static char *list(const struct unlock_volume *const *volumes, size_t n)
{
    char *text = xstrdup("");

    for (size_t i = 0; i < n; i++) {
        AUTOFREE char *line = format("%s UUID=%s luks%s\n", volumes[i]->name, volumes[i]->uuid,
                                     volumes[i]->flags ? volumes[i]->flags : "");

        append_text(&text, "", line);
    }
    return text;
}

void unlock_archive(const struct crypt_facts *facts, const struct unlock_volume *const *volumes,
                    const struct secret *keys, size_t n, struct secret *ret_archive)
{
    AUTOFREE char *lines = list(volumes, n);
    CLEANUP(names_freep) char **texts = NULL;
    struct members members = {0};

    if (facts->way == INITRD_CRYPTROOT) {
        add_scripts(&members, lines, volumes, keys, n);
    } else {
        add_found_keys(&members, volumes, keys, n);
        add_later_keys(&members, volumes, keys, n);
        texts = add_units(&members, facts->program, volumes, keys, n);
    }
    secret_allocate(ret_archive, cpio_size(members.all, members.n));
    cpio_write(ret_archive, members.all, members.n);
    for (size_t i = 0; i < members.n; i++)
        free((char *)members.all[i].path);
    free(members.all);
}
