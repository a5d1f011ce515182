/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/routes.h"

#include <errno.h>

#include "base/fd.h"
#include "base/map.h"
#include "base/root.h"
#include "base/util.h"

enum {
    MAX_TABLE = 1024 * 1024,
    MAX_FIELDS = 16,
    ROUTE_UP = 0x1, /* RTF_UP, RTF_REJECT of linux/route.h */
    ROUTE_REJECT = 0x200,
};

/* Where the fields of a line are. A short line is one of a recorded machine. */
static const struct table {
    const char *name;
    size_t destination, mask, flags, link;
    const char *no_mask;
    bool sorted; /* default routes stand before all others; in IPv6's table they stand last */
} TABLES[] = {
    [ROUTES_IPV4] = {"route", 1, 7, 3, 0, "00000000", true},
    [ROUTES_IPV6] = {"ipv6_route", 0, 1, 8, 9, "00", false},
};

void routes_clear(struct routes *routes)
{
    for (size_t i = 0; i < routes->n; i++)
        free(routes->links[i]);
    free(routes->links);
    *routes = (struct routes){0};
}

static bool is_zero(const char *number)
{
    return !number[strspn(number, "0")];
}

/* The interface of a default route that can be used, or NULL. */
static const char *default_link(const struct table *table, char *const fields[], size_t n)
{
    unsigned long flags = n > table->flags ? strtoul(fields[table->flags], NULL, 16) : ROUTE_UP;
    const char *link = n > table->link ? fields[table->link] : fields[n - 1];

    if (!is_zero(fields[table->destination]) ||
        (n > table->mask && !streq(fields[table->mask], table->no_mask)))
        return NULL;
    if (!(flags & ROUTE_UP) || (flags & ROUTE_REJECT) || streq(link, "lo") || strchr(link, '/'))
        return NULL;
    return link;
}

/* Not that of a heading. */
static bool is_address(const char *field)
{
    return !field[strspn(field, "0123456789abcdefABCDEF")];
}

static void take_lines(const struct table *table, char *text, struct routes *routes)
{
    CLEANUP(map_clear) struct map seen = {0};
    char *rest;

    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *fields[MAX_FIELDS], *rest_of_line;
        const char *link;
        size_t n = 0;

        for (char *field = strtok_r(line, " \t", &rest_of_line); field && n < MAX_FIELDS;
             field = strtok_r(NULL, " \t", &rest_of_line))
            fields[n++] = field;
        if (n < 2)
            continue;
        link = default_link(table, fields, n);
        if (link && map_add(&seen, link, NULL))
            *APPEND(routes->links, routes->n) = xstrdup(link);
        if (table->sorted && is_address(fields[table->destination]) &&
            !is_zero(fields[table->destination]))
            routes->complete = true;
    }
}

/* The lines that the kernel's table would have for these routes. */
static char *lines_of(const struct routes *routes)
{
    static const char NONE[] = "00000000000000000000000000000000 00";
    char *text = xstrdup("");

    for (size_t i = 0; i < routes->n; i++)
        set_text(&text, format("%s%s %s %.32s 00000400 00000001 00000000 00000003 %8s\n", text,
                               NONE, NONE, NONE, routes->links[i]));
    return text;
}

/* Whether the kernel has named the default routes. A recording then gets them alone, as a table
 * that is cut off would tell it less. */
static bool ask(int root, int fd, struct routes *routes)
{
    struct routes asked;
    AUTOFREE char *lines = NULL;
    int r = routes_ask(root, &asked);

    if (r < 0) {
        routes_clear(&asked);
        return false;
    }
    lines = lines_of(&asked);
    fd_tell(fd, lines, strlen(lines));
    routes_clear(routes);
    *routes = asked;
    return true;
}

/* Takes what was read of the table; a line that is cut off says nothing. */
static void take(int root, int fd, enum route_family family, char *text, size_t length,
                 struct routes *routes)
{
    char *end = length == MAX_TABLE ? strrchr(text, '\n') : NULL;
    AUTOFREE char *copy = xstrndup(text, end ? (size_t)(end - text) : length);

    routes->complete = length < MAX_TABLE;
    take_lines(&TABLES[family], copy, routes);
    if (routes->complete || family != ROUTES_IPV6 || !ask(root, fd, routes))
        fd_tell(fd, text, length);
}

int routes_read(int root, const char *directory, enum route_family family, struct routes *ret)
{
    AUTOFREE char *path = format("%s/%s", directory, TABLES[family].name), *text = NULL;
    AUTOCLOSE int fd = root_open(root, path, NULL);
    size_t length;
    int r = fd < 0 ? fd : fd_read_start(fd, MAX_TABLE, &text, &length);

    *ret = (struct routes){0};
    if (r >= 0)
        take(root, fd, family, text, length, ret);
    return r < 0 ? r : 0;
}
