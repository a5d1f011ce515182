/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "helper.h"

#include <errno.h>

#include "base/util.h"
#include "discover/loaders/grub/script/grubenv.h"
#include "discover/loaders/grub/script/number.h"

#define SIGNATURE "# GRUB Environment Block\n"

static const char *value(const char *text, const char *name)
{
    static char out[64];
    struct grub_env env;
    int r = grubenv_parse(text, strlen(text), &env);

    if (r <= 0)
        return r == 0 ? "refused" : r == -EBADMSG ? "broken" : "error";
    snprintf(out, sizeof(out), "%s", grub_env_get(&env, name) ? grub_env_get(&env, name) : "unset");
    grub_env_clear(&env);
    return out;
}

static void good(void **state)
{
    (void)state;
    assert_string_equal(value(SIGNATURE "a=b\nc=d e=f\n####", "a"), "b");
    assert_string_equal(value(SIGNATURE "a=b\nc=d e=f\n####", "c"), "d e=f");
    assert_string_equal(value(SIGNATURE "a=b\\\\c\\\nd\n###", "a"), "b\\c\nd");
    assert_string_equal(value(SIGNATURE "# note\na=1\na=2\n", "a"), "2");
    assert_string_equal(value(SIGNATURE "a=\n#", "a"), "");
    assert_string_equal(value(SIGNATURE "#######", "a"), "unset");
}

/* GRUB refuses a file without its signature, and otherwise reads up to the damage. */
static void broken(void **state)
{
    char zero[] = SIGNATURE "a=b\nc=_\n";
    struct grub_env env;

    (void)state;
    assert_string_equal(value("", "a"), "refused");
    assert_string_equal(value("# GRUB Environment", "a"), "refused");
    assert_string_equal(value("a=b\n", "a"), "refused");
    assert_string_equal(value(SIGNATURE, "a"), "refused");
    assert_string_equal(value(SIGNATURE "a\nb=c\nd=e\n", "b"), "unset");
    assert_string_equal(value(SIGNATURE "a\nb=c\nd=e\n", "a\nb"), "c");
    assert_string_equal(value(SIGNATURE "a\nb=c\nd=e\n", "d"), "e");
    assert_string_equal(value(SIGNATURE "c=d\na=b", "a"), "unset");
    assert_string_equal(value(SIGNATURE "c=d\na=b", "c"), "d");
    assert_string_equal(value(SIGNATURE "c=d\na=b\\", "c"), "d");
    assert_string_equal(value(SIGNATURE "c=d\na=b\\\n", "a"), "unset");
    assert_string_equal(value(SIGNATURE "c=d\na", "c"), "d");
    assert_string_equal(value(SIGNATURE "=b\nc=d\n", "c"), "d");
    assert_string_equal(value(SIGNATURE "#\\\na=b\nc=d\n", "a"), "unset");
    assert_string_equal(value(SIGNATURE "#\\\na=b\nc=d\n", "c"), "d");
    assert_string_equal(value(SIGNATURE "a=\001\n", "a"), "broken");
    *strchr(zero, '_') = 0;
    assert_int_equal(grubenv_parse(zero, sizeof(zero) - 1, &env), -EBADMSG);
}

static void numbers(void **state)
{
    long n;

    (void)state;
    assert_true(grub_number("10", &n) && n == 10);
    assert_true(grub_number("-1", &n) && n == -1);
    assert_true(grub_number("0", &n) && n == 0);
    assert_false(grub_number("010", &n));
    assert_false(grub_number("0x1", &n));
    assert_false(grub_number("1s", &n));
    assert_false(grub_number("", &n));
    assert_false(grub_number("9999999999", &n));
}

