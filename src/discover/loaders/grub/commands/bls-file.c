/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/loaders/grub/commands/bls.h"

/* The keys that affect what GRUB starts. */
static const char *const KEYS[] = {"title",      "linux",      "efi",        "uki",
                                   "initrd",     "options",    "devicetree", "grub_arg",
                                   "grub_users", "grub_hotkey"};

void grub_bls_clear(struct grub_bls_file *file)
{
    free(file->name);
    free(file->id);
    free(file->path);
    free(file->text);
    free(file->lines);
    *file = (struct grub_bls_file){0};
}

const struct grub_bls_line *grub_bls_find(const struct grub_bls_file *file, const char *key,
                                          const struct grub_bls_line *after)
{
    for (size_t i = after ? (size_t)(after - file->lines) + 1 : 0; i < file->n; i++)
        if (streq(file->lines[i].key, key))
            return &file->lines[i];
    return NULL;
}

static int give_up(const struct grub_bls_file *file, unsigned line, const char *why,
                   char **ret_problem)
{
    *ret_problem = format("%s:%u: %s", file->path, line, why);
    return -ECANCELED;
}

/* Fedora's GRUB splits at the first blank, or at the first tab if there is no blank at all. */
static char *split_fedora(char *line)
{
    char *end = strchr(line, ' ');

    if (!end)
        end = strchr(line, '\t');
    if (!end || !end[1])
        return NULL;
    *end++ = 0;
    return end + strspn(end, " \t");
}

static char *split_upstream(char *line)
{
    char *end = line + strcspn(line, " \t");

    if (!*end)
        return NULL;
    *end++ = 0;
    end += strspn(end, " \t");
    return *end ? end : NULL;
}

static bool matters(const char *line)
{
    line += strspn(line, " \t");
    for (size_t i = 0; i < ELEMENTS(KEYS); i++) {
        const char *rest = after_prefix(line, KEYS[i]);

        if (rest && (*rest == ' ' || *rest == '\t'))
            return true;
    }
    return false;
}

/* GRUB stops reading at a line without a key and a value, even at an empty one. */
static int check_rest(const struct grub_bls_file *file, char *rest, unsigned line,
                      char **ret_problem)
{
    for (char *next; (next = strsep(&rest, "\n"));)
        if (matters(next))
            return give_up(file, line, "GRUB stops reading at this line", ret_problem);
    return 0;
}

static int parse(struct grub_bls_file *file, enum grub_flavour flavour, char **ret_problem)
{
    char *rest = file->text, *line;

    for (unsigned number = 1; rest && *rest; number++) {
        char *value;

        line = strsep(&rest, "\n");
        if (flavour == GRUB_FEDORA && (*line == ' ' || *line == '\t'))
            return give_up(file, number, "a blank at the start of the line", ret_problem);
        line += strspn(line, " \t");
        if (*line == '#')
            continue;
        value = flavour == GRUB_FEDORA ? split_fedora(line) : split_upstream(line);
        if (!value)
            return check_rest(file, rest, number, ret_problem);
        if (file->n == GRUB_BLS_MAX_LINES)
            return give_up(file, number, "more than 256 lines", ret_problem);
        file->lines[file->n++] = (struct grub_bls_line){line, value, number};
    }
    return 0;
}

/* GRUB ignores every CR. */
static bool clean(char *text, size_t length)
{
    char *out = text;

    for (size_t i = 0; i < length; i++) {
        if (!text[i] || text[i] == GRUB_MARK || text[i] == GRUB_MARK_END)
            return false;
        if (text[i] != '\r')
            *out++ = text[i];
    }
    *out = 0;
    return true;
}

int grub_bls_read(int root, const char *directory, const char *name, enum grub_flavour flavour,
                  struct grub_bls_file *ret_file, char **ret_problem)
{
    AUTOFREE char *untrusted = NULL, *link = NULL;
    size_t length;
    int r;

    *ret_file = (struct grub_bls_file){
        .name = xstrdup(name),
        .id = xstrndup(name, strlen(name) - strlen(".conf")),
        .path = format("%s/%s", directory, name),
        .lines = xcalloc(GRUB_BLS_MAX_LINES, sizeof(*ret_file->lines)),
    };
    if (root_readlink(root, ret_file->path, &link) >= 0)
        return give_up(ret_file, 1, "a link, which GRUB may follow to another file", ret_problem);
    r = root_read_trusted(root, ret_file->path, GRUB_BLS_MAX_FILE, &ret_file->text, &length,
                          &untrusted);
    if (r < 0)
        return give_up(ret_file, 1, untrusted ? untrusted : strerror(-r), ret_problem);
    if (!clean(ret_file->text, length))
        return give_up(ret_file, 1, "not a text file", ret_problem);
    return parse(ret_file, flavour, ret_problem);
}
