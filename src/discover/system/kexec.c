/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/kexec.h"

#include <errno.h>

#include "base/root.h"
#include "base/util.h"

/* Whether the file at `path` holds the number `asked`. Some kernels do not have the file: no. */
static struct answer number_is(int root, const char *path, long asked)
{
    long number;
    int r = root_read_number(root, path, &number);

    if (r == -ENOENT)
        return (struct answer){.is = ANSWER_NO};
    return answer_of(r < 0 ? r : number == asked);
}

/* Newer kernels have the file below /sys/kernel/kexec. */
static const char *loaded_file(int root)
{
    static const char NEW[] = "sys/kernel/kexec/loaded";

    return root_exists(root, NEW) > 0 ? NEW : "sys/kernel/kexec_loaded";
}

/* "none [integrity] confidentiality": the word in brackets. */
static char *read_lockdown(int root)
{
    AUTOFREE char *line = NULL;
    char *start, *end;

    if (root_read_line(root, "sys/kernel/security/lockdown", 256, &line) < 0)
        return NULL;
    start = strchr(line, '[');
    end = start ? strchr(start, ']') : NULL;
    return end ? xstrndup(start + 1, (size_t)(end - start - 1)) : NULL;
}

void kexec_facts_read(int root, struct kexec_facts *ret)
{
    *ret = (struct kexec_facts){
        .supported = answer_of(root_exists(root, loaded_file(root))),
        .disabled = number_is(root, "proc/sys/kernel/kexec_load_disabled", 1),
        .exhausted = number_is(root, "proc/sys/kernel/kexec_load_limit_reboot", 0),
        .loaded = number_is(root, loaded_file(root), 1),
        .lockdown = read_lockdown(root),
    };
}

void kexec_facts_clear(struct kexec_facts *facts)
{
    free(facts->lockdown);
    *facts = (struct kexec_facts){0};
}
