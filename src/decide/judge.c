/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/judge.h"

#include "base/cmdline.h"
#include "base/util.h"

/* In milliseconds; -1 if the clock was set in between. */
static int64_t duration(int64_t from, int64_t to)
{
    static const int64_t DAY = 86400LL * 1000000;

    return to < from || to - from > DAY ? -1 : (to - from) / 1000;
}

/* Whether fastreboot's mark identifies this boot as the attempted one. */
static bool has_its_mark(const struct attempt *attempt, const struct boot_facts *boot)
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

/* The mark is missing if it did not fit on the command line. */
static bool is_marked(const struct attempt *attempt)
{
    AUTOFREE char *mark = attempt->cmdline ? cmdline_value(attempt->cmdline, CMDLINE_MARK) : NULL;

    return mark != NULL;
}

/* The attempt carries what was known about the last firmware boot. If nothing was, every boot of
 * this machine seems to be by kexec. */
enum boot_way judge_way(const struct attempt *attempt, const struct boot_facts *boot)
{
    if (boot->way != BOOT_BY_KEXEC || boot->mark || attempt->firmware_boot.known)
        return boot->way;
    return attempt->state == ATTEMPT_LOADED && !is_marked(attempt) ? BOOT_UNKNOWN
                                                                   : BOOT_BY_FIRMWARE;
}

/* Whether kexec started something other than what fastreboot had loaded. Without a mark on the
 * command line, the version decides. */
static bool is_other(const struct attempt *attempt, const struct boot_facts *boot)
{
    if (!attempt->release || has_its_mark(attempt, boot))
        return false;
    return is_marked(attempt) || (attempt->cmdline && differ(boot->release, attempt->release));
}

static enum outcome judge_loaded(const struct attempt *attempt, const struct boot_facts *boot,
                                 char **ret_text)
{
    const char *release = release_or(boot->release), *loaded = release_or(attempt->release);

    if (boot->way == BOOT_BY_KEXEC && is_other(attempt, boot)) {
        *ret_text = format("other kernel: %s was started by kexec instead of %s, which fastreboot "
                           "had loaded",
                           release, loaded);
        return OUTCOME_OTHER;
    }
    if (boot->way == BOOT_BY_KEXEC) {
        *ret_text = format("fast: kernel %s was started by kexec", release);
        return OUTCOME_FAST;
    }
    /* A kernel that was loaded with a mark cannot be running without it. */
    if (boot->way == BOOT_UNKNOWN && !is_marked(attempt)) {
        *ret_text = format("unknown: kernel %s was loaded, but this machine does not tell whether "
                           "kexec started the running kernel",
                           loaded);
        return OUTCOME_UNKNOWN;
    }
    *ret_text = format("failed: kernel %s was loaded, but the machine came back through the "
                       "firmware " JUDGE_GUESS_LOADED,
                       loaded);
    return OUTCOME_FAILED;
}

/* Describes a kernel that was unexpectedly started by kexec. A mark means that fastreboot loaded
 * that kernel once, or that another program copied the command line of such a kernel. */
static const char *what_started(const struct boot_facts *boot)
{
    return boot->mark
               ? "a kernel with a mark of fastreboot that is not recorded was started by kexec"
               : "a kernel that fastreboot did not load was started by kexec";
}

static enum outcome judge_foreign(const struct attempt *attempt, const struct boot_facts *boot,
                                  const char *reason, char **ret_text)
{
    if (attempt->state == ATTEMPT_CHECKING)
        *ret_text = format("%s, before the health check of the fast reboot into kernel %s was over",
                           what_started(boot), release_or(attempt->release));
    else
        *ret_text =
            format("%s, although a firmware reboot was planned: %s", what_started(boot), reason);
    return OUTCOME_UNKNOWN;
}

static enum outcome judge_attempt(const struct attempt *attempt, const struct boot_facts *boot,
                                  char **ret_text)
{
    const char *reason = attempt->reason ? attempt->reason : "no reason was recorded";

    if (boot->way == BOOT_BY_KEXEC && attempt->state != ATTEMPT_LOADED &&
        !has_its_mark(attempt, boot))
        return judge_foreign(attempt, boot, reason, ret_text);
    if (boot->way == BOOT_BY_KEXEC)
        return judge_loaded(attempt, boot, ret_text); /* even if the jump seemed to be refused */
    switch (attempt->state) {
    case ATTEMPT_LOADED:
        return judge_loaded(attempt, boot, ret_text);
    case ATTEMPT_FIRMWARE:
        *ret_text = format("firmware: %s", reason);
        return OUTCOME_FIRMWARE;
    case ATTEMPT_BEGUN:
        *ret_text = format("failed: loading the kernel was interrupted (killed, timed out, or the "
                           "machine went down)");
        return OUTCOME_FAILED;
    case ATTEMPT_FAILED:
        *ret_text = format("failed: %s", reason);
        return OUTCOME_FAILED;
    case ATTEMPT_CHECKING:
    case ATTEMPT_HEALING:
        *ret_text = format("failed: kernel %s was started by kexec, but the machine went down "
                           "before the health check was over " JUDGE_GUESS_CHECKING,
                           release_or(attempt->release));
        return OUTCOME_FAILED;
    }
    return OUTCOME_UNKNOWN;
}

void judge(const struct attempt *attempt, const struct boot_facts *boot, int64_t now,
           int64_t uptime, struct boot_record *ret_record)
{
    *ret_record = (struct boot_record){
        .outcome = OUTCOME_UNKNOWN,
        .release = xstrdup(boot->release),
        .time = now,
        .down = -1,
        .back = -1,
        .away = -1,
    };
    if (attempt) {
        struct boot_facts seen = *boot; /* a view: it owns nothing */

        seen.way = judge_way(attempt, boot);
        ret_record->outcome = judge_attempt(attempt, &seen, &ret_record->text);
        ret_record->down = duration(attempt->time, now - uptime);
        ret_record->back = ret_record->down < 0 ? -1 : duration(attempt->time, now);
        ret_record->id = xstrdup(attempt->id);
        if (ret_record->outcome == OUTCOME_FIRMWARE)
            ret_record->reason_id = xstrdup(attempt->reason_id);
    } else if (boot->way == BOOT_BY_KEXEC) {
        ret_record->text = xstrdup(what_started(boot));
    } else {
        ret_record->text =
            xstrdup("unknown: nothing was recorded before this boot (fastreboot was "
                    "not active, or there was a power loss, reset or forced reboot)");
    }
}
