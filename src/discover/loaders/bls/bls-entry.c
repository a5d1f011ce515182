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

/* Quotation marks around the whole value are not part of it. */
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
            continue; /* a key without a value says nothing */
        *value++ = 0;
        while (is_blank(*value))
            value++;
        *ret_key = line;
        *ret_value = unquote(value);
        return true;
    }
    return false;
}

/* Takes "+LEFT" or "+LEFT-DONE" before the `suffix` out of the name. */
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

static int set(char **text, const char *value)
{
    free(*text);
    *text = strdup(value);
    return *text ? 0 : -ENOMEM;
}

static int add_options(struct bls_entry *entry, const char *value)
{
    char *longer = entry->options ? format("%s %s", entry->options, value) : strdup(value);

    free(entry->options);
    entry->options = longer;
    return longer ? 0 : -ENOMEM;
}

/* A path on the entry's file system, below the root. */
static char *below_root(const struct bls_entry *entry, const char *path)
{
    char *full = format("%s/%s", entry->directory, path + strspn(path, "/\\"));

    for (char *sign = full; sign && *sign; sign++)
        if (*sign == '\\')
            *sign = '/';
    return full;
}

static int set_path(const struct bls_entry *entry, char **path, const char *value)
{
    free(*path);
    *path = below_root(entry, value);
    return *path ? 0 : -ENOMEM;
}

/* Of two keys old versions take the last one, new ones neither. */
static int set_start(struct bls_entry *entry, enum bls_start start, const char *value)
{
    if (entry->linux_path && entry->start != start)
        return set(&entry->problem, "it names more than one thing to start");
    entry->start = start;
    return set_path(entry, &entry->linux_path, value);
}

static int take_line(struct bls_entry *entry, const char *key, const char *value)
{
    if (streq(key, "title"))
        return set(&entry->title, value);
    if (streq(key, "version"))
        return set(&entry->version, value);
    if (streq(key, "machine-id"))
        return set(&entry->machine_id, value);
    if (streq(key, "sort-key"))
        return set(&entry->sort_key, value);
    if (streq(key, "architecture"))
        return set(&entry->architecture, value);
    if (streq(key, "options"))
        return add_options(entry, value);
    if (streq(key, "linux"))
        return set_start(entry, BLS_LINUX, value);
    if (streq(key, "efi"))
        return set_start(entry, BLS_EFI, value);
    if (streq(key, "uki"))
        return set_start(entry, BLS_UKI, value);
    if (streq(key, "initrd")) {
        if (entry->n_initrds == BLS_MAX_INITRDS)
            return set(&entry->problem, "it has more initrds than fastreboot takes");
        return set_path(entry, &entry->initrds[entry->n_initrds++], value);
    }
    if (streq(key, "uki-url"))
        return set(&entry->problem, "it starts what it gets from the network");
    if (streq(key, "profile") || streq(key, "extra"))
        return set(&entry->problem, "it has a key that is not known to fastreboot");
    if (streq(key, "devicetree") || streq(key, "devicetree-overlay"))
        return set(&entry->problem, "it comes with a device tree of its own");
    return 0; /* the loader passes over what it does not know */
}

static int parse(struct bls_entry *entry, char *text)
{
    char *key, *value;

    while (bls_next_line(&text, &key, &value)) {
        int r = take_line(entry, key, value);

        if (r < 0)
            return r;
    }
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

int bls_entry_set_names(struct bls_entry *entry, const char *directory, const char *below,
                        const char *file)
{
    const char *suffix = strrchr(file, '.');

    entry->raw_name = strdup(file);
    entry->source = format("%s/%s/%s", directory, below, file);
    entry->directory = strdup(directory);
    if (!entry->raw_name || !entry->source || !entry->directory || !suffix)
        return -ENOMEM;
    lower(entry->raw_name);
    entry->name = strdup(entry->raw_name);
    if (!entry->name)
        return -ENOMEM;
    entry->tries_left = take_counters(entry->name, entry->raw_name + (suffix - file));
    entry->id = strdup(entry->name);
    return entry->id ? 0 : -ENOMEM;
}

int bls_entry_read(int root, const char *directory, const char *name, struct bls_entry *ret_entry)
{
    AUTOFREE char *text = NULL;
    size_t length;
    int r;

    *ret_entry = (struct bls_entry){.tries_left = -1};
    r = bls_entry_set_names(ret_entry, directory, "loader/entries", name);
    if (r >= 0)
        r = root_read(root, ret_entry->source, MAX_FILE, &text, &length);
    if (r < 0)
        return r;
    if (strlen(text) != length)
        return -EINVAL;
    r = parse(ret_entry, text);
    if (r < 0 || ret_entry->problem)
        return r;
    /* The loader does not show an entry whose kernel is not there. */
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
