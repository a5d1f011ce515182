/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/discover.h"

/* Where a link to /dev/null hides the unit of ours: all that rank above /usr, see "Unit File Load
 * Path" in systemd.unit(5). */
static const char *const MASK_DIRS[] = {
    "etc/systemd/system.control", "run/systemd/system.control", "run/systemd/transient",
    "etc/systemd/system",         "run/systemd/system",
};

/* Where `systemctl enable` puts links, for good and for this boot. */
static const char *const WANTS_DIRS[] = {
    "etc/systemd/system/reboot.target.wants",
    "run/systemd/system/reboot.target.wants",
};

static struct fact exists(int root, const char *path)
{
    int r = root_exists(root, path);

    if (r < 0)
        return (struct fact){.is = FACT_UNKNOWN, .error = -r};
    return (struct fact){.is = r ? FACT_YES : FACT_NO};
}

static int find_mask(int root, const char *unit, char **ret_masked)
{
    for (size_t i = 0; i < ELEMENTS(MASK_DIRS) && !*ret_masked; i++) {
        AUTOFREE char *path = format("%s/%s", MASK_DIRS[i], unit), *target = NULL;
        int r;

        if (!path)
            return -ENOMEM;
        r = root_readlink(root, path, &target);
        if (r == -ENOMEM)
            return r;
        if (r < 0 || !streq(target, "/dev/null"))
            continue;
        *ret_masked = format("/%s", path);
        if (!*ret_masked)
            return -ENOMEM;
    }
    return 0;
}

static struct fact is_enabled(int root)
{
    struct fact fact = {.is = FACT_NO};

    for (size_t i = 0; i < ELEMENTS(WANTS_DIRS) && fact.is == FACT_NO; i++) {
        char path[128];

        snprintf(path, sizeof(path), "%s/%s", WANTS_DIRS[i], JUMP_UNIT);
        fact = exists(root, path);
    }
    return fact;
}

int hook_facts_read(int root, struct hook_facts *ret)
{
    int r;

    *ret = (struct hook_facts){
        .enabled = is_enabled(root),
        .active = exists(root, RUN_ACTIVE),
        .armed = exists(root, RUN_NORMAL),
    };
    r = find_mask(root, SERVICE_UNIT, &ret->masked);
    return r < 0 ? r : find_mask(root, JUMP_UNIT, &ret->masked);
}

void hook_facts_clear(struct hook_facts *facts)
{
    free(facts->masked);
    *facts = (struct hook_facts){0};
}
