/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/environment.h"

#include <errno.h>

#include "base/efivar.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/system/ima.h"
#include "discover/system/initrd-shutdown.h"
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

static struct answer kexec_tools_text(int line)
{
    AUTOFREE char *source = format("/etc/default/kexec:%d", line);

    return answer_from(answer_yes(format("kexec-tools load a kernel at every reboot, too "
                                         "(LOAD_KEXEC in %s); the kernel that fastreboot loads "
                                         "comes first and stays",
                                         source)),
                       source);
}

/* The last assignment in that shell file counts, as when it is sourced. */
static struct answer kexec_tools_load(int root)
{
    AUTOFREE char *text = NULL;
    struct answer loads = {.is = ANSWER_NO};
    char *rest;
    int r, number = 0;

    if (root_exists(root, "etc/init.d/kexec-load") <= 0)
        return (struct answer){.is = ANSWER_NO};
    r = root_read(root, "etc/default/kexec", 64 * 1024, &text, NULL);
    if (r < 0 && r != -ENOENT)
        return answer_of(r);
    rest = text;
    for (char *line; (line = strsep(&rest, "\n"));) {
        const char *value = after_prefix(line + strspn(line, " \t"), "LOAD_KEXEC=");

        number++;
        if (!value)
            continue;
        answer_clear(&loads);
        if (strncmp(value + strspn(value, "\"'"), "true", 4) == 0)
            loads = kexec_tools_text(number);
    }
    return loads;
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
        .stuck = initrd_shutdown_is_stuck(root),
        .kexec_tools = kexec_tools_load(root),
        .ima = ima_measures(root),
    };
}

void environment_facts_clear(struct environment_facts *facts)
{
    answer_clear(&facts->volatile_state);
    answer_clear(&facts->stuck);
    answer_clear(&facts->kexec_tools); /* the others have no text */
}
