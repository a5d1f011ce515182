/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/grub/script/number.h"

#include <ctype.h>
#include <errno.h>

#include "base/util.h"

bool grub_strtoul(const char *text, uint64_t *ret_number, const char **ret_end)
{
    bool octal, hexadecimal;
    char *end;

    text += strspn(text, " \t\n\r");
    hexadecimal = text[0] == '0' && text[1] == 'x';
    octal = text[0] == '0' && text[1] >= '0' && text[1] <= '7';
    errno = 0;
    if (!isdigit((unsigned char)*text) || (hexadecimal && !isxdigit((unsigned char)text[2])))
        return false;
    *ret_number = strtoull(text, &end, hexadecimal ? 16 : octal ? 8 : 10);
    if (ret_end)
        *ret_end = end;
    return errno == 0;
}

bool grub_digits_differ(const char *text)
{
    uint64_t number;
    const char *end = text + strspn(text, " \t\n\r");

    (void)grub_strtoul(text, &number, &end);
    return *end == '8' || *end == '9' || (*end > 'Z' && *end < 'a');
}

/* GRUB stores it in an int, and where unsigned long has 32 bits, a number beyond them becomes -1.
 */
bool grub_test_number(const char *text, int *ret_number)
{
    bool negative = *text == '-';
    uint64_t number = 0;

    text += negative;
    if (grub_digits_differ(text) || (!grub_strtoul(text, &number, NULL) && errno == ERANGE) ||
        number > UINT32_MAX)
        return false;
    *ret_number = (int)(negative ? -(uint32_t)number : (uint32_t)number);
    return true;
}

bool grub_number(const char *value, long *ret_number)
{
    const char *digits = value + (*value == '-');
    size_t n = strspn(digits, "0123456789");

    if (n == 0 || n > 9 || digits[n] || (digits[0] == '0' && n > 1))
        return false;
    *ret_number = strtol(value, NULL, 10);
    return true;
}

/* GRUB stores it in an int, whose sign says whether there is a timeout. A number beyond 32 bits is
 * an error if unsigned long has 32 bits, and otherwise loses its upper half. */
enum grub_timeout grub_timeout(const char *value)
{
    uint64_t seconds;

    if (!value || !grub_strtoul(value, &seconds, NULL) || (int32_t)(uint32_t)seconds < 0)
        return TIMEOUT_NEVER;
    return seconds > UINT32_MAX ? TIMEOUT_UNKNOWN : TIMEOUT_ENDS;
}
