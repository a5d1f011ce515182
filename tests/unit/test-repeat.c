/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/repeat.h"

#include "test.h"

/* "firmware-update 6.1" is a reboot through the firmware for that reason, "fast" any other. */
static void find(const char *const *lines, struct repeat_facts *ret)
{
    CLEANUP(history_clear) struct history history = {0};

    for (; *lines; lines++) {
        const char *blank = strchr(*lines, ' ');
        struct boot_record record = {.outcome = blank ? OUTCOME_FIRMWARE : OUTCOME_FAST,
                                     .text = format("firmware: %s", *lines)};

        if (blank) {
            record.reason_id = xstrndup(*lines, (size_t)(blank - *lines));
            record.release = xstrdup(blank + 1);
        }
        *APPEND(history.all, history.n) = record;
    }
    repeat_find(&history, ret);
}

static void the_last_in_a_row_are_counted(void **state)
{
    static const struct {
        const char *lines[6];
        const char *id;
        size_t n, of_release;
    } CASES[] = {
        {{NULL}, NULL, 0, 0},
        {{"fast"}, NULL, 0, 0},
        {{"boot-next 6.1"}, "boot-next", 1, 1},
        {{"boot-next 6.1", "fast"}, NULL, 0, 0},
        {{"boot-next 6.1", "boot-next 6.1", "fast", "boot-next 6.1"}, "boot-next", 1, 1},
        {{"masked 6.1", "boot-next 6.1", "boot-next 6.1", "boot-next 6.1"}, "boot-next", 3, 3},
        {{"load-failed 6.1", "load-failed 6.1", "load-failed 6.2"}, "load-failed", 3, 1},
        {{"load-failed 6.2", "load-failed 6.1", "load-failed 6.2"}, "load-failed", 3, 1},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        CLEANUP(repeat_clear) struct repeat_facts repeat;

        find(CASES[i].lines, &repeat);
        assert_int_equal(repeat.n, CASES[i].n);
        assert_int_equal(repeat.of_release, CASES[i].of_release);
        if (CASES[i].id)
            assert_string_equal(repeat.id, CASES[i].id);
        else
            assert_null(repeat.id);
    }
}

static void before_there_were_ids_the_words_count(void **state)
{
    struct boot_record all[3] = {
        {.outcome = OUTCOME_FIRMWARE, .text = (char *)"firmware: mode = firmware"},
        {.outcome = OUTCOME_FIRMWARE, .text = (char *)"firmware: fwupd has an update waiting"},
        {.outcome = OUTCOME_FIRMWARE, .text = (char *)"firmware: fwupd has an update waiting"}};
    struct history history = {.all = all, .n = 3};
    CLEANUP(repeat_clear) struct repeat_facts repeat;

    (void)state;
    repeat_find(&history, &repeat);
    assert_int_equal(repeat.n, 2);
    assert_true(repeat_is_about(&repeat, "firmware-update", "fwupd has an update pending"));
    assert_false(repeat_is_about(&repeat, "boot-next", "BootNext is set"));
    repeat.id = xstrdup("firmware-update");
    assert_true(repeat_is_about(&repeat, "firmware-update", "other words"));
    assert_false(repeat_is_about(&repeat, "boot-next", "fwupd has an update pending"));
}

static void fast_reboots_in_a_row_are_counted(void **state)
{
    struct boot_record records[] = {{.outcome = OUTCOME_FAST, .time = 1},
                                    {.outcome = OUTCOME_FIRMWARE, .time = 2},
                                    {.outcome = OUTCOME_FAST, .time = 3},
                                    {.outcome = OUTCOME_DAMAGED, .time = 4}};
    struct row_facts row;

    (void)state;
    row_find(&(struct history){0}, 9, &row);
    assert_true(row.fast == 0 && row.firmware == 0 && row.now == 9);
    row_find(&(struct history){.all = records, .n = 4}, 9, &row);
    assert_true(row.fast == 2 && row.firmware == 2);
    row_find(&(struct history){.all = records, .n = 2}, 9, &row);
    assert_true(row.fast == 0 && row.firmware == 2);
    row_find(&(struct history){.all = records, .n = 1}, 9, &row);
    assert_true(row.fast == 1 && row.firmware == 1); /* at the latest */
}

static void the_advice_says_how_often(void **state)
{
    AUTOFREE char *advice = repeat_advice(4, NULL), *more = repeat_advice(3, "unset it");

    (void)state;
    assert_non_null(strstr(advice, "the last 4 reboots went through the firmware for this reason"));
    assert_non_null(strstr(advice, "find out what asks for this again"));
    assert_non_null(strstr(more, "later ones will too: unset it"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_in_a_row_are_counted),
        cmocka_unit_test(before_there_were_ids_the_words_count),
        cmocka_unit_test(fast_reboots_in_a_row_are_counted),
        cmocka_unit_test(the_advice_says_how_often),
    };

    return RUN_TESTS(tests);
}
