/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The network interfaces that default routes lead over. */
struct routes {
    char **links; /* each once, in the kernel's order */
    size_t n;
    bool complete; /* or there may be more behind what was read, see routes_read() */
};

enum route_family {
    ROUTES_IPV4,
    ROUTES_IPV6,
};

/* Reads the table in `directory`: "proc/net" or, as PID 1 sees it, "proc/1/net". A router may have
 * a million routes, and all are made into text for whoever reads: only the first mebibyte is read.
 * 0, or a negative errno such as -ENOENT. Release with routes_clear() in any case. */
int routes_read(int root, const char *directory, enum route_family family, struct routes *ret);
void routes_clear(struct routes *routes);
