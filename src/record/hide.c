/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/hide.h"

#include <arpa/inet.h>
#include <ctype.h>

#include "base/util.h"

/* In "name=value": the value is a secret if the name ends in one of these. */
static const char *const SECRETS[] = {"password", "passwd",     "passphrase", "pass",
                                      "pw",       "secret",     "token",      "psk",
                                      "key",      "credential", "username",   "_binary"};

/* A secret follows these, whatever precedes them. */
static const char *const MARKS[] = {"grub.pbkdf2.", "PRIVATE KEY-----",
                                    "netroot=iscsi:", "root=iscsi:"};

static size_t cover(char *start, const char *end)
{
    if (start >= end)
        return 0;
    memset(start, 'x', (size_t)(end - start));
    return 1;
}

static const char *skip(const char *at, const char *end, const char *stop)
{
    while (at < end && *at && !strchr(stop, *at))
        at++;
    return at;
}

static bool is_secret_name(const char *start, const char *equals)
{
    for (size_t i = 0; i < ELEMENTS(SECRETS); i++) {
        size_t length = strlen(SECRETS[i]);

        if ((size_t)(equals - start) >= length &&
            strncasecmp(equals - length, SECRETS[i], length) == 0)
            return true;
    }
    return false;
}

/* "name=value"; a value that is a path says where a key is and is not the key. */
static size_t hide_value(const char *data, char *equals, const char *end)
{
    const char *start = equals;
    char *value = equals + 1;
    bool quoted = value < end && (*value == '"' || *value == '\'');

    while (start > data && (isalnum((unsigned char)start[-1]) || strchr("._-", start[-1])))
        start--;
    if (!is_secret_name(start, equals) || value == end || *value == '/')
        return 0;
    if (quoted)
        return cover(value + 1, skip(value + 1, end, *value == '"' ? "\"\n" : "'\n"));
    return cover(value, skip(value, end, " \t\n\"'\\"));
}

/* "://name:password@host" */
static size_t hide_login(char *at, const char *end)
{
    const char *stop = skip(at, end, "@/ \t\n\"'");

    return stop < end && *stop == '@' ? cover(at, stop) : 0;
}

/* GRUB's "password NAME PASSWORD" and "password_pbkdf2 NAME HASH". */
static size_t hide_grub_password(char *line, const char *end)
{
    const char *at = line;
    size_t length = strlen("password"), blank;

    if ((size_t)(end - at) < length || memcmp(at, "password", length) != 0)
        return 0;
    at = skip(at, end, " \t\n");
    blank = (size_t)(end - at);
    if (!blank || (*at != ' ' && *at != '\t'))
        return 0;
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    at = skip(at, end, " \t\n");
    return cover(line + (at - line) + (at < end), skip(at, end, "\n"));
}

static size_t hide_behind_marks(char *at, const char *end)
{
    for (size_t i = 0; i < ELEMENTS(MARKS); i++) {
        size_t length = strlen(MARKS[i]);
        const char *stop;

        if ((size_t)(end - at) < length || memcmp(at, MARKS[i], length) != 0)
            continue;
        stop = *MARKS[i] == 'P' ? skip(at + length, end, "-")
                                : skip(at + length, end, *MARKS[i] == 'g' ? " \t\n\"'" : "@ \n\"'");
        return cover(at + length, stop);
    }
    return 0;
}

static size_t hide_in_text(char *data, size_t size)
{
    const char *end = data + size;
    size_t n = 0;

    for (char *at = data; at < end; at++) {
        bool starts = at == data || isspace((unsigned char)at[-1]) || strchr(";{", at[-1]);

        if (*at == '=')
            n += hide_value(data, at, end);
        else if (*at == '/' && at - data >= 2 && at[-1] == '/' && at[-2] == ':')
            n += hide_login(at + 1, end);
        else if (*at == 'p' && starts)
            n += hide_grub_password(at, end);
        else if (strchr("gPnr", *at))
            n += hide_behind_marks(at, end);
    }
    return n;
}

/* Finds where each field of a line starts; returns their number. */
static size_t split(char *line, const char *end, char *fields[], size_t max)
{
    size_t n = 0;

    while (line < end && n < max) {
        while (line < end && (*line == ' ' || *line == '\t'))
            line++;
        if (line < end)
            fields[n++] = line;
        line += skip(line, end, " \t") - line;
    }
    return n;
}

static bool is_local(const char *source)
{
    const char *end = skip(source, source + strlen(source), " \t\n");

    return source[0] != '/' || source[1] != '/' ? !memchr(source, ':', (size_t)(end - source))
                                                : false;
}

