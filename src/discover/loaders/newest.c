/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "base/version.h"
#include "discover/loaders/loader.h"

/* The kernels in /boot, newest first: those with an initrd and a modules directory of the same
 * version, which the leftovers of a removed kernel lack. */

enum {
    MAX_KERNELS = 64,
};

static const char PREFIX[] = "vmlinuz-";

/* The name of the initrd in Debian; Fedora and Arch; SUSE. */
static const struct {
    const char *before;
    const char *behind;
} INITRDS[] = {{"initrd.img-", ""}, {"initramfs-", ".img"}, {"initrd-", ""}};

/* Not the copies that package managers leave, nor Fedora's rescue kernel "vmlinuz-0-rescue-ID". */
static int is_kernel(const char *name)
{
    const char *version = after_prefix(name, PREFIX);

    return version && *version && !strstr(version, "rescue") && !loader_name_ends(name, ".old") &&
           !loader_name_ends(name, ".bak") && !loader_name_ends(name, "~") &&
           !strstr(name, ".dpkg-");
}

static int newest_first(const void *a, const void *b)
{
    return -version_compare(*(char *const *)a, *(char *const *)b);
}

/* The path of the initrd of that version, or NULL. The caller frees it. */
static char *find_initrd(int root, const char *version)
{
    for (size_t i = 0; i < ELEMENTS(INITRDS); i++) {
        char *path = format("/boot/%s%s%s", INITRDS[i].before, version, INITRDS[i].behind);

        if (root_exists(root, path) != 0)
            return path;
        free(path);
    }
    return NULL;
}

static void add_kernel(int root, const char *version, const char *cmdline,
                       struct boot_entries *entries)
{
    AUTOFREE char *kernel = format("/boot/%s%s", PREFIX, version);
    AUTOFREE char *modules = format("/lib/modules/%s", version);
    AUTOFREE char *initrd = find_initrd(root, version);

    if (initrd && root_exists(root, modules) != 0)
        boot_entries_add(entries, version, version, kernel, &initrd, 1, cmdline, kernel);
}

static int newest_read(int root, const struct running *running, struct boot_entries *entries)
{
    CLEANUP(names_freep) char **names = NULL;
    int n = root_names(root, "boot", is_kernel, MAX_KERNELS, &names);

    if (n == 0 || n == -ENOENT || n == -ENOTDIR)
        return 0;
    if (n < 0) {
        entries->problem = format("/boot: %s", n == -E2BIG ? "too many kernels" : strerror(-n));
        return 1;
    }
    qsort(names, (size_t)n, sizeof(*names), newest_first);
    for (int i = 0; i < n; i++)
        add_kernel(root, names[i] + sizeof(PREFIX) - 1, running->cmdline, entries);
    if (entries->n == 0)
        entries->problem = xstrdup("no kernel in /boot has both an initrd and a modules directory");
    else
        entries->chosen_reason = xstrdup("the newest kernel in /boot, without /vmlinuz or a boot "
                                         "loader's configuration");
    return 1;
}

const struct loader loader_newest = {
    .name = "newest", .inherits_cmdline = true, .read = newest_read};
