/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/watchdog.h"

#include "facts-made.h"
#include "test.h"

enum is {
    NOT_USED,
    FROM_THE_NEXT_BUT_ONE,
    NEXT,
};

/* Asserts what is decided; `words` is in the reason, NULL: there is no reason. */
static void expect(const struct made_facts *made, enum is answer, const char *words)
{
    CLEANUP(watchdog_plan_clear) struct watchdog_plan plan;

    watchdog_decide(&made->facts, &plan);
    assert_int_equal(plan.used, answer != NOT_USED);
    assert_int_equal(plan.seconds > 0, answer == NEXT);
    if (!words)
        assert_null(plan.problem);
    else if (!plan.problem || !strstr(plan.problem, words))
        fail_msg("\"%s\" does not say \"%s\"", plan.problem ? plan.problem : "", words);
}

static void three_answers(void **state)
{
    CLEANUP(watchdog_plan_clear) struct watchdog_plan plan = {0};
    struct made_facts made;

    (void)state;
    made_fast(&made);
    expect(&made, NEXT, NULL);
    watchdog_decide(&made.facts, &plan);
    assert_int_equal(plan.seconds, 180);
    made.facts.watchdog.kept.is = ANSWER_NO;
    expect(&made, FROM_THE_NEXT_BUT_ONE, "protects every fast reboot except the next one");
    made.facts.watchdog.identity = NULL;
    expect(&made, NOT_USED, "no hardware watchdog was found: a kernel that hangs stays down");
}

/* A healthy machine must not be reset: any doubt is enough not to use it. */
static void doubt_is_not_armed(void **state)
{
    struct made_facts made;
    struct watchdog_facts *const watchdog = &made.facts.watchdog;

    (void)state;
#define WITH(change, words)                                                                        \
    do {                                                                                           \
        made_fast(&made);                                                                          \
        change;                                                                                    \
        expect(&made, NOT_USED, words);                                                            \
    } while (0)
    WITH(watchdog->kind = NULL, "is not known to survive a kexec");
    WITH(watchdog->kind = watchdog_find_kind("wdat_wdt"), "is not known to survive a kexec");
    WITH(watchdog->kind = watchdog_find_kind("Software Watchdog"), "softdog ends with the running");
    WITH(watchdog->fed.is = ANSWER_NO, "RuntimeWatchdogSec=");
    WITH(watchdog->fed.is = ANSWER_UNKNOWN, "RuntimeWatchdogSec=");
    WITH(watchdog->running.is = ANSWER_NO, "is not running");
    WITH(watchdog->running.is = ANSWER_UNKNOWN, "is not running");
    WITH(watchdog->nowayout.is = ANSWER_YES, "nowayout");
    WITH(watchdog->nowayout.is = ANSWER_UNKNOWN, "nowayout");
    WITH(made.facts.crypt.encrypted = true, "waits for a passphrase");
    WITH(watchdog->comes.is = ANSWER_NO, "no module i6300esb");
    WITH(watchdog->kept.is = ANSWER_UNKNOWN, "has no watchdog.stop_on_reboot");
    WITH(watchdog->max = 179, "counts to 179 seconds");
    WITH(made.entry.cmdline = (char *)"watchdog.stop_on_reboot=1", "stop_on_reboot=1");
    WITH(watchdog->other_device = (char *)"/etc/systemd/system.conf:7",
         "WatchdogDevice= in /etc/systemd/system.conf:7 names");
    WITH((made.facts.config.watchdog = SECONDS_OFF,
          made.facts.config.watchdog_source = (char *)"/etc/fastreboot.conf:3"),
         "/etc/fastreboot.conf:3 says watchdog = off: ");
    WITH((watchdog->identity = NULL, watchdog->ipmi = true), "ipmi_watchdog");
}

/* The administrator's setting overrides doubts, but not what is impossible. */
static void the_setting_is_a_word(void **state)
{
    CLEANUP(watchdog_plan_clear) struct watchdog_plan plan = {0};
    struct made_facts made;

    (void)state;
    made_fast(&made);
    made.facts.config.watchdog = 300;
    made.facts.watchdog.kind = NULL;
    made.facts.watchdog.fed.is = made.facts.watchdog.running.is = ANSWER_NO;
    expect(&made, NEXT, NULL);
    watchdog_decide(&made.facts, &plan);
    assert_int_equal(plan.seconds, 300);
    made.facts.watchdog.max = 299;
    expect(&made, NOT_USED, "counts to 299 seconds at most, less than the 300 required");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_answers),
        cmocka_unit_test(doubt_is_not_armed),
        cmocka_unit_test(the_setting_is_a_word),
    };

    return RUN_TESTS(tests);
}
