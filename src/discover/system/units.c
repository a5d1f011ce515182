/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/units.h"

#include <errno.h>

#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/system/unit-commands.h"

/* Where a link to /dev/null masks a unit: every directory that ranks above /usr, see "Unit File
 * Load Path" in systemd.unit(5). */
static const char *const MASK_DIRS[] = {
    "etc/systemd/system.control", "run/systemd/system.control", "run/systemd/transient",
    "etc/systemd/system",         "run/systemd/system",
};

/* Where `systemctl enable` puts links, permanently and with --runtime. */
static const char *const ENABLED_DIRS[] = {"etc/systemd/system", "run/systemd/system"};

/* 1 when the file at `path` masks its unit, as a link to /dev/null or an empty file does; 0 when it
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

static void find_mask(int root, const char *unit, struct answer *masked)
{
    for (size_t i = 0; i < ELEMENTS(MASK_DIRS) && masked->is != ANSWER_YES; i++) {
        AUTOFREE char *path = format("/%s/%s", MASK_DIRS[i], unit);
        int r = is_mask(root, path + 1);

        if (r > 0) {
            answer_note(masked, format("masked by %s", path));
            answer_set_source(masked, path);
        }
        if (r < 0)
            answer_note_unknown(masked, -r, NULL);
    }
}

static struct answer is_wanted_by(int root, const char *target)
{
    struct answer wanted = {.is = ANSWER_NO};

    for (size_t i = 0; i < ELEMENTS(ENABLED_DIRS) && wanted.is == ANSWER_NO; i++) {
        AUTOFREE char *path = format("%s/%s.wants/" JUMP_UNIT, ENABLED_DIRS[i], target);

        wanted = answer_of(root_exists(root, path));
    }
    return wanted;
}

/* From systemd 255 on a reboot may be either. */
static struct answer is_enabled(int root)
{
    struct answer wanted = is_wanted_by(root, "reboot.target");

    return wanted.is == ANSWER_YES ? is_wanted_by(root, "kexec.target") : wanted;
}

/* systemd has a link there for each unit that was started and has not stopped or failed since
 * (unit_export_state_files() in src/core/unit.c). */
struct answer service_is_active(int root)
{
    return answer_of(root_exists(root, "run/systemd/units/invocation:" SERVICE_UNIT));
}

void unit_facts_read(int root, struct unit_facts *ret)
{
    *ret = (struct unit_facts){.enabled = is_enabled(root), .active = service_is_active(root)};
    find_mask(root, SERVICE_UNIT, &ret->masked);
    find_mask(root, JUMP_UNIT, &ret->masked);
    unit_commands_check(root, &ret->changed);
}

void unit_facts_clear(struct unit_facts *facts)
{
    answer_clear(&facts->armed);
    answer_clear(&facts->masked);
    answer_clear(&facts->changed);
}
