/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/quirk-match.h"

#include <errno.h>

#include "base/root.h"
#include "base/sysfs.h"
#include "base/util.h"
#include "base/witness.h"
#include "discover/hardware/globs.h"

#ifdef __aarch64__
#define THIS_ARCH "aarch64"
#else
#define THIS_ARCH "x86_64"
#endif

enum {
    MAX_CPU = 64 * 1024, /* of the first CPU; there may be hundreds */
};

/* Most of a server's devices are on these buses, and their modaliases are of no other kinds: they
 * are read only for quirks of these kinds. */
static const struct {
    const char *bus, *kinds[2];
} BUSES[QUIRK_BUSES] = {
    {"acpi", {"acpi:", "of:"}}, {"cpu", {"cpu:"}}, {"pci", {"pci:"}}, {"usb", {"usb:"}}};

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
    for (size_t i = 0; i < ELEMENTS(machine->modaliases); i++)
        texts_clear(&machine->modaliases[i]);
    texts_clear(&machine->cpu);
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

    if (streq(basename(path), "memory")) /* tens of thousands of blocks without a modalias */
        return 0;
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

/* Whether a glob may match a modalias of bus `i`: it starts with one of its kinds, or with what may
 * become one. */
static bool may_match(const char *globs, size_t i)
{
    for (globs += strspn(globs, " \t"); *globs; globs += strspn(globs, " \t")) {
        if (globs[strcspn(globs, ":*?[\\ \t")] != ':')
            return true;
        for (size_t k = 0; k < ELEMENTS(BUSES[i].kinds); k++)
            if (BUSES[i].kinds[k] && after_prefix(globs, BUSES[i].kinds[k]))
                return true;
        globs += strcspn(globs, " \t");
    }
    return false;
}

/* Anything on a bus that is not in BUSES. */
static int look_at_other_bus(int root, const char *path, void *data)
{
    for (size_t i = 0; i < QUIRK_BUSES; i++)
        if (streq(basename(path), BUSES[i].bus))
            return 0;
    return look_at_bus(root, path, data);
}

static void read_modaliases(int root, size_t i, struct quirk_texts *texts)
{
    struct look look = {.kind = "devices", .at = add_modalias, .data = texts};
    AUTOFREE char *path = i < QUIRK_BUSES ? format("sys/bus/%s", BUSES[i].bus) : NULL;

    texts->result = path ? look_at_bus(root, path, &look)
                         : sysfs_walk(root, "sys/bus", look_at_other_bus, &look);
    texts->read = true;
}

int quirk_match_modalias(struct quirk_machine *machine, const char *globs)
{
    int r = 0;

    for (size_t i = 0; r <= 0 && i <= QUIRK_BUSES; i++) {
        struct quirk_texts *texts = &machine->modaliases[i];
        int found;

        /* A machine that is recorded may be looked at with other quirks. */
        if (i < QUIRK_BUSES && !witness && !may_match(globs, i))
            continue;
        if (!texts->read)
            read_modaliases(machine->root, i, texts);
        found = match(texts, globs);
        if (found != 0)
            r = found;
    }
    return r;
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

int quirk_match_hypervisor(struct quirk_machine *machine, const char *globs)
{
    AUTOFREE char *type = NULL, *kind = NULL, *both = NULL;
    int r = sysfs_line(machine->root, "sys/hypervisor", "type", &type);

    if (r <= 0 || globs_match(globs, type))
        return r;
    r = sysfs_line(machine->root, "sys/hypervisor", "guest_type", &kind);
    both = format("%s:%s", type, kind ? kind : "");
    return r < 0 ? r : globs_match(globs, both);
}

/* "flags\t\t: fpu vme" becomes "fpu,vme,"; of other lines the names stay, as "implementer:0x61,".
 */
static void take_cpu_line(char *line, char **text)
{
    static const struct {
        const char *name, *prefix;
    } LINES[] = {{"flags", ""}, {"Features", ""}, {"CPU implementer", "implementer:"}};
    char *colon = strchr(line, ':'), *rest;
    size_t length = colon ? (size_t)(colon - line) : 0;

    while (length > 0 && strchr(" \t", line[length - 1]))
        length--;
    for (size_t i = 0; length > 0 && i < ELEMENTS(LINES); i++) {
        if (strlen(LINES[i].name) != length || strncmp(LINES[i].name, line, length) != 0)
            continue;
        for (char *word = strtok_r(colon + 1, " \t", &rest); word;
             word = strtok_r(NULL, " \t", &rest)) {
            AUTOFREE char *more = format("%s%s,", LINES[i].prefix, word);

            append_text(text, "", more);
        }
    }
}

static int read_cpu(int root, struct quirk_texts *cpu)
{
    AUTOFREE char *info = NULL, *text = xstrdup(",");
    size_t length;
    int r = root_read_start(root, "proc/cpuinfo", MAX_CPU, &info, &length);
    char *end = r < 0 ? NULL : strstr(info, "\n\n"), *rest;

    if (r < 0)
        return r == -ENOENT ? 0 : r;
    if (end)
        *end = 0;
    for (char *line = strtok_r(info, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        take_cpu_line(line, &text);
    add(cpu, text);
    return 0;
}

int quirk_match_cpu(struct quirk_machine *machine, const char *globs)
{
    if (!machine->cpu.read)
        machine->cpu.result = read_cpu(machine->root, &machine->cpu);
    machine->cpu.read = true;
    return match(&machine->cpu, globs);
}

int quirk_match_architecture(struct quirk_machine *machine, const char *globs)
{
    AUTOFREE char *name = NULL;
    int r = sysfs_line(machine->root, "proc/sys/kernel", "arch", &name);

    if (r < 0)
        return r;
    return globs_match(globs, r > 0 ? name : THIS_ARCH); /* older kernels do not tell */
}

int quirk_match_path(struct quirk_machine *machine, const char *paths)
{
    AUTOFREE char *list = xstrdup(paths);
    char *rest;
    int r = 0;

    for (char *path = strtok_r(list, " \t", &rest); r == 0 && path;
         path = strtok_r(NULL, " \t", &rest))
        r = root_exists(machine->root, path);
    return r;
}
