/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/judge.h"

#include <errno.h>

#include "base/cmdline.h"
#include "base/util.h"

/* A duration that a clock set in between has not spoilt, in milliseconds, or -1. */
static int64_t duration(int64_t from, int64_t to)
{
    static const int64_t DAY = 86400LL * 1000000;

    return to < from || to - from > DAY ? -1 : (to - from) / 1000;
}

static bool is_ours(const struct attempt *attempt, const struct boot_facts *boot)
{
    return boot->mark && streq(boot->mark, attempt->id);
}

static const char *release_or(const char *release)
{
    return release ? release : "(unknown)";
}

static bool differ(const char *a, const char *b)
{
    return a && b && !streq(a, b);
}

/* Where the mark did not fit on the command line there is none. */
static bool is_marked(const struct attempt *attempt)
{
    AUTOFREE char *mark = attempt->cmdline ? cmdline_value(attempt->cmdline, CMDLINE_MARK) : NULL;

    return mark != NULL;
}

/* Whether kexec started something else than what we had loaded. Where the mark did not fit on the
 * command line, the version has to tell. */
static bool is_other(const struct attempt *attempt, const struct boot_facts *boot)
{
    if (!attempt->release || is_ours(attempt, boot))
        return false;
    return is_marked(attempt) || (attempt->cmdline && differ(boot->release, attempt->release));
}

static enum outcome judge_loaded(const struct attempt *attempt, const struct boot_facts *boot,
                                 char **ret_text)
{
    if (boot->way == BOOT_BY_KEXEC && is_other(attempt, boot)) {
        *ret_text = format("other kernel: %s was started by kexec, not %s, which fastreboot had "
                           "loaded",
                           release_or(boot->release), attempt->release);
        return OUTCOME_OTHER;
    }
    if (boot->way == BOOT_BY_KEXEC) {
        *ret_text = format("fast: kernel %s was started by kexec", release_or(boot->release));
        return OUTCOME_FAST;
    }
    /* Without our mark it is certainly not the kernel that was loaded with it. */
    if (boot->way == BOOT_UNKNOWN && !is_marked(attempt)) {
        *ret_text = format("unknown: kernel %s was loaded, and this machine does not tell whether "
                           "kexec started the one that runs",
                           release_or(attempt->release));
        return OUTCOME_UNKNOWN;
    }
    *ret_text = format("firmware, although kernel %s was loaded: the jump was not made, or the "
                       "machine was reset after it",
                       release_or(attempt->release));
    return OUTCOME_FAILED;
}

static enum outcome judge_attempt(const struct attempt *attempt, const struct boot_facts *boot,
                                  char **ret_text)
{
    const char *reason = attempt->reason ? attempt->reason : "no reason was written down";

    if (boot->way == BOOT_BY_KEXEC && attempt->state == ATTEMPT_CHECKING &&
        !is_ours(attempt, boot)) {
        *ret_text = format("kexec by somebody else, before it was known whether everything was "
                           "there after the fast reboot into kernel %s",
                           release_or(attempt->release));
        return OUTCOME_UNKNOWN;
    }
    if (boot->way == BOOT_BY_KEXEC && attempt->state != ATTEMPT_LOADED && !is_ours(attempt, boot)) {
        *ret_text = format("kexec by somebody else, although it was to go by firmware: %s", reason);
        return OUTCOME_UNKNOWN;
    }
    if (boot->way == BOOT_BY_KEXEC)
        return judge_loaded(attempt, boot, ret_text); /* even if the jump looked refused */
    switch (attempt->state) {
    case ATTEMPT_LOADED:
        return judge_loaded(attempt, boot, ret_text);
    case ATTEMPT_FIRMWARE:
        *ret_text = format("firmware: %s", reason);
        return OUTCOME_FIRMWARE;
    case ATTEMPT_BEGUN:
        *ret_text = format("firmware: loading the kernel did not end (it was killed, ran into its "
                           "time limit, or the machine stopped)");
        return OUTCOME_FAILED;
    case ATTEMPT_FAILED:
        *ret_text = format("firmware: %s", reason);
        return OUTCOME_FAILED;
    case ATTEMPT_CHECKING:
    case ATTEMPT_HEALED:
        *ret_text = format("failed: kernel %s was started by kexec, and went down before it was "
                           "known whether everything is there (a reset, a power loss or a forced "
                           "reboot)",
                           release_or(attempt->release));
        return OUTCOME_FAILED;
    }
    return OUTCOME_UNKNOWN;
}

static char *describe_unrecorded(const struct boot_facts *boot)
{
    if (boot->way == BOOT_BY_KEXEC)
        return format("kexec by somebody else");
    return format("unknown: nothing was written down before this boot (fastreboot was not active, "
                  "or it was a power loss, a reset or a forced reboot)");
}

int judge(const struct attempt *attempt, const struct boot_facts *boot, int64_t now, int64_t uptime,
          struct boot_record *ret_record)
{
    *ret_record = (struct boot_record){.time = now, .down = -1, .back = -1};
    if (attempt) {
        ret_record->outcome = judge_attempt(attempt, boot, &ret_record->text);
        ret_record->down = duration(attempt->time, now - uptime);
        ret_record->back = ret_record->down < 0 ? -1 : duration(attempt->time, now);
        ret_record->id = strdup(attempt->id);
        if (!ret_record->id)
            return -ENOMEM;
    } else {
        ret_record->outcome = OUTCOME_UNKNOWN;
        ret_record->text = describe_unrecorded(boot);
    }
    if (boot->release)
        ret_record->release = strdup(boot->release);
    return ret_record->text && (!boot->release || ret_record->release) ? 0 : -ENOMEM;
}
