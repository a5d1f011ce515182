/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/reason-tests.h"

#include <errno.h>

#include "base/cmdline.h"
#include "base/json.h"
#include "base/paths.h"
#include "base/util.h"
#include "decide/health.h"
#include "decide/repeat.h"
#include "decide/watchdog.h"
#include "facts/notes.h"

static const struct answer NO = {.is = ANSWER_NO};

/* A copy of an answer, with `text` if it has none. */
static struct answer copy_of(const struct answer *answer, const char *text)
{
    struct answer copy = answer_copy(answer);

    if (answer->is == ANSWER_YES && !answer->text)
        copy.text = xstrdup(text);
    return copy;
}

struct answer test_config_invalid(const struct facts *facts)
{
    const struct config *config = &facts->config;
    AUTOFREE char *source = config->error ? answer_source_of(config->error) : NULL;

    if (!config->error)
        return NO;
    if (config->error_number)
        return answer_from(answer_unknown(config->error_number, xstrdup(config->error)), source);
    return answer_from(answer_yes(xstrdup(config->error)), source);
}

struct answer test_mode_firmware(const struct facts *facts)
{
    if (facts->config.mode != MODE_FIRMWARE)
        return NO;
    return answer_from(answer_yes(format("%s says mode = firmware", facts->config.mode_source)),
                       facts->config.mode_source);
}

static struct answer due(char *text, const char *source)
{
    return answer_from(answer_yes(text), source);
}

struct answer test_firmware_due(const struct facts *facts)
{
    static const int64_t DAY = 86400LL * 1000000;
    const struct config *config = &facts->config;
    const struct row_facts *row = &facts->row;
    int64_t days =
        row->firmware > 0 && row->now > row->firmware ? (row->now - row->firmware) / DAY : 0;

    if (config->max_fast && row->fast >= (size_t)config->max_fast)
        return due(format("%s says max-fast-in-a-row = %d, and the last %zu reboot%s fast",
                          config->max_fast_source, config->max_fast, row->fast,
                          row->fast == 1 ? " was" : "s were"),
                   config->max_fast_source);
    if (config->max_age && days >= config->max_age)
        return due(format("%s says max-age-days = %d, and the firmware has not run for %lld days",
                          config->max_age_source, config->max_age, (long long)days),
                   config->max_age_source);
    return NO;
}

/* A kernel that is already loaded can still be started. */
struct answer test_kexec_disabled(const struct facts *facts)
{
    return facts->loaded.current ? NO
                                 : copy_of(&facts->kexec.disabled,
                                           "kernel.kexec_load_disabled is 1: no kernel can be "
                                           "loaded until the next boot");
}

struct answer test_kexec_exhausted(const struct facts *facts)
{
    return facts->loaded.current ? NO
                                 : copy_of(&facts->kexec.exhausted,
                                           "kernel.kexec_load_limit_reboot is used up: no kernel "
                                           "can be loaded until the next boot");
}

struct answer test_loaded_unknown(const struct facts *facts)
{
    return facts->kexec.loaded.is == ANSWER_UNKNOWN ? copy_of(&facts->kexec.loaded, NULL) : NO;
}

struct answer test_kernel_unknown(const struct facts *facts)
{
    const struct boot_entries *entries = &facts->boot_entries;
    const char *problem = entries->problem ? entries->problem : "no kernel was chosen";
    AUTOFREE char *source = answer_source_of(problem);

    /* A path alone may be what is missing, rather than the cause. */
    if (source && !strchr(source, ':'))
        set_text(&source, NULL);
    if (entries->chosen < entries->n)
        return NO;
    return answer_from(entries->problem_error
                           ? answer_unknown(entries->problem_error, xstrdup(problem))
                           : answer_yes(xstrdup(problem)),
                       source);
}

/* Parameters that another program added to the running kernel's command line would stay for
 * ever. */
