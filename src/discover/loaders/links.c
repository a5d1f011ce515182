/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/loaders/loader.h"

/* Fixed names under which distributions keep the kernel to boot, for boot loaders like LILO that
 * cannot read directories. They are not the boot loader's configuration, but they match its default
 * unless somebody changed it. */
static const struct {
    const char *kernel;
    const char *initrd;
    const char *title;
} PAIRS[] = {
    {"/vmlinuz", "/initrd.img", "Debian's link to the newest kernel"},
    {"/boot/vmlinuz", "/boot/initrd.img", "Debian's link to the newest kernel"},
    {"/boot/vmlinuz-linux", "/boot/initramfs-linux.img", "Arch Linux' kernel"},
};

static int links_read(int root, const struct running *running, struct boot_entries *entries)
{
    for (size_t i = 0; i < ELEMENTS(PAIRS); i++) {
        char *initrd = (char *)PAIRS[i].initrd;

        /* A dangling link counts: opening it will show that the kernel is missing. */
        if (root_exists(root, PAIRS[i].kernel) == 0)
            continue;
        boot_entries_add(entries, PAIRS[i].kernel, PAIRS[i].title, PAIRS[i].kernel, &initrd, 1,
                         running->cmdline, PAIRS[i].kernel);
        entries->chosen_reason =
            format("%s, without a boot loader's configuration", PAIRS[i].kernel);
        return 1;
    }
    return 0;
}

const struct loader loader_links = {.name = "links", .inherits_cmdline = true, .read = links_read};
