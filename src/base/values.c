/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/values.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"

#define BLANKS " \t\n\r"
#define DIGITS "0123456789"

enum {
    MILLISECOND = 1000,
    SECOND = 1000 * MILLISECOND,
};

/* systemd's, with its averages for months and years. */
static const struct {
    const char *name;
    int64_t length; /* in microseconds */
} UNITS[] = {
    {"seconds", SECOND},
    {"second", SECOND},
    {"sec", SECOND},
    {"s", SECOND},
    {"minutes", 60LL * SECOND},
    {"minute", 60LL * SECOND},
    {"min", 60LL * SECOND},
    {"m", 60LL * SECOND},
    {"hours", 3600LL * SECOND},
    {"hour", 3600LL * SECOND},
    {"hr", 3600LL * SECOND},
    {"h", 3600LL * SECOND},
    {"days", 86400LL * SECOND},
    {"day", 86400LL * SECOND},
    {"d", 86400LL * SECOND},
    {"weeks", 604800LL * SECOND},
    {"week", 604800LL * SECOND},
    {"w", 604800LL * SECOND},
    {"months", 2629800LL * SECOND},
    {"month", 2629800LL * SECOND},
    {"M", 2629800LL * SECOND},
    {"years", 31557600LL * SECOND},
    {"year", 31557600LL * SECOND},
    {"y", 31557600LL * SECOND},
    {"msec", MILLISECOND},
    {"ms", MILLISECOND},
    {"usec", 1},
    {"us", 1},
    {"µs", 1}, /* U+00B5 */
    {"μs", 1}, /* U+03BC */
};

int64_t time_unit(const char *name, size_t length)
{
    for (size_t i = 0; i < ELEMENTS(UNITS); i++)
        if (strlen(UNITS[i].name) == length && strncmp(UNITS[i].name, name, length) == 0)
            return UNITS[i].length;
    return 0;
}

/* The length of the unit at *text, which moves behind it; a second where there is none, 0 if it is
 * unknown. */
static int64_t take_unit(const char **text)
{
    size_t length = strcspn(*text, BLANKS DIGITS ".-+");
    int64_t unit = length > 0 ? time_unit(*text, length) : SECOND;

    *text += length;
    return unit;
}

/* Adds number * unit to *total. */
static int add(int64_t *total, int64_t number, int64_t unit)
{
    int64_t product;

    if (__builtin_mul_overflow(number, unit, &product) ||
        __builtin_add_overflow(*total, product, total) || *total == TIME_INFINITY)
        return -ERANGE;
    return 0;
}

/* Takes the digits at *text. */
static int take_number(const char **text, int64_t *ret)
{
    *ret = 0;
    for (; **text && strchr(DIGITS, **text); ++*text)
        if (__builtin_mul_overflow(*ret, 10, ret) ||
            __builtin_add_overflow(*ret, **text - '0', ret))
            return -ERANGE;
    return 0;
}

/* Takes "1.5h" at *text and adds it to *total. */
static int take_part(const char **text, int64_t *total)
{
    const char *start = *text, *fraction = NULL;
    size_t digits = 0;
    int64_t number, unit;
    int r = take_number(text, &number);

    if (r < 0)
        return r;
    if (**text == '.') {
        fraction = *text + 1;
        digits = strspn(fraction, DIGITS);
        *text = fraction + digits;
    }
    if (*text == start || (fraction && digits == 0))
        return -EINVAL;
    *text += strspn(*text, BLANKS);
    unit = take_unit(text);
    if (!unit)
        return -EINVAL;
    r = add(total, number, unit);
    for (int64_t rest = unit / 10; r >= 0 && digits > 0 && rest > 0; rest /= 10, digits--)
        r = add(total, *fraction++ - '0', rest);
    return r;
}

int parse_time(const char *text, int64_t *ret_time)
{
    const char *rest = after_prefix(text + strspn(text, BLANKS), "infinity");
    int64_t total = 0;
    int r = 0;

    if (rest && !rest[strspn(rest, BLANKS)]) {
        *ret_time = TIME_INFINITY;
        return 0;
    }
    text += strspn(text, BLANKS);
    if (!*text)
        return -EINVAL;
    if (*text == '-' && strchr(DIGITS, text[1]) && text[1])
        return -ERANGE;
    for (; r >= 0 && *text; text += strspn(text, BLANKS))
        r = take_part(&text, &total);
    if (r >= 0)
        *ret_time = total;
    return r;
}

int parse_boolean(const char *text)
{
    static const char *const WORDS[][6] = {{"0", "no", "n", "false", "f", "off"},
                                           {"1", "yes", "y", "true", "t", "on"}};

    for (int value = 0; value < 2; value++)
        for (size_t i = 0; i < ELEMENTS(WORDS[value]); i++)
            if (strcasecmp(text, WORDS[value][i]) == 0)
                return value;
    return -EINVAL;
}
