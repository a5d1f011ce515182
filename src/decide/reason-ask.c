/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "base/util.h"
#include "decide/reason-rows.h"

/* The answer among the facts that decides. */
static struct answer read_fact(const struct reason *reason, const struct facts *facts)
{
    const struct answer *fact = (const void *)((const char *)facts + reason->answer);
    const char *text = fact->text;

    if (fact->is == ANSWER_UNKNOWN)
        return answer_from(answer_unknown(fact->error, xstrdup(text)), fact->source);
    if ((fact->is == ANSWER_NO) != reason->when_no)
        return (struct answer){.is = ANSWER_NO};
    return answer_from(answer_yes(xstrdup(text ? text : reason->text)), fact->source);
}

static const struct reason_list *const LISTS[] = {&MACHINE_REASONS, &KERNEL_REASONS, &WARNINGS};

const struct reason *reason_at(size_t i)
{
    for (size_t k = 0; k < ELEMENTS(LISTS); k++) {
        if (i < LISTS[k]->n)
            return &LISTS[k]->rows[i];
        i -= LISTS[k]->n;
    }
    return NULL;
}

size_t reasons_count(void)
{
    size_t n = 0;

    for (size_t k = 0; k < ELEMENTS(LISTS); k++)
        n += LISTS[k]->n;
    return n;
}

const struct reason *reason_find(const char *id)
{
    const struct reason *reason = NULL;

    for (size_t i = 0; (reason = reason_at(i)); i++)
        if (streq(reason->id, id))
            break;
    return reason;
}

const struct reason *reason_late_at(size_t i)
{
    return i < LATE_REASONS.n ? &LATE_REASONS.rows[i] : NULL;
}

const struct reason *reason_explained(const char *id)
{
    const struct reason *reason = reason_find(id);

    for (size_t i = 0; !reason && i < LATE_REASONS.n; i++)
        if (streq(LATE_REASONS.rows[i].id, id))
            reason = &LATE_REASONS.rows[i];
    return reason;
}

struct answer reason_ask(const struct reason *reason, const struct facts *facts)
{
    struct answer answer = reason->test ? reason->test(facts) : read_fact(reason, facts);

    if (answer.is != ANSWER_UNKNOWN)
        return answer;
    if (!answer.error)
        answer.error = EIO;
    if (!answer.text)
        answer.text = format("cannot tell whether %s: %s", reason->passed, strerror(answer.error));
    return answer;
}

const char *severity_name(enum severity severity)
{
    static const char *const NAMES[] = {"block", "warn", "note"};

    return NAMES[severity];
}

const char *kind_name(enum kind kind)
{
    static const char *const NAMES[] = {"once", "setting", "fault", "machine"};

    return NAMES[kind];
}

static const struct {
    const char *name;
    const char *about;
} GROUPS[] = {
    [GROUP_SETTINGS] = {"settings", "fastreboot.conf and the lists of quirks"},
    [GROUP_UNITS] = {"units", "fastreboot's units in systemd"},
    [GROUP_REQUESTS] = {"requests", "what was requested for one reboot only"},
    [GROUP_SYSTEM] = {"system", "whether this system can reboot without the firmware"},
    [GROUP_KEXEC] = {"kexec", "whether the running kernel starts another one"},
    [GROUP_LOADER] = {"loader", "what the boot loader would start"},
    [GROUP_KERNEL] = {"kernel", "the next kernel, its modules and its command line"},
    [GROUP_INITRD] = {"initrd", "the initrds of the next kernel"},
    [GROUP_HARDWARE] = {"hardware", "quirks, lost devices, the watchdog and the store"},
    [GROUP_STORAGE] = {"storage", "disks, arrays and file systems"},
    [GROUP_HISTORY] = {"history", "how the last reboots went"},
};

const char *group_name(enum reason_group group)
{
    return GROUPS[group].name;
}

const char *group_about(enum reason_group group)
{
    return GROUPS[group].about;
}
