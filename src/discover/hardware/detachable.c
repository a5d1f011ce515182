/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/detachable.h"

#include <errno.h>

#include "base/root.h"
#include "base/sysfs.h"
#include "base/util.h"
#include "discover/hardware/devices.h"
#include "discover/hardware/globs.h"

struct wanted {
    const char *drivers;
    const char *modaliases; /* or NULL for every device of theirs */
    char **list;
};

/* One of the files in a driver's directory: its devices are links there, and so is its module. */
static int add_device(int root, const char *path, void *data)
{
    const struct wanted *wanted = data;
    AUTOFREE char *target = NULL, *modalias = NULL;
    int r = root_readlink(root, path, &target);

    if (r < 0 || streq(basename(path), "module"))
        return r == -EINVAL || r == -ENOENT ? 0 : r;
    if (wanted->modaliases) {
        r = sysfs_line(root, path, "modalias", &modalias);
        if (r <= 0 || !globs_match(wanted->modaliases, modalias))
            return r < 0 ? r : 0;
    }
    append_text(wanted->list, "\n", path + strlen("sys/bus/"));
    return 0;
}

static int add_driver(int root, const char *path, void *data)
{
    const struct wanted *wanted = data;

    return globs_match(wanted->drivers, basename(path)) ? sysfs_walk(root, path, add_device, data)
                                                        : 0;
}

static int add_bus(int root, const char *path, void *data)
{
    AUTOFREE char *drivers = format("%s/drivers", path);

    return sysfs_walk(root, drivers, add_driver, data);
}

int detachable_add(int root, const char *drivers, const char *modaliases, char **list)
{
    return sysfs_walk(root, "sys/bus", add_bus, &(struct wanted){drivers, modaliases, list});
}

/* What is left of the list. */
static int spare_devices(int root, const struct devices *needed, char **list)
{
    AUTOFREE char *all = steal(list);
    char *rest = NULL;
    int r = 0;

    for (char *line = all ? strtok_r(all, "\n", &rest) : NULL; r >= 0 && line;
         line = strtok_r(NULL, "\n", &rest)) {
        AUTOFREE char *path = NULL;

        r = sysfs_resolve(root, "sys/bus", line, &path);
        if (r > 0 && !devices_need(needed, path))
            append_text(list, "\n", line);
    }
    return r < 0 ? r : 0;
}

static int list_modules(int root, const struct devices *needed, char **list)
{
    for (size_t i = 0; i < needed->n; i++) {
        AUTOFREE char *module = NULL;
        int r = sysfs_link_name(root, needed->all[i].path, "driver/module", &module);

        if (r < 0)
            return r;
        if (r > 0)
            append_text(list, "\n", module);
    }
    return 0;
}

int detachable_spare(int root, struct quirk_facts *facts)
{
    CLEANUP(devices_clear) struct devices needed;
    int r = devices_of_root(root, &needed);

    if (r == 0 && needed.n) {
        r = spare_devices(root, &needed, &facts->unbind);
        return r < 0 ? r : list_modules(root, &needed, &facts->keep);
    }
    set_text(&facts->unbind, NULL);
    set_text(&facts->unload, NULL);
    answer_add(
        &facts->applied,
        xstrdup("but nothing is detached, as the disks of the root file system are not known"));
    return 0;
}
