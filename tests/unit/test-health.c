/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/health.h"

#include "inventory-made.h"
#include "test.h"

static const int64_t SECOND = 1000000;

struct made_look {
    struct inventory before, now;
    struct health_look look;
};

static void make(struct made_look *made, int64_t uptime)
{
    made_server(&made->before);
    made_server(&made->now);
    made->look = (struct health_look){.before = &made->before,
                                      .now = &made->now,
                                      .uptime = uptime * SECOND,
                                      .limit = 300 * SECOND};
}

static void unmake(struct made_look *made)
{
    inventory_clear(&made->before);
    inventory_clear(&made->now);
}

static void expect(const struct made_look *made, enum health_result expected, const char *text)
{
    CLEANUP(losses_clear) struct losses losses = {0};
    AUTOFREE char *words = NULL;
    enum health_result answer;

    answer = health_judge(&made->look, &losses);
    assert_int_equal(answer, expected);
    words = losses_text(&losses);
    assert_string_equal(words, text);
}

static void an_answer_takes_its_time(void **state)
{
    CLEANUP(unmake) struct made_look made;

    (void)state;
    make(&made, 1);
    expect(&made, LOOK_COMPLETE, "");
    made.now.cpus = 3;
    expect(&made, LOOK_WAIT, "CPUs: 3 instead of 4");
    made.look.uptime = 300 * SECOND;
    expect(&made, LOOK_MISSING, "CPUs: 3 instead of 4");
    made.now.items[ITEM_LINK].all[0].carrier = false;
    expect(&made, LOOK_HEAL, "network interface eno1 has lost its carrier, CPUs: 3 instead of 4");
    made.look.uptime = 299 * SECOND;
    expect(&made, LOOK_WAIT, "network interface eno1 has lost its carrier, CPUs: 3 instead of 4");
}

static void a_unit_is_waited_for(void **state)
{
    CLEANUP(unmake) struct made_look made;

    (void)state;
    make(&made, 300);
    made.look.unit = "db.service";
    made.look.state = "active";
    expect(&made, LOOK_COMPLETE, "");
    made.look.state = "activating";
    expect(&made, LOOK_HEAL, "unit db.service is activating, not active");
    made.look.state = NULL;
    expect(&made, LOOK_HEAL, "unit db.service may not be active: systemd does not say");
    made.look.uptime = 1;
    expect(&made, LOOK_WAIT, "unit db.service may not be active: systemd does not say");
}

static void add(struct losses *losses, int n)
{
    for (int i = 0; i < n; i++)
        losses_add(losses, true, format("disk %d", i));
}

static void a_long_list_is_cut(void **state)
{
    CLEANUP(losses_clear) struct losses losses = {0};
    CLEANUP(boot_record_clear) struct boot_record record = {.text = strdup("fast")};
    AUTOFREE char *text = NULL;

    (void)state;
    add(&losses, MAX_MISSING + 3);
    text = losses_text(&losses);
    assert_non_null(strstr(text, "disk 15, and 3 more"));
    health_describe(LOOK_HEAL, &losses, &record);
    assert_string_equal(record.missing[MAX_MISSING - 1], "disk 15");
    assert_null(record.missing[MAX_MISSING]);
}

static void expect_record(enum outcome outcome, enum health_result answer, int n, enum outcome then,
                          const char *text)
{
    CLEANUP(losses_clear) struct losses losses = {0};
    CLEANUP(boot_record_clear)
    struct boot_record record = {
        .outcome = outcome, .text = strdup("firmware: asked for"), .release = strdup("6.1.0")};

    add(&losses, n);
    health_begin(&record);
    assert_string_equal(record.text, "firmware: asked for; health check under way");
    assert_int_equal(record.health, HEALTH_CHECKING);
    health_describe(answer, &losses, &record);
    assert_string_equal(record.text, text);
    assert_int_equal(record.outcome, then);
    assert_int_equal(record.health, n ? HEALTH_MISSING : HEALTH_COMPLETE);
    assert_int_equal(record.missing != NULL, n > 0);
}

static void each_end_has_its_words(void **state)
{
    (void)state;
    expect_record(OUTCOME_FAST, LOOK_COMPLETE, 0, OUTCOME_FAST,
                  "fast and complete: kernel 6.1.0 was started by kexec");
    expect_record(OUTCOME_FAST, LOOK_MISSING, 1, OUTCOME_FAST,
                  "fast, but something is missing: disk 0; kernel 6.1.0 was started by kexec");
    expect_record(OUTCOME_FAST, LOOK_HEAL, 1, OUTCOME_DAMAGED,
                  "fast, but something is missing: disk 0; kernel 6.1.0 was started by kexec");
    expect_record(OUTCOME_FIRMWARE, LOOK_COMPLETE, 0, OUTCOME_FIRMWARE,
                  "firmware: asked for; everything is back");
    expect_record(OUTCOME_FIRMWARE, LOOK_HEAL, 2, OUTCOME_FIRMWARE,
                  "firmware: asked for; still missing after the firmware reboot: disk 0, disk "
                  "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_takes_its_time),
        cmocka_unit_test(a_unit_is_waited_for),
        cmocka_unit_test(a_long_list_is_cut),
        cmocka_unit_test(each_end_has_its_words),
    };

    return RUN_TESTS(tests);
}
