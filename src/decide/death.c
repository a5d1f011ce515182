/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/death.h"

#include "base/util.h"
#include "decide/judge.h"
#include "facts/last-words.h"

/* Bits of AMD's register, as Linux 6.16 and later name them: print_s5_reset_status_mmio(). */
enum {
    STATUS_BUTTON = 1 << 1,
    STATUS_SHUTDOWN_PIN = 1 << 2,
    STATUS_REMOTE_OFF = 1 << 4,
    STATUS_RESET_PIN = 1 << 16,
    STATUS_WATCHDOG = 1 << 25,
    STATUS_REMOTE_RESET = 1 << 26,
};

static const struct {
    int64_t bits;
    enum death_kind kind;
    const char *text;
} STATUSES[] = {
    {STATUS_WATCHDOG, DEATH_WATCHDOG,
     "the watchdog reset the machine before the new kernel was up"},
    {STATUS_RESET_PIN, DEATH_RESET, "the machine was reset from outside"},
    {STATUS_REMOTE_RESET, DEATH_RESET, "the machine was reset remotely"},
    {STATUS_BUTTON, DEATH_POWER, "the machine was turned off by the power button"},
    {STATUS_SHUTDOWN_PIN, DEATH_POWER, "the machine was turned off from outside"},
    {STATUS_REMOTE_OFF, DEATH_POWER, "the machine was turned off remotely"},
};

static void set(struct death *death, enum death_kind kind, char *text, char *evidence)
{
    death->kind = kind;
    set_text(&death->text, text);
    set_text(&death->evidence, evidence);
}

static char *record_text(const struct death_signs *signs)
{
    return format("record %s of the kernel's store, %s", signs->record,
                  signs->marked ? "which names this reboot"
                                : "which is new since this reboot began but does not name it");
}

/* A panic or an oops; false where the log has neither. */
static bool judge_log(const struct death_signs *signs, struct death *death)
{
    CLEANUP(last_words_clear) struct last_words words = {0};
    const char *panic, *trouble;

    if (!signs->log)
        return false;
    last_words_read(signs->log, &words);
    panic = words.all[WORD_PANIC];
    trouble = words.all[WORD_TROUBLE];
    if (panic || signs->panicked)
        set(death, DEATH_PANIC,
            format("the new kernel panicked%s%s", panic || trouble ? ": " : "",
                   panic     ? panic
                   : trouble ? trouble
                             : ""),
            record_text(signs));
    else if (trouble)
        set(death, DEATH_OOPS, format("the new kernel had an oops: %s", trouble),
            record_text(signs));
    return panic || signs->panicked || trouble;
}

/* What reset the machine, as the hardware tells. */
static bool judge_hardware(const struct death_signs *signs, struct death *death)
{
    if (signs->watchdog && !signs->claimed) {
        set(death, DEATH_WATCHDOG,
            xstrdup("the watchdog reset the machine before the new kernel was up"),
            format("watchdog \"%s\" says that it reset the machine", signs->watchdog));
        return true;
    }
    for (size_t i = 0; signs->status >= 0 && i < ELEMENTS(STATUSES); i++)
        if (signs->status & STATUSES[i].bits) {
            set(death, STATUSES[i].kind, xstrdup(STATUSES[i].text),
                format("the processor's reset status is 0x%08llx",
                       (unsigned long long)signs->status));
            return true;
        }
    return false;
}

static char *nothing_text(const struct death_signs *signs)
{
    if (signs->log)
        return record_text(signs);
    if (signs->backend)
        return format("the kernel's store (%s) has no record of it, and no hardware says what "
                      "reset the machine",
                      signs->backend);
    return xstrdup("this machine has no store for the kernel's last messages, and no hardware says "
                   "what reset it");
}

void death_judge(const char *id, const struct death_signs *signs, struct death *ret)
{
    *ret = (struct death){.id = xstrdup(id),
                          .record = xstrdup(signs->record),
                          .marked = signs->marked,
                          .claimed = signs->claimed,
                          .log = signs->log ? last_words_trim(signs->log, DEATH_LOG_BYTES) : NULL};
    if (signs->refused)
        set(ret, DEATH_REFUSED, xstrdup("the running kernel refused to start the new one"),
            xstrdup("what the call to start it returned"));
    else if (judge_log(signs, ret) && ret->kind == DEATH_OOPS && signs->watchdog && !signs->claimed)
        append_text(&ret->evidence, "; ", "then the watchdog reset the machine");
    else if (ret->kind == DEATH_UNKNOWN && !judge_hardware(signs, ret) && signs->stopped &&
             !signs->log)
        set(ret, DEATH_SHUTDOWN, xstrdup("the jump did not happen: the shutdown ended before it"),
            xstrdup("the shutdown did not come to its last step"));
    if (!ret->evidence)
        set_text(&ret->evidence, nothing_text(signs));
}

void death_explain(const struct death *death, struct boot_record *record)
{
    static const char *const GUESSES[] = {JUDGE_GUESS_LOADED, JUDGE_GUESS_CHECKING};
    size_t length = strlen(record->text);

    for (size_t i = 0; death->text && i < ELEMENTS(GUESSES); i++) {
        size_t guess = strlen(GUESSES[i]);

        if (length < guess || !streq(record->text + length - guess, GUESSES[i]))
            continue;
        set_text(&record->text,
                 format("%.*s(%s)", (int)(length - guess), record->text, death->text));
        return;
    }
}
