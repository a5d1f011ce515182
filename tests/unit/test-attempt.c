/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/attempt.h"

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
    for (int i = ATTEMPT_BEGUN; i <= ATTEMPT_FAILED; i++) {
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

static void record_comes_back_as_it_was(void **state)
{
    (void)state;
    for (int i = OUTCOME_FAST; i <= OUTCOME_UNKNOWN; i++) {
        const struct boot_record record = {.id = (char *)"id",
                                           .outcome = (enum outcome)i,
                                           .text = (char *)"fast: kernel 6.1 was started",
                                           .release = (char *)"6.1",
                                           .time = INT64_MAX,
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
        cmocka_unit_test(attempt_without_release_and_reason_is_one),
        cmocka_unit_test(attempt_that_lacks_something_is_damaged),
        cmocka_unit_test(record_comes_back_as_it_was),
        cmocka_unit_test(unknown_duration_is_null),
        cmocka_unit_test(record_that_lacks_something_is_damaged),
        cmocka_unit_test(clearing_twice_is_harmless),
    };

    return RUN_TESTS(tests);
}
