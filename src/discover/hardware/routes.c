/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/routes.h"

#include <errno.h>

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
        if (table->sorted && !is_zero(fields[table->destination]) && routes->n)
            routes->complete = true;
    }
}

int routes_read(int root, const char *directory, enum route_family family, struct routes *ret)
{
    const struct table *table = &TABLES[family];
    AUTOFREE char *path = format("%s/%s", directory, table->name), *text = NULL;
    size_t length;
    int r = root_read_start(root, path, MAX_TABLE, &text, &length);

    *ret = (struct routes){0};
    if (r < 0)
        return r;
    ret->complete = length < MAX_TABLE;
    take_lines(table, text, ret);
    return 0;
}
