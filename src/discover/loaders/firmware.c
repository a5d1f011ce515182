/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A kernel or a unified kernel image that the firmware starts by itself, as its boot entry says.
 * Whether the firmware would start another entry is another question: see boot-order.c. */

#include <errno.h>

#include "base/cmdline.h"
#include "base/efivar.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/kernel/image.h"
#include "discover/loaders/bls/uki-entry.h"
#include "discover/loaders/loader.h"
#include "discover/loaders/reach.h"
#include "discover/loaders/systemd-boot/smbios.h"

enum {
    MAX_CMDLINE = 64 * 1024,
    MAX_INITRDS = 16,
    TYPE_EFI_STUB = 0x21,
    KEXEC = 0xd,
};

static void use_slashes(char *path)
{
    for (; *path; path++)
        if (*path == '\\')
            *path = '/';
}

/* Whether an EFI variable of the stub has this text; the case and the kind of slash do not count.
 */
static bool is_variable(int root, const char *name, const char *text)
{
    AUTOFREE char *value = NULL;

    if (efivar_read_text(root, name, &value) <= 0)
        return false;
    use_slashes(value);
    return strcasecmp(value, text) == 0;
}

/* Unified kernel images */

/* Why the image is not what started this machine, or gets more than it has in itself. */
static char *image_problem(int root, const struct started *started)
{
    int r = smbios_adds_to_boot(root);

    if (!is_variable(root, "LoaderImageIdentifier-" EFI_GUID_LOADER, started->file) ||
        !is_variable(root, "LoaderDevicePartUUID-" EFI_GUID_LOADER, started->partition))
        return format("the firmware's boot entry %s starts %s, and that is not what started this "
                      "machine",
                      started->option, started->file);
    if (!started->arguments || *started->arguments)
        return format("the firmware's boot entry %s has parameters for a unified kernel image, "
                      "which fastreboot does not support",
                      started->option);
    if (r < 0)
        return format("/" SMBIOS_TABLES ": %s", strerror(-r));
    return r > 0
               ? xstrdup("strings in the SMBIOS of this machine (io.systemd.…) add to the command "
                         "line")
               : NULL;
}

static void add_image(const struct started *started, const char *path, const char *cmdline,
                      const char *problem, struct boot_entries *entries)
{
    const char *id = started->option;

    if (problem)
        boot_entries_add_unbootable(entries, id, id, problem, id);
    else
        boot_entries_add(entries, id, id, path, NULL, 0, cmdline ? cmdline : "", id)->uki = true;
}

/* Kernels as EFI programs */

/* Whether the running kernel got the entry's parameters: another program may have started it. */
static bool has_arguments(int root, const struct started *started)
{
    AUTOFREE char *line = NULL, *kept = cmdline_for_next_kernel(started->arguments);
    long type;
    bool fast =
        root_read_number(root, "proc/sys/kernel/bootloader_type", &type) >= 0 && type >> 4 == KEXEC;

    if (root_read_line(root, "proc/cmdline", MAX_CMDLINE, &line) < 0)
        return false;
    /* Over a fast reboot the type was carried, and settings may have added parameters. */
    return fast ? cmdline_has_words(line, kept, true)
                : cmdline_has_words(line, started->arguments, false);
}

/* The path of a file on the partition that is mounted at `point`, for free(). */
static char *path_on(const char *point, const char *name)
{
    char *path;

    name += strspn(name, "\\/");
    path = format("%s/%s", streq(point, "/") ? "" : point, name);
    use_slashes(path);
    return path;
}

/* The files of all initrd=: their number, or -1 when the parameters are more than fastreboot reads.
 */
static int find_initrds(const char *point, const char *arguments, char **initrds)
{
    const char *word;
    size_t length;
    int n = 0;

    while (cmdline_next(&arguments, &word, &length)) {
        AUTOFREE char *copy = xstrndup(word, length);
        const char *name = after_prefix(copy, "initrd=");

        if (after_prefix(copy, "dtb=") || strchr(copy, '"') ||
            (name && (n == MAX_INITRDS || !*name || strstr(name, ".."))))
            return -1;
        if (name)
            initrds[n++] = path_on(point, name);
    }
    return n;
}

