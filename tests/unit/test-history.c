/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/history.h"

#include "test.h"

static const char LINE[] = "{\"time\":1,\"outcome\":\"fast\",\"text\":\"one\"}\n";

struct seen {
    int n;
    char last[32];
};

static int parse(const char *text, struct seen *seen)
{
    CLEANUP(history_clear) struct history history;
    int r = history_parse(text, &history);

    *seen = (struct seen){.n = (int)history.n};
    if (history.n)
        snprintf(seen->last, sizeof(seen->last), "%s", history.all[history.n - 1].text);
    return r;
}

static char *many(size_t n, const char *text)
{
    AUTOFREE char *history = strdup("");

    for (size_t i = 0; i < n; i++) {
        const struct boot_record record = {.text = (char *)text, .time = (int64_t)i};
        AUTOFREE char *shorter = history;

        history = history_with(shorter, &record);
        assert_non_null(history);
    }
    return steal(&history);
}

static size_t count_lines(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static void lines_are_read_in_order(void **state)
{
    const struct boot_record second = {.text = (char *)"two\nlines", .outcome = OUTCOME_FAILED};
    AUTOFREE char *text = history_with(LINE, &second);
    struct seen seen;

    (void)state;
    assert_int_equal(parse(text, &seen), 2);
    assert_string_equal(seen.last, "two\nlines");
    assert_int_equal(parse("", &seen), 0);
}

static void damage_anywhere_is_noticed(void **state)
{
    static const char *const BAD[] = {"\n",    "x\n",
                                      "{}\n",  "{\"outcome\":\"fast\",\"text\":\"cut",
                                      "[1]\n", "{\"outcome\":\"fast\",\"text\":\"x\"} {}\n"};
    struct seen seen;

    (void)state;
    for (size_t i = 0; i < ELEMENTS(BAD); i++) {
        AUTOFREE char *before = format("%s%s", BAD[i], LINE), *after = format("%s%s", LINE, BAD[i]);

        if (strchr(BAD[i], '\n'))
            assert_int_equal(parse(before, &seen), -EBADMSG);
        assert_int_equal(parse(after, &seen), -EBADMSG);
        assert_int_equal(seen.n, 1); /* complete lines were returned */
    }
}

/* A power cut leaves the beginning of the file: this is never taken for the whole file. */
static void every_truncation_is_noticed(void **state)
{
    AUTOFREE char *text = many(3, "x");
    size_t length = strlen(text);
    struct seen seen;

    (void)state;
    for (size_t n = 0; n < length; n++) {
        AUTOFREE char *cut = strndup(text, n);
        bool whole = n == 0 || cut[n - 1] == '\n';

        assert_int_equal(parse(cut, &seen), whole ? (int)count_lines(cut) : -EBADMSG);
    }
}

static void a_reboot_has_one_line(void **state)
{
    struct boot_record first = {.id = (char *)"1", .text = (char *)"being checked"};
    struct boot_record second = {.id = (char *)"2", .text = (char *)"other"};
    AUTOFREE char *one = history_with(LINE, &first), *two = NULL, *three = NULL, *four = NULL;
    struct seen seen;

    (void)state;
    first.text = (char *)"complete";
    two = history_with(one, &first);
    assert_int_equal(parse(two, &seen), 2);
    assert_string_equal(seen.last, "complete");
    three = history_with(two, &second);
    assert_int_equal(parse(three, &seen), 3);
    four = history_with(three, &first); /* only the last one is ever replaced */
    assert_int_equal(parse(four, &seen), 4);
}

static void the_oldest_lines_go(void **state)
{
    AUTOFREE char *full = many(HISTORY_LINES + 7, "x"), *bytes = NULL;
    char words[8001];
    struct seen seen;

    (void)state;
    assert_int_equal(parse(full, &seen), HISTORY_LINES);
    assert_non_null(strstr(full, "\"time\":7,"));
    assert_null(strstr(full, "\"time\":6,"));
    memset(words, 'w', sizeof(words) - 1);
    words[sizeof(words) - 1] = 0;
    bytes = many(HISTORY_LINES, words);
    assert_true(strlen(bytes) < HISTORY_BYTES);
    assert_true(parse(bytes, &seen) > 5);
}

static void the_mean_is_of_what_is_known(void **state)
{
    struct boot_record all[] = {{.away = 100},
                                {.away = 2},
                                {.away = -1},
                                {.away = 5},
                                {.outcome = OUTCOME_FIRMWARE, .away = 70}};
    const struct history history = {.all = all, .n = ELEMENTS(all)};
    size_t n;

    (void)state;
    assert_int_equal(history_mean_away(&history, 1, OUTCOME_FAST, &n), 3);
    assert_int_equal(n, 2);
    assert_int_equal(history_mean_away(&history, 0, OUTCOME_FIRMWARE, &n), 70);
    assert_int_equal(n, 1);
    assert_int_equal(history_mean_away(&history, 0, OUTCOME_FAILED, &n), -1);
    assert_int_equal(n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_read_in_order),
        cmocka_unit_test(damage_anywhere_is_noticed),
        cmocka_unit_test(every_truncation_is_noticed),
        cmocka_unit_test(a_reboot_has_one_line),
        cmocka_unit_test(the_oldest_lines_go),
        cmocka_unit_test(the_mean_is_of_what_is_known),
    };

    return RUN_TESTS(tests);
}
