/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/discover.h"

/* systemd leaves the kind of container here. */
static struct fact is_container(int root)
{
    int r = root_exists(root, "run/systemd/container");

    if (r < 0)
        return (struct fact){.is = FACT_UNKNOWN, .error = -r};
    return (struct fact){.is = r ? FACT_YES : FACT_NO};
}

/* A guest of Xen is an ordinary machine; the control domain says "control_d". */
static struct fact is_xen_control(int root)
{
    AUTOFREE char *capabilities = NULL;
    int r = root_read_line(root, "proc/xen/capabilities", 256, &capabilities);

    if (r == -ENOENT)
        return (struct fact){.is = FACT_NO};
    if (r < 0)
        return (struct fact){.is = FACT_UNKNOWN, .error = -r};
    return (struct fact){.is = strstr(capabilities, "control_d") ? FACT_YES : FACT_NO};
}

/* The last assignment in that shell file counts, as where it is sourced. */
static struct fact kexec_tools_load(int root)
{
    AUTOFREE char *text = NULL;
    struct fact fact = {.is = FACT_NO};
    char *rest;
    int r;

    if (root_exists(root, "etc/init.d/kexec-load") <= 0)
        return fact;
    r = root_read(root, "etc/default/kexec", 64 * 1024, &text, NULL);
    if (r < 0 && r != -ENOENT)
        return (struct fact){.is = FACT_UNKNOWN, .error = -r};
    for (char *line = text ? strtok_r(text, "\n", &rest) : NULL; line;
         line = strtok_r(NULL, "\n", &rest)) {
        const char *value = after_prefix(line + strspn(line, " \t"), "LOAD_KEXEC=");

        if (value)
            fact.is = strncmp(value + strspn(value, "\"'"), "true", 4) == 0 ? FACT_YES : FACT_NO;
    }
    return fact;
}

int place_facts_read(int root, struct place_facts *ret)
{
    *ret = (struct place_facts){
        .container = is_container(root),
        .xen = is_xen_control(root),
        .kexec_tools = kexec_tools_load(root),
    };
    return 0;
}
