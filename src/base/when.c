/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/when.h"

#include <ctype.h>
#include <time.h>

#include "base/util.h"
#include "base/values.h"

static const int64_t SECOND = 1000000, WEEK = 7 * (int64_t)86400, LONGEST = 366 * (int64_t)86400;

/* The seconds of a unit, whose name has `length` letters; 0 if there is none of that name, or if it
 * is less than a second or more than a week. */
static int64_t seconds_of(const char *name, size_t length)
{
    int64_t seconds = time_unit(name, length) / SECOND;

    return seconds > WEEK ? 0 : seconds;
}

/* "5" (minutes), "5min", "1h 30min": gives seconds, or -1. */
static int64_t parse_span(const char *text)
{
    int64_t sum = 0;
    bool first = true;

    for (; *text; first = false) {
        size_t digits = strspn(text, "0123456789"), letters;
        int64_t unit;

        if (digits == 0 || digits > 8)
            return -1;
        letters = strspn(text + digits, "abcdefghijklmnopqrstuvwxyz");
        unit = seconds_of(text + digits, letters);
        if (letters == 0 && first && !text[digits])
            unit = 60;
        if (unit == 0)
            return -1;
        sum += strtoll(text, NULL, 10) * unit;
        text += digits + letters;
        text += strspn(text, " ");
    }
    return first || sum > LONGEST ? -1 : sum;
}

/* The whole text by one of the patterns of strptime(). */
static bool matches(const char *text, const char *pattern, struct tm *tm)
{
    const char *end = strptime(text, pattern, tm);

    return end && !*end;
}

/* "HH:MM": today, or else tomorrow. */
static int64_t parse_clock(const char *text, time_t now)
{
    struct tm tm;
    time_t time;

    if (!localtime_r(&now, &tm))
        return -1;
    tm.tm_sec = 0;
    if (!matches(text, "%H:%M", &tm) && !matches(text, "%H:%M:%S", &tm))
        return -1;
    tm.tm_isdst = -1;
    time = mktime(&tm);
    if (time > now)
        return time;
    tm.tm_mday++;
    tm.tm_isdst = -1;
    return mktime(&tm);
}

static int64_t parse_date(const char *text)
{
    struct tm tm = {.tm_isdst = -1};

    if (!matches(text, "%Y-%m-%d %H:%M", &tm) && !matches(text, "%Y-%m-%d %H:%M:%S", &tm))
        return -1;
    tm.tm_isdst = -1;
    return mktime(&tm);
}

bool when_parse(const char *text, int64_t now, int64_t *ret)
{
    time_t seconds = (time_t)(now / SECOND);
    int64_t time = -1, span;

    if (streq(text, "now")) {
        *ret = 0;
        return true;
    }
    if (isdigit((unsigned char)*text)) {
        time = parse_clock(text, seconds);
        if (time < 0)
            time = parse_date(text);
    } else if (*text == '+') {
        span = parse_span(text + 1);
        time = span < 0 ? -1 : seconds + span;
    }
    if (time == seconds && *text == '+') {
        *ret = 0;
        return true;
    }
    if (time <= seconds || time - seconds > LONGEST)
        return false;
    *ret = *text == '+' ? now + (time - seconds) * SECOND : time * SECOND;
    return true;
}
