/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/ending.h"

#include "act/deadline.h"
#include "fakes.h"
#include "test.h"

#define REQUEST "run/initramfs/.need_shutdown"

static int64_t left; /* microseconds until the program ends */
static int questions;

int64_t __wrap_deadline_left(void);
int64_t __wrap_deadline_left(void)
{
    return left;
}

static int setup(void **state)
{
    assert_int_equal(tree_setup(state), 0);
    fake_reset(*state);
    left = INT64_MAX;
    questions = 0;
    return 0;
}

static const char *unpacking(const char *unit)
{
    assert_string_equal(unit, "dracut-shutdown.service");
    if (++questions < 3)
        return questions == 1 ? "active" : "deactivating";
    tree_remove(fake.tree, REQUEST);
    return "inactive";
}

static const char *unpacking_for_ever(const char *unit)
{
    (void)unit;
    questions++;
    return "deactivating";
}

static const char *failed(const char *unit)
{
    (void)unit;
    questions++;
    return "failed";
}

static void await(const struct tree *tree, const char *(*unit_state)(const char *unit), int asked)
{
    fake.unit_state = unit_state;
    ending_await(tree->root);
    assert_int_equal(questions, asked);
}

static void it_waits_while_dracut_unpacks(void **state)
{
    tree_write(*state, REQUEST, "");
    await(*state, unpacking, 3);
}

static void it_waits_for_nothing_if_there_is_no_request(void **state)
{
    await(*state, unpacking_for_ever, 0);
}

static void it_does_not_wait_until_the_program_is_ended(void **state)
{
    left = 5 * 1000000;
    tree_write(*state, REQUEST, "");
    await(*state, unpacking_for_ever, 0);
}

/* systemd-shutdown then starts the kernel itself. */
static void it_does_not_wait_for_what_has_failed(void **state)
{
    tree_write(*state, REQUEST, "");
    await(*state, failed, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_waits_while_dracut_unpacks),
        TEST(it_waits_for_nothing_if_there_is_no_request),
        TEST(it_does_not_wait_until_the_program_is_ended),
        TEST(it_does_not_wait_for_what_has_failed),
    };

    return RUN_TESTS(tests);
}
