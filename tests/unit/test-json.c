/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/json.h"

#include "test.h"
#include "tree.h"

static int parse(const char *text)
{
    AUTOJSON struct json_object *object = NULL;
    int r = json_parse(text, &object);

    if (r < 0)
        assert_null(object); /* set only on success */
    return r;
}

static void an_object_is_an_object(void **state)
{
    (void)state;
    assert_int_equal(parse("{}"), 0);
    assert_int_equal(parse(" {\"a\": [1, 2.5, null, true, \"x\"]} \n"), 0);
}

static void anything_else_is_damaged(void **state)
{
    static const char *const DAMAGED[] = {
        "",    " ",        "{",        "}",        "[]",    "null",        "\"text\"",
        "1",   "{\"a\":1", "{\"a\"}",  "{\"a\":}", "{a b}", "{\"a\":\"b}", "{} {}",
        "{}x", "{}}",      "\xff\xfe",
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(DAMAGED); i++)
        if (parse(DAMAGED[i]) != -EBADMSG)
            fail_msg("taken: %s", DAMAGED[i]);
}

static int parse_nested(size_t depth)
{
    AUTOFREE char *text = calloc(1, 2 * depth + 10);

    strcpy(text, "{\"a\":");
    memset(text + 5, '[', depth);
    memset(text + 5 + depth, ']', depth);
    text[5 + 2 * depth] = '}';
    return parse(text);
}

static void nesting_has_an_end(void **state)
{
    (void)state;
    assert_int_equal(parse_nested(5), 0);
    assert_int_equal(parse_nested(10), -EBADMSG);
    assert_int_equal(parse_nested(1000000), -EBADMSG);
}

static void members_have_types(void **state)
{
    AUTOJSON struct json_object *object = NULL;

    (void)state;
    assert_int_equal(
        json_parse("{\"s\":\"text\",\"n\":-7,\"z\":null,\"f\":1.5,\"b\":true}", &object), 0);
    assert_string_equal(json_string(object, "s"), "text");
    assert_null(json_string(object, "n"));
    assert_null(json_string(object, "z"));
    assert_null(json_string(object, "nowhere"));
    assert_int_equal(json_number(object, "n", 3), -7);
    assert_int_equal(json_number(object, "s", 3), 3);
    assert_int_equal(json_number(object, "f", 3), 3);
    assert_int_equal(json_number(object, "b", 3), 3);
    assert_int_equal(json_number(object, "nowhere", 3), 3);
}

static void what_is_added_can_be_read(void **state)
{
    AUTOJSON struct json_object *object = json_object_new_object();

    (void)state;
    json_add_string(object, "s", "text");
    json_add_string(object, "z", NULL);
    json_add_number(object, "n", INT64_MIN);
    json_add_bool(object, "b", false);
    assert_string_equal(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN),
                        "{\"s\":\"text\",\"z\":null,\"n\":-9223372036854775808,\"b\":false}");
}

static int read_file(const struct tree *tree)
{
    AUTOJSON struct json_object *object = NULL;

    return json_read(tree->root, "f", &object);
}

static void what_is_no_utf8_is_refused(void **state)
{
    struct json_object *object;

    (void)state;
    assert_int_equal(json_parse("{\"a\":\"\x9f\"}", &object), -EBADMSG);
    assert_int_equal(json_parse("{\"a\":\"\xc3\x9f\"}", &object), 0);
    json_object_put(object);
}

static void what_is_no_utf8_is_replaced(void **state)
{
    AUTOJSON struct json_object *object = json_object_new_object();

    (void)state;
    json_add_string(object, "a", "b\xffr\xc3\xa4 \xe2\x82\xac\xe2\x82");
    assert_string_equal(json_string(object, "a"), "b?r\xc3\xa4 \xe2\x82\xac??");
}

static void files_have_a_limit(void **state)
{
    enum { LIMIT = 2 * 1024 * 1024 };
    AUTOFREE char *text = malloc(LIMIT + 1);

    memset(text, ' ', LIMIT + 1);
    text[0] = '{';
    text[LIMIT - 1] = '}';
    tree_write_bytes(*state, "f", text, LIMIT);
    assert_int_equal(read_file(*state), 0);
    tree_write_bytes(*state, "f", text, LIMIT + 1);
    assert_int_equal(read_file(*state), -EFBIG);
}

static void files_have_no_zero_byte(void **state)
{
    assert_int_equal(read_file(*state), -ENOENT);
    tree_write_bytes(*state, "f", "{}\0", 3);
    assert_int_equal(read_file(*state), -EBADMSG);
    tree_write(*state, "f", "");
    assert_int_equal(read_file(*state), -EBADMSG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_is_an_object),
        cmocka_unit_test(anything_else_is_damaged),
        cmocka_unit_test(nesting_has_an_end),
        cmocka_unit_test(members_have_types),
        cmocka_unit_test(what_is_added_can_be_read),
        cmocka_unit_test(what_is_no_utf8_is_refused),
        cmocka_unit_test(what_is_no_utf8_is_replaced),
        cmocka_unit_test_setup_teardown(files_have_a_limit, tree_setup, tree_teardown),
        cmocka_unit_test_setup_teardown(files_have_no_zero_byte, tree_setup, tree_teardown),
    };

    return RUN_TESTS(tests);
}
