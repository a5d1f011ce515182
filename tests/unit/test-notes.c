/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/notes.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#include "base/paths.h"
#include "base/util.h"
#include "discover/kernel/payload.h"
#include "discover/system/units.h"
#include "reboot/survey.h"
#include "test.h"
#include "tree.h"

static const char NOTE[] =
    "{\"id\":\"0123\",\"release\":\"6.1\",\"kernel\":\"/vmlinuz\",\"signature\":\"s\"}\n";

static void expect_none(const struct tree *tree)
{
    CLEANUP(loaded_facts_clear) struct loaded_facts facts = {0};

    notes_read_loaded(tree->root, &facts);
    assert_null(facts.id);
    assert_null(facts.release);
    assert_null(facts.signature);
    assert_false(facts.current);
}

static void a_note_is_read(void **state)
{
    CLEANUP(loaded_facts_clear) struct loaded_facts facts = {0};
    const struct tree *tree = *state;

    tree_write(tree, RUN_LOADED, NOTE);
    notes_read_loaded(tree->root, &facts);
    assert_string_equal(facts.id, "0123");
    assert_string_equal(facts.release, "6.1");
    assert_string_equal(facts.signature, "s");
    assert_false(facts.current);
}

/* A loaded kernel then counts as another program's, which fastreboot neither replaces nor
 * unloads. */
static void a_damaged_note_is_none(void **state)
{
    expect_none(*state);
    for (size_t n = 0; n < sizeof(NOTE) - 2; n++) {
        tree_write_bytes(*state, RUN_LOADED, NOTE, n);
        expect_none(*state);
    }
    tree_write(*state, RUN_LOADED, "{\"id\":\"0123\",\"release\":\"6.1\",\"added\":\"panic=30\"}");
    expect_none(*state);
    tree_write(*state, RUN_LOADED,
               "{\"id\":1,\"release\":\"6.1\",\"kernel\":\"/vmlinuz\",\"signature\":\"s\"}");
    expect_none(*state);
    tree_remove(*state, RUN_LOADED);
    tree_mkdir(*state, RUN_LOADED);
    expect_none(*state);
}

static void write_loaded(const struct tree *tree, const char *signature)
{
    AUTOFREE char *note =
        format("{\"id\":\"1\",\"release\":\"6.1.0-33-amd64\",\"signature\":\"%s\"}", signature);

    tree_write(tree, RUN_LOADED, note);
}

static void expect_loaded(const struct tree *tree, bool ours, bool current)
{
    CLEANUP(survey_clear) struct survey survey;
    const struct loaded_facts *loaded = &survey.facts.loaded;

    survey_make(tree->root, PURPOSE_NEXT_REBOOT, &survey);
    assert_int_equal(loaded->release != NULL, ours);
    assert_int_equal(loaded->current, current);
}

static void a_note_counts_while_something_is_loaded(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(survey_clear) struct survey survey;
    AUTOFREE char *signature = NULL;

    tree_debian(*state);
    survey_make(tree->root, PURPOSE_LOAD, &survey);
    signature = payload_signature(&survey.facts.payload);
    write_loaded(*state, signature);
    expect_loaded(*state, false, false);
    tree_write(*state, "sys/kernel/kexec_loaded", "1\n");
    expect_loaded(*state, true, true);
    tree_write(*state, CONFIG_FILE, "cmdline-append = nomodeset\n");
    expect_loaded(*state, true, false);
    tree_remove(*state, CONFIG_FILE);
    tree_write(*state, "boot/initrd.img-6.1.0-33-amd64", TREE_INITRD "n");
    expect_loaded(*state, true, false);
    tree_remove(*state, RUN_LOADED);
    expect_loaded(*state, false, false);
}

/* Whoever removes a keyslot would have to type the passphrase at the next boot. */
static void keys_are_checked_by_another_load(void **state)
{
    struct unlock_volume volume = {.has_key = true, .own_slot = true};
    struct facts facts = {
        .kexec.left = 5,
        .loaded = {.signature = (char *)"s",
                   .added = (char *)"a",
                   .blocks = (char *)"1:0",
                   .left = 5},
    };

    (void)state;
    loaded_compare(&facts, "s", "a", "1:0");
    assert_true(facts.loaded.current && facts.loaded.proven);
    facts.crypt = (struct crypt_facts){.volumes = &volume, .n_volumes = 1};
    loaded_compare(&facts, "s", "a", "1:0");
    assert_true(facts.loaded.current && !facts.loaded.proven);
    volume.has_key = false;
    loaded_compare(&facts, "s", "a", "1:0");
    assert_true(facts.loaded.proven);
}

