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

/* A module that the next kernel does not have. */
struct lack {
    char *module;
    char *text;  /* of the first device that needs it */
    bool others; /* another one, of another kind, needs it too */
};

struct lacks {
    struct lack *all;
    size_t n;
    struct map checked; /* modules with the devices that they drive: hundreds may be alike */
};

static void lacks_clear(struct lacks *lacks)
{
    for (size_t i = 0; i < lacks->n; i++) {
        free(lacks->all[i].module);
        free(lacks->all[i].text);
    }
    free(lacks->all);
    map_clear(&lacks->checked);
}

static void add_lack(struct lacks *lacks, const char *release, const struct device *device,
                     const char *module)
{
    for (size_t i = 0; i < lacks->n; i++)
        if (streq(lacks->all[i].module, module)) {
            lacks->all[i].others = true;
            return;
        }
    *APPEND(lacks->all, lacks->n) = (struct lack){
        .module = xstrdup(module),
        .text = format("kernel %s has no driver for device %s, on which %s depends and which "
                       "module %s drives now",
                       release, basename(device->path), device->needed, module),
    };
}

static void tell_lacks(const struct lacks *lacks, struct answer *missing)
{
    for (size_t i = 0; i < lacks->n; i++) {
        const struct lack *lack = &lacks->all[i];

        answer_add(missing, format("%s%s", lack->text, lack->others ? ", and others with it" : ""));
    }
}

/* Only what a module drives now can be found missing: a driver that is built in today is one of the
 * distribution's own, which goes on in the next kernel, whatever the module is called there. */
static int check(int root, const char *directory, const struct device *device, struct lacks *lacks)
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
    if (!map_add(&lacks->checked, pair, NULL))
        return 0;
    r = modules_have(root, directory, modalias, module);
    if (r == 0)
        add_lack(lacks, basename(directory), device, module);
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
    CLEANUP(lacks_clear) struct lacks lacks = {0};
    struct answer missing = {0};
    int r = devices_read(root, &devices);

    for (size_t i = 0; r >= 0 && i < devices.n; i++)
        r = check(root, directory, &devices.all[i], &lacks);
    tell_lacks(&lacks, &missing);
    if (r >= 0)
        r = check_file_system(root, directory, &missing);
    if (r < 0)
        answer_note_unknown(&missing, -r, NULL);
    return missing;
}
