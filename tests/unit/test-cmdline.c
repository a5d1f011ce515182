/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/cmdline.h"

#include "test.h"
#include "tree.h"

static void expect(char *result, const char *expected)
{
    assert_non_null(result);
    assert_string_equal(result, expected);
    free(result);
}

static void what_meant_the_loader_is_left_out(void **state)
{
    static const struct {
        const char *line, *expected;
    } CASES[] = {
        {"", ""},
        {" \t\n", ""},
        {"BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro", "root=/dev/sda1 ro"},
        {"root=/dev/sda1 initrd=\\initrd.img initrd=b ro", "root=/dev/sda1 ro"},
        {"a fastreboot.attempt=1 b fastreboot.attempt=2", "a b"},
        {"rd.initrd=1 MY_BOOT_IMAGE=x fastreboot.other=1",
         "rd.initrd=1 MY_BOOT_IMAGE=x fastreboot.other=1"},
        {"  a   b\t\tc  ", "a b c"},
        {"a -- BOOT_IMAGE=for-init initrd=x", "a -- BOOT_IMAGE=for-init initrd=x"},
        {"initrd=x -- initrd=x", "-- initrd=x"},
        {"dyndbg=\"file x +p; initrd=y +p\" initrd=z", "dyndbg=\"file x +p; initrd=y +p\""},
        {"initrd=\"with blank\" a", "a"},
        {"\"initrd=quoted from the start\" a", "\"initrd=quoted from the start\" a"},
        {"a \"never closed initrd=x", "a \"never closed initrd=x"},
        {"--a b --", "--a b --"},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(CASES); i++)
        expect(cmdline_for_next_kernel(CASES[i].line), CASES[i].expected);
}

static void removing_goes_by_name_or_by_name_and_value(void **state)
{
    (void)state;
    expect(cmdline_without("quiet splash root=/dev/sda", "quiet"), "splash root=/dev/sda");
    expect(cmdline_without("console=tty0 console=ttyS0,115200 a", "console"), "a");
    expect(cmdline_without("console=tty0 console=ttyS0 a", "console=tty0"), "console=ttyS0 a");
    expect(cmdline_without("console=tty01", "console=tty0"), "console=tty01");
    expect(cmdline_without("quieter qui", "quiet"), "quieter qui");
    expect(cmdline_without("quiet", ""), "quiet");
    expect(cmdline_without("a b c d", "d\tb  x"), "a c");
    expect(cmdline_without("quiet -- quiet", "quiet"), "-- quiet");
    expect(cmdline_without("a=\"b c\" d", "a=\"b c\""), "d");
    expect(cmdline_without("a= b", "a="), "b");
}

static void appending_goes_before_what_is_for_init(void **state)
{
    (void)state;
    expect(cmdline_with("a b", "c d"), "a b c d");
    expect(cmdline_with("a b  \n", "c"), "a b c");
    expect(cmdline_with("", "c"), "c");
    expect(cmdline_with("a", ""), "a");
    expect(cmdline_with("", ""), "");
    expect(cmdline_with("a -- b", "c"), "a c -- b");
    expect(cmdline_with("-- b", "c"), "c -- b");
    expect(cmdline_with("-- b", ""), "-- b");
    expect(cmdline_with("a \"-- \" b -- c", "x"), "a \"-- \" b x -- c");
    /* existing parameters move, so that they do not accumulate */
    expect(cmdline_with("x a x=1 y", "x y"), "a x=1 x y");
    expect(cmdline_with("x -- x", "x"), "x -- x");
}

static void the_last_value_counts(void **state)
{
    (void)state;
    expect(cmdline_value("x=1 x=2 y=3", "x="), "2");
    expect(cmdline_value("x=", "x="), "");
    assert_null(cmdline_value("xx=1", "x="));
    assert_null(cmdline_value("", "x="));
    assert_null(cmdline_value("a -- x=1", "x="));
    expect(cmdline_value("x=1 -- x=2", "x="), "1");
}

