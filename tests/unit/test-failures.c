/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/state.h"
#include "base/paths.h"
#include "decide/decide.h"
#include "facts-made.h"
#include "facts/notes.h"
#include "reboot/records.h"
#include "test.h"
#include "tree.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

static void add(struct failures *failures, const char *kernel, const char *firmware)
{
    struct failure failure = {.kernel = (char *)kernel,
                              .release = (char *)"6.1.0",
                              .firmware = (char *)firmware,
                              .time = 7};

    failures_add(failures, &failure);
}

static void one_kernel_counts_once(void **state)
{
    CLEANUP(failures_clear) struct failures failures = {.n = 0};

    (void)state;
    add(&failures, "a", "1");
    add(&failures, "b", "1");
    add(&failures, "a", "2");
    assert_int_equal(failures.n, 2);
    assert_string_equal(failures.all[0].kernel, "b");
    assert_string_equal(failures.all[1].firmware, "2");
}

static void it_is_said_when_and_why(void **state)
{
    struct failure failure = {.time = 1700000000LL * 1000000, .reason = (char *)"it hung"};
    AUTOFREE char *both = failure_text(&failure), *neither = NULL;

    (void)state;
    assert_string_equal(both, "on 2023-11-14 22:13 UTC: it hung");
    failure = (struct failure){.time = 0};
    neither = failure_text(&failure);
    assert_string_equal(neither, "at an unknown time");
}

/* A power cut leaves the beginning of the file: this is never taken for fewer failures. */
static void every_truncation_is_noticed(void **state)
{
    CLEANUP(failures_clear) struct failures failures = {.n = 0};
    AUTOJSON struct json_object *object = NULL;
    AUTOFREE char *text = NULL;

    (void)state;
    add(&failures, "a", "1");
    add(&failures, "b", NULL);
    object = failures_to_json(&failures);
    text = strdup(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN));
    for (size_t n = 0; n < strlen(text); n++) {
        AUTOFREE char *cut = strndup(text, n);
        AUTOJSON struct json_object *part = NULL;

        assert_int_equal(json_parse(cut, &part), -EBADMSG);
    }
}

static void the_oldest_goes(void **state)
{
    CLEANUP(failures_clear) struct failures failures = {.n = 0};

    (void)state;
    for (int i = 0; i < MAX_FAILURES + 3; i++) {
        char kernel[16];

        snprintf(kernel, sizeof(kernel), "k%d", i);
        add(&failures, kernel, NULL);
    }
    assert_int_equal(failures.n, MAX_FAILURES);
    assert_string_equal(failures.all[0].kernel, "k3");
}

static void what_was_written_is_read(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(failures_clear) struct failures failures = {.n = 0};
    CLEANUP(failure_facts_clear) struct failure_facts facts = {0};
    AUTOJSON struct json_object *object = NULL;

    tree_write(tree, "sys/class/dmi/id/bios_version", "2.4\n");
    tree_mkdir(tree, STATE_DIR);
    add(&failures, "a", "2.4");
    add(&failures, "b", NULL);
    object = failures_to_json(&failures);
    assert_int_equal(state_write_json(tree->root, STATE_FAILED, object), 0);
    records_read_failures(tree->root, &facts);
    assert_int_equal(facts.error, 0);
    assert_string_equal(facts.firmware, "2.4");
    assert_int_equal(facts.failures.n, 2);
    assert_string_equal(facts.failures.all[0].firmware, "2.4");
    assert_string_equal(facts.failures.all[1].kernel, "b");
    assert_null(facts.failures.all[1].firmware);
    assert_int_equal(facts.failures.all[1].time, 7);
}

static void a_damaged_file_is_no_empty_one(void **state)
{
    static const char *const DAMAGED[] = {
        "",
        "{}",
        "{\"failures\": 1}",
        "{\"failures\": [1]}",
        "{\"failures\": [{\"kernel\": \"a\"}]}",
        "{\"failures\": [{\"kernel\": \"a\", \"release\": 1}]}",
        "{\"failures\": [",
    };

    for (size_t i = 0; i < ELEMENTS(DAMAGED); i++) {
        CLEANUP(failure_facts_clear) struct failure_facts facts = {0};

        tree_write(*state, STATE_FAILED, DAMAGED[i]);
        records_read_failures(((struct tree *)*state)->root, &facts);
        assert_int_equal(facts.error, EBADMSG);
    }
}

static void nothing_has_failed(void **state)
{
    CLEANUP(failure_facts_clear) struct failure_facts facts = {0};

    records_read_failures(((struct tree *)*state)->root, &facts);
    assert_int_equal(facts.error, 0);
    assert_int_equal(facts.failures.n, 0);
    assert_null(facts.firmware);
}

/* What decides: the id of the reason, or NULL for fast. */
static void expect(struct made_facts *made, const char *id)
{
    CLEANUP(verdict_clear) struct verdict verdict = {0};

    decide(&made->facts, PURPOSE_SHUTDOWN, &verdict);
    assert_int_equal(verdict.fast, !id);
    if (id)
        assert_string_equal(verdict.because->reason->id, id);
}

static void the_same_kernel_is_not_tried_again(void **state)
{
    struct made_facts made;
    struct failures *failures;

    (void)state;
    made_fast(&made);
    failures = &made.facts.failure.failures;
    made.facts.payload.kernel_id = (char *)"new";
    made.facts.failure.firmware = (char *)"2.4";
    add(failures, "old", "2.4");
    expect(&made, NULL);
    add(failures, "new", "2.3"); /* before the firmware was updated */
    expect(&made, NULL);
    add(failures, "new", "2.4");
    expect(&made, "failed-before");
    made.facts.failure.firmware = NULL; /* not known: it may be the same */
    expect(&made, "failed-before");
    made.facts.payload.kernel_id = (char *)"fourth";
    expect(&made, NULL);
    add(failures, "third", "2.4");
    expect(&made, "failed-too-often");
    failures_clear(failures);
    made.facts.failure.error = EBADMSG;
    expect(&made, "failed-too-often");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_kernel_counts_once),   TEST(the_oldest_goes),
        TEST(it_is_said_when_and_why),  TEST(every_truncation_is_noticed),
        TEST(what_was_written_is_read), TEST(a_damaged_file_is_no_empty_one),
        TEST(nothing_has_failed),       TEST(the_same_kernel_is_not_tried_again),
    };

    return RUN_TESTS(tests);
}
