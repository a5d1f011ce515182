/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/settings.h"

#include <errno.h>
#include <ini.h>

#include "base/root.h"
#include "base/util.h"

enum {
    MAX_FILE = 64 * 1024,
    MAX_FILES = 64,
    /* What inih accepts in its usual build, without line end and NUL; it silently cuts longer
     * lines. */
    MAX_LINE = INI_MAX_LINE - 3,
};

/* The file that is being read. */
struct reading {
    const char *file;
    settings_take take;
    void *data;
    char *problem; /* the first one */
};

/* An inih handler: it returns 0 for an error, and inih then reports the line. */
static int handle(void *argument, const char *section, const char *key, const char *value)
{
    struct reading *reading = argument;
    struct setting setting = {reading->file, section, key, value};
    AUTOFREE char *problem = NULL;

    if (reading->problem)
        return 0;
    if (reading->take(reading->data, &setting, &problem))
        return 1;
    reading->problem = steal(&problem);
    return 0;
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

static int fail(char **ret_error, int error, char *text)
{
    *ret_error = text;
    return error;
}

static int fail_errno(char **ret_error, int error, const char *path)
{
    return fail(ret_error, error, format("/%s: %s", path, strerror(-error)));
}

static int parse(struct reading *reading, const char *text, char **ret_error)
{
    int line = overlong_line(text);
    AUTOFREE char *problem = NULL;

    if (line)
        return fail(ret_error, -EBADMSG,
                    format("%s:%d: longer than %d characters; continue it on a line that starts "
                           "with a blank",
                           reading->file, line, MAX_LINE));
    line = ini_parse_string(text, handle, reading);
    problem = reading->problem;
    if (line < 0) /* out of memory, for inih */
        out_of_memory();
    if (line == 0)
        return 0;
    return fail(ret_error, -EBADMSG,
                format("%s:%d: %s", reading->file, line,
                       problem ? problem : "is neither \"key = value\" nor a comment"));
}

int settings_parse(const char *file, const char *text, settings_take take, void *data,
                   char **ret_error)
{
    *ret_error = NULL;
    return parse(&(struct reading){.file = file, .take = take, .data = data}, text, ret_error);
}

/* Whether nothing exists at the path. A dangling link on the way counts as something: it was meant
 * to lead to a file that somebody wrote. */
static bool is_absent(int root, const char *path)
{
    AUTOFREE char *part = xstrdup(path);
    bool absent = true;

    for (char *slash = strchr(part, '/'); absent; slash = strchr(slash + 1, '/')) {
        AUTOFREE char *real = NULL;

        if (slash)
            *slash = 0;
        absent = root_exists(root, part) == 0 || root_resolve(root, part, &real, NULL, NULL) >= 0;
        if (!slash)
            break;
        *slash = '/';
    }
    return absent;
}

int settings_read(int root, const char *path, settings_take take, void *data, char **ret_error)
{
    AUTOFREE char *file = format("/%s", path), *text = NULL, *untrusted = NULL;
    struct reading reading = {.file = file, .take = take, .data = data};
    size_t length;
    int r = root_read_trusted(root, path, MAX_FILE, &text, &length, &untrusted);

    *ret_error = NULL;
    if (r == -ENOENT && is_absent(root, path))
        return 0;
    if (untrusted)
        return fail(ret_error, -EUCLEAN, format("%s is not used: %s", file, untrusted));
    if (r < 0)
        return fail_errno(ret_error, r, path);
    if (strlen(text) != length)
        return fail(ret_error, -EBADMSG, format("%s: contains a zero byte", file));
    return parse(&reading, text, ret_error);
}

static int is_settings_file(const char *name)
{
    size_t length = strlen(name);

    return name[0] != '.' && length > 5 && streq(name + length - 5, ".conf");
}

int settings_read_directory(int root, const char *path, settings_take take, void *data,
                            char **ret_error)
{
    CLEANUP(names_freep) char **names = NULL;
    int r = root_names(root, path, is_settings_file, MAX_FILES, &names);

    *ret_error = NULL;
    if (r == -ENOENT && is_absent(root, path))
        return 0;
    if (r == -E2BIG)
        return fail(ret_error, r, format("/%s: more than %d files", path, MAX_FILES));
    if (r < 0)
        return fail_errno(ret_error, r, path);
    for (char **name = names; *name; name++) {
        AUTOFREE char *file = format("%s/%s", path, *name);

        r = settings_read(root, file, take, data, ret_error);
        if (r < 0)
            return r;
    }
    return 0;
}
