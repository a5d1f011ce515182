/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/environment.h"

#include <errno.h>

#include "base/root.h"
#include "base/util.h"

/* systemd leaves the kind of container here. */
static struct answer is_container(int root)
{
    int r = root_exists(root, "run/systemd/container");

    if (r < 0)
        return (struct answer){.is = ANSWER_UNKNOWN, .error = -r};
    return (struct answer){.is = r ? ANSWER_YES : ANSWER_NO};
}

/* A guest of Xen is an ordinary machine; the control domain says "control_d". */
static struct answer is_xen_control(int root)
{
    AUTOFREE char *capabilities = NULL;
    int r = root_read_line(root, "proc/xen/capabilities", 256, &capabilities);

    if (r == -ENOENT)
        return (struct answer){.is = ANSWER_NO};
    if (r < 0)
        return (struct answer){.is = ANSWER_UNKNOWN, .error = -r};
    return (struct answer){.is = strstr(capabilities, "control_d") ? ANSWER_YES : ANSWER_NO};
}

/* Where the initrd is unpacked again at the shutdown, for the arrays and volumes that it has to
 * take apart, systemd-shutdown goes into it and leaves the rest to dracut's script. That one calls
 * `kexec -e`, with the program from the initrd or copied from the root file system (shutdown.sh in
 * modules.d/99shutdown); where there is none, some versions end in a shell, and the machine is
 * down. */
static struct answer is_stuck(int root)
{
    static const char *const LEAVE[] = {"run/initramfs/.need_shutdown", "run/initramfs/shutdown"};
    static const char *const DIRS[] = {"usr/sbin", "usr/bin", "sbin", "bin"};
    int leaves = 0, has = 0;

    for (size_t i = 0; leaves == 0 && i < ELEMENTS(LEAVE); i++)
        leaves = root_exists(root, LEAVE[i]);
    for (size_t i = 0; has <= 0 && i < ELEMENTS(DIRS); i++) {
        char path[64];

        snprintf(path, sizeof(path), "%s/kexec", DIRS[i]);
        has = root_exists(root, path);
        if (has > 0)
            break;
        snprintf(path, sizeof(path), "run/initramfs/%s/kexec", DIRS[i]);
        has = root_exists(root, path);
    }
    if (leaves < 0)
        return (struct answer){.is = ANSWER_UNKNOWN, .error = -leaves};
    return (struct answer){.is = leaves > 0 && has <= 0 ? ANSWER_YES : ANSWER_NO};
}

/* The last assignment in that shell file counts, as where it is sourced. */
static struct answer kexec_tools_load(int root)
{
    AUTOFREE char *text = NULL;
    struct answer fact = {.is = ANSWER_NO};
    char *rest;
    int r;

    if (root_exists(root, "etc/init.d/kexec-load") <= 0)
        return fact;
    r = root_read(root, "etc/default/kexec", 64 * 1024, &text, NULL);
    if (r < 0 && r != -ENOENT)
        return (struct answer){.is = ANSWER_UNKNOWN, .error = -r};
    for (char *line = text ? strtok_r(text, "\n", &rest) : NULL; line;
         line = strtok_r(NULL, "\n", &rest)) {
        const char *value = after_prefix(line + strspn(line, " \t"), "LOAD_KEXEC=");

        if (value)
            fact.is =
                strncmp(value + strspn(value, "\"'"), "true", 4) == 0 ? ANSWER_YES : ANSWER_NO;
    }
    return fact;
}

int place_facts_read(int root, struct place_facts *ret)
{
    *ret = (struct place_facts){
        .container = is_container(root),
        .xen = is_xen_control(root),
        .stuck = is_stuck(root),
        .kexec_tools = kexec_tools_load(root),
    };
    return 0;
}
