/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Fedora's rule for $default, from a table: no GRUB with its patches can be asked here. */

#include "helper.h"

#include "base/util.h"
#include "discover/loaders/grub/default.h"

#define ENTRY(a, b)                                                                                \
    {                                                                                              \
        .id = (char[]){a}, .title = (char[])                                                       \
        {                                                                                          \
            b                                                                                      \
        }                                                                                          \
    }
static struct grub_entry ENTRIES[] = {
    ENTRY("ia", "Entry A"),           ENTRY("isub", "Sub > B"),  ENTRY("b", "2"),
    ENTRY("two words", "two words"),  ENTRY("x>y", "Entry two"), ENTRY("1f-6.2", "Fedora (6.2) 44"),
    ENTRY("123456789012345", "long"), ENTRY("", " x"),
};
static const struct grub_menu MENU = {.entries = ENTRIES, .n = ELEMENTS(ENTRIES)};

static void table(void **state)
{
    static const struct {
        const char *value;
        size_t index;
    } CASES[] = {
        /* an id */
        {"isub", 1},
        {"b", 2},
        {"1f-6.2", 5},
        {"x>>y", 4},
        {"123456789012345", 6},
        /* with further steps, or more after a blank */
        {"isub>ie", 1},
        {"isub>1", 1},
        {"isub>entry two", 0},
        {"isub>>", 0},
        {"isub 1", 0},
        {"isub ", 0},
        {"b 1", 0},
        {"x>>y z", 0},
        {"isu", 0},
        {"isubx", 0},
        /* a title: of any length, with blanks */
        {"Entry A", 0},
        {"Entry two", 4},
        {"Entry two>1", 4},
        {"Sub >> B", 1},
        {"Sub >> B>a b", 1},
        {"Sub > B", 0},
        {"Fedora (6.2) 44", 5},
        {"2", 2}, /* before the number */
        /* the fourth one's id has a blank, so only its title is found */
        {"two words", 3},
        {"two words>1", 3},
        /* a number, which must be the whole value */
        {"0", 0},
        {"1", 1},
        {"010", 0},
        {"04", 4},
        {"0x3", 3},
        {"8", 0},
        {"1>0", 0},
        {"4>1", 0},
        {"3 ", 0},
        {"3 1", 0},
        {"3x", 0},
        {"1f-6.1", 0},
        {"99999999999999999999", 0},
        {"-1", 0},
        /* nothing */
        {"", 0},
        {" x", 0}, /* the empty id precedes title and number */
        {" 3", 0},
        {">1", 0},
        {"gone", 0},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        size_t index = SIZE_MAX;
        AUTOFREE char *problem = NULL;

        assert_int_equal(grub_menu_default(&MENU, CASES[i].value,
                                           &(struct grub_chooser){GRUB_RULES_FEDORA, true, NULL},
                                           &index, &problem),
                         0);
        if (index != CASES[i].index)
            fail_msg("\"%s\" is entry %zu, not %zu", CASES[i].value, index, CASES[i].index);
    }
}

static void without_empty_id(void **state)
{
    const struct grub_menu menu = {.entries = ENTRIES, .n = MENU.n - 1};
    size_t index = 0;
    char *problem;

    (void)state;
    assert_int_equal(grub_menu_default(&menu, " 3",
                                       &(struct grub_chooser){GRUB_RULES_FEDORA, true, NULL},
                                       &index, &problem),
                     0);
    assert_int_equal(index, 3);
}

/* If it is not known which GRUB it is, both must agree. */
static void all(void **state)
{
    static const struct {
        const char *value;
        int index; /* -1: unknown */
    } CASES[] = {
        {"0", 0}, {"1", 1},    {"isub", 1}, {"isub>ie", 1},   {"Entry two", 4}, {"gone", 0},
        {"2", 2}, {"1>0", -1}, {"3x", -1},  {"isub>a b", -1}, {"1f-6.2", -1},   {"8", 0},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        size_t index = SIZE_MAX;
        AUTOFREE char *problem = NULL;
        int r =
            grub_menu_default(&MENU, CASES[i].value,
                              &(struct grub_chooser){GRUB_RULES_ALL, true, NULL}, &index, &problem);

        if (r < 0 ? CASES[i].index >= 0 : (int)index != CASES[i].index)
            fail_msg("\"%s\": %d, entry %zu, not %d", CASES[i].value, r, index, CASES[i].index);
    }
}

/* An entry that may be missing matters if it is found, or if it shifts a number. */
static void maybe(void **state)
{
    static const struct {
        const char *value;
        int r;
    } CASES[] = {{"ia", 0}, {"isub", -1}, {"b", 0}, {"0", 0}, {"3", -1}, {"gone", 0}};

    (void)state;
    ENTRIES[1].maybe = true;
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        size_t index;
        AUTOFREE char *problem = NULL;
        int r = grub_menu_default(&MENU, CASES[i].value,
                                  &(struct grub_chooser){GRUB_RULES_FEDORA, true, NULL}, &index,
                                  &problem);

        if ((r < 0) != (CASES[i].r < 0))
            fail_msg("\"%s\": %d", CASES[i].value, r);
    }
    ENTRIES[1].maybe = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),
        cmocka_unit_test(without_empty_id),
        cmocka_unit_test(all),
        cmocka_unit_test(maybe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