/* As an older fastreboot wrote it, which is replaced while this one's kernel is loaded. */
static void a_note_without_a_count_proves_nothing(void **state)
{
    const struct tree *tree = *state;
    struct facts facts = {.kexec.left = -1};

    tree_write(tree, RUN_LOADED, NOTE);
    notes_read_loaded(tree->root, &facts.loaded);
    loaded_compare(&facts, "s", "a", "1:0");
    assert_true(facts.loaded.current && !facts.loaded.proven);
    facts.kexec.left = 0;
    loaded_compare(&facts, "s", "a", "1:0");
    assert_true(facts.loaded.current && !facts.loaded.proven);
    loaded_facts_clear(&facts.loaded);
}

static void marks_are_read(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(answer_clear) struct answer armed;

    notes_read_armed(tree->root, &armed);
    assert_answer(&armed, 0, NULL);
    tree_mkdir(tree, "run");
    assert_int_equal(notes_write_normal(tree->root, ""), 0);
    notes_read_armed(tree->root, &armed);
    assert_answer(&armed, 1, NULL);
    assert_null(armed.text);
    assert_int_equal(notes_write_normal(tree->root, "a disk is missing\n"), 0);
    notes_read_armed(tree->root, &armed);
    assert_answer(&armed, 1, "a firmware reboot was requested: a disk is missing");
}

static int nothing_is_known(void *argument)
{
    struct answer armed;

    notes_read_armed(((struct tree *)argument)->root, &armed);
    return armed.is == ANSWER_UNKNOWN;
}

static void marks_that_may_not_be_read_are_unknown(void **state)
{
    tree_mkdir(*state, RUN_DIR);
    tree_mode(*state, RUN_DIR, 0);
    assert_int_equal(as_nobody(nothing_is_known, *state), 1);
    tree_mode(*state, RUN_DIR, 0755);
}

static void a_go_ahead_comes_back(void **state)
{
    const struct tree *tree = *state;
    struct go_ahead go;

    assert_int_equal(notes_read_go_ahead(tree->root, &go), -ENOENT);
    tree_mkdir(tree, "run");
    assert_int_equal(notes_write_go_ahead(tree->root, &(struct go_ahead){.job = 7, .watchdog = 9}),
                     0);
    assert_int_equal(notes_read_go_ahead(tree->root, &go), 0);
    assert_int_equal(go.job, 7);
    assert_int_equal(go.watchdog, 9);
    tree_write(tree, RUN_JUMP, "{}");
    assert_int_equal(notes_read_go_ahead(tree->root, &go), 0);
    assert_int_equal(go.job, -1);
}

static int try_to_lock(const struct tree *tree, const char *directory)
{
    AUTOCLOSE int fd = openat(tree->root, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    assert_true(fd >= 0);
    return flock(fd, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
}

/* A load at shutdown does not wait for a look at the machine. */
static void each_lock_is_its_own(void **state)
{
    const struct tree *tree = *state;
    int lock;

    assert_int_equal(notes_lock_health(tree->root), -ENOENT);
    tree_mkdir(tree, RUN_DIR);
    tree_mkdir(tree, STATE_DIR);
    lock = notes_lock_health(tree->root);
    assert_true(lock >= 0);
    assert_int_equal(try_to_lock(tree, STATE_DIR), -EWOULDBLOCK);
    assert_int_equal(try_to_lock(tree, RUN_DIR), 0);
    closep(&lock);
    assert_int_equal(try_to_lock(tree, STATE_DIR), 0);
    lock = notes_lock(tree->root);
    assert_int_equal(try_to_lock(tree, RUN_DIR), -EWOULDBLOCK);
    assert_int_equal(try_to_lock(tree, STATE_DIR), 0);
    closep(&lock);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_note_is_read),
        TEST(a_damaged_note_is_none),
        TEST(a_note_counts_while_something_is_loaded),
        TEST(keys_are_checked_by_another_load),
        TEST(a_note_without_a_count_proves_nothing),
        TEST(marks_are_read),
        TEST(marks_that_may_not_be_read_are_unknown),
        TEST(a_go_ahead_comes_back),
        TEST(each_lock_is_its_own),
    };

    return RUN_TESTS(tests);
}
