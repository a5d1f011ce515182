/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/attempt.h"

#include "inventory-made.h"
#include "test.h"

static int read_attempt(const char *text, struct attempt *attempt)
{
    AUTOJSON struct json_object *object = NULL;

    assert_int_equal(json_parse(text, &object), 0);
    return attempt_from_json(object, attempt);
}

static int read_record(const char *text, struct boot_record *record)
{
    AUTOJSON struct json_object *object = NULL;

    assert_int_equal(json_parse(text, &object), 0);
    return boot_record_from_json(object, record);
}

static void attempt_comes_back_as_it_was(void **state)
{
    (void)state;
    for (int i = ATTEMPT_BEGUN; i <= ATTEMPT_HEALING; i++) {
        const struct attempt attempt = {.id = (char *)"id",
                                        .boot_id = (char *)"boot",
                                        .time = 1700000000123456,
                                        .state = (enum attempt_state)i,
                                        .release = (char *)"6.1.0",
                                        .reason = (char *)"\"quoted\"\n\\ \x01 ü"};
        AUTOJSON struct json_object *object = attempt_to_json(&attempt);
        CLEANUP(attempt_clear) struct attempt again = {0};

        assert_int_equal(read_attempt(json_object_to_json_string(object), &again), 0);
        assert_string_equal(again.id, attempt.id);
        assert_string_equal(again.boot_id, attempt.boot_id);
        assert_int_equal(again.time, attempt.time);
        assert_int_equal(again.state, attempt.state);
        assert_string_equal(again.release, attempt.release);
        assert_string_equal(again.reason, attempt.reason);
    }
}

static void made_attempt(struct attempt *ret_attempt)
{
    *ret_attempt = (struct attempt){.id = strdup("id"),
                                    .boot_id = strdup("boot"),
                                    .state = ATTEMPT_LOADED,
                                    .release = strdup("6.1.0"),
                                    .kernel = strdup("6.1.0 1 2"),
                                    .cmdline = strdup("root=/dev/sda1"),
                                    .machine = {.id = strdup("m"), .board = strdup("B1")},
                                    .announced = 7,
                                    .has_inventory = true};
    ret_attempt->lost = xcalloc(3, sizeof(char *));
    ret_attempt->lost[0] = strdup("disk:naa.1");
    ret_attempt->lost[1] = strdup("link:ac:1f:6b:00:00:01");
    made_server(&ret_attempt->inventory);
}

static void all_of_an_attempt_comes_back(void **state)
{
    CLEANUP(attempt_clear) struct attempt attempt, again;
    AUTOJSON struct json_object *object = NULL, *second = NULL;

    (void)state;
    made_attempt(&attempt);
    object = attempt_to_json(&attempt);
    assert_int_equal(attempt_from_json(object, &again), 0);
    second = attempt_to_json(&again);
    assert_true(json_object_equal(object, second));
    assert_string_equal(again.machine.board, "B1");
    assert_int_equal(again.announced, 7);
    assert_string_equal(again.lost[1], "link:ac:1f:6b:00:00:01");
    assert_null(again.lost[2]);
    assert_int_equal(again.inventory.items[ITEM_DISK].n, 3);
}

/* Members that earlier versions wrote, but nothing read, are ignored. */
static void members_of_earlier_versions_are_passed_over(void **state)
{
    CLEANUP(attempt_clear) struct attempt attempt;

    (void)state;
    assert_int_equal(read_attempt("{\"version\":2,\"state\":\"loaded\",\"time\":3,\"id\":\"i\","
                                  "\"boot_id\":\"b\",\"release\":\"6.1.0\",\"way\":\"kexec\","
                                  "\"firmware\":\"2.0\",\"files\":[{\"path\":\"/vmlinuz\","
                                  "\"size\":7,\"sha256\":\"00ff\"}]}",
                                  &attempt),
                     0);
    assert_int_equal(attempt.state, ATTEMPT_LOADED);
    assert_string_equal(attempt.release, "6.1.0");
}

static void an_inventory_that_is_none_is_damage(void **state)
{
    CLEANUP(attempt_clear) struct attempt attempt, again;
    AUTOJSON struct json_object *object = NULL;

    (void)state;
    made_attempt(&attempt);
    object = attempt_to_json(&attempt);
    json_add_string(object, "inventory", "is something else now");
    assert_int_equal(attempt_from_json(object, &again), -EBADMSG);
}

