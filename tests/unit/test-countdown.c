/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/countdown.h"

#include <fcntl.h>
#include <time.h>

#include "base/clock.h"
#include "base/paths.h"
#include "inventory-made.h"
#include "reboot/records.h"
#include "test.h"
#include "tree.h"

static const int64_t SECOND = 1000000;

struct made {
    int root;
    struct inventory before;
    struct config config;
    struct attempt attempt;
    struct losses losses;
    struct health_news news;
};

/* A check that began 30 seconds after the kernel, with a critical loss and another one. */
static void make(const struct tree *tree, struct made *ret)
{
    *ret = (struct made){.root = tree->root};
    tree_mkdir(tree, RUN_DIR);
    made_server(&ret->before);
    ret->attempt = (struct attempt){.id = xstrdup("4711"),
                                    .boot_id = xstrdup("boot"),
                                    .state = ATTEMPT_CHECKING,
                                    .release = xstrdup("6.1.0")};
    losses_add(&ret->losses, true, xstrdup("route"), xstrdup("IPv4 default route (was:\neno1)"));
    losses_add(&ret->losses, false, xstrdup("CPUs"), xstrdup("CPUs: 3 instead of 4"));
}

static void unmake(struct made *made)
{
    inventory_clear(&made->before);
    attempt_clear(&made->attempt);
    losses_clear(&made->losses);
    health_news_clear(&made->news);
}

static struct health_look at(const struct made *made, int64_t seconds)
{
    return (struct health_look){.config = &made->config,
                                .before = &made->before,
                                .uptime = seconds * SECOND,
                                .since = 30 * SECOND};
}

static void tell(struct made *made, int64_t seconds)
{
    struct health_look look = at(made, seconds);

    health_news_clear(&made->news);
    countdown_tell(made->root, &made->attempt, &look, &made->losses, &made->news);
}

static bool runs(struct made *made, int64_t seconds)
{
    struct health_look look = at(made, seconds);

    health_news_clear(&made->news);
    return countdown_runs(made->root, &made->attempt, &look, &made->losses, &made->news);
}

/* A network that takes its time at each boot is no reason to alarm anybody. */
static void who_is_logged_in_is_told_after_a_while(void **state)
{
    CLEANUP(unmake) struct made made;

    make(*state, &made);
    tell(&made, 31);
    assert_null(made.news.notice);
    tell(&made, 89);
    assert_null(made.news.notice);
    tell(&made, 90);
    assert_non_null(strstr(made.news.notice, "reboots through the firmware at "));
    assert_non_null(strstr(made.news.notice, "IPv4 default route (was:\\x0aeno1)"));
    assert_non_null(strstr(made.news.notice, "`fastreboot cancel`"));
    assert_false(made.news.called_off);
    tell(&made, 100);
    assert_null(made.news.notice); /* once */
}

static void where_there_is_little_time_they_are_told_early(void **state)
{
    CLEANUP(unmake) struct made made;

    make(*state, &made);
    made.config.health_timeout = 40;
    tell(&made, 49);
    assert_null(made.news.notice);
    tell(&made, 50);
    assert_non_null(made.news.notice);
}

static void who_was_told_before_is_known_to_the_next_look(void **state)
{
    CLEANUP(unmake) struct made made;
    CLEANUP(attempt_clear) struct attempt read;

    make(*state, &made);
    tell(&made, 90);
    assert_int_equal(records_peek_attempt(made.root, RUN_HEALTH, &read), 0);
    assert_int_equal(read.warned, 90 * SECOND);
}

static void nobody_is_told_what_cannot_be_written_down(void **state)
{
    CLEANUP(unmake) struct made made;

    make(*state, &made);
    tree_write(*state, "file", "");
    made.root = openat(made.root, "file", O_RDONLY | O_CLOEXEC);
    tell(&made, 90);
    assert_null(made.news.notice);
    assert_false(runs(&made, 330)); /* it is not waited for either */
    (void)close(made.root);
}

static char *local_time(int64_t seconds)
{
    time_t when = (time_t)(clock_now() / 1000000 + seconds);
    char text[32];

    (void)strftime(text, sizeof(text), "%H:%M:%S %Z", localtime(&when));
    return xstrdup(text);
}

/* `seconds` from now, or one less: it may have struck in between. */
static void expect_deadline(const struct made *made, int64_t seconds)
{
    AUTOFREE char *a = local_time(seconds), *b = local_time(seconds - 1);

    if (!strstr(made->news.motd, a) && !strstr(made->news.motd, b))
        fail_msg("\"%s\" does not say %s", made->news.motd, a);
}

static void who_logs_in_is_told_at_once_and_until_the_end(void **state)
{
    CLEANUP(unmake) struct made made;

    make(*state, &made);
    tell(&made, 31);
    expect_deadline(&made, 299 + 60);
    assert_non_null(strstr(made.news.motd, "THIS MACHINE REBOOTS ITSELF at "));
    assert_non_null(
        strstr(made.news.motd, "kernel 6.1.0:\n  - IPv4 default route (was:\\x0aeno1)\nIt"));
    assert_non_null(strstr(made.news.motd, "fastreboot cancel\n"));
    assert_true(runs(&made, 335));
    expect_deadline(&made, 60);
    assert_true(runs(&made, 390));
    expect_deadline(&made, 5);
    assert_false(runs(&made, 395));
}

static void the_last_minute_is_told_once(void **state)
{
    CLEANUP(unmake) struct made made;

    make(*state, &made);
    assert_true(runs(&made, 330));
    assert_non_null(strstr(made.news.notice, "reboots through the firmware in a minute"));
    assert_true(runs(&made, 389));
    assert_null(made.news.notice);
    assert_false(runs(&made, 390));
    assert_null(made.news.notice);
}

static void it_is_called_off_where_it_was_told(void **state)
{
    CLEANUP(unmake) struct made made;

    make(*state, &made);
    countdown_call_off(&made.attempt, "it is back", &made.news);
    assert_null(made.news.notice);
    tell(&made, 90);
    health_news_clear(&made.news);
    countdown_call_off(&made.attempt, "it is back", &made.news);
    assert_true(made.news.called_off);
    assert_string_equal(made.news.notice, "this machine does not reboot after all: it is back");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_is_logged_in_is_told_after_a_while),
        TEST(where_there_is_little_time_they_are_told_early),
        TEST(who_was_told_before_is_known_to_the_next_look),
        TEST(nobody_is_told_what_cannot_be_written_down),
        TEST(who_logs_in_is_told_at_once_and_until_the_end),
        TEST(the_last_minute_is_told_once),
        TEST(it_is_called_off_where_it_was_told),
    };

    return RUN_TESTS(tests);
}