struct answer test_cmdline_inherited(const struct facts *facts)
{
    if (facts->boot.way != BOOT_BY_KEXEC || facts->boot.mark || facts->config.cmdline ||
        !facts->boot_entries.inherits_cmdline)
        return NO;
    return answer_yes(xstrdup("the next kernel would inherit the command line of the running one, "
                              "which another program than fastreboot started by kexec"));
}

struct answer test_one_time_entry(const struct facts *facts)
{
    const char *one_time = facts->boot_entries.one_time;

    return one_time ? answer_yes(xstrdup(one_time)) : NO;
}

struct answer test_loader_writes(const struct facts *facts)
{
    const char *writes = facts->boot_entries.writes;

    return writes ? answer_yes(xstrdup(writes)) : NO;
}

struct answer test_foreign_kernel(const struct facts *facts)
{
    if (facts->kexec.loaded.is != ANSWER_YES || facts->loaded.release)
        return NO;
    return answer_yes(xstrdup("a kernel that fastreboot did not load is loaded"));
}

struct answer test_load_interrupted(const struct facts *facts)
{
    char *text = interruptions_text(&facts->failure.failures);

    return text ? answer_yes(text) : NO;
}

/* An unknown or overlong version is not a different one. */
static bool may_be_same(const char *a, const char *b)
{
    return !a || !b || streq(a, b);
}

/* Only of what the history knows, so the shutdown tries it all the same. What is loaded was not
 * refused. */
struct answer test_load_refused(const struct facts *facts)
{
    const struct repeat_facts *repeat = &facts->repeat;
    const char *release = facts->payload.image.release, *why;

    if (facts->loaded.current || repeat->of_release < REFUSALS_TO_TELL ||
        !repeat_is_about(repeat, "load-failed", "loading kernel") || !release ||
        !streq(repeat->release, release))
        return NO;
    why = after_prefix(repeat->text, "firmware: ");
    return answer_yes(
        format("the last %zu reboots were to be fast, and the running kernel refused: "
               "%s",
               repeat->of_release, why ? why : repeat->text));
}

/* A new kernel file or new firmware gets a new chance. */
struct answer test_failed_before(const struct facts *facts)
{
    const struct failures *failures = &facts->failure.failures;

    for (size_t i = 0; facts->payload.kernel_id && i < failures->n; i++) {
        const struct failure *failure = &failures->all[i];

        if (streq(failure->kernel, facts->payload.kernel_id) &&
            may_be_same(failure->firmware, facts->failure.firmware)) {
            AUTOFREE char *when_and_why = failure_text(failure);

            return answer_yes(
                format("a fast reboot into kernel %s failed %s", failure->release, when_and_why));
        }
    }
    return NO;
}

/* If several kernels failed, the machine is to blame. */
struct answer test_failed_too_often(const struct facts *facts)
{
    const struct failures *failures = &facts->failure.failures;
    size_t n = failures_in_a_row(failures);
    int error = facts->failure.error;
    AUTOFREE char *last = NULL;

    if (error)
        return answer_unknown(
            error, format("/" STATE_FAILED ": %s%s", json_error(-error),
                          error == EBADMSG || error == ENEWER
                              ? ", so the kernels that failed are unknown; `fastreboot retry` "
                                "removes it"
                              : ""));
    if (n < FAILURES_TO_STOP)
        return NO;
    last = failure_text(&failures->all[failures->n - 1]);
    return answer_yes(
        format("fast reboots into %zu different kernels failed, the last one %s", n, last));
}

struct answer test_ima_measures(const struct facts *facts)
{
    static const char TEXT[] = "IMA measures what runs, and a kexec does not reset the TPM: the "
                               "next kernel's log would not match it in an attestation";

    return facts->config.ima == IMA_BLOCK ? copy_of(&facts->environment.ima, TEXT) : NO;
}

/* The severity of a reason is fixed, so the setting selects one of two reasons. */
static struct answer driver(const struct facts *facts, enum config_missing_driver wanted)
{
    return facts->config.missing_driver == wanted ? copy_of(&facts->driver_missing, NULL) : NO;
}

