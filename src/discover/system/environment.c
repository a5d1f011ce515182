/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/environment.h"

#include <errno.h>

#include "base/efivar.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/system/ima.h"
#include "discover/system/lasting.h"

/* The control domain says "control_d"; guests are on the list of quirks. */
static struct answer is_xen_control(int root)
{
    AUTOFREE char *capabilities = NULL;
    int r = root_read_line(root, "proc/xen/capabilities", 256, &capabilities);

    if (r == -ENOENT)
        return (struct answer){.is = ANSWER_NO};
    return answer_of(r < 0 ? r : strstr(capabilities, "control_d") != NULL);
}

static bool has_kexec_program(int root)
{
    static const char *const DIRS[] = {"usr/sbin", "usr/bin", "sbin", "bin"};

    for (size_t i = 0; i < ELEMENTS(DIRS); i++) {
        AUTOFREE char *path = format("%s/kexec", DIRS[i]);
        AUTOFREE char *in_initrd = format("run/initramfs/%s", path);

        if (root_exists(root, path) > 0 || root_exists(root, in_initrd) > 0)
            return true;
    }
    return false;
}

/* If the initrd is unpacked again at the shutdown, for the arrays and volumes that it has to take
 * apart, systemd-shutdown switches to it and leaves the rest to dracut's script. The script calls
 * `kexec -e`, with the program from the initrd or copied from the root file system (shutdown.sh in
 * modules.d/99shutdown). Without that program some versions end in a shell, and the machine stays
 * down. */
static struct answer is_stuck(int root)
{
    static const char *const SIGNS[] = {"run/initramfs/.need_shutdown", "run/initramfs/shutdown"};
    int leaves = 0;

    for (size_t i = 0; leaves == 0 && i < ELEMENTS(SIGNS); i++)
        leaves = root_exists(root, SIGNS[i]);
    return answer_of(leaves > 0 ? !has_kexec_program(root) : leaves);
}

/* The last assignment in that shell file counts, as when it is sourced. */
static struct answer kexec_tools_load(int root)
{
    AUTOFREE char *text = NULL;
    char *rest;
    int r, loads = 0;

    if (root_exists(root, "etc/init.d/kexec-load") <= 0)
        return (struct answer){.is = ANSWER_NO};
    r = root_read(root, "etc/default/kexec", 64 * 1024, &text, NULL);
    if (r < 0 && r != -ENOENT)
        return answer_of(r);
    for (char *line = text ? strtok_r(text, "\n", &rest) : NULL; line;
         line = strtok_r(NULL, "\n", &rest)) {
        const char *value = after_prefix(line + strspn(line, " \t"), "LOAD_KEXEC=");

        if (value)
            loads = strncmp(value + strspn(value, "\"'"), "true", 4) == 0;
    }
    return answer_of(loads);
}

enum {
    MAX_VARIABLES = 4096,
};

/* What was asked of the firmware is in its variables, so without them nothing is known of it. They
 * are missing where efivarfs is not mounted, and with efi=noruntime. */
static struct answer lacks_variables(int root)
{
    CLEANUP(names_freep) char **names = NULL;
    int r = root_exists(root, "sys/firmware/efi");

    if (r <= 0)
        return answer_of(r);
    r = root_names(root, EFIVARS_DIR, NULL, MAX_VARIABLES, &names);
    return answer_of(r == -ENOENT || r == 0 ? 1 : r < 0 && r != -E2BIG ? r : 0);
}

struct environment_facts environment_facts_read(int root)
{
    return (struct environment_facts){
        .container = answer_of(root_exists(root, "run/systemd/container")),
        .xen = is_xen_control(root),
        .capture = answer_of(root_exists(root, "proc/vmcore")),
        .no_variables = lacks_variables(root),
        .volatile_state = state_is_lost(root),
        .stuck = is_stuck(root),
        .kexec_tools = kexec_tools_load(root),
        .ima = ima_measures(root),
    };
}

void environment_facts_clear(struct environment_facts *facts)
{
    answer_clear(&facts->volatile_state); /* the others have no text */
}
