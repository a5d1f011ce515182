/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/drivers.h"

#include "base/map.h"
#include "base/mounts.h"
#include "base/sysfs.h"
#include "base/util.h"
#include "discover/hardware/devices.h"
#include "discover/kernel/modules.h"

/* Whether it is a module that is loaded. What is built in has a directory in /sys/module too, but
 * no state. 1, 0 or a negative errno. */
static int is_loaded(int root, const char *module)
{
    AUTOFREE char *directory = format("sys/module/%s", module);

    return sysfs_has(root, directory, "initstate");
}

/* Only what a module drives now can be found missing: a driver that is built in today is one of the
 * distribution's own, which goes on in the next kernel, whatever the module is called there. */
static int check(int root, const char *directory, const struct device *device, struct map *checked,
                 struct answer *missing)
{
    AUTOFREE char *module = NULL, *modalias = NULL, *pair = NULL;
    int r = sysfs_link_name(root, device->path, "driver/module", &module);

    if (r > 0)
        r = is_loaded(root, module);
    if (r > 0)
        r = sysfs_line(root, device->path, "modalias", &modalias);
    if (r <= 0)
        return r;
    pair = format("%s %s", module, modalias);
    if (!map_add(checked, pair, NULL)) /* hundreds of disks may be alike */
        return 0;
    r = modules_have(root, directory, modalias, module);
    if (r == 0)
        answer_add(missing,
                   format("kernel %s has no driver for device %s, on which %s depends and "
                          "which module %s drives now",
                          basename(directory), basename(device->path), device->needed, module));
    return r;
}

/* Such as ZFS, which DKMS builds for one kernel at a time. Again only where it is a module now. */
static int check_file_system(int root, const char *directory, struct answer *missing)
{
    const struct mount_point *top;
    struct mount_point *mounts;
    size_t n;
    int r = mounts_read(root, MOUNTS_OF_SELF, &mounts, &n);

    top = r < 0 ? NULL : mounts_at(mounts, n, "/");
    if (top)
        r = is_loaded(root, top->type);
    if (top && r > 0) {
        AUTOFREE char *alias = format("fs-%s", top->type);

        r = modules_have(root, directory, alias, top->type);
        if (r == 0)
            answer_add(missing, format("kernel %s has no module %s for the root file system",
                                       basename(directory), top->type));
    }
    mounts_free(mounts, n);
    return r;
}

struct answer drivers_missing(int root, const char *directory)
{
    CLEANUP(devices_clear) struct devices devices;
    CLEANUP(map_clear) struct map checked = {0};
    struct answer missing = {0};
    int r = devices_read(root, &devices);

    for (size_t i = 0; r >= 0 && i < devices.n; i++)
        r = check(root, directory, &devices.all[i], &checked, &missing);
    if (r >= 0)
        r = check_file_system(root, directory, &missing);
    if (r < 0)
        answer_note_unknown(&missing, -r, NULL);
    return missing;
}
