/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/ending.h"

#include "act/deadline.h"
#include "base/util.h"
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

/* The unit that unpacks until it was asked `until` times. */
static const char *unit_name;
static int until;

static const char *unpacking(const char *unit)
{
    if (!streq(unit, unit_name))
        return "active";
    if (++questions < until)
        return "deactivating";
    if (streq(unit, "dracut-shutdown.service"))
        tree_remove(fake.tree, REQUEST);
    return "inactive";
}

static const char *failed(const char *unit)
{
    (void)unit;
    questions++;
    return "failed";
}

static void it_waits_while_dracut_unpacks(void **state)
{
    tree_write(*state, REQUEST, "");
    unit_name = "dracut-shutdown.service";
    until = 3;
    fake.unit_state = unpacking;
    ending_await(((const struct tree *)*state)->root);
    assert_int_equal(questions, until);
}

/* Debian 12: there is no request. */
static void it_waits_while_mdadm_makes_an_initrd(void **state)
{
    unit_name = "mdadm-shutdown.service";
    until = 3;
    fake.unit_state = unpacking;
    ending_await(((const struct tree *)*state)->root);
    assert_int_equal(questions, until);
}

static void without_a_request_what_is_active_does_not_count(void **state)
{
    (void)alarm(5);
    ending_await(((const struct tree *)*state)->root);
    (void)alarm(0);
}

static void it_does_not_wait_until_the_program_is_ended(void **state)
{
    left = 5 * 1000000;
    tree_write(*state, REQUEST, "");
    fake.unit_state = failed;
    ending_await(((const struct tree *)*state)->root);
    assert_int_equal(questions, 0);
}

/* systemd-shutdown then starts the kernel itself. */
static void it_does_not_wait_for_what_has_failed(void **state)
{
    tree_write(*state, REQUEST, "");
    fake.unit_state = failed;
    (void)alarm(5);
    ending_await(((const struct tree *)*state)->root);
    (void)alarm(0);
    assert_true(questions > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_waits_while_dracut_unpacks),
        TEST(it_waits_while_mdadm_makes_an_initrd),
        TEST(without_a_request_what_is_active_does_not_count),
        TEST(it_does_not_wait_until_the_program_is_ended),
        TEST(it_does_not_wait_for_what_has_failed),
    };

    return RUN_TESTS(tests);
}
