/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/version.h"

#include <ctype.h>

/* Where a sign that is no digit sorts. A digit and the end of the string count alike. */
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
    /* The longer run is the greater number; only runs of one length go by their first digit. */
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