static char *add_kernel(int root, const struct started *started, const char *point,
                        const char *path, struct boot_entries *entries)
{
    const char *id = started->option;
    char *initrds[MAX_INITRDS] = {0};
    AUTOFREE char *cmdline = NULL;
    int n;

    if (!started->arguments || !has_arguments(root, started))
        return format("the firmware's boot entry %s starts %s with other parameters than the "
                      "running kernel has",
                      id, started->file);
    n = find_initrds(point, started->arguments, initrds);
    cmdline = cmdline_for_next_kernel(started->arguments);
    if (n >= 0)
        boot_entries_add(entries, id, id, path, initrds, (size_t)n, cmdline, id);
    for (size_t i = 0; i < MAX_INITRDS; i++)
        free(initrds[i]);
    return n >= 0 ? NULL
                  : format("the firmware's boot entry %s has parameters that fastreboot does not "
                           "support",
                           id);
}

static bool is_kernel(int root, const char *path)
{
    AUTOCLOSE int fd = root_open(root, path, NULL);
    AUTOFREE char *problem = NULL;
    AUTOCLOSE int unpacked = -1;
    struct image image = {0};
    struct stat st;
    bool is = fd >= 0 && fstat(fd, &st) == 0 &&
              image_read_packed(fd, 0, (uint64_t)st.st_size, &image, &unpacked, &problem) == 0;

    image_clear(&image);
    return is;
}

/* Both */

/* Whether the firmware started the kernel itself, as far as what started it says its name. */
static bool is_candidate(const struct started *started)
{
    long type = started->boot.known ? started->boot.loader_type : TYPE_EFI_STUB;

    return started->file && started->partition && (type == TYPE_EFI_STUB || type < 0) &&
           (!started->name || streq(started->name, "the firmware"));
}

/* Why the file that the firmware started cannot be looked at, or NULL. */
static char *file_problem(int root, const struct started *started, const char *path, int *ret_error)
{
    int exists = root_exists(root, path);

    *ret_error = exists < 0 ? -exists : 0;
    if (exists < 0)
        return format("%s: %s", path, strerror(-exists));
    return exists > 0 ? NULL
                      : format("%s, which the firmware's boot entry %s starts, does not exist",
                               path, started->option);
}

/* 0 if the file is neither a unified kernel image nor a kernel. */
static int add_file(int root, const struct started *started, const char *point, const char *path,
                    struct boot_entries *entries)
{
    AUTOFREE char *cmdline = NULL, *problem = NULL;
    int r = uki_describe(root, point, path, 0, &cmdline, &problem);

    if (r <= 0 && !is_kernel(root, path))
        return 0;
    if (!started->ordered) {
        entries->problem = format("the firmware started boot entry %s for one boot: it is not in "
                                  "BootOrder, or inactive",
                                  started->option);
    } else if (r > 0) {
        entries->problem = image_problem(root, started);
        add_image(started, path, cmdline, problem, entries);
    } else {
        entries->problem = add_kernel(root, started, point, path, entries);
    }
    return 1;
}

static int firmware_read(int root, const struct running *running, struct boot_entries *entries)
{
    const struct started *started = running->started;
    AUTOFREE char *link = NULL, *point = NULL, *path = NULL;

    if (!is_candidate(started))
        return 0;
    link = format("/dev/disk/by-partuuid/%s", started->partition);
    point = reach_mount_point(root, link);
    if (!point)
        return 0;
    path = path_on(point, started->file);
    entries->problem = file_problem(root, started, path, &entries->problem_error);
    if (!entries->problem && !add_file(root, started, point, path, entries))
        return 0;
    entries->chosen = entries->problem ? entries->n : 0;
    entries->chosen_reason = format("the firmware's boot entry %s", started->option);
    return 1;
}

const struct loader loader_firmware = {.name = "firmware", .read = firmware_read};
