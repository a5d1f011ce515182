/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/bls/bls-entry.h"

#include <ctype.h>
#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "base/version.h"

enum {
    MAX_FILE = 64 * 1024,
};

#if defined(__x86_64__)
#define LOADER_ARCHITECTURE "x64"
#else
#define LOADER_ARCHITECTURE "aa64"
#endif

static bool is_blank(char sign)
{
    return sign == ' ' || sign == '\t' || sign == '\r';
}

static void trim_end(char *text)
{
    size_t length = strlen(text);

    while (length > 0 && is_blank(text[length - 1]))
        text[--length] = 0;
}

/* Removes quotation marks around the whole value. */
static char *unquote(char *value)
{
    size_t length = strlen(value);

    if (length > 1 && value[0] == '"' && value[length - 1] == '"') {
        value[length - 1] = 0;
        return value + 1;
    }
    return value;
}

bool bls_next_line(char **text, char **ret_key, char **ret_value)
{
    while (**text) {
        char *line = *text, *value;

        *text += strcspn(*text, "\n");
        if (**text)
            *(*text)++ = 0;
        while (is_blank(*line))
            line++;
        trim_end(line);
        if (!*line || *line == '#')
            continue;
        value = line + strcspn(line, " \t");
        if (!*value)
            continue; /* ignored by the boot loader */
        *value++ = 0;
        while (is_blank(*value))
            value++;
        *ret_key = line;
        *ret_value = unquote(value);
        return true;
    }
    return false;
}

/* Removes "+LEFT" or "+LEFT-DONE" before `suffix`; returns LEFT, or -1 if there is none. */
static int take_counters(char *id, const char *suffix)
{
    char *plus = strrchr(id, '+'), *end;
    long left;

    if (!plus || !isdigit((unsigned char)plus[1]))
        return -1;
    left = strtol(plus + 1, &end, 10);
    if (*end == '-' && isdigit((unsigned char)end[1]))
        (void)strtol(end + 1, &end, 10);
    if (!streq(end, suffix) || left > 1000000)
        return -1;
    memmove(plus, end, strlen(end) + 1);
    return (int)left;
}

static void give_up(struct bls_entry *entry, const char *problem)
{
    set_text(&entry->problem, xstrdup(problem));
}

static bool leads_up(const char *path)
{
    for (; path; path = strchr(path, '/')) {
        path += strspn(path, "/");
        if (strncmp(path, "..", 2) == 0 && (!path[2] || path[2] == '/'))
            return true;
    }
    return false;
}

/* A path on the entry's file system, as one below the root. Where ".." leads is not the same for
 * the firmware, which does not leave the file system, and for Linux. */
static char *below_root(struct bls_entry *entry, const char *path)
{
    char *full = format("%s/%s", entry->directory, path + strspn(path, "/\\"));

    for (char *sign = full; *sign; sign++)
        if (*sign == '\\')
            *sign = '/';
    if (leads_up(full + strlen(entry->directory)))
        give_up(entry, "it names a file with \"..\" in its path");
    return full;
}

/* Given two such keys, old versions use the last one, new ones ignore both. */
static void set_start(struct bls_entry *entry, enum bls_start start, const char *value)
{
    if (entry->linux_path && entry->start != start) {
        give_up(entry, "it names more than one thing to start");
        return;
    }
    entry->start = start;
    set_text(&entry->linux_path, below_root(entry, value));
}

static bool take_text(struct bls_entry *entry, const char *key, const char *value)
{
    const struct {
        const char *key;
        char **text;
    } TEXTS[] = {
        {"title", &entry->title},
        {"version", &entry->version},
        {"machine-id", &entry->machine_id},
        {"sort-key", &entry->sort_key},
        {"architecture", &entry->architecture},
    };

    for (size_t i = 0; i < ELEMENTS(TEXTS); i++)
        if (streq(key, TEXTS[i].key)) {
            set_text(TEXTS[i].text, xstrdup(value));
            return true;
        }
    return false;
}