/* A line of mountinfo: hides the host of a remote source, and the options of the file system,
 * unless it is an overlay or a btrfs: those are its directories, or its subvolume. */
static size_t hide_mount(char *line, const char *end)
{
    char *fields[3], *behind = memmem(line, (size_t)(end - line), " - ", 3);
    size_t n = behind ? split(behind + 3, end, fields, 3) : 0;

    return (n > 1 && !is_local(fields[1]) ? cover(fields[1], skip(fields[1], end, " ")) : 0) +
           (n > 2 && !after_prefix(fields[0], "overlay ") && !after_prefix(fields[0], "btrfs ")
                ? cover(fields[2], end)
                : 0);
}

static size_t hide_fstab(char *line, const char *end)
{
    char *fields[1];

    return split(line, end, fields, 1) && *fields[0] != '#' && !is_local(fields[0])
               ? cover(fields[0], skip(fields[0], end, " \t"))
               : 0;
}

/* Stands for any router: the first address that RFC 5737 has for documentation, here and as the
 * kernel writes it in its table of routes. */
static const char ROUTER[] = "192.0.2.1", ROUTER_DIGITS[] = "010200C0";

static bool is_default_route(char *line, const char *end, char *fields[3])
{
    return split(line, end, fields, 3) == 3 && after_prefix(fields[1], "00000000") &&
           strspn(fields[2], "0123456789ABCDEF") == strlen(ROUTER_DIGITS);
}

/* Hides all routes but default routes, and of those the router, if there is one. */
static size_t hide_route(char *line, const char *end)
{
    char *fields[3];

    if (!is_default_route(line, end, fields))
        return cover(line, end);
    if (!after_prefix(fields[2], "00000000"))
        memcpy(fields[2], ROUTER_DIGITS, strlen(ROUTER_DIGITS));
    return 1;
}

void hide_find_routers(char *data, size_t size, char **routers)
{
    const char *end = data + size;

    for (char *line = data; line < end;) {
        const char *stop = skip(line, end, "\n");
        char *fields[3], text[INET_ADDRSTRLEN];

        if (is_default_route(line, stop, fields)) {
            uint32_t address = (uint32_t)strtoul(fields[2], NULL, 16);

            inet_ntop(AF_INET, &address, text, sizeof(text));
            append_text(routers, " ", text);
        }
        line = data + (stop + 1 - data);
    }
}

static bool is_router(const char *routers, const char *address, size_t length)
{
    for (const char *at = routers; at && *at; at += strspn(at, " ")) {
        if (strcspn(at, " ") == length && memcmp(at, address, length) == 0)
            return true;
        at += strcspn(at, " ");
    }
    return false;
}

size_t hide_neighbours(char *data, size_t size, const char *routers)
{
    const char *end = data + size;
    size_t n = 0;

    for (char *line = data; line < end;) {
        const char *stop = skip(line, end, "\n");
        size_t length = (size_t)(skip(line, stop, " ") - line),
               room = length + strspn(line + length, " ");

        if (is_router(routers, line, length) && room > strlen(ROUTER)) {
            memset(line, ' ', room);
            memcpy(line, ROUTER, strlen(ROUTER));
            n++;
        } else {
            n += cover(line, stop);
        }
        line = data + (stop + 1 - data);
    }
    return n;
}

static size_t hide_route6(char *line, const char *end)
{
    char *fields[5];
    bool known = split(line, end, fields, 5) == 5;

    if (!known || strspn(fields[0], "0") != 32 || !after_prefix(fields[1], "00"))
        return cover(line, end);
    memset(fields[4], '0', strspn(fields[4], "0123456789abcdef"));
    return 1;
}

static const struct {
    const char *name; /* the end of the path */
    size_t (*hide)(char *line, const char *end);
} TABLES[] = {
    {"/mountinfo", hide_mount},      {"etc/fstab", hide_fstab}, {"net/route", hide_route},
    {"net/ipv6_route", hide_route6}, {"net/if_inet6", cover},
};

static bool ends_in(const char *path, const char *end)
{
    size_t length = strlen(path), n = strlen(end);

    return length >= n && streq(path + length - n, end);
}

size_t hide_secrets(const char *path, char *data, size_t size)
{
    const char *end = data + size;
    size_t n = 0;

    for (size_t i = 0; i < ELEMENTS(TABLES); i++)
        for (char *line = data; line < end && ends_in(path, TABLES[i].name);) {
            const char *next = memchr(line, '\n', (size_t)(end - line));

            n += TABLES[i].hide(line, next ? next : end);
            line = data + ((next ? next + 1 : end) - data);
        }
    return n + hide_in_text(data, size);
}