/* A power cut leaves the beginning of the file: this is never taken for the whole file. */
static void every_truncation_is_noticed(void **state)
{
    CLEANUP(attempt_clear) struct attempt attempt;
    AUTOJSON struct json_object *object = NULL;
    AUTOFREE char *text = NULL;

    (void)state;
    made_attempt(&attempt);
    object = attempt_to_json(&attempt);
    text = strdup(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN));
    for (size_t n = 0; n < strlen(text); n++) {
        AUTOFREE char *cut = strndup(text, n);
        AUTOJSON struct json_object *part = NULL;

        assert_int_equal(json_parse(cut, &part), -EBADMSG);
    }
}

/* With any byte changed, it is either read as an attempt or refused; what is read can be written
 * again. */
static void every_wrong_byte_is_survived(void **state)
{
    CLEANUP(attempt_clear) struct attempt attempt;
    AUTOJSON struct json_object *object = NULL;
    AUTOFREE char *text = NULL;
    int refused = 0;

    (void)state;
    made_attempt(&attempt);
    object = attempt_to_json(&attempt);
    text = strdup(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN));
    for (size_t n = 0; n < 4 * strlen(text); n++) {
        CLEANUP(attempt_clear) struct attempt read = {0};
        AUTOJSON struct json_object *wrong = NULL, *again = NULL;
        char was = text[n / 4];

        text[n / 4] = (char)(was ^ (1 << dice(8)));
        if (json_parse(text, &wrong) < 0 || attempt_from_json(wrong, &read) < 0)
            refused++;
        else
            again = attempt_to_json(&read);
        text[n / 4] = was;
    }
    assert_true(refused > 100);
}

static void another_machine_is_told_from_the_same(void **state)
{
    struct machine a = {.id = (char *)"1", .product = (char *)"P", .board = (char *)"B"};
    struct machine b = a;

    (void)state;
    b.id = NULL; /* which says nothing */
    assert_false(machine_differs(&a, &b));
    b.board = (char *)"C";
    assert_true(machine_differs(&a, &b) && machine_differs(&b, &a));
}

static void attempt_without_release_and_reason_is_one(void **state)
{
    const struct attempt attempt = {.id = (char *)"id", .boot_id = (char *)""};
    AUTOJSON struct json_object *object = attempt_to_json(&attempt);
    CLEANUP(attempt_clear) struct attempt again = {0};

    (void)state;
    assert_int_equal(attempt_from_json(object, &again), 0);
    assert_null(again.release);
    assert_null(again.reason);
}

static void attempt_that_lacks_something_is_damaged(void **state)
{
    static const char *const DAMAGED[] = {
        "{}",
        "{\"boot_id\":\"b\",\"time\":1,\"state\":\"begun\"}",
        "{\"id\":\"i\",\"time\":1,\"state\":\"begun\"}",
        "{\"id\":\"i\",\"boot_id\":\"b\",\"state\":\"begun\"}",
        "{\"id\":\"i\",\"boot_id\":\"b\",\"time\":1}",
        "{\"id\":\"i\",\"boot_id\":\"b\",\"time\":1,\"state\":\"won\"}",
        "{\"id\":\"i\",\"boot_id\":\"b\",\"time\":1,\"state\":2}",
        "{\"id\":\"i\",\"boot_id\":\"b\",\"time\":-1,\"state\":\"begun\"}",
        "{\"id\":\"i\",\"boot_id\":\"b\",\"time\":\"1\",\"state\":\"begun\"}",
        "{\"id\":\"i\",\"boot_id\":\"b\",\"time\":1.5,\"state\":\"begun\"}",
        "{\"id\":null,\"boot_id\":\"b\",\"time\":1,\"state\":\"begun\"}",
        "{\"id\":[\"i\"],\"boot_id\":{},\"time\":1,\"state\":\"begun\"}",
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(DAMAGED); i++) {
        CLEANUP(attempt_clear) struct attempt attempt = {0};

        assert_int_equal(read_attempt(DAMAGED[i], &attempt), -EBADMSG);
    }
}

