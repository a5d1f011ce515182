/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/config.h"

#include <errno.h>
#include <ini.h>
#include <stdint.h>

#include "base/root.h"
#include "base/util.h"

enum {
    MAX_FILE = 64 * 1024,
    MAX_FILES = 64,
    /* What inih takes in its common build, less line end and NUL; it cuts longer lines silently. */
    MAX_LINE = INI_MAX_LINE - 3,
};

enum key_type {
    KEY_CHOICE, /* one of two words */
    KEY_PATH,   /* one absolute path */
    KEY_PATHS,  /* several, or "none"; more lines add to it */
    KEY_WORDS,  /* kernel parameters; more lines add to it */
};

struct key {
    const char *name;
    enum key_type type;
    size_t offset;          /* of its place in struct config */
    const char *choices[2]; /* of a KEY_CHOICE, for the values 0 and 1 */
    size_t source;          /* offset of where to note the file, or 0 */
};

static const struct key KEYS[] = {
    {"mode",
     KEY_CHOICE,
     offsetof(struct config, mode),
     {"fast", "firmware"},
     offsetof(struct config, mode_source)},
    {"load", KEY_CHOICE, offsetof(struct config, load), {"shutdown", "early"}, 0},
    {"kernel",
     KEY_PATH,
     offsetof(struct config, kernel),
     {0},
     offsetof(struct config, kernel_source)},
    {"initrd", KEY_PATHS, offsetof(struct config, initrd), {0}, 0},
    {"cmdline", KEY_WORDS, offsetof(struct config, cmdline), {0}, 0},
    {"cmdline-append", KEY_WORDS, offsetof(struct config, cmdline_append), {0}, 0},
    {"cmdline-remove", KEY_WORDS, offsetof(struct config, cmdline_remove), {0}, 0},
};

/* One file being read. */
struct reading {
    struct config *config;
    const char *path;
    char *problem; /* the first one, without file and line */
    bool no_memory;
    bool given[ELEMENTS(KEYS)]; /* in this file: a later file replaces what an earlier one set */
};

static void *field(struct config *config, size_t offset)
{
    return (char *)config + offset;
}

static int refuse(struct reading *reading, char *problem)
{
    if (!problem)
        reading->no_memory = true;
    if (reading->problem)
        free(problem);
    else
        reading->problem = problem;
    return 0; /* inih's word for an error: it then gives us the line */
}

static int set_text(struct reading *reading, char **text, char *value)
{
    if (!value)
        return refuse(reading, NULL);
    free(*text);
    *text = value;
    return 1;
}

static int set_choice(struct reading *reading, const struct key *key, const char *value)
{
    for (int i = 0; i < 2; i++)
        if (streq(value, key->choices[i])) {
            *(int *)field(reading->config, key->offset) = i;
            return 1;
        }
    return refuse(reading, format("%s = %s: must be %s or %s", key->name, value, key->choices[0],
                                  key->choices[1]));
}

static bool paths_are_absolute(const char *value)
{
    for (value += strspn(value, " \t"); *value; value += strspn(value, " \t")) {
        if (*value != '/')
            return false;
        value += strcspn(value, " \t");
    }
    return true;
}

static int set_value(struct reading *reading, const struct key *key, bool again, const char *value)
{
    char **text = field(reading->config, key->offset);

    switch (key->type) {
    case KEY_CHOICE:
        return set_choice(reading, key, value);
    case KEY_PATH:
    case KEY_PATHS:
        if (!*value)
            return refuse(reading, format("%s: needs a path", key->name));
        if (key->type == KEY_PATHS && streq(value, "none"))
            break;
        if (!paths_are_absolute(value))
            return refuse(reading, format("%s = %s: must be absolute", key->name, value));
        if (key->type == KEY_PATH && strpbrk(value, " \t"))
            return refuse(reading, format("%s = %s: must be one path", key->name, value));
        break;
    case KEY_WORDS:
        break;
    }
    if (again)
        return set_text(reading, text, format("%s %s", *text, value));
    return set_text(reading, text, strdup(value));
}

