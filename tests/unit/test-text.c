/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/text.h"

#include "test.h"
#include "tree.h"

static void expect(const char *text, const char *printable)
{
    AUTOFREE char *safe = text_printable(text);

    assert_string_equal(safe, printable);
}

static void text_stays_as_it_is(void **state)
{
    static const char *const TEXTS[] = {"",           "a b",          "/boot/vmlinuz-6.1",
                                        "\xc3\xa4",   "\xe2\x82\xac", "\xf0\x9f\x90\xa7",
                                        "back\\slash"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(TEXTS); i++)
        expect(TEXTS[i], TEXTS[i]);
}

static void what_moves_the_cursor_is_shown(void **state)
{
    (void)state;
    expect("\x1b[2J", "\\x1b[2J");
    expect("a\nb\tc\r\x7f", "a\\x0ab\\x09c\\x0d\\x7f");
    expect("\xc2\x9b"
           "1m",
           "\\xc2\\x9b1m");                    /* CSI as a single character */
    expect("\xe2\x80\xae", "\\xe2\\x80\\xae"); /* right-to-left from here */
    expect("\xe2\x81\xa6x\xe2\x80\xa0", "\\xe2\\x81\\xa6x\xe2\x80\xa0");
}

static void json_means_the_same(void **state)
{
    AUTOFREE char *safe =
        text_printable_json("{\n\"a\": \"\x7f\xc2\x9b\xe2\x80\xae\xc3\xa4\\u001b\xff\"}");

    (void)state;
    assert_string_equal(safe, "{\n\"a\": \"\\u007f\\u009b\\u202e\xc3\xa4\\u001b\xff\"}");
}

static void what_is_not_utf8_is_shown(void **state)
{
    (void)state;
    expect("\xff", "\\xff");
    expect("\x80", "\\x80");
    expect("\xe2\x82", "\\xe2\\x82");
    expect("\xc0\x9b", "\\xc0\\x9b"); /* ESC, in an overlong form */
    expect("\xe0\x80\x9b", "\\xe0\\x80\\x9b");
    expect("\xf0\x80\x80\x9b", "\\xf0\\x80\\x80\\x9b");
    expect("\xed\xa0\x80", "\\xed\\xa0\\x80");          /* half of a surrogate pair */
    expect("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* beyond Unicode */
    expect("\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80");
}

static void what_is_safe_stays_so(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++) {
        AUTOFREE char *once = NULL;
        char text[16] = "";

        for (size_t k = 0; k + 1 < sizeof(text); k++)
            text[k] = (char)(dice(4) ? 0x80 + dice(128) : 1 + dice(127));
        once = text_printable(text);
        expect(once, once);
        for (const char *sign = once; *sign; sign += text_character_length(sign))
            assert_true(text_character_length(sign) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_stays_as_it_is),
        cmocka_unit_test(what_moves_the_cursor_is_shown),
        cmocka_unit_test(what_is_not_utf8_is_shown),
        cmocka_unit_test(json_means_the_same),
        cmocka_unit_test(what_is_safe_stays_so),
    };

    return RUN_TESTS(tests);
}
