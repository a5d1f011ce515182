/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/health.h"

#include "base/root.h"
#include "inventory-made.h"
#include "test.h"

static const int64_t SECOND = 1000000;

struct made_look {
    struct inventory before, now;
    struct config config;
    struct health_look look;
};

static void make(struct made_look *made, int64_t uptime)
{
    made_server(&made->before);
    made_server(&made->now);
    made->config = (struct config){.health_timeout = 270};
    made->look = (struct health_look){.config = &made->config,
                                      .before = &made->before,
                                      .now = &made->now,
                                      .uptime = uptime * SECOND,
                                      .since = 30 * SECOND};
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
    made.config.health_unit = (char *)"db.service";
    made.config.health_unit_source = (char *)"/etc/fastreboot.conf:2";
    made.look.state = "active";
    expect(&made, LOOK_COMPLETE, "");
    made.look.state = "activating";
    expect(&made, LOOK_HEAL,
           "unit db.service is activating, not active (health-unit in /etc/fastreboot.conf:2)");
    made.look.state = NULL;
    expect(&made, LOOK_HEAL,
           "unit db.service may not be active: systemd does not say (health-unit in "
           "/etc/fastreboot.conf:2)");
    made.look.uptime = 1;
    expect(&made, LOOK_WAIT,
           "unit db.service may not be active: systemd does not say (health-unit in "
           "/etc/fastreboot.conf:2)");
}

static const char HANGS[] = "the boot has not ended: it waits for sshd.service";

static void a_boot_that_hangs_is_worth_a_reboot(void **state)
{
    CLEANUP(unmake) struct made_look made;

    (void)state;
    make(&made, 269);
    made.look.waiting = "sshd.service";
    made.before.boot = 20;
    expect(&made, LOOK_WAIT, HANGS);
    made.look.uptime = 270 * SECOND; /* the check's own beginning does not count */
    expect(&made, LOOK_HEAL, HANGS);
    made.look.waiting = NULL;
    expect(&made, LOOK_COMPLETE, "");
}

/* A database that recovers for half an hour at each boot. */
static void a_boot_that_was_slow_before_may_be_slow(void **state)
{
    CLEANUP(unmake) struct made_look made;

    (void)state;
    make(&made, 3599);
    made.look.waiting = "sshd.service";
    made.before.boot = 1800;
    expect(&made, LOOK_WAIT, HANGS);
    made.look.uptime = 3600 * SECOND;
    expect(&made, LOOK_HEAL, HANGS);
}

static void a_boot_that_did_not_end_before_need_not_end(void **state)
{
    CLEANUP(unmake) struct made_look made;

    (void)state;
    make(&made, 299);
    made.look.waiting = "sshd.service";
    expect(&made, LOOK_WAIT, HANGS);
    made.look.uptime = 300 * SECOND;
    expect(&made, LOOK_MISSING, HANGS);
}

static void what_is_critical_has_ids(void **state)
{
    CLEANUP(losses_clear) struct losses losses = {0}, reworded = {0};
    CLEANUP(names_freep) char **ids = NULL;

    (void)state;
    losses_add(&losses, true, strdup("disk:a"), strdup("disk a is gone"));
    losses_add(&losses, false, strdup("CPUs"), strdup("CPUs: 3 instead of 4"));
    losses_add(&losses, true, strdup("disk:a"), strdup("and it was a good one"));
    losses_add(&losses, true, strdup("link:b"), strdup("interface b"));
    ids = losses_ids(&losses);
    assert_string_equal(ids[0], "disk:a");
    assert_string_equal(ids[1], "link:b");
    assert_null(ids[2]);
    assert_true(ids_have_network(ids));
    losses_add(&reworded, true, strdup("link:b"), strdup("another text"));
    assert_false(losses_include(&reworded, ids)); /* the disk came back */
    losses_add(&reworded, true, strdup("mount:/x"), strdup("something else"));
    losses_add(&reworded, false, strdup("disk:a"), strdup("a disk that does not matter any more"));
    assert_false(losses_include(&reworded, ids));
    losses_add(&reworded, true, strdup("disk:a"), strdup("a is missing"));
    assert_true(losses_include(&reworded, ids));
    assert_true(losses_include(&reworded, NULL));
    assert_false(ids_have_network(NULL));
}

static void add(struct losses *losses, int n)
{
    for (int i = 0; i < n; i++)
        losses_add(losses, true, format("disk:%d", i), format("disk %d", i));
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
    assert_string_equal(record.missing[MAX_MISSING - 1], "and 4 more");
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
        cmocka_unit_test(a_boot_that_hangs_is_worth_a_reboot),
        cmocka_unit_test(a_boot_that_was_slow_before_may_be_slow),
        cmocka_unit_test(a_boot_that_did_not_end_before_need_not_end),
        cmocka_unit_test(what_is_critical_has_ids),
        cmocka_unit_test(a_long_list_is_cut),
        cmocka_unit_test(each_end_has_its_words),
    };

    return RUN_TESTS(tests);
}
