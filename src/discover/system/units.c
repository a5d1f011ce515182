/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/units.h"

#include <errno.h>

#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"

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

static struct answer exists(int root, const char *path)
{
    int r = root_exists(root, path);

    if (r < 0)
        return (struct answer){.is = ANSWER_UNKNOWN, .error = -r};
    return (struct answer){.is = r ? ANSWER_YES : ANSWER_NO};
}

/* 1 when the file at `path` masks its unit, as a link to /dev/null and an empty file do; 0 when it
 * does not or is not there; or a negative errno. */
static int is_mask(int root, const char *path)
{
    AUTOFREE char *target = NULL, *resolved = NULL;
    struct stat st;
    int r = root_readlink(root, path, &target);

    if (r >= 0 && streq(target, "/dev/null"))
        return 1;
    if (r >= 0 || r == -EINVAL) /* another link, or no link */
        r = root_resolve(root, path, &resolved, &st, NULL);
    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    return r < 0 ? r : S_ISREG(st.st_mode) && st.st_size == 0;
}

static int find_mask(int root, const char *unit, struct hook_facts *facts)
{
    for (size_t i = 0; i < ELEMENTS(MASK_DIRS) && !facts->masked; i++) {
        AUTOFREE char *path = format("%s/%s", MASK_DIRS[i], unit);
        int r = path ? is_mask(root, path) : -ENOMEM;

        if (r > 0) {
            facts->masked = format("/%s", path);
            r = facts->masked ? 0 : -ENOMEM;
        }
        if (r == -ENOMEM)
            return r;
        if (r < 0)
            facts->masked_error = -r;
    }
    return 0;
}

static struct answer is_enabled(int root)
{
    struct answer fact = {.is = ANSWER_NO};

    for (size_t i = 0; i < ELEMENTS(WANTS_DIRS) && fact.is == ANSWER_NO; i++) {
        char path[128];

        snprintf(path, sizeof(path), "%s/%s", WANTS_DIRS[i], JUMP_UNIT);
        fact = exists(root, path);
    }
    return fact;
}

int hook_facts_read(int root, struct hook_facts *ret)
{
    int r;

    *ret = (struct hook_facts){.enabled = is_enabled(root)};
    r = find_mask(root, SERVICE_UNIT, ret);
    return r < 0 ? r : find_mask(root, JUMP_UNIT, ret);
}

void hook_facts_clear(struct hook_facts *facts)
{
    free(facts->masked);
    free(facts->armed_reason);
    *facts = (struct hook_facts){0};
}
