/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/when.h"

#include <time.h>

#include "test.h"

/* 2026-03-28 22:30:15 in Berlin, where it is 03:00 after 02:00 in the night that follows. */
static const int64_t NOW = 1774733415 * (int64_t)1000000, SECOND = 1000000, MINUTE = 60 * SECOND;

static void expect(const char *text, int64_t after)
{
    int64_t time = -7;

    if (!when_parse(text, NOW, &time))
        fail_msg("%s: refused", text);
    if (time != NOW + after)
        fail_msg("%s: after %lld", text, (long long)(time - NOW));
}

static void times_from_now(void **state)
{
    (void)state;
    expect("+5", 5 * MINUTE);
    expect("+5m", 5 * MINUTE);
    expect("+90s", 90 * SECOND);
    expect("+1h30min", 90 * MINUTE);
    expect("+1h 30min", 90 * MINUTE);
    expect("+2days", 2 * 24 * 60 * MINUTE);
    expect("+366d", 366 * 24 * 60 * MINUTE);
}

static void at_once(void **state)
{
    (void)state;
    expect("now", -NOW);
    expect("+0", -NOW);
}

static void times_of_the_day_and_dates(void **state)
{
    (void)state;
    expect("22:31", 45 * SECOND);
    expect("22:30:16", SECOND);
    /* The next day, which lacks an hour. */
    expect("22:30", 23 * 60 * MINUTE - 15 * SECOND);
    expect("04:30", 5 * 60 * MINUTE - 15 * SECOND);
    expect("2026-03-29 04:30", 5 * 60 * MINUTE - 15 * SECOND);
    expect("2026-03-28 22:30:16", SECOND);
}

static void what_is_no_time_to_come(void **state)
{
    static const char *const TEXTS[] = {
        "",
        "5",
        "+",
        "+5y",
        "+h",
        "+5 5x",
        "-5",
        "24:01",
        "22:60",
        "22:31x",
        "then",
        "tomorrow",
        "2026-03-28",
        "+367d",
        "+999999999",
        "now ",
        " now",
        "22",
        "2026-03-28 22:30",
        "2026-03-28 22:30:15",
        "+5\n",
        "2028-01-01 00:00",
        "+00000000000005",
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(TEXTS); i++) {
        int64_t time;

        if (when_parse(TEXTS[i], NOW, &time))
            fail_msg("%s: after %lld", TEXTS[i], (long long)(time - NOW));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_from_now),
        cmocka_unit_test(at_once),
        cmocka_unit_test(times_of_the_day_and_dates),
        cmocka_unit_test(what_is_no_time_to_come),
    };

    (void)setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    return RUN_TESTS(tests);
}
