/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/values.h"

#include <errno.h>

#include "test.h"

#define MS INT64_C(1000)
#define S (1000 * MS)

static void expect_time(const char *text, int result, int64_t time)
{
    int64_t found = -1;
    int r = parse_time(text, &found);

    if (r != result || (r >= 0 && found != time))
        fail_msg("\"%s\" is %d, %lld", text, r, (long long)found);
}

static void times_are_taken(void **state)
{
    static const struct {
        const char *text;
        int64_t time;
    } CASES[] = {
        {"0", 0},
        {"90", 90 * S},
        {"  90 ", 90 * S},
        {"5min", 300 * S},
        {"5 min", 300 * S},
        {"5m", 300 * S},
        {"1h 30s", 3630 * S},
        {"1h30s", 3630 * S},
        {"1d2h3min4s5ms6us", ((24 + 2) * 3600 + 184) * S + 5 * MS + 6},
        {"1.5h", 5400 * S},
        {".5s", 500 * MS},
        {"0.25", 250 * MS},
        {"1.000000999s", 1000000},
        {"100ms", 100 * MS},
        {"7us", 7},
        {"7µs", 7},
        {"1.5us", 1},
        {"2 seconds 1 minute", 62 * S},
        {"1w", 604800 * S},
        {"1month", 2629800 * S},
        {"1M", 2629800 * S},
        {"1y", 31557600 * S},
        {"infinity", TIME_INFINITY},
        {" infinity ", TIME_INFINITY},
        {"007", 7 * S},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(CASES); i++)
        expect_time(CASES[i].text, 0, CASES[i].time);
}

static void others_are_refused(void **state)
{
    static const char *const BAD[] = {
        "",         " ",   "s",   "min",  "5 parsecs", "5minutess", "five",      "1h 3x",
        "1,5h",     "1.h", ".",   "1..5", "+5",        "0x10",      "infinity5", "1 infinity",
        "INFINITY", "--5", "off", "5Min", "5min;",     "5 - 3"};
    static const char *const RANGE[] = {"-1",
                                        "-5min",
                                        "99999999999999999999",
                                        "9223372036854775807",
                                        "9223372036854s 9223372036854s",
                                        "300000y",
                                        "9223372036854775807us"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(BAD); i++)
        expect_time(BAD[i], -EINVAL, 0);
    for (size_t i = 0; i < ELEMENTS(RANGE); i++)
        expect_time(RANGE[i], -ERANGE, 0);
    expect_time("9223372036854775806us", 0, INT64_MAX - 1);
}

static void booleans(void **state)
{
    static const char *const YES[] = {"1", "yes", "y", "true", "t", "on", "On", "TRUE"};
    static const char *const NO[] = {"0", "no", "n", "false", "f", "off", "Off", "NO"};
    static const char *const BAD[] = {"", "2", "00", "yess", "of", " on", "enable", "-1", "10"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(YES); i++)
        assert_int_equal(parse_boolean(YES[i]), 1);
    for (size_t i = 0; i < ELEMENTS(NO); i++)
        assert_int_equal(parse_boolean(NO[i]), 0);
    for (size_t i = 0; i < ELEMENTS(BAD); i++)
        assert_int_equal(parse_boolean(BAD[i]), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_taken),
        cmocka_unit_test(others_are_refused),
        cmocka_unit_test(booleans),
    };

    return RUN_TESTS(tests);
}
