/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/version.h"

#include <spawn.h>
#include <sys/wait.h>

#include "test.h"
#include "tree.h"

static int sign(int n)
{
    return (n > 0) - (n < 0);
}

/* Each is greater than the one before. */
static const char *const ASCENDING[] = {
    "~",
    "~a",
    "",
    "5.10.0-9-amd64",
    "5.10.0-10-amd64",
    "6.1~rc1",
    "6.1",
    "6.1.0-9-amd64",
    "6.1.0-10-amd64",
    "6.1.0-10-cloud-amd64",
    "6.1.0-10-rt-amd64",
    "6.1.0-11-amd64",
    "6.1.12-1.el9",
    "6.1.21-1.el9",
    "6.1.100-1.el9",
    "6.9.99999999999999999999999999999999",
    "6.9.100000000000000000000000000000000",
    "6.10",
    "6.10a",
    "6.10-",
    "10",
};

static void known_releases_are_in_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < ELEMENTS(ASCENDING); i++)
        for (size_t k = 0; k < ELEMENTS(ASCENDING); k++)
            assert_int_equal(sign(version_compare(ASCENDING[i], ASCENDING[k])),
                             sign((int)i - (int)k));
}

static void zeroes_in_front_do_not_count(void **state)
{
    (void)state;
    assert_int_equal(version_compare("6.01", "6.1"), 0);
    assert_int_equal(version_compare("6.0", "6."), 0);
    assert_true(version_compare("6.010", "6.9") > 0);
}

static bool dpkg_says_less(const char *a, const char *b)
{
    char *const argv[] = {
        (char *)"dpkg", (char *)"--compare-versions", (char *)a, (char *)"lt", (char *)b, NULL};
    int status;
    pid_t pid;

    if (posix_spawnp(&pid, "dpkg", NULL, NULL, argv, environ) != 0)
        skip();
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status == 0;
}

/* All that dpkg takes as a version: a digit first. */
static void dpkg_agrees(void **state)
{
    (void)state;
    for (size_t i = 3; i + 1 < ELEMENTS(ASCENDING); i++)
        if (!strchr("-", ASCENDING[i][strlen(ASCENDING[i]) - 1]) &&
            !strchr("-", ASCENDING[i + 1][strlen(ASCENDING[i + 1]) - 1])) {
            if (strlen(ASCENDING[i]) > 20 || strlen(ASCENDING[i + 1]) > 20)
                continue; /* dpkg's numbers end somewhere */
            assert_true(dpkg_says_less(ASCENDING[i], ASCENDING[i + 1]));
            assert_false(dpkg_says_less(ASCENDING[i + 1], ASCENDING[i]));
        }
}

static void random_string(char text[8])
{
    static const char SIGNS[] = "0019aZ.-~+_\xff";
    size_t n = dice(8);

    for (size_t i = 0; i < n; i++)
        text[i] = SIGNS[dice(sizeof(SIGNS) - 1)];
    text[n] = 0;
}

static void it_is_a_total_order(void **state)
{
    (void)state;
    for (int round = 0; round < 300000; round++) {
        char a[8], b[8], c[8];

        random_string(a);
        random_string(b);
        random_string(c);
        assert_int_equal(version_compare(a, a), 0);
        assert_int_equal(sign(version_compare(a, b)), -sign(version_compare(b, a)));
        if (version_compare(a, b) <= 0 && version_compare(b, c) <= 0)
            assert_true(version_compare(a, c) <= 0);
        if (version_compare(a, b) == 0)
            assert_int_equal(sign(version_compare(a, c)), sign(version_compare(b, c)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_releases_are_in_order),
        cmocka_unit_test(zeroes_in_front_do_not_count),
        cmocka_unit_test(dpkg_agrees),
        cmocka_unit_test(it_is_a_total_order),
    };

    return RUN_TESTS(tests);
}
