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

/* Each is greater than the previous one. */
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

/* Only what dpkg accepts as a version: starting with a digit. */
static void dpkg_agrees(void **state)
{
    (void)state;
    for (size_t i = 3; i + 1 < ELEMENTS(ASCENDING); i++)
        if (!strchr("-", ASCENDING[i][strlen(ASCENDING[i]) - 1]) &&
            !strchr("-", ASCENDING[i + 1][strlen(ASCENDING[i + 1]) - 1])) {
            if (strlen(ASCENDING[i]) > 20 || strlen(ASCENDING[i + 1]) > 20)
                continue; /* dpkg's numbers are limited */
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

/* From rpm's own list of cases. */
static void rpm_orders_like_this(void **state)
{
    static const struct {
        const char *a, *b;
        int order;
    } CASES[] = {
        {"1.0", "1.0", 0},
        {"1.0", "2.0", -1},
        {"2.0", "2.0.1", -1},
        {"2.0.1a", "2.0.1", 1},
        {"5.5p1", "5.5p2", -1},
        {"5.5p10", "5.5p1", 1},
        {"10xyz", "10.1xyz", -1},
        {"xyz10", "xyz10.1", -1},
        {"xyz.4", "8", -1},
        {"xyz.4", "2", -1},
        {"5.5p2", "5.6p1", -1},
        {"5.6p1", "6.5p1", -1},
        {"6.0.rc1", "6.0", 1},
        {"10b2", "10a1", 1},
        {"1.0aa", "1.0a", 1},
        {"10.0001", "10.1", 0},
        {"10.0001", "10.0039", -1},
        {"4.999.9", "5.0", -1},
        {"2_0", "2.0", 0},
        {"a+", "a_", 0},
        {"+a", "_a", 0},
        {"+", "_", 0},
        {"1.0~rc1", "1.0~rc1", 0},
        {"1.0~rc1", "1.0", -1},
        {"1.0~rc1", "1.0~rc2", -1},
        {"1.0~rc1~git1", "1.0~rc1", -1},
        {"1b.fc17", "1.fc17", -1},
        {"1g.fc17", "1.fc17", 1},
        {"20101121", "20101122", -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        assert_int_equal(sign(version_compare_rpm(CASES[i].a, CASES[i].b)), CASES[i].order);
        assert_int_equal(sign(version_compare_rpm(CASES[i].b, CASES[i].a)), -CASES[i].order);
    }
}

static void packages_are_compared_by_piece(void **state)
{
    static const char *const ORDER[] = {
        "0a",
        "1f-0-rescue",
        "1f-4.18.0-80.el8.x86_64",
        "1f-4.18.0-80.1.2.el8_0.x86_64",
        "1f-4.18.0-305.el8.x86_64",
        "1f-5.14",
        "1f-5.14.0-70.el9.x86_64",
        "2a-1.0-1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(ORDER) / sizeof(*ORDER); i++)
        for (size_t j = 0; j < sizeof(ORDER) / sizeof(*ORDER); j++)
            assert_int_equal(sign(version_compare_package(ORDER[i], ORDER[j], false)),
                             (i > j) - (i < j));
    /* The dashes decide which parts are compared. */
    assert_int_equal(sign(version_compare_package("a-1-2-3", "a-1.9-3", false)), 1);
    assert_int_equal(version_compare_package("a-1-2", "a-01-2", false), 0);
    assert_int_equal(sign(version_compare_package("a--c", "a-c", false)), -1);
    /* A '+', which newer versions take into account. */
    assert_int_equal(sign(version_compare_package("m-6.12.0+", "m-6.12.0-1", false)), -1);
    assert_int_equal(sign(version_compare_package("m-6.12.0+", "m-6.12.0-1", true)), 1);
    assert_int_equal(sign(version_compare_package("m-1+2", "m-1.1", false)), 1);
    assert_int_equal(sign(version_compare_package("m-1+2", "m-1.1", true)), -1);
    assert_int_equal(sign(version_compare_package("m-1+2", "m-1+1", true)), 1);
    assert_int_equal(sign(version_compare_package("m-1~2", "m-1+1", true)), -1);
    assert_int_equal(
        sign(version_compare_package("m-5-70.el9.x86_64+debug", "m-5-70.el9.x86_64", true)), 1);
}

static int compare_files(const char *a, const char *b)
{
    return sign(version_compare_file(a, b));
}

static void files_are_compared_without_their_endings(void **state)
{
    (void)state;
    assert_int_equal(compare_files("a.conf", "a.conf"), 0);
    assert_int_equal(compare_files("a-6.10.conf", "a-6.9.conf"), 1);
    assert_int_equal(compare_files("a-1.conf", "a-1-2.conf"), -1);
    assert_int_equal(compare_files("a-1.tar.gz", "a-1.1.gz"), -1);
    assert_int_equal(compare_files("a.b~", "a.b"), -1);
    /* Not like rpm. */
    assert_int_equal(compare_files("m-80.el8.x.conf", "m-80.1.el8.x.conf"), -1);
    assert_int_equal(compare_files("m-80.el8.x_64.conf", "m-80.1.el8.x_64.conf"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rpm_orders_like_this),
        cmocka_unit_test(packages_are_compared_by_piece),
        cmocka_unit_test(files_are_compared_without_their_endings),
        cmocka_unit_test(known_releases_are_in_order),
        cmocka_unit_test(zeroes_in_front_do_not_count),
        cmocka_unit_test(dpkg_agrees),
        cmocka_unit_test(it_is_a_total_order),
    };

    return RUN_TESTS(tests);
}
