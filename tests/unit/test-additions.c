/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/additions.h"

#include "base/cmdline.h"
#include "facts-made.h"
#include "test.h"

static void expect(const struct made_facts *made, const char *expected)
{
    AUTOFREE char *added = additions_decide(&made->facts);

    assert_string_equal(added, expected);
}

static void the_machine_is_to_come_back(void **state)
{
    struct made_facts made;

    (void)state;
    made_fast(&made);
    expect(&made, "panic=30 watchdog.stop_on_reboot=0 rd.shell=0 rd.emergency=reboot");
    made.facts.watchdog.identity = NULL;
    expect(&made, "panic=30 rd.shell=0 rd.emergency=reboot");
    made.facts.config.panic = 7;
    expect(&made, "panic=7 rd.shell=0 rd.emergency=reboot");
    made.facts.config.panic = SECONDS_OFF;
    expect(&made, "");
    made.facts.payload.entry = NULL;
    expect(&made, "");
}

static void what_the_administrator_says_stays(void **state)
{
    struct made_facts made;

    (void)state;
    made_fast(&made);
    made.entry.cmdline = (char *)"ro panic=0 rd.shell watchdog.stop_on_reboot=1";
    expect(&made, "rd.emergency=reboot");
    made.entry.cmdline = (char *)"ro -- panic=0";
    expect(&made, "panic=30 watchdog.stop_on_reboot=0 rd.shell=0 rd.emergency=reboot");
}

/* Only with `fastreboot trace`, and last: what brings the machine back matters more. */
static void a_traced_kernel_tells_what_it_does(void **state)
{
    struct made_facts made;

    (void)state;
    made_fast(&made);
    made.facts.traced = true;
    expect(&made, "panic=30 watchdog.stop_on_reboot=0 rd.shell=0 rd.emergency=reboot "
                  "initcall_debug log_buf_len=4M");
    made.facts.config.panic = SECONDS_OFF;
    made.facts.watchdog.identity = NULL;
    made.entry.cmdline = (char *)"ro log_buf_len=16M";
    expect(&made, "initcall_debug");
}

/* The mark has a single digit for their number. */
static void there_are_few(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++) {
        AUTOFREE char *added = NULL;
        const char *position, *word;
        struct made_facts made;
        size_t length, n = 0;

        made_by_dice(&made);
        added = additions_decide(&made.facts);
        for (position = added; cmdline_next(&position, &word, &length);)
            n++;
        assert_true(n <= CMDLINE_MAX_ADDED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_machine_is_to_come_back),
        cmocka_unit_test(what_the_administrator_says_stays),
        cmocka_unit_test(a_traced_kernel_tells_what_it_does),
        cmocka_unit_test(there_are_few),
    };

    return RUN_TESTS(tests);
}
