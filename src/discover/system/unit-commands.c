/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/unit-commands.h"

#include <errno.h>

#include "base/paths.h"
#include "base/root.h"
#include "base/text.h"
#include "base/util.h"

/* This reads unit files as systemd.unit(5) describes: the file in the first of the directories
 * counts, then come the drop-ins of all of them, by name; an empty assignment drops those before.
 */

enum {
    MAX_FILE = 64 * 1024,
    MAX_DROP_INS = 256,
};

static const char *const DIRS[] = {
    "etc/systemd/system.control", "run/systemd/system.control", "run/systemd/transient",
    "etc/systemd/system",         "run/systemd/system",         "usr/local/lib/systemd/system",
    "usr/lib/systemd/system",     "lib/systemd/system",
};

/* What a unit has to run. */
struct command {
    const char *unit;
    const char *drop_ins[3]; /* directories of drop-ins for it and for others like it */
    const char *key;
    const char *arguments;
};

static const struct command COMMANDS[] = {
    {SERVICE_UNIT, {SERVICE_UNIT ".d", "service.d"}, "ExecStop", "load --at-shutdown"},
    {JUMP_UNIT, {JUMP_UNIT ".d", "fastreboot-.service.d", "service.d"}, "ExecStart", "jump"},
};

/* What was read so far. */
struct reading {
    const struct command *command;
    bool runs;    /* the command is among those that would be run */
    char *source; /* the last line that changed this, "/PATH:LINE"; or the unit's file */
};

/* "-/usr/sbin/fastreboot jump", or that behind another program that starts it. */
static bool is_it(const char *value, const char *arguments)
{
    AUTOFREE char *end = format("/fastreboot %s", arguments);
    size_t length = strlen(value);

    return length >= strlen(end) && streq(value + length - strlen(end), end);
}

static void take_line(struct reading *reading, const char *line, const char *file, size_t number)
{
    const char *value = after_prefix(line, reading->command->key);
    bool runs = reading->runs;

    if (!value)
        return;
    value += strspn(value, " \t");
    if (*value++ != '=')
        return;
    value += strspn(value, " \t");
    if (!*value)
        reading->runs = false;
    else
        reading->runs = reading->runs || is_it(value, reading->command->arguments);
    if (runs != reading->runs)
        set_text(&reading->source, format("/%s:%zu", file, number));
}

/* One line ends in the next where a backslash stands before its end. */
static void join_lines(char *text)
{
    for (char *end = strstr(text, "\\\n"); end; end = strstr(end, "\\\n"))
        memset(end, ' ', 2);
}

static void strip_end(char *line)
{
    size_t length = strlen(line);

    while (length > 0 && strchr(" \t\r", line[length - 1]))
        line[--length] = 0;
}

static int read_unit_file(int root, struct reading *reading, const char *path)
{
    AUTOFREE char *text = NULL, *whole = NULL;
    bool in_service = false;
    char *rest = NULL;
    int r = root_read(root, path, MAX_FILE, &text, NULL);

    if (r < 0)
        return r;
    whole = xstrdup(text);
    join_lines(text);
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        line += strspn(line, " \t");
        strip_end(line);
        if (*line == '[')
            in_service = streq(line, "[Service]");
        else if (in_service)
            take_line(reading, line, path, text_line_at(whole, (size_t)(line - text)));
    }
    return 0;
}

/* The file of that name in the first of the directories, for free(); NULL where there is none. */
static char *find_file(int root, const char *name)
{
    for (size_t i = 0; i < ELEMENTS(DIRS); i++) {
        char *path = format("%s/%s", DIRS[i], name);

        if (root_exists(root, path) > 0)
            return path;
        free(path);
    }
    return NULL;
}

static int is_drop_in(const char *name)
{
    size_t length = strlen(name);

    return name[0] != '.' && length > 5 && streq(name + length - 5, ".conf");
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(basename(*(char *const *)a), basename(*(char *const *)b));
}

/* A file hides those of the same name in directories that come later. */
static bool is_hidden(char *const *paths, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (streq(basename(paths[i]), name))
            return true;
    return false;
}

static int add_drop_ins(int root, const char *directory, char ***paths, size_t *n)
{
    CLEANUP(names_freep) char **names = NULL;
    int r = root_names(root, directory, is_drop_in, MAX_DROP_INS, &names);

    for (char **name = names; name && *name; name++)
        if (!is_hidden(*paths, *n, *name))
            *APPEND(*paths, *n) = format("%s/%s", directory, *name);
    return r == -ENOENT || r == -ENOTDIR ? 0 : r;
}

static int read_drop_ins(int root, struct reading *reading)
{
    const struct command *command = reading->command;
    char **paths = NULL;
    size_t n = 0;
    int r = 0;

    for (size_t i = 0; i < ELEMENTS(command->drop_ins) && command->drop_ins[i]; i++)
        for (size_t j = 0; r >= 0 && j < ELEMENTS(DIRS); j++) {
            AUTOFREE char *directory = format("%s/%s", DIRS[j], command->drop_ins[i]);

            r = add_drop_ins(root, directory, &paths, &n);
        }
    if (n > 0)
        qsort(paths, n, sizeof(*paths), compare_names);
    for (size_t i = 0; i < n; i++) {
        int error = r < 0 ? 0 : read_unit_file(root, reading, paths[i]);

        /* A link to /dev/null hides others and has nothing in it. */
        if (error < 0 && error != -EINVAL && error != -ENOENT)
            r = error;
        free(paths[i]);
    }
    free(paths);
    return r;
}

static void check(int root, const struct command *command, struct answer *changed)
{
    AUTOFREE char *path = find_file(root, command->unit);
    struct reading reading = {.command = command};
    bool has_unit;
    int r;

    if (!path)
        return; /* not installed, which is another reason */
    reading.source = format("/%s", path);
    r = read_unit_file(root, &reading, path);
    has_unit = r >= 0;
    if (r == -EINVAL || r == -ENOENT)
        r = 0; /* masked, or a link that leads nowhere: another reason, too */
    else if (r >= 0)
        r = read_drop_ins(root, &reading);
    if (r >= 0 && has_unit && !reading.runs) {
        answer_note(changed, format("%s: %s does not run `fastreboot %s` any more", reading.source,
                                    command->unit, command->arguments));
        answer_set_source(changed, reading.source);
    }
    if (r < 0)
        answer_note_unknown(changed, -r, NULL);
    free(reading.source);
}

void unit_commands_check(int root, struct answer *changed)
{
    for (size_t i = 0; i < ELEMENTS(COMMANDS); i++)
        check(root, &COMMANDS[i], changed);
}
