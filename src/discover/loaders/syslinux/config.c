/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/syslinux/config.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>

#include "base/fd.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/loaders/syslinux/label.h"
#include "discover/loaders/syslinux/words.h"

enum {
    MAX_FILE = 64 * 1024,
    MAX_FILES = 32,
    MAX_LINE = 4094, /* the boot loader splits longer ones */
    MAX_NUMBER = 32767,
};

/* The state of reading; all files act as one. */
struct parser {
    const struct syslinux_place *place;
    struct syslinux_config *config;
    struct syslinux_label label; /* ->label is NULL outside of a LABEL */
    char *append;                /* for labels without their own */
    unsigned long sysappend;
    size_t files;
    const char *path; /* the current file and line */
    unsigned line;
    bool in_text; /* TEXT, up to ENDTEXT */
};

/* Handles a line; `rest` is what follows the keyword. */
typedef void handler(struct parser *parser, const char *rest);

/* Keeps the first problem. */
static void give_up(struct parser *parser, const char *problem)
{
    if (!parser->config->problem)
        parser->config->problem = format("%s:%u: %s", parser->path, parser->line, problem);
}

static void finish_label(struct parser *parser)
{
    if (!syslinux_label_finish(&parser->label, parser->append, parser->config))
        give_up(parser, "too many entries");
}

static void start_label(struct parser *parser, const char *name, size_t length)
{
    finish_label(parser);
    parser->label = (struct syslinux_label){
        .label = xstrndup(name, length),
        .kernel = xstrndup(name, length),
        .type = "kernel",
        .sysappend = parser->sysappend,
        .source = format("%s:%u", parser->path, parser->line),
    };
}

static void take_label(struct parser *parser, const char *rest)
{
    /* The menu takes the whole line as the name. */
    if (rest[syslinux_word(rest)])
        give_up(parser, "LABEL with a blank behind its name");
    start_label(parser, rest, syslinux_word(rest));
}

/* A line before the first label applies to all labels without such a line; `of_all` is NULL if it
 * has no meaning there. */
static void set(struct parser *parser, char **of_label, char **of_all, const char *value)
{
    char **place = parser->label.label ? of_label : of_all;

    if (place)
        set_text(place, xstrdup(value));
}

static void take_append(struct parser *parser, const char *rest)
{
    set(parser, &parser->label.append, &parser->append, rest);
}

static void take_initrd(struct parser *parser, const char *rest)
{
    set(parser, &parser->label.initrd, NULL, rest);
}

static void take_sysappend(struct parser *parser, const char *rest)
{
    unsigned long value = strtoul(rest, NULL, 0);

    if (parser->label.label)
        parser->label.sysappend = value;
    else
        parser->sysappend = value;
}

/* The result of the boot loader's atoi(), if that is certain. */
static unsigned long number(struct parser *parser, const char *rest)
{
    char *end = (char *)rest;
    unsigned long value = isdigit((unsigned char)*rest) ? strtoul(rest, &end, 10) : 0;

    if ((unsigned char)*end > ' ' || value > MAX_NUMBER)
        give_up(parser, "not a number that fastreboot reads");
    return value;
}

static void take_timeout(struct parser *parser, const char *rest)
{
    parser->config->timeout = number(parser, rest);
}

static void take_total_timeout(struct parser *parser, const char *rest)
{
    parser->config->total_timeout = number(parser, rest);
}

static void take_prompt(struct parser *parser, const char *rest)
{
    parser->config->prompt = number(parser, rest) != 0;
}

static void take_no_escape(struct parser *parser, const char *rest)
{
    parser->config->no_escape = number(parser, rest) != 0;
}

static void take_default(struct parser *parser, const char *rest)
{
    set_text(&parser->config->by_default, xstrdup(rest));
}

static void take_on_timeout(struct parser *parser, const char *rest)
{
    set_text(&parser->config->on_timeout, xstrdup(rest));
}

static void take_ui(struct parser *parser, const char *rest)
{
    set_text(&parser->config->ui, xstrdup(rest));
}

static void take_text(struct parser *parser, const char *rest)
{
    (void)rest;
    parser->in_text = true;
}

static void read_file(struct parser *parser, const char *path, bool included);

static void take_include(struct parser *parser, const char *rest)
{
    AUTOFREE char *name = xstrndup(rest, syslinux_word(rest)), *path = NULL, *problem = NULL;
    const char *old_path = parser->path;
    unsigned old_line = parser->line;

    /* The menu makes a submenu of a file with a title. */
    if (*syslinux_next(rest) || !*name || streq(name, "~"))
        give_up(parser, "INCLUDE of a submenu");
    else
        path = syslinux_place_map(parser->place, name, &problem);
    if (problem)
        give_up(parser, problem);
    if (!path)
        return;
    read_file(parser, path, true);
    parser->path = old_path;
    parser->line = old_line;
}

/* After MENU */

static void menu_label(struct parser *parser, const char *rest)
{
    set(parser, &parser->label.title, NULL, rest);
}

