/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/detachable.h"

#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/hardware/devices.h"
#include "discover/hardware/quirk-list.h"

enum {
    MAX_NAMES = 8192,
    MAX_MODALIAS = 8192,
};

static int any_name(const char *name)
{
    return name[0] != '.';
}

/* Adds a line. */
static int add(char **list, const char *line)
{
    char *longer = *list ? format("%s\n%s", *list, line) : strdup(line);

    if (!longer)
        return -ENOMEM;
    free(*list);
    *list = longer;
    return 0;
}

/* One of the names in a driver's directory: its devices are links there, and so is its module. */
static int add_device(int root, const char *driver, const char *name, const char *modaliases,
                      char **list)
{
    AUTOFREE char *device = format("sys/bus/%s/%s", driver, name), *target = NULL, *file = NULL;
    AUTOFREE char *modalias = NULL, *line = format("%s/%s", driver, name);
    int r = device && line ? root_readlink(root, device, &target) : -ENOMEM;

    if (r < 0 || streq(name, "module"))
        return r == -EINVAL || r == -ENOENT ? 0 : r;
    if (modaliases) {
        file = format("%s/modalias", device);
        r = file ? root_read_line(root, file, MAX_MODALIAS, &modalias) : -ENOMEM;
        if (r >= 0)
            r = globs_match(modaliases, modalias);
        if (r <= 0)
            return r == -ENOENT || r == -ENODEV ? 0 : r;
    }
    return add(list, line);
}

/* The devices of BUS/drivers/DRIVER. */
static int add_driver(int root, const char *driver, const char *modaliases, char **list)
{
    AUTOFREE char *directory = format("sys/bus/%s", driver);
    CLEANUP(names_freep) char **names = NULL;
    int r = directory ? root_names(root, directory, any_name, MAX_NAMES, &names) : -ENOMEM;

    for (char **name = names; r >= 0 && *name; name++)
        r = add_device(root, driver, *name, modaliases, list);
    return r == -ENOENT ? 0 : r;
}

static int add_bus(int root, const char *bus, const char *drivers, const char *modaliases,
                   char **list)
{
    AUTOFREE char *directory = format("sys/bus/%s/drivers", bus);
    CLEANUP(names_freep) char **names = NULL;
    int r = directory ? root_names(root, directory, any_name, MAX_NAMES, &names) : -ENOMEM;

    for (char **name = names; r >= 0 && *name; name++) {
        AUTOFREE char *driver = format("%s/drivers/%s", bus, *name);

        r = driver ? globs_match(drivers, *name) : -ENOMEM;
        if (r > 0)
            r = add_driver(root, driver, modaliases, list);
    }
    return r == -ENOENT ? 0 : r;
}

int detachable_add(int root, const char *drivers, const char *modaliases, char **list)
{
    CLEANUP(names_freep) char **buses = NULL;
    int r = root_names(root, "sys/bus", any_name, MAX_NAMES, &buses);

    for (char **bus = buses; r >= 0 && *bus; bus++)
        r = add_bus(root, *bus, drivers, modaliases, list);
    return r < 0 && r != -ENOENT ? r : 0;
}

/* What is left of the list. */
static int spare_devices(int root, const struct devices *needed, char **list)
{
    AUTOFREE char *all = steal(list);
    char *rest = NULL;

    for (char *line = all ? strtok_r(all, "\n", &rest) : NULL; line;
         line = strtok_r(NULL, "\n", &rest)) {
        AUTOFREE char *link = format("sys/bus/%s", line), *path = NULL;
        int r = link ? root_resolve(root, link, &path, NULL, NULL) : -ENOMEM;

        if (r == -ENOENT || (r >= 0 && devices_need(needed, path)))
            continue;
        if (r >= 0)
            r = add(list, line);
        if (r < 0)
            return r;
    }
    return 0;
}

static int list_modules(int root, const struct devices *needed, char **list)
{
    for (size_t i = 0; i < needed->n; i++) {
        AUTOFREE char *link = format("%s/driver/module", needed->all[i].path), *target = NULL;
        int r = link ? root_readlink(root, link, &target) : -ENOMEM;

        if (r >= 0)
            r = add(list, basename(target));
        if (r < 0 && r != -ENOENT && r != -EINVAL)
            return r;
    }
    return 0;
}

int detachable_spare(int root, struct quirk_facts *facts)
{
    CLEANUP(devices_clear) struct devices needed;
    int r = devices_of_root(root, &needed);

    if (r == -ENOMEM)
        return r;
    if (r == 0 && needed.n) {
        r = spare_devices(root, &needed, &facts->unbind);
        return r < 0 ? r : list_modules(root, &needed, &facts->keep);
    }
    free(steal(&facts->unbind));
    free(steal(&facts->unload));
    answer_add(&facts->applied, xstrdup("but nothing is detached, as it is not known what the root "
                                        "file system is on"));
    return 0;
}
