/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/loaders/loader.h"

enum {
    MAX_LIST = 64 * 1024,
};

/* Proxmox' tool copies kernels and configuration to the partitions in this list. Each has a boot
 * loader, which does not read /boot/grub. */
static int proxmox_read(int root, const struct running *running, struct boot_entries *entries)
{
    static const char PATH[] = "/etc/kernel/proxmox-boot-uuids";
    AUTOFREE char *list = NULL, *untrusted = NULL;
    int r = root_read_trusted(root, PATH, MAX_LIST, &list, NULL, &untrusted);

    (void)running;
    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    entries->problem_error = r < 0 && !untrusted ? -r : 0;
    if (r < 0)
        entries->problem = format("%s: %s", PATH, untrusted ? untrusted : strerror(-r));
    else if (list[strspn(list, " \t\r\n\v\f")])
        entries->problem = format("proxmox-boot-tool keeps the boot loader's configuration on "
                                  "partitions that fastreboot does not read (%s)",
                                  PATH);
    return entries->problem != NULL;
}

const struct loader loader_proxmox = {.name = "proxmox-boot-tool", .read = proxmox_read};
