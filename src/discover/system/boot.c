/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/boot.h"

#include <errno.h>

#include "base/cmdline.h"
#include "base/root.h"
#include "base/util.h"

/* On x86 the kernel knows the type of its loader: 0xd is kexec (Documentation/arch/x86/boot.rst,
 * type_of_loader). Elsewhere only our mark on the command line tells, and only that it was us. */
static enum boot_way way_of(int root, const char *mark)
{
    long type;

    if (root_read_number(root, "proc/sys/kernel/bootloader_type", &type) >= 0)
        return (type >> 4) == 0xd ? BOOT_BY_KEXEC : BOOT_BY_FIRMWARE;
    return mark ? BOOT_BY_KEXEC : BOOT_UNKNOWN;
}

static int read_optional(int root, const char *path, size_t max, char **ret_line)
{
    int r = root_read_line(root, path, max, ret_line);

    return r == -ENOMEM ? r : 0;
}

int boot_facts_read(int root, struct boot_facts *ret)
{
    AUTOFREE char *cmdline = NULL;
    int r;

    *ret = (struct boot_facts){0};
    r = read_optional(root, "proc/cmdline", 64 * 1024, &cmdline);
    if (r >= 0)
        r = read_optional(root, "proc/sys/kernel/osrelease", 256, &ret->release);
    if (r >= 0)
        r = read_optional(root, "proc/sys/kernel/random/boot_id", 64, &ret->boot_id);
    if (r < 0)
        return r;
    if (cmdline)
        ret->mark = cmdline_value(cmdline, CMDLINE_MARK);
    ret->way = way_of(root, ret->mark);
    return 0;
}

void boot_facts_clear(struct boot_facts *facts)
{
    free(facts->release);
    free(facts->boot_id);
    free(facts->mark);
    *facts = (struct boot_facts){0};
}
