/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "base/version.h"
#include "discover/loaders/loader.h"

/* The kernels in /boot by version, newest first. One counts with an initrd and a modules directory
 * of the same version, so that leftovers of a removed kernel are no candidates. */

enum {
    MAX_KERNELS = 64,
};

static const char PREFIX[] = "vmlinuz-";

/* Where the initrd of a version may be: Debian, Fedora and Arch, SUSE. */
static const char *const INITRDS[] = {
    "/boot/initrd.img-%s",
    "/boot/initramfs-%s.img",
    "/boot/initrd-%s",
};

static bool ends_with(const char *name, const char *end)
{
    size_t length = strlen(name), n = strlen(end);

    return length >= n && streq(name + length - n, end);
}

static int is_kernel(const char *name)
{
    const char *version = after_prefix(name, PREFIX);

    /* Copies that package managers leave, and Fedora's rescue kernel "vmlinuz-0-rescue-ID". */
    return version && *version && !strstr(version, "rescue") && !ends_with(name, ".old") &&
           !ends_with(name, ".bak") && !ends_with(name, "~") && !strstr(name, ".dpkg-");
}

static int newest_first(const void *a, const void *b)
{
    return -version_compare(*(char *const *)a, *(char *const *)b);
}

/* 1 and the path of the initrd of that version; 0 when there is none. */
static int find_initrd(int root, const char *version, char **ret_path)
{
    for (size_t i = 0; i < ELEMENTS(INITRDS); i++) {
        /* The formats are the constants above. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        AUTOFREE char *path = format(INITRDS[i], version);
#pragma GCC diagnostic pop

        if (!path)
            return -ENOMEM;
        if (root_exists(root, path) != 0) {
            *ret_path = steal(&path);
            return 1;
        }
    }
    return 0;
}

static int add_kernel(int root, const char *version, const char *cmdline,
                      struct boot_entries *entries)
{
    AUTOFREE char *kernel = format("/boot/%s%s", PREFIX, version), *initrd = NULL;
    AUTOFREE char *modules = format("/lib/modules/%s", version);
    int r;

    if (!kernel || !modules)
        return -ENOMEM;
    r = find_initrd(root, version, &initrd);
    if (r <= 0 || root_exists(root, modules) == 0)
        return r < 0 ? r : 0;
    boot_entries_add(entries, version, version, kernel, &initrd, 1, cmdline, kernel);
    return 0;
}

static int newest_read(int root, const char *cmdline, struct boot_entries *entries)
{
    CLEANUP(names_freep) char **names = NULL;
    int n = root_names(root, "boot", is_kernel, MAX_KERNELS, &names);

    if (n == -ENOMEM)
        return n;
    if (n == 0 || n == -ENOENT || n == -ENOTDIR)
        return 0;
    if (n < 0) {
        entries->problem = format("/boot: %s", n == -E2BIG ? "too many kernels" : strerror(-n));
        return entries->problem ? 1 : -ENOMEM;
    }
    qsort(names, (size_t)n, sizeof(*names), newest_first);
    for (int i = 0; i < n; i++) {
        int r = add_kernel(root, names[i] + sizeof(PREFIX) - 1, cmdline, entries);

        if (r < 0)
            return r;
    }
    if (entries->n == 0) {
        entries->problem = format("none of the kernels in /boot has both an initrd and a modules "
                                  "directory");
        return entries->problem ? 1 : -ENOMEM;
    }
    entries->chosen_reason = format("the newest kernel in /boot, as there is no /vmlinuz and no "
                                    "boot loader's configuration is read");
    return entries->chosen_reason ? 1 : -ENOMEM;
}

const struct loader loader_newest = {
    .name = "newest", .inherits_cmdline = true, .read = newest_read};
