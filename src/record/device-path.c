/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/device-path.h"

#include <stdio.h>

#include "base/fd.h"
#include "base/util.h"

/* UEFI specification, 3.1.3 (load options) and 10.3 (device paths). */
enum {
    TITLE = 10, /* after the variable's attributes, the entry's own, and the path's length */
    NODE_HEADER = 4,
    END = 0x7f,
    MAX_BYTES = 16,
};

/* Nodes with an identity, as `n` bytes: `order` says which of them each pair of digits ('#') of
 * `shape` stands for. A partition's GUID starts with three little-endian numbers. */
static const struct {
    unsigned char type, subtype, offset, n;
    const char *shape;
    unsigned char order[MAX_BYTES];
} NODES[] = {
    {4,
     1,
     24,
     16,
     "########-####-####-####-############",
     {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15}},
    {3, 11, 4, 6, "##:##:##:##:##:##", {0, 1, 2, 3, 4, 5}},          /* Ethernet */
    {3, 23, 8, 8, "eui.################", {0, 1, 2, 3, 4, 5, 6, 7}}, /* NVMe */
};

/* Addresses of hosts, which nothing reads. */
static const struct {
    unsigned char type, subtype, offset, n;
} HOSTS[] = {{3, 12, 4, 8}, {3, 13, 4, 32}}; /* IPv4, IPv6 */

/* Bytes to text; with `back`, text to bytes. */
static void convert(size_t kind, char *text, unsigned char *bytes, bool back)
{
    const char *shape = NODES[kind].shape;
    size_t n = 0;

    if (!back)
        strcpy(text, shape);
    for (size_t i = 0; shape[i]; i++) {
        unsigned char *byte = &bytes[NODES[kind].order[n]];
        char pair[3] = {text[i], shape[i] ? text[i + 1] : 0};

        if (shape[i] != '#')
            continue;
        if (back) {
            *byte = (unsigned char)strtoul(pair, NULL, 16);
        } else {
            (void)snprintf(pair, sizeof(pair), "%02x", *byte);
            memcpy(text + i, pair, 2);
        }
        n++;
        i++;
    }
}

static void visit_node(unsigned char *node, size_t size, device_path_visit visit, void *data)
{
    for (size_t kind = 0; kind < ELEMENTS(NODES); kind++) {
        char text[64];

        if (node[0] != NODES[kind].type || node[1] != NODES[kind].subtype ||
            size < (size_t)NODES[kind].offset + NODES[kind].n)
            continue;
        convert(kind, text, node + NODES[kind].offset, false);
        visit(data, text);
        convert(kind, text, node + NODES[kind].offset, true);
    }
    for (size_t i = 0; i < ELEMENTS(HOSTS); i++)
        if (node[0] == HOSTS[i].type && node[1] == HOSTS[i].subtype &&
            size >= (size_t)HOSTS[i].offset + HOSTS[i].n)
            memset(node + HOSTS[i].offset, 0, HOSTS[i].n);
}

void device_path_identities(char *variable, size_t size, device_path_visit visit, void *data)
{
    unsigned char *bytes = (unsigned char *)variable;
    size_t at = TITLE;

    while (at + 1 < size && get_le16(bytes + at) != 0)
        at += 2;
    for (at += 2; at + NODE_HEADER <= size && bytes[at] != END;) {
        size_t length = get_le16(bytes + at + 2);

        if (length < NODE_HEADER || length > size - at)
            return;
        visit_node(bytes + at, length, visit, data);
        at += length;
    }
}