/* The boot loader ignores unknown keys. */
static void take_line(struct bls_entry *entry, const char *key, const char *value)
{
    if (take_text(entry, key, value))
        return;
    if (streq(key, "options"))
        append_text(&entry->options, " ", value);
    else if (streq(key, "linux"))
        set_start(entry, BLS_LINUX, value);
    else if (streq(key, "efi"))
        set_start(entry, BLS_EFI, value);
    else if (streq(key, "uki"))
        set_start(entry, BLS_UKI, value);
    else if (streq(key, "initrd") && entry->n_initrds == BLS_MAX_INITRDS)
        give_up(entry, "it has more initrds than fastreboot supports");
    else if (streq(key, "initrd"))
        entry->initrds[entry->n_initrds++] = below_root(entry, value);
    else if (streq(key, "uki-url"))
        give_up(entry, "it starts what it downloads");
    else if (streq(key, "profile") || streq(key, "extra"))
        give_up(entry, "it has a key that fastreboot does not support");
    else if (streq(key, "devicetree") || streq(key, "devicetree-overlay"))
        give_up(entry, "it has a device tree, and kexec passes on that of the running kernel");
}

static int parse(struct bls_entry *entry, char *text)
{
    char *key, *value;

    while (bls_next_line(&text, &key, &value))
        take_line(entry, key, value);
    if (!entry->linux_path && !entry->problem)
        return -EBADMSG;
    if (entry->architecture && strcasecmp(entry->architecture, LOADER_ARCHITECTURE) != 0)
        return -EBADMSG;
    return 0;
}

static void lower(char *text)
{
    for (; *text; text++)
        *text = (char)tolower((unsigned char)*text);
}

void bls_entry_set_names(struct bls_entry *entry, const char *directory, const char *below,
                         const char *file)
{
    entry->raw_name = xstrdup(file);
    entry->source = format("%s/%s/%s", directory, below, file);
    entry->directory = xstrdup(directory);
    lower(entry->raw_name);
    entry->name = xstrdup(entry->raw_name);
    entry->tries_left = take_counters(entry->name, strrchr(entry->raw_name, '.'));
    entry->id = xstrdup(entry->name);
}

int bls_entry_read(int root, const char *directory, const char *name, struct bls_entry *ret_entry)
{
    AUTOFREE char *text = NULL;
    size_t length;
    int r;

    *ret_entry = (struct bls_entry){.tries_left = -1};
    bls_entry_set_names(ret_entry, directory, "loader/entries", name);
    r = root_read(root, ret_entry->source, MAX_FILE, &text, &length);
    if (r < 0)
        return r;
    if (strlen(text) != length)
        return -EINVAL;
    r = parse(ret_entry, text);
    if (r < 0 || ret_entry->problem)
        return r;
    /* The boot loader hides an entry whose kernel does not exist. */
    return root_exists(root, ret_entry->linux_path) == 0 ? -EBADMSG : 0;
}

void bls_entry_clear(struct bls_entry *entry)
{
    free(entry->id);
    free(entry->name);
    free(entry->raw_name);
    free(entry->source);
    free(entry->directory);
    free(entry->title);
    free(entry->version);
    free(entry->machine_id);
    free(entry->sort_key);
    free(entry->linux_path);
    for (size_t i = 0; i < entry->n_initrds; i++)
        free(entry->initrds[i]);
    free(entry->options);
    free(entry->architecture);
    free(entry->problem);
    *entry = (struct bls_entry){.tries_left = -1};
}

static int compare_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

static int compare(const struct bls_entry *a, const struct bls_entry *b, const char *a_name,
                   const char *b_name)
{
    int order = (a->tries_left == 0) - (b->tries_left == 0);

    if (!order)
        order = !a->sort_key - !b->sort_key;
    if (!order && a->sort_key) {
        order = strcmp(a->sort_key, b->sort_key);
        if (!order)
            order = compare_text(a->machine_id, b->machine_id);
        if (!order)
            order =
                -version_compare_uapi(a->version ? a->version : "", b->version ? b->version : "");
    }
    if (!order)
        order = -version_compare_uapi(a_name, b_name);
    return order ? order : a->profile < b->profile ? -1 : a->profile > b->profile;
}

int bls_entry_compare(const struct bls_entry *a, const struct bls_entry *b)
{
    return compare(a, b, a->name, b->name);
}

int bls_entry_compare_raw(const struct bls_entry *a, const struct bls_entry *b)
{
    return compare(a, b, a->raw_name, b->raw_name);
}

char *bls_entry_raw_id(const struct bls_entry *entry)
{
    return format("%s%s", entry->raw_name, entry->id + strlen(entry->name));
}