static void what_we_added_is_not_for_the_next(void **state)
{
    (void)state;
    expect(cmdline_for_next_kernel("ro fastreboot.attempt=1 fastreboot.added=2 panic=30 b=1 quiet"),
           "ro quiet");
    /* the administrator's parameters stay */
    expect(cmdline_for_next_kernel("panic=5 fastreboot.added=1 rd.shell=0 panic=6"),
           "panic=5 panic=6");
    expect(cmdline_for_next_kernel("fastreboot.added=9 a b -- c"), "-- c");
    expect(cmdline_for_next_kernel("fastreboot.added=0 a"), "a");
    /* not in the form that fastreboot writes */
    expect(cmdline_for_next_kernel("fastreboot.added=12 a b"), "fastreboot.added=12 a b");
    expect(cmdline_for_next_kernel("fastreboot.added= a b"), "fastreboot.added= a b");
}

static void what_is_ours_is_taken_out_of_an_entry(void **state)
{
    (void)state;
    expect(cmdline_not_ours("initrd=\\a ro fastreboot.attempt=1 fastreboot.added=2 panic=30 b=1 x"),
           "initrd=\\a ro x");
    expect(cmdline_not_ours("panic=30 ro"), "panic=30 ro");
}

static void names_are_found(void **state)
{
    (void)state;
    assert_true(cmdline_has("ro panic=5", "panic"));
    assert_true(cmdline_has("panic ro", "panic"));
    assert_true(cmdline_has("ro \"panic=5\"", "panic"));
    assert_true(cmdline_has("\"panic\" ro", "panic"));
    assert_true(cmdline_has("\"panic=5 6", "panic"));
    assert_false(cmdline_has("\"", "panic"));
    assert_false(cmdline_has("x=\"panic=5\"", "panic"));
    assert_false(cmdline_has("panic_on_oops=1", "panic"));
    assert_false(cmdline_has("ro -- panic=5", "panic"));
}

static void the_most_important_stays(void **state)
{
    static const char FULL[] = "ro fastreboot.attempt=7 fastreboot.added=2 panic=30 rd.shell=0";

    (void)state;
    expect(cmdline_final("ro", "7", "panic=30 rd.shell=0", 2000), FULL);
    expect(cmdline_final("ro", "7", "panic=30 rd.shell=0", strlen(FULL)), FULL);
    expect(cmdline_final("ro", "7", "panic=30 rd.shell=0", strlen(FULL) - 1),
           "ro fastreboot.attempt=7 fastreboot.added=1 panic=30");
    expect(cmdline_final("ro", "7", "panic=30 rd.shell=0", 40), "ro fastreboot.attempt=7");
    expect(cmdline_final("ro", "7", "panic=30 rd.shell=0", 20), "ro");
    expect(cmdline_final("ro -- s", "7", "", 2000), "ro fastreboot.attempt=7 -- s");
    /* and is gone in the kernel after it */
    expect(cmdline_for_next_kernel(FULL), "ro");
    expect(cmdline_final("", "7", "1 2 3 4 5 6 7 8 9 10", 2000),
           "fastreboot.attempt=7 fastreboot.added=9 1 2 3 4 5 6 7 8 9");
}

/* The kernel treats quotes in the same way: the words can be joined to the same line again. */
static void no_parameter_is_lost(void **state)
{
    static const char SIGNS[] = "ab=\" -\t.";

    (void)state;
    for (int round = 0; round < 20000; round++) {
        char line[32];
        size_t n = dice(sizeof(line) - 1), words = 0, again = 0, length;
        const char *position = line, *word;
        AUTOFREE char *result = NULL;

        for (size_t i = 0; i < n; i++)
            line[i] = SIGNS[dice(sizeof(SIGNS) - 1)];
        line[n] = 0;
        while (cmdline_next(&position, &word, &length)) {
            assert_true(length > 0 && word >= line && word + length <= line + n);
            words++;
        }
        result = cmdline_for_next_kernel(line);
        for (position = result; cmdline_next(&position, &word, &length);)
            again++;
        assert_int_equal(again, words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_meant_the_loader_is_left_out),
        cmocka_unit_test(removing_goes_by_name_or_by_name_and_value),
        cmocka_unit_test(appending_goes_before_what_is_for_init),
        cmocka_unit_test(the_last_value_counts),
        cmocka_unit_test(what_we_added_is_not_for_the_next),
        cmocka_unit_test(what_is_ours_is_taken_out_of_an_entry),
        cmocka_unit_test(names_are_found),
        cmocka_unit_test(the_most_important_stays),
        cmocka_unit_test(no_parameter_is_lost),
    };

    return RUN_TESTS(tests);
}
