/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The two orders in which versions of GRUB sort the files of boot entries. */

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/util.h"
#include "base/version.h"

/* A part of a version, which points into its string. */
struct piece {
    const char *at, *end;
};

static bool is_separator(char sign)
{
    return !isalnum((unsigned char)sign) && sign != '~';
}

static struct piece take_run(struct piece *version, bool digits)
{
    struct piece run = *version;

    while (version->at < version->end &&
           (digits ? isdigit((unsigned char)*version->at) : isalpha((unsigned char)*version->at)))
        version->at++;
    run.end = version->at;
    return run;
}

static int compare_runs(struct piece a, struct piece b, bool digits)
{
    size_t n, m;
    int order;

    while (digits && a.at < a.end && *a.at == '0')
        a.at++;
    while (digits && b.at < b.end && *b.at == '0')
        b.at++;
    n = (size_t)(a.end - a.at);
    m = (size_t)(b.end - b.at);
    if (digits && n != m)
        return n > m ? 1 : -1;
    order = memcmp(a.at, b.at, n < m ? n : m);
    return order ? order : (n > m) - (n < m);
}

/* Compares a leading `sign`. Returns whether either has it: if only one does, *ret_order decides;
 * if both do, it is skipped. */
static bool take_sign(struct piece *a, struct piece *b, char sign, int *ret_order)
{
    bool here = a->at < a->end && *a->at == sign, there = b->at < b->end && *b->at == sign;

    *ret_order = there - here;
    a->at += here && there;
    b->at += here && there;
    return here || there;
}

/* rpm's comparison of versions, from before it knew '^'. With `plus`, a '+' is handled like '~',
 * except that it sorts after the end. */
static int compare_pieces(struct piece a, struct piece b, bool plus)
{
    for (;;) {
        bool digits;
        struct piece x, y;
        int order;

        while (a.at < a.end && is_separator(*a.at) && !(plus && *a.at == '+'))
            a.at++;
        while (b.at < b.end && is_separator(*b.at) && !(plus && *b.at == '+'))
            b.at++;
        if (take_sign(&a, &b, '~', &order)) {
            if (order)
                return order;
            continue;
        }
        if (a.at == a.end || b.at == b.end)
            return (a.at < a.end) - (b.at < b.end);
        if (plus && take_sign(&a, &b, '+', &order)) {
            if (order)
                return order;
            continue;
        }
        digits = isdigit((unsigned char)*a.at);
        x = take_run(&a, digits);
        y = take_run(&b, digits);
        if (y.at == y.end) /* of different kinds: a number is newer than a word */
            return digits ? 1 : -1;
        order = compare_runs(x, y, digits);
        if (order)
            return order;
    }
}

int version_compare_rpm(const char *a, const char *b)
{
    return compare_pieces((struct piece){a, a + strlen(a)}, (struct piece){b, b + strlen(b)},
                          false);
}

/* Splits off what follows the last '-'; empty if there is none. */
static struct piece take_last(struct piece *rest)
{
    for (const char *at = rest->end; at > rest->at; at--)
        if (at[-1] == '-') {
            struct piece last = {at, rest->end};

            rest->end = at - 1;
            return last;
        }
    return (struct piece){rest->end, rest->end};
}

/* NAME-VERSION-RELEASE, NAME-VERSION or NAME. */
static void split(const char *text, struct piece parts[3])
{
    struct piece last;

    parts[0] = (struct piece){text, text + strlen(text)};
    last = take_last(&parts[0]);
    parts[1] = take_last(&parts[0]);
    parts[2] = last;
    if (parts[1].at == parts[0].end) { /* at most one dash: the version follows it */
        parts[1] = last;
        parts[2] = (struct piece){last.end, last.end};
    }
}

int version_compare_package(const char *a, const char *b, bool plus)
{
    struct piece x[3], y[3];
    int order = 0;

    split(a, x);
    split(b, y);
    for (size_t i = 0; !order && i < ELEMENTS(x); i++)
        order = compare_pieces(x[i], y[i], plus);
    return order;
}

/* The length without endings, each of a dot, a letter or ~, and more letters, digits or ~. */
static size_t without_endings(const char *name)
{
    size_t n = 0;

    for (size_t i = 0; name[i];) {
        n = ++i;
        while (name[i] == '.' && (isalpha((unsigned char)name[i + 1]) || name[i + 1] == '~'))
            for (i += 2; isalnum((unsigned char)name[i]) || name[i] == '~'; i++)
                ;
    }
    return n;
}

int version_compare_file(const char *a, const char *b)
{
    AUTOFREE char *x = xstrndup(a, without_endings(a)), *y = xstrndup(b, without_endings(b));
    int order = version_compare(x, y);

    return order ? order : version_compare(a, b);
}