struct answer test_driver_missing(const struct facts *facts)
{
    return driver(facts, MISSING_DRIVER_WARN);
}

struct answer test_driver_required(const struct facts *facts)
{
    const char *source = facts->config.missing_driver_source;
    struct answer answer = driver(facts, MISSING_DRIVER_BLOCK);

    if (answer.is == ANSWER_YES && answer.text && source)
        set_text(&answer.text, format("%s; %s says missing-driver = block", answer.text, source));
    return answer.is == ANSWER_NO ? answer : answer_from(answer, source);
}

struct answer test_signed_only(const struct facts *facts)
{
    const char *lockdown = facts->kexec.lockdown;

    if (!lockdown || streq(lockdown, "none"))
        return NO;
    return answer_yes(format("lockdown is %s: the kernel accepts signed kernels only", lockdown));
}

/* Only the purgatory of x86 hashes it. What the next boot has anyway need not be set. */
struct answer test_second_hash(const struct facts *facts)
{
    enum { MIB = 1024 * 1024, STEP = 64 };
    const struct kexec_facts *kexec = &facts->kexec;
    uint64_t bytes = loaded_bytes(&facts->payload), mib = bytes / MIB + 1;

    if (!kexec->can_skip || kexec->kho || facts->arch != IMAGE_X86_64 ||
        !facts->payload.image.release)
        return NO;
    if (kexec->has_cma && kexec->cma < bytes && !cmdline_has(facts->payload.entry->cmdline, "cma"))
        return answer_yes(
            format("the jump copies kernel and initrd, %llu MiB, and hashes them again: the "
                   "running kernel has set aside %llu MiB that they could be loaded to, and needs "
                   "cma=%lluM to do neither",
                   (unsigned long long)mib, (unsigned long long)(kexec->cma / MIB),
                   (unsigned long long)((mib + mib / 8) / STEP + 1) * STEP));
    if (!kexec->has_cma && kexec->has_kho && !cmdline_has(facts->payload.entry->cmdline, "kho"))
        return answer_yes(format("the jump hashes kernel and initrd, %llu MiB, again: the running "
                                 "kernel needs kho=on to leave that out",
                                 (unsigned long long)mib));
    return NO;
}

/* Another fast reboot would replace the inventory by what is there now, and nobody would notice
 * what this one lost. */
struct answer test_being_checked(const struct facts *facts)
{
    const struct health_facts *health = &facts->health;
    CLEANUP(losses_clear) struct losses losses = {0};
    AUTOFREE char *missing = NULL;

    if (!health->under_way)
        return answer_of(-health->error);
    if (health->asked)
        return answer_yes(format("missing since the fast reboot into kernel %s: %s",
                                 health->release ? health->release : "(unknown)", health->asked));
    compare(&health->before, &health->now, &losses);
    /* Files do not tell what only PID 1 knows: that the boot does not end, or a unit. */
    if (!losses.critical && !health->told)
        return NO;
    missing = losses.critical ? losses_text(&losses) : xstrdup(health->told);
    return answer_yes(
        format("missing since the fast reboot into kernel %s, but may still appear: %s",
               health->release ? health->release : "(unknown)", missing));
}

struct answer test_parameters_copied(const struct facts *facts)
{
    const char *entry = facts->boot_entries.copied;

    return entry ? answer_yes(format("%s has fastreboot's own parameters: a program has copied the "
                                     "command line of the running kernel",
                                     entry))
                 : NO;
}

struct answer test_watchdog(const struct facts *facts)
{
    struct watchdog_plan plan;

    if (facts->watchdog.error)
        return answer_unknown(facts->watchdog.error, NULL);
    watchdog_decide(facts, &plan);
    return plan.problem ? answer_from(answer_yes(plan.problem), facts->config.watchdog_source) : NO;
}
