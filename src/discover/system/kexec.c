/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/kexec.h"

#include <errno.h>

#include "base/root.h"
#include "base/util.h"

/* Turns a number in a file into the answer to "is it what we ask for?". `absent` is the answer
 * where the kernel has no such file. */
static struct answer number_is(int root, const char *path, long asked, int absent)
{
    long number;
    int r = root_read_number(root, path, &number);

    if (r == -ENOENT)
        return (struct answer){.is = absent};
    if (r < 0)
        return (struct answer){.is = ANSWER_UNKNOWN, .error = -r};
    return (struct answer){.is = number == asked ? ANSWER_YES : ANSWER_NO};
}

/* Newer kernels have the file below /sys/kernel/kexec. */
static const char *loaded_file(int root)
{
    static const char NEW[] = "sys/kernel/kexec/loaded";

    return root_exists(root, NEW) > 0 ? NEW : "sys/kernel/kexec_loaded";
}

static struct answer is_supported(int root)
{
    int r = root_exists(root, loaded_file(root));

    if (r < 0)
        return (struct answer){.is = ANSWER_UNKNOWN, .error = -r};
    return (struct answer){.is = r ? ANSWER_YES : ANSWER_NO};
}

/* "none [integrity] confidentiality": the one in brackets counts. */
static int read_lockdown(int root, char **ret_lockdown)
{
    AUTOFREE char *line = NULL;
    char *start, *end;
    int r = root_read_line(root, "sys/kernel/security/lockdown", 256, &line);

    if (r < 0)
        return r == -ENOMEM ? r : 0;
    start = strchr(line, '[');
    end = start ? strchr(start, ']') : NULL;
    if (!end)
        return 0;
    *ret_lockdown = strndup(start + 1, (size_t)(end - start - 1));
    return *ret_lockdown ? 0 : -ENOMEM;
}

int kexec_facts_read(int root, struct kexec_facts *ret)
{
    *ret = (struct kexec_facts){
        .supported = is_supported(root),
        .disabled = number_is(root, "proc/sys/kernel/kexec_load_disabled", 1, ANSWER_NO),
        .exhausted = number_is(root, "proc/sys/kernel/kexec_load_limit_reboot", 0, ANSWER_NO),
        .loaded = number_is(root, loaded_file(root), 1, ANSWER_NO),
    };
    return read_lockdown(root, &ret->lockdown);
}

void kexec_facts_clear(struct kexec_facts *facts)
{
    free(facts->lockdown);
    *facts = (struct kexec_facts){0};
}
