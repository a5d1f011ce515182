/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/version.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* The rank of a character that is not a digit. Digits and the end of the string rank the same. */
static int rank(unsigned char sign)
{
    if (sign == '~')
        return -1;
    if (!sign || isdigit(sign))
        return 0;
    return isalpha(sign) ? sign : sign + 256;
}

static int compare_digits(const char **a, const char **b)
{
    int first = 0;

    while (**a == '0')
        (*a)++;
    while (**b == '0')
        (*b)++;
    for (; isdigit((unsigned char)**a) && isdigit((unsigned char)**b); (*a)++, (*b)++)
        if (!first)
            first = **a - **b;
    /* The longer run is the greater number; runs of the same length are decided by the first digit
     * that differs. */
    if (isdigit((unsigned char)**a))
        return 1;
    if (isdigit((unsigned char)**b))
        return -1;
    return first;
}

int version_compare(const char *a, const char *b)
{
    while (*a || *b) {
        int order;

        while ((*a && !isdigit((unsigned char)*a)) || (*b && !isdigit((unsigned char)*b))) {
            order = rank((unsigned char)*a) - rank((unsigned char)*b);
            if (order)
                return order;
            a++;
            b++;
        }
        order = compare_digits(&a, &b);
        if (order)
            return order;
    }
    return 0;
}

static bool is_counted(unsigned char sign)
{
    return sign < 128 && (isalnum(sign) || strchr("~-^.", sign));
}

/* If only one of the two starts with `sign`, that decides: `order` if it is a. If both do, skips
 * it. */
static int compare_sign(const char **a, const char **b, char sign, int order)
{
    if (**a != sign && **b != sign)
        return 0;
    if (**a != **b)
        return **a == sign ? order : -order;
    (*a)++;
    (*b)++;
    return 0;
}

static int compare_runs(const char **a, const char **b)
{
    size_t n, m;
    int order;

    if (isdigit((unsigned char)**a) || isdigit((unsigned char)**b)) {
        /* A number is newer than anything else. */
        if (!isdigit((unsigned char)**a) || !isdigit((unsigned char)**b))
            return isdigit((unsigned char)**a) ? 1 : -1;
        return compare_digits(a, b);
    }
    for (n = 0; isalpha((unsigned char)(*a)[n]); n++)
        ;
    for (m = 0; isalpha((unsigned char)(*b)[m]); m++)
        ;
    order = strncmp(*a, *b, n < m ? n : m);
    if (order || n != m)
        return order ? order : n < m ? -1 : 1;
    *a += n;
    *b += m;
    return 0;
}

int version_compare_uapi(const char *a, const char *b)
{
    for (;;) {
        int order;

        while (*a && !is_counted((unsigned char)*a))
            a++;
        while (*b && !is_counted((unsigned char)*b))
            b++;
        order = compare_sign(&a, &b, '~', -1);
        if (order)
            return order;
        if (!*a || !*b)
            return !*b - !*a; /* the longer one is newer */
        order = compare_sign(&a, &b, '-', -1);
        if (!order)
            order = compare_sign(&a, &b, '^', -1);
        if (!order)
            order = compare_sign(&a, &b, '.', -1);
        if (!order)
            order = compare_runs(&a, &b);
        if (order)
            return order;
    }
}
