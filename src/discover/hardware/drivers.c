/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/drivers.h"

#include <errno.h>

#include "base/mounts.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/hardware/devices.h"
#include "discover/kernel/modules.h"

enum {
    MAX_MODALIAS = 4096,
};

/* The name that the link at path/`link` ends in: the caller's, or NULL where there is none. */
static int read_link_name(int root, const char *path, const char *link, char **ret_name)
{
    AUTOFREE char *full = format("%s/%s", path, link), *target = NULL;
    int r = full ? root_readlink(root, full, &target) : -ENOMEM;

    *ret_name = NULL;
    if (r < 0)
        return r == -ENOENT || r == -EINVAL ? 0 : r;
    *ret_name = strdup(basename(target));
    return *ret_name ? 0 : -ENOMEM;
}

/* The module that drives the device now: the caller's, or NULL where none does. A driver that is
 * built in has a directory in /sys/module too, but no state. */
static int read_module(int root, const char *path, char **ret_module)
{
    AUTOFREE char *module = NULL, *state = NULL;
    int r = read_link_name(root, path, "driver/module", &module);

    *ret_module = NULL;
    if (r < 0 || !module)
        return r;
    state = format("sys/module/%s/initstate", module);
    r = state ? root_exists(root, state) : -ENOMEM;
    if (r > 0)
        *ret_module = steal(&module);
    return r < 0 ? r : 0;
}

static int read_modalias(int root, const char *path, char **ret_modalias)
{
    AUTOFREE char *file = format("%s/modalias", path);
    int r = file ? root_read_line(root, file, MAX_MODALIAS, ret_modalias) : -ENOMEM;

    return r == -ENOENT || r == -ENODEV ? 0 : r;
}

/* Only what a module drives now can be found missing: a driver that is built in today is one of the
 * distribution's own, which goes on in the next kernel, whatever the module is called there. */
static int check(int root, const char *release, const struct device *device, struct answer *missing)
{
    AUTOFREE char *module = NULL, *modalias = NULL;
    int r = read_module(root, device->path, &module);

    if (r >= 0 && module)
        r = read_modalias(root, device->path, &modalias);
    if (r < 0 || !modalias)
        return r;
    r = modules_have(root, release, modalias, module);
    if (r != 0)
        return r;
    answer_add(missing, format("kernel %s has no driver for device %s, on which %s depends and "
                               "which module %s drives now",
                               release, basename(device->path), device->needed, module));
    return 0;
}

/* Such as ZFS, which DKMS builds for one kernel at a time. Again only where it is a module now. */
static int check_file_system(int root, const char *release, struct answer *missing)
{
    AUTOFREE char *state = NULL, *alias = NULL;
    const struct mount_point *top;
    struct mount_point *mounts;
    size_t n;
    int r = mounts_read(root, MOUNTS_OF_SELF, &mounts, &n);

    top = r < 0 ? NULL : mounts_at(mounts, n, "/");
    if (top) {
        state = format("sys/module/%s/initstate", top->type);
        alias = format("fs-%s", top->type);
        r = state && alias ? root_exists(root, state) : -ENOMEM;
    }
    if (top && r > 0 && modules_have(root, release, alias, top->type) == 0)
        answer_add(missing, format("kernel %s has no module %s, of which the root file system is",
                                   release, top->type));
    mounts_free(mounts, n);
    return r < 0 ? r : 0;
}

struct answer drivers_missing(int root, const char *release)
{
    CLEANUP(devices_clear) struct devices devices;
    struct answer missing = {0};
    int r = devices_read(root, &devices);

    for (size_t i = 0; r >= 0 && i < devices.n; i++)
        r = check(root, release, &devices.all[i], &missing);
    if (r >= 0)
        r = check_file_system(root, release, &missing);
    if (r < 0)
        answer_note_unknown(&missing, -r, NULL);
    return missing;
}