static void menu_default(struct parser *parser, const char *rest)
{
    (void)rest;
    parser->label.is_default = true;
}

static void menu_hide(struct parser *parser, const char *rest)
{
    (void)rest;
    parser->label.hidden = true;
}

static void menu_disable(struct parser *parser, const char *rest)
{
    (void)rest;
    parser->label.disabled = true;
}

static void menu_shiftkey(struct parser *parser, const char *rest)
{
    (void)rest;
    parser->config->quiet_menu = true;
}

static void menu_save(struct parser *parser, const char *rest)
{
    (void)rest;
    parser->config->remembers = true;
}

static void menu_separator(struct parser *parser, const char *rest)
{
    start_label(parser, rest, 0);
    parser->label.disabled = true;
    finish_label(parser);
}

static void menu_other(struct parser *parser, const char *rest)
{
    (void)rest;
    give_up(parser, "a menu with submenus, which fastreboot does not read");
}

struct keyword {
    const char *name;
    handler *take;
};

/* All others only affect the screen. */
static const struct keyword MENU[] = {
    {"label", menu_label},
    {"default", menu_default},
    {"hide", menu_hide},
    {"shiftkey", menu_shiftkey},
    {"save", menu_save},
    {"separator", menu_separator},
    {"disable", menu_disable},
    {"disabled", menu_disable},
    {"include", take_include},
    {"begin", menu_other},
    {"end", menu_other},
    {"goto", menu_other},
    {"exit", menu_other},
    {"quit", menu_other},
    {"start", menu_other},
    {"help", menu_other},
    {NULL, NULL},
};

static const char *const TYPES[] = {"none", "localboot", "kernel",  "linux", "boot",  "bss",
                                    "pxe",  "fdimage",   "comboot", "com32", "config"};

static bool is_keyword(const char *line, const char *keyword)
{
    size_t length = syslinux_word(line);

    return strlen(keyword) == length && strncasecmp(line, keyword, length) == 0;
}

static void take(struct parser *parser, const struct keyword *keywords, const char *line)
{
    while (keywords->name && !is_keyword(line, keywords->name))
        keywords++;
    if (keywords->take)
        keywords->take(parser, syslinux_next(line));
}

static void take_menu(struct parser *parser, const char *rest)
{
    take(parser, MENU, rest);
}

static const struct keyword KEYWORDS[] = {
    {"menu", take_menu},
    {"text", take_text},
    {"include", take_include},
    {"append", take_append},
    {"initrd", take_initrd},
    {"label", take_label},
    {"timeout", take_timeout},
    {"totaltimeout", take_total_timeout},
    {"ontimeout", take_on_timeout},
    {"ipappend", take_sysappend},
    {"sysappend", take_sysappend},
    {"default", take_default},
    {"ui", take_ui},
    {"prompt", take_prompt},
    {"noescape", take_no_escape},
    {NULL, NULL},
};

static void take_line(struct parser *parser, char *line)
{
    const char *start;

    if (strlen(line) > MAX_LINE)
        give_up(parser, "too long");
    line[strcspn(line, "\r")] = 0;
    start = syslinux_skip(line);
    if (parser->in_text) {
        parser->in_text = !is_keyword(start, "endtext");
        return;
    }
    for (size_t i = 0; i < ELEMENTS(TYPES); i++)
        if (is_keyword(start, TYPES[i]) && parser->label.label) {
            set_text(&parser->label.kernel, xstrdup(syslinux_next(start)));
            parser->label.type = TYPES[i];
            return;
        }
    take(parser, KEYWORDS, start);
}

static void read_lines(struct parser *parser, const char *path, char *text)
{
    parser->path = path;
    parser->line = 0;
    while (text && !parser->config->problem) {
        char *line = strsep(&text, "\n");

        parser->line++;
        take_line(parser, line);
    }
    parser->in_text = false;
}

/* An included file may be missing. */
static void read_file(struct parser *parser, const char *path, bool included)
{
    AUTOFREE char *text = NULL, *untrusted = NULL;
    AUTOCLOSE int fd = root_open(parser->place->root, path, &untrusted);
    size_t length = 0;
    int r = fd;

    if (included && (r == -ENOENT || r == -ENOTDIR))
        return;
    if (r >= 0)
        r = fd_read(fd, MAX_FILE, &text, &length);
    parser->path = path;
    parser->line = 0;
    if (r < 0)
        give_up(parser, strerror(-r));
    else if (untrusted)
        give_up(parser, untrusted);
    else if (++parser->files > MAX_FILES)
        give_up(parser, "too many files are included");
    else if (strlen(text) != length)
        give_up(parser, "not a text");
    else
        read_lines(parser, path, text);
}

void syslinux_config_read(const struct syslinux_place *place, const char *path,
                          struct syslinux_config *ret_config)
{
    struct parser parser = {.place = place, .config = ret_config};

    *ret_config = (struct syslinux_config){.menu_default = SIZE_MAX};
    read_file(&parser, path, false);
    finish_label(&parser);
    syslinux_label_clear(&parser.label);
    free(parser.append);
}