/* Calculations use them, and a file may contain any number. */
static void times_are_times(void **state)
{
    static const char *const WRONG[] = {"9223372036854775807", "-9223372036854775808", "-1", "1e3"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(WRONG); i++) {
        CLEANUP(attempt_clear) struct attempt attempt = {0};
        CLEANUP(boot_record_clear) struct boot_record record = {0};
        AUTOFREE char *line = format("{\"outcome\": \"fast\", \"text\": \"t\", \"time\": %s, "
                                     "\"down_ms\": %s, \"back_ms\": %s}",
                                     WRONG[i], WRONG[i], WRONG[i]);
        AUTOFREE char *begun = format("{\"state\": \"checking\", \"id\": \"1\", "
                                      "\"boot_id\": \"2\", \"time\": 1, \"since\": %s}",
                                      WRONG[i]);

        assert_int_equal(read_record(line, &record), 0);
        assert_true(record.time == 0 && record.down == -1 && record.back == -1);
        assert_int_equal(read_attempt(begun, &attempt), 0);
        assert_int_equal(attempt.since, 0);
    }
}

static void record_comes_back_as_it_was(void **state)
{
    (void)state;
    for (int i = OUTCOME_FAST; i <= OUTCOME_UNKNOWN; i++) {
        const struct boot_record record = {.id = (char *)"id",
                                           .outcome = (enum outcome)i,
                                           .text = (char *)"fast: kernel 6.1 was started",
                                           .release = (char *)"6.1",
                                           .time = INT64_MAX / 4,
                                           .down = 0,
                                           .back = -1};
        AUTOJSON struct json_object *object = boot_record_to_json(&record);
        CLEANUP(boot_record_clear) struct boot_record again = {0};

        assert_int_equal(read_record(json_object_to_json_string(object), &again), 0);
        assert_string_equal(again.id, record.id);
        assert_int_equal(again.outcome, record.outcome);
        assert_string_equal(again.text, record.text);
        assert_string_equal(again.release, record.release);
        assert_int_equal(again.time, record.time);
        assert_int_equal(again.down, 0);
        assert_int_equal(again.back, -1);
    }
}

static void unknown_duration_is_null(void **state)
{
    const struct boot_record record = {.text = (char *)"?", .down = -1, .back = 1500};
    AUTOJSON struct json_object *object = boot_record_to_json(&record);
    struct json_object *member = object;

    (void)state;
    assert_true(json_object_object_get_ex(object, "down_ms", &member));
    assert_null(member);
    assert_int_equal(json_number(object, "back_ms", 0), 1500);
}

static void record_that_lacks_something_is_damaged(void **state)
{
    static const char *const DAMAGED[] = {
        "{}",
        "{\"outcome\":\"fast\"}",
        "{\"text\":\"t\"}",
        "{\"outcome\":\"best\",\"text\":\"t\"}",
        "{\"outcome\":\"fast\",\"text\":null}",
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(DAMAGED); i++) {
        CLEANUP(boot_record_clear) struct boot_record record = {0};

        assert_int_equal(read_record(DAMAGED[i], &record), -EBADMSG);
    }
}

static void clearing_twice_is_harmless(void **state)
{
    struct attempt attempt = {.id = strdup("id")};
    struct boot_record record = {.text = strdup("text")};

    (void)state;
    attempt_clear(&attempt);
    attempt_clear(&attempt);
    boot_record_clear(&record);
    boot_record_clear(&record);
    assert_string_equal(outcome_name(OUTCOME_FAILED), "failed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attempt_comes_back_as_it_was),
        cmocka_unit_test(all_of_an_attempt_comes_back),
        cmocka_unit_test(members_of_earlier_versions_are_passed_over),
        cmocka_unit_test(an_inventory_that_is_none_is_damage),
        cmocka_unit_test(every_truncation_is_noticed),
        cmocka_unit_test(every_wrong_byte_is_survived),
        cmocka_unit_test(another_machine_is_told_from_the_same),
        cmocka_unit_test(attempt_without_release_and_reason_is_one),
        cmocka_unit_test(attempt_that_lacks_something_is_damaged),
        cmocka_unit_test(times_are_times),
        cmocka_unit_test(record_comes_back_as_it_was),
        cmocka_unit_test(unknown_duration_is_null),
        cmocka_unit_test(record_that_lacks_something_is_damaged),
        cmocka_unit_test(clearing_twice_is_harmless),
    };

    return RUN_TESTS(tests);
}