static void test_numbers(void **state)
{
    static const struct {
        const char *text;
        bool known;
        int number;
    } CASES[] = {
        {"10", true, 10},
        {"-1", true, -1},
        {"- 1", true, -1},
        {" 010x", true, 8},
        {"0x1f", true, 31},
        {"", true, 0},
        {"none", true, 0},
        {"-", true, 0},
        {"+1", true, 0},
        {"1 2", true, 1},
        {"2147483648", true, INT32_MIN},
        {"4294967295", true, -1},
        {"4294967296", false, 0},
        {"18446744073709551616", false, 0},
        {"078", false, 0},
        {"1]", false, 0},
        {"_", false, 0},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        int number = 0;
        bool known = grub_test_number(CASES[i].text, &number);

        if (known != CASES[i].known || (known && number != CASES[i].number))
            fail_msg("%s: %d", CASES[i].text, number);
    }
}

/* Read like GRUB's strtoul. */
static void timeouts(void **state)
{
    static const struct {
        const char *value;
        enum grub_timeout timeout;
    } CASES[] = {
        {"0", TIMEOUT_ENDS},
        {"5", TIMEOUT_ENDS},
        {"0.1", TIMEOUT_ENDS},
        {"5s", TIMEOUT_ENDS},
        {" 5", TIMEOUT_ENDS},
        {"010", TIMEOUT_ENDS},
        {"08", TIMEOUT_ENDS},
        {"0x10", TIMEOUT_ENDS},
        {"0X", TIMEOUT_ENDS},
        {"2147483647", TIMEOUT_ENDS},
        {"2147483648", TIMEOUT_NEVER},
        {"4294967295", TIMEOUT_NEVER},
        {"4294967296", TIMEOUT_UNKNOWN},
        {"18446744073709551616", TIMEOUT_NEVER},
        {"", TIMEOUT_NEVER},
        {"-1", TIMEOUT_NEVER},
        {"+1", TIMEOUT_NEVER},
        {"never", TIMEOUT_NEVER},
        {"0x", TIMEOUT_NEVER},
        {"0xg", TIMEOUT_NEVER},
        {".5", TIMEOUT_NEVER},
        {NULL, TIMEOUT_NEVER},
    };
    uint64_t n;
    const char *end;

    (void)state;
    for (size_t i = 0; i < ELEMENTS(CASES); i++)
        if (grub_timeout(CASES[i].value) != CASES[i].timeout)
            fail_msg("%s", CASES[i].value);
    assert_true(grub_strtoul("0x0x5", &n, &end) && n == 0);
    assert_string_equal(end, "x5");
    assert_true(grub_strtoul("0779", &n, &end) && n == 077);
    assert_string_equal(end, "9");
}

/* Both branches of a condition: values that differ are unknown, except timeouts that both end. */
static void merged(void **state)
{
    struct grub_env a = {0}, b = {0};

    (void)state;
    assert_int_equal(grub_env_set(&a, "same", "1"), 0);
    assert_int_equal(grub_env_set(&b, "same", "1"), 0);
    assert_int_equal(grub_env_set(&a, "other", "1"), 0);
    assert_int_equal(grub_env_set(&b, "other", "2"), 0);
    assert_int_equal(grub_env_set(&a, "only", "1"), 0);
    assert_int_equal(grub_env_set(&a, "timeout", "5"), 0);
    assert_int_equal(grub_env_set(&b, "timeout", "0"), 0);
    assert_int_equal(grub_env_merge(&a, &b, "why"), 0);
    assert_string_equal(grub_env_get(&a, "same"), "1");
    assert_true(grub_has_mark(grub_env_get(&a, "other")));
    assert_true(grub_has_mark(grub_env_get(&a, "only")));
    assert_string_equal(grub_env_get(&a, "timeout"), "5");
    assert_int_equal(grub_env_set(&b, "timeout", "0.1"), 0);
    assert_int_equal(grub_env_merge(&a, &b, "why"), 0);
    assert_string_equal(grub_env_get(&a, "timeout"), "5");
    assert_int_equal(grub_env_set(&b, "timeout", "-1"), 0);
    assert_int_equal(grub_env_merge(&a, &b, "why"), 0);
    assert_true(grub_has_mark(grub_env_get(&a, "timeout")));
    grub_env_clear(&a);
    grub_env_clear(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good),         cmocka_unit_test(broken),   cmocka_unit_test(numbers),
        cmocka_unit_test(test_numbers), cmocka_unit_test(timeouts), cmocka_unit_test(merged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
