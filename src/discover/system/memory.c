/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/memory.h"

#include <errno.h>

#include "base/root.h"
#include "base/util.h"

enum {
    MAX_TEXT = 64 * 1024,
};

/* "MemAvailable:    1234 kB", in bytes; false where there is no such line. */
static bool find(const char *text, const char *name, uint64_t *ret_bytes)
{
    const char *line = strstr(text, name);
    unsigned long long kilobytes;

    if (!line || sscanf(line + strlen(name), " %llu kB", &kilobytes) != 1)
        return false;
    *ret_bytes = kilobytes < UINT64_MAX / 2048 ? (uint64_t)kilobytes * 1024 : UINT64_MAX / 2;
    return true;
}

/* What is swapped out to compressed memory stays in memory. */
static bool swaps_to_disk(int root)
{
    AUTOFREE char *swaps = NULL;

    return root_read(root, "proc/swaps", MAX_TEXT, &swaps, NULL) >= 0 && !strstr(swaps, "/zram");
}

struct memory_facts memory_facts_read(int root)
{
    AUTOFREE char *text = NULL;
    struct memory_facts facts = {0};
    uint64_t swap;
    int r = root_read(root, "proc/meminfo", MAX_TEXT, &text, NULL);

    if (r < 0) /* only a recorded machine may lack it */
        return (struct memory_facts){.error = r == -ENOENT ? 0 : -r};
    facts.known = find(text, "MemAvailable:", &facts.available);
    if (!facts.known)
        facts.error = EBADMSG;
    if (facts.known && find(text, "SwapFree:", &swap) && swaps_to_disk(root))
        facts.available += swap;
    return facts;
}

static int is_block(const char *name)
{
    return strncmp(name, "memory", 6) == 0 && name[6] >= '0' && name[6] <= '9';
}

/* The kernel has a directory for each block of memory that can be unplugged. */
char *memory_blocks(int root)
{
    enum { MAX_BLOCKS = 1 << 20 };
    CLEANUP(names_freep) char **names = NULL;
    unsigned long long sum = 0;
    int n = root_names(root, "sys/devices/system/memory", is_block, MAX_BLOCKS, &names);

    for (int i = 0; i < n; i++)
        sum += strtoull(names[i] + 6, NULL, 10);
    return format("%d:%llu", n, sum);
}

bool memory_read_cma(int root, uint64_t *ret_bytes)
{
    AUTOFREE char *text = NULL;

    return root_read(root, "proc/meminfo", MAX_TEXT, &text, NULL) >= 0 &&
           find(text, "CmaTotal:", ret_bytes);
}
