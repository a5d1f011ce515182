/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/boot.h"

#include "base/cmdline.h"
#include "base/root.h"
#include "base/util.h"

/* On x86 the kernel knows the type of its loader: 0xd is kexec (Documentation/arch/x86/boot.rst,
 * type_of_loader). Elsewhere only fastreboot's mark on the command line tells. */
static enum boot_way way_of(int root, const char *mark)
{
    long type;

    if (root_read_number(root, "proc/sys/kernel/bootloader_type", &type) >= 0)
        return (type >> 4) == 0xd ? BOOT_BY_KEXEC : BOOT_BY_FIRMWARE;
    return mark ? BOOT_BY_KEXEC : BOOT_UNKNOWN;
}

static char *read_line(int root, const char *path, size_t max)
{
    char *line = NULL;

    (void)root_read_line(root, path, max, &line); /* NULL then */
    return line;
}

void boot_facts_read(int root, struct boot_facts *ret)
{
    AUTOFREE char *cmdline = read_line(root, "proc/cmdline", 64 * 1024);

    *ret = (struct boot_facts){
        .release = read_line(root, "proc/sys/kernel/osrelease", 256),
        .boot_id = read_line(root, "proc/sys/kernel/random/boot_id", 64),
        .mark = cmdline ? cmdline_value(cmdline, CMDLINE_MARK) : NULL,
    };
    ret->way = way_of(root, ret->mark);
}

void boot_facts_clear(struct boot_facts *facts)
{
    free(facts->release);
    free(facts->boot_id);
    free(facts->mark);
    *facts = (struct boot_facts){0};
}
