/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/settings.h"

#include <errno.h>
#include <ini.h>

#include "base/root.h"
#include "base/util.h"

enum {
    MAX_FILE = 64 * 1024,
    /* What inih accepts in its usual build, without line end and NUL; it silently cuts longer
     * lines. */
    MAX_LINE = INI_MAX_LINE - 3,
    /* It also cuts the names of sections, at a length that its header does not tell. */
    MAX_SECTION = 48,
};

/* The file that is being read. */
struct reading {
    const char *file;
    settings_take take;
    void *data;
    const char *rest; /* of the text */
    int line;         /* the number of the last one that was read */
    int bracket;      /* the last line that starts with a "[", if no key followed; or 0 */
    int section_line;
    char section[MAX_SECTION + 1];
    char *problem; /* the first one */
};

/* An ini_reader, to count lines. None is longer than inih's buffer. */
static char *read_line(char *buffer, int size, void *stream)
{
    struct reading *reading = stream;
    size_t length = strcspn(reading->rest, "\n");

    length += reading->rest[length] == '\n';
    if (length == 0)
        return NULL;
    reading->line++;
    if (*reading->rest == '[')
        reading->bracket = reading->line;
    if (length > (size_t)size - 1)
        length = (size_t)size - 1;
    memcpy(buffer, reading->rest, length);
    buffer[length] = 0;
    reading->rest += length;
    return buffer;
}

/* A section that is indented starts where its first key is, for want of better knowledge. */
static void enter_section(struct reading *reading, const char *section)
{
    if (!reading->bracket && reading->section_line && streq(section, reading->section))
        return;
    snprintf(reading->section, sizeof(reading->section), "%s", section);
    reading->section_line = reading->bracket ? reading->bracket : reading->line;
    reading->bracket = 0;
}

/* An inih handler: it returns 0 for an error, and inih then reports the line. */
static int handle(void *argument, const char *section, const char *key, const char *value)
{
    struct reading *reading = argument;
    struct setting setting = {reading->file, reading->line, 0, section, key, value};
    AUTOFREE char *problem = NULL;

    if (reading->problem)
        return 0;
    if (strlen(section) > MAX_SECTION) {
        reading->problem =
            format("the name of the section is longer than %d characters", MAX_SECTION);
        return 0;
    }
    enter_section(reading, section);
    setting.section_line = reading->section_line;
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
    reading->rest = text;
    line = ini_parse_stream(read_line, reading, handle, reading);
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

char *settings_indented_key(const char *value)
{
    size_t length = strcspn(value, " \t=");

    return value[length + strspn(value + length, " \t")] == '=' ? xstrndup(value, length) : NULL;
}

bool settings_are_absent(int root, const char *path)
{
    AUTOFREE char *part = xstrdup(path), *whole = NULL;
    bool absent = root_resolve(root, path, &whole, NULL, NULL) == -ENOENT;

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

bool settings_are_masked(int root, const char *path, char **ret_untrusted)
{
    AUTOFREE char *real = NULL, *target = NULL, *directory = xstrdup(path);
    int r = root_resolve(root, path, &real, NULL, ret_untrusted);

    if (r >= 0 && streq(real, "dev/null")) {
        if (*ret_untrusted && after_prefix(*ret_untrusted, "/dev/null "))
            set_text(ret_untrusted, NULL);
        return true;
    }
    set_text(ret_untrusted, NULL);
    /* The tree of another machine may lack its devices. */
    if (r != -ENOENT || root_readlink(root, path, &target) < 0 || !streq(target, "/dev/null"))
        return false;
    *strrchr(directory, '/') = 0;
    (void)root_resolve(root, directory, &real, NULL, ret_untrusted);
    return true;
}

static int not_used(const char *file, const char *untrusted, char **ret_error)
{
    return fail(ret_error, -EUCLEAN, format("%s is not used: %s", file, untrusted));
}

int settings_read(int root, const char *path, settings_take take, void *data, char **ret_error)
{
    AUTOFREE char *file = format("/%s", path), *text = NULL, *untrusted = NULL;
    struct reading reading = {.file = file, .take = take, .data = data};
    size_t length;
    int r;

    *ret_error = NULL;
    if (settings_are_masked(root, path, &untrusted))
        return untrusted ? not_used(file, untrusted, ret_error) : 0;
    r = root_read_trusted(root, path, MAX_FILE, &text, &length, &untrusted);
    if (settings_are_absent(root, path))
        return 0;
    if (untrusted)
        return not_used(file, untrusted, ret_error);
    if (r < 0)
        return fail_errno(ret_error, r, path);
    if (strlen(text) != length)
        return fail(ret_error, -EBADMSG, format("%s: contains a zero byte", file));
    return parse(&reading, text, ret_error);
}
