/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/quirk-match.h"

#include "base/root.h"
#include "base/sysfs.h"
#include "base/util.h"
#include "discover/hardware/globs.h"

static void texts_clear(struct quirk_texts *texts)
{
    for (size_t i = 0; i < texts->n; i++)
        free(texts->all[i]);
    free(texts->all);
    map_clear(&texts->seen);
}

void quirk_machine_clear(struct quirk_machine *machine)
{
    texts_clear(&machine->dmi);
    texts_clear(&machine->modaliases);
}

static void add(struct quirk_texts *texts, const char *text)
{
    if (map_add(&texts->seen, text, NULL))
        *APPEND(texts->all, texts->n) = xstrdup(text);
}

/* Most kinds of devices have none, and not every machine has DMI. */
static int add_modalias(int root, const char *path, void *data)
{
    AUTOFREE char *modalias = NULL;
    int r = sysfs_line(root, path, "modalias", &modalias);

    if (r > 0)
        add(data, modalias);
    return r < 0 ? r : 0;
}

static int match(const struct quirk_texts *texts, const char *globs)
{
    for (size_t i = 0; i < texts->n; i++)
        if (globs_match(globs, texts->all[i]))
            return 1;
    return texts->result;
}

/* Looks at everything in /sys/bus/BUS/`kind`. */
struct look {
    const char *kind;
    sysfs_look at;
    void *data;
};

static int look_at_bus(int root, const char *path, void *data)
{
    const struct look *look = data;
    AUTOFREE char *directory = format("%s/%s", path, look->kind);

    return sysfs_walk(root, directory, look->at, look->data);
}

static int look_at_buses(int root, const char *kind, sysfs_look at, void *data)
{
    return sysfs_walk(root, "sys/bus", look_at_bus,
                      &(struct look){.kind = kind, .at = at, .data = data});
}

int quirk_match_dmi(struct quirk_machine *machine, const char *globs)
{
    struct quirk_texts *dmi = &machine->dmi;

    if (!dmi->read)
        dmi->result = add_modalias(machine->root, "sys/class/dmi/id", dmi);
    dmi->read = true;
    return match(dmi, globs);
}

int quirk_match_modalias(struct quirk_machine *machine, const char *globs)
{
    struct quirk_texts *modaliases = &machine->modaliases;

    if (!modaliases->read)
        modaliases->result = look_at_buses(machine->root, "devices", add_modalias, modaliases);
    modaliases->read = true;
    return match(modaliases, globs);
}

/* A driver's devices are links in its directory, and so is its module. */
static int is_device(int root, const char *path, void *data)
{
    AUTOFREE char *target = NULL;

    (void)data;
    return root_readlink(root, path, &target) >= 0 && !streq(basename(path), "module");
}

static int drives(int root, const char *path, void *data)
{
    return globs_match(data, basename(path)) ? sysfs_walk(root, path, is_device, NULL) : 0;
}

int quirk_match_driver(struct quirk_machine *machine, const char *globs)
{
    return look_at_buses(machine->root, "drivers", drives, (void *)globs);
}