/* An inih handler: gives 1 when the value was taken. */
static int handle(void *argument, const char *section, const char *name, const char *value)
{
    struct reading *reading = argument;

    if (*section)
        return refuse(reading, format("unknown section [%s]", section));
    for (size_t i = 0; i < ELEMENTS(KEYS); i++) {
        const struct key *key = &KEYS[i];
        bool again = reading->given[i];

        if (!streq(name, key->name))
            continue;
        if (again && (key->type == KEY_CHOICE || key->type == KEY_PATH))
            return refuse(reading, format("%s is given twice (or the line below it starts with a "
                                          "blank)",
                                          name));
        reading->given[i] = true;
        if (!set_value(reading, key, again, value))
            return 0;
        if (key->source)
            return set_text(reading, field(reading->config, key->source), strdup(reading->path));
        return 1;
    }
    return refuse(reading, format("unknown key \"%s\"", name));
}

/* The number of the first line that inih would cut, or 0. */
static int overlong_line(const char *text)
{
    for (int line = 1; *text; line++) {
        size_t length = strcspn(text, "\n");

        if (length > MAX_LINE)
            return line;
        text += length + (text[length] == '\n');
    }
    return 0;
}

static int fail(struct config *config, char *error)
{
    free(config->error);
    config->error = error;
    return error ? 0 : -ENOMEM;
}

static int fail_errno(struct config *config, const char *name, int error)
{
    config->error_number = error;
    return fail(config, format("%s: %s", name, strerror(error)));
}

static int parse(struct config *config, const char *path, const char *text)
{
    struct reading reading = {.config = config, .path = path};
    AUTOFREE char *problem = NULL;
    int line = overlong_line(text);

    if (line)
        return fail(config, format("%s:%d: longer than %d characters; continue it on a line that "
                                   "starts with a blank",
                                   path, line, MAX_LINE));
    line = ini_parse_string(text, handle, &reading);
    problem = reading.problem;
    if (reading.no_memory || line < 0)
        return -ENOMEM;
    if (line > 0)
        return fail(config, format("%s:%d: %s", path, line,
                                   problem ? problem : "is neither \"key = value\" nor a comment"));
    return 0;
}

/* `path` is relative to the root; 0 also when there is no such file. */
static int load_file(int root, struct config *config, const char *path)
{
    AUTOFREE char *name = format("/%s", path), *text = NULL, *untrusted = NULL;
    AUTOCLOSE int fd = -1;
    size_t length;
    int r;

    if (!name)
        return -ENOMEM;
    fd = root_open(root, path, &untrusted);
    if (fd == -ENOENT && root_exists(root, path) == 0)
        return 0;
    if (fd < 0)
        return fail_errno(config, name, -fd);
    if (untrusted)
        return fail(config, format("%s is not used: %s", name, untrusted));
    r = fd_read(fd, MAX_FILE, &text, &length);
    if (r < 0)
        return fail_errno(config, name, -r);
    if (strlen(text) != length)
        return fail(config, format("%s: contains a zero byte", name));
    return parse(config, name, text);
}

static int is_drop_in(const char *name)
{
    size_t length = strlen(name);

    return name[0] != '.' && length > 5 && streq(name + length - 5, ".conf");
}

static int load_drop_ins(int root, struct config *config)
{
    CLEANUP(names_freep) char **names = NULL;
    int r = root_names(root, CONFIG_DIR, is_drop_in, MAX_FILES, &names);

    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return fail_errno(config, "/" CONFIG_DIR, -r);
    for (char **name = names; *name && !config->error; name++) {
        AUTOFREE char *path = format("%s/%s", CONFIG_DIR, *name);

        if (!path)
            return -ENOMEM;
        r = load_file(root, config, path);
        if (r < 0)
            return r;
    }
    return 0;
}

int config_load(int root, struct config *ret_config)
{
    int r;

    *ret_config = (struct config){0};
    r = load_file(root, ret_config, CONFIG_FILE);
    if (r < 0 || ret_config->error)
        return r;
    r = load_drop_ins(root, ret_config);
    if (r < 0 || ret_config->error)
        return r;
    /* Half a choice would pair a kernel with an initrd of another one. */
    if (!ret_config->kernel != !ret_config->initrd)
        return fail(ret_config,
                    format("%s: kernel and initrd go together, %s is not set (for a "
                           "kernel without an initrd: initrd = none)",
                           ret_config->kernel ? ret_config->kernel_source : "/" CONFIG_FILE,
                           ret_config->kernel ? "initrd" : "kernel"));
    return 0;
}

void config_clear(struct config *config)
{
    for (size_t i = 0; i < ELEMENTS(KEYS); i++) {
        if (KEYS[i].type != KEY_CHOICE)
            free(*(char **)field(config, KEYS[i].offset));
        if (KEYS[i].source)
            free(*(char **)field(config, KEYS[i].source));
    }
    free(config->error);
    *config = (struct config){0};
}
