/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fastreboot's own files, as other versions of it have written them. */

#include <fcntl.h>

#include "base/paths.h"
#include "facts/failures.h"
#include "facts/history.h"
#include "facts/times.h"
#include "reboot/baseline.h"
#include "reboot/notes.h"
#include "reboot/records.h"
#include "test.h"
#include "tree.h"

static bool exists(const struct tree *tree, const char *path)
{
    return faccessat(tree->root, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void expect_text(const struct tree *tree, const char *path, const char *expected)
{
    AUTOFREE char *text = tree_read(tree, path);

    assert_non_null(text);
    assert_string_equal(text, expected);
}

/* Each: reads the file, and writes it again as this version does. */

static void attempt_again(const struct tree *tree, const char *path)
{
    CLEANUP(attempt_clear) struct attempt attempt;

    assert_int_equal(records_peek_attempt(tree->root, path, &attempt), 0);
    assert_int_equal(records_write_attempt(tree->root, path, &attempt), 0);
}

static void write_json(const struct tree *tree, const char *path, const struct json_object *object)
{
    AUTOFREE char *text = format("%s\n", json_object_to_json_string((void *)object));

    tree_write(tree, path, text);
}

static void failures_again(const struct tree *tree, const char *path)
{
    CLEANUP(failures_clear) struct failures failures = {.n = 0};
    AUTOJSON struct json_object *object = NULL, *again = NULL;

    assert_int_equal(json_read(tree->root, path, &object), 0);
    assert_int_equal(failures_from_json(object, &failures), 0);
    again = failures_to_json(&failures);
    write_json(tree, path, again);
}

static void boot_again(const struct tree *tree, const char *path)
{
    CLEANUP(boot_record_clear) struct boot_record record = {0};
    AUTOJSON struct json_object *object = NULL, *again = NULL;

    assert_int_equal(json_read(tree->root, path, &object), 0);
    assert_int_equal(boot_record_from_json(object, &record), 0);
    again = boot_record_to_json(&record);
    write_json(tree, path, again);
}

static void firmware_boot_again(const struct tree *tree, const char *path)
{
    CLEANUP(firmware_boot_clear) struct firmware_boot boot = {0};
    AUTOJSON struct json_object *object = NULL, *again = NULL;

    assert_int_equal(json_read(tree->root, path, &object), 0);
    assert_int_equal(firmware_boot_from_json(object, &boot), 0);
    again = firmware_boot_to_json(&boot);
    write_json(tree, path, again);
}

static void loaded_again(const struct tree *tree, const char *path)
{
    CLEANUP(loaded_facts_clear) struct loaded_facts loaded;

    (void)path;
    notes_read_loaded(tree->root, &loaded);
    assert_int_equal(notes_write_loaded(tree->root, &loaded), 0);
}

static void begun_again(const struct tree *tree, const char *path)
{
    (void)path;
    assert_int_equal(notes_write_begun(tree->root, (uint32_t)notes_read_begun(tree->root)), 0);
}

static void jump_again(const struct tree *tree, const char *path)
{
    struct go_ahead go;

    (void)path;
    assert_int_equal(notes_read_go_ahead(tree->root, &go), 0);
    assert_int_equal(notes_write_go_ahead(tree->root, &go), 0);
}

static void times_again(const struct tree *tree, const char *path)
{
    CLEANUP(times_clear) struct reboot_times times = {0};
    AUTOJSON struct json_object *object = NULL, *again = NULL;

    assert_int_equal(json_read(tree->root, path, &object), 0);
    assert_int_equal(times_from_json(object, &times), 1);
    again = times_to_json(&times);
    write_json(tree, path, again);
}

static void modules_again(const struct tree *tree, const char *path)
{
    AUTOJSON struct json_object *note = NULL;
    struct quirk_facts plan;

    (void)path;
    assert_int_equal(notes_read_detach(tree->root, &note, &plan), 0);
    assert_int_equal(notes_write_detach(tree->root, &plan), 0);
}

static const struct {
    const char *path;
    void (*again)(const struct tree *tree, const char *path);
} FILES[] = {
    {STATE_ATTEMPT, attempt_again},
    {STATE_TEST, attempt_again},
    {STATE_HEALING, attempt_again},
    {STATE_BASELINE, attempt_again},
    {RUN_HEALTH, attempt_again},
    {STATE_FAILED, failures_again},
    {STATE_HISTORY, boot_again},
    {RUN_BOOT, boot_again},
    {RUN_FIRMWARE_BOOT, firmware_boot_again},
    {STATE_TIMES, times_again},
    {STATE_JUMPED, times_again},
    {RUN_TIMES, times_again},
    {RUN_LOADED, loaded_again},
    {RUN_BEGUN, begun_again},
    {RUN_JUMP, jump_again},
    {RUN_MODULES, modules_again},
};

static void expect_same(const char *path, const struct json_object *old,
                        const struct json_object *new)
{
    json_object_object_foreach((struct json_object *)old, key, value)
    {
        struct json_object *member = NULL;

        (void)json_object_object_get_ex(new, key, &member);
        if (!json_object_equal(value, member))
            fail_msg("%s: %s: %s is now %s", path, key, json_object_to_json_string(value),
                     json_object_to_json_string(member));
    }
}

static void expect_read(const struct tree *tree, const char *path, const char *text)
{
    AUTOJSON struct json_object *old = NULL, *new = NULL;
    size_t i = 0;

    while (i < ELEMENTS(FILES) && !streq(FILES[i].path, path))
        i++;
    if (i == ELEMENTS(FILES))
        fail_msg("nothing reads %s any more", path);
    tree_write(tree, path, text);
    FILES[i].again(tree, path);
    assert_int_equal(json_parse(text, &old), 0);
    assert_int_equal(json_read(tree->root, path, &new), 0);
    expect_same(path, old, new);
}

/* Nothing in them is lost: what is written again has every member that was read. */
static void files_of_0_1_are_read(void **state)
{
    FILE *file = fopen(SOURCE_ROOT "/tests/unit/state-0.1.txt", "re");
    char line[8192];
    size_t n = 0;

    assert_non_null(file);
    while (fgets(line, sizeof(line), file)) {
        char *space = strchr(line, ' ');

        if (*line == '#')
            continue;
        *space = 0;
        expect_read(*state, line, space + 1);
        n++;
    }
    (void)fclose(file);
    assert_int_equal(n, ELEMENTS(FILES));
}

/* After a return to this version from a newer one. */

static const char NEWER[] = "{\"version\":3,\"state\":\"loaded\",\"time\":1,\"id\":\"1\","
                            "\"boot_id\":\"b\",\"failures\":[],\"job\":7,\"type\":114,"
                            "\"outcome\":\"fast\",\"text\":\"t\"}\n";

static void what_is_newer_is_not_read(void **state)
{
    const struct tree *tree = *state;

    for (size_t i = 0; i < ELEMENTS(FILES); i++) {
        AUTOJSON struct json_object *object = NULL;

        tree_write(tree, FILES[i].path, NEWER);
        assert_int_equal(json_read(tree->root, FILES[i].path, &object), -ENEWER);
        assert_null(object);
    }
    assert_string_equal(json_error(-ENEWER), "written by a newer version of fastreboot");
}

static void a_newer_attempt_is_set_aside(void **state)
{
    static const char *const PATHS[] = {STATE_ATTEMPT, STATE_HEALING, RUN_HEALTH};
    const struct tree *tree = *state;

    for (size_t i = 0; i < ELEMENTS(PATHS); i++) {
        CLEANUP(attempt_clear) struct attempt attempt;
        AUTOFREE char *aside = format("%s.newer", PATHS[i]);

        tree_write(tree, PATHS[i], NEWER);
        assert_int_equal(records_read_attempt(tree->root, PATHS[i], &attempt), -ENEWER);
        assert_false(exists(tree, PATHS[i]));
        expect_text(tree, aside, NEWER);
        assert_int_equal(records_read_attempt(tree->root, PATHS[i], &attempt), 0);
    }
}

static void newer_failures_are_set_aside(void **state)
{
    const struct tree *tree = *state;
    const struct attempt attempt = {.kernel = (char *)"k", .release = (char *)"6.1"};
    CLEANUP(failure_facts_clear) struct failure_facts facts = {0}, again = {0};

    tree_write(tree, STATE_FAILED, NEWER);
    records_read_failures(tree->root, &facts);
    assert_int_equal(facts.error, ENEWER);
    records_forgive(tree->root, NULL);
    records_count_load(tree->root, NULL);
    expect_text(tree, STATE_FAILED, NEWER);
    records_remember(tree->root, &attempt, "it hung");
    expect_text(tree, STATE_FAILED ".newer", NEWER);
    records_read_failures(tree->root, &again);
    assert_int_equal(again.failures.n, 1);
}

/* A part of what is remembered must not replace the whole. */
static void damaged_failures_are_not_forgiven(void **state)
{
    static const char DAMAGED[] = "{\"failures\":[{\"kernel\":\"a\",\"release\":\"6.1\"},"
                                  "{\"kernel\":\"b\"}],\"interrupted\":1,\"last\":\"1\"}\n";
    const struct tree *tree = *state;

    tree_write(tree, STATE_FAILED, DAMAGED);
    records_forgive(tree->root, NULL);
    expect_text(tree, STATE_FAILED, DAMAGED);
    records_count_load(tree->root, NULL);
    expect_text(tree, STATE_FAILED, DAMAGED);
}

static void newer_lines_of_the_history_stay(void **state)
{
    static const char OLD[] = "{\"outcome\":\"fast\",\"text\":\"one\"}\n"
                              "{\"version\":3,\"outcome\":\"fastest\"}\n";
    const struct tree *tree = *state;
    const struct boot_record record = {.text = (char *)"two"};
    CLEANUP(history_clear) struct history history;
    AUTOFREE char *text = NULL;

    tree_mkdir(tree, RUN_DIR);
    tree_write(tree, STATE_HISTORY, OLD);
    records_write_boot(tree->root, &record);
    assert_int_equal(records_read_history(tree->root, &history), 2);
    assert_string_equal(history.all[1].text, "two");
    assert_int_equal(history.newer, 1);
    text = tree_read(tree, STATE_HISTORY);
    assert_non_null(after_prefix(text, OLD));
}

/* Not another program's: that would neither be replaced nor dropped. */
static void a_kernel_that_a_newer_one_loaded_is_fastreboots_own(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(loaded_facts_clear) struct loaded_facts loaded;

    tree_write(tree, RUN_LOADED, NEWER);
    notes_read_loaded(tree->root, &loaded);
    assert_string_equal(loaded.release, "(unknown)");
    assert_string_equal(loaded.signature, "");
}

static void a_newer_baseline_is_unknown(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(answer_clear) struct answer lost;

    tree_write(tree, STATE_BASELINE, NEWER);
    baseline_compare(tree->root, &(struct inventory){0}, &lost);
    assert_answer(&lost, -ENEWER, "/" STATE_BASELINE ": written by a newer version of fastreboot");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(files_of_0_1_are_read),
        TEST(what_is_newer_is_not_read),
        TEST(a_newer_attempt_is_set_aside),
        TEST(newer_failures_are_set_aside),
        TEST(damaged_failures_are_not_forgiven),
        TEST(newer_lines_of_the_history_stay),
        TEST(a_kernel_that_a_newer_one_loaded_is_fastreboots_own),
        TEST(a_newer_baseline_is_unknown),
    };

    return RUN_TESTS(tests);
}
