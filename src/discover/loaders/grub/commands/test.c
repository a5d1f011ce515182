/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* `test` and `[`, with GRUB's loose grammar: anything that is not a test of three or two words is a
 * string, -a may be omitted, and a missing ) is not an error. */

#include <errno.h>
#include <sys/stat.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/loaders/grub/commands/command.h"
#include "discover/loaders/grub/script/number.h"

struct test {
    struct grub_eval *eval;
    char **words;
    size_t at, n;
    unsigned depth;
    bool too_deep;
};

/* A pair of parentheses. */
struct level {
    enum grub_status all; /* AND of the terms since the last -o */
    enum grub_status any; /* OR of the groups before that -o */
    bool invert;
};

static enum grub_status both(enum grub_status a, enum grub_status b)
{
    if (a == STATUS_FALSE || b == STATUS_FALSE)
        return STATUS_FALSE;
    return a == STATUS_TRUE && b == STATUS_TRUE ? STATUS_TRUE : STATUS_UNKNOWN;
}

static enum grub_status either(enum grub_status a, enum grub_status b)
{
    if (a == STATUS_TRUE || b == STATUS_TRUE)
        return STATUS_TRUE;
    return a == STATUS_FALSE && b == STATUS_FALSE ? STATUS_FALSE : STATUS_UNKNOWN;
}

static enum grub_status opposite(enum grub_status answer)
{
    return answer == STATUS_UNKNOWN ? answer : answer == STATUS_TRUE ? STATUS_FALSE : STATUS_TRUE;
}

static void term(struct level *level, enum grub_status answer)
{
    level->all = both(level->all, level->invert ? opposite(answer) : answer);
    level->invert = false;
}

static enum grub_status answer_of(bool yes)
{
    return yes ? STATUS_TRUE : STATUS_FALSE;
}

static enum grub_status compare_numbers(const char *a, const char *operator, const char * b)
{
    int x, y;

    if (grub_has_mark(a) || grub_has_mark(b) || !grub_test_number(a, &x) ||
        !grub_test_number(b, &y))
        return STATUS_UNKNOWN;
    if (streq(operator, "-eq"))
        return answer_of(x == y);
    if (streq(operator, "-ne"))
        return answer_of(x != y);
    if (streq(operator, "-ge"))
        return answer_of(x >= y);
    if (streq(operator, "-gt"))
        return answer_of(x > y);
    return answer_of(streq(operator, "-le") ? x <= y : x < y);
}

static enum grub_status compare_text(const char *a, const char *operator, const char * b)
{
    int order;

    if (grub_has_mark(a) || grub_has_mark(b))
        return STATUS_UNKNOWN;
    order = strcmp(a, b);
    if (streq(operator, "=") || streq(operator, "=="))
        return answer_of(order == 0);
    if (streq(operator, "!="))
        return answer_of(order != 0);
    if (*operator== '<')
        return answer_of(operator[1] ? order <= 0 : order<0);
    return answer_of(operator[1] ? order >= 0 : order> 0);
}

static bool is_one_of(const char *word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (streq(word, list[i]))
            return true;
    return false;
}

/* A test of three words at the current position; false if there is none. */
static bool test_three(const struct test *test, enum grub_status *ret_answer)
{
    static const char *const TEXTS[] = {"=", "==", "!=", "<", "<=", ">", ">="};
    static const char *const NUMBERS[] = {"-eq", "-ge", "-gt", "-le", "-lt", "-ne"};
    char **words = test->words + test->at;

    if (test->at + 2 >= test->n)
        return false;
    if (is_one_of(words[1], TEXTS, ELEMENTS(TEXTS)))
        *ret_answer = compare_text(words[0], words[1], words[2]);
    else if (is_one_of(words[1], NUMBERS, ELEMENTS(NUMBERS)))
        *ret_answer = compare_numbers(words[0], words[1], words[2]);
    else if (streq(words[1], "-pgt") || streq(words[1], "-plt") || after_prefix(words[1], "-nt") ||
             after_prefix(words[1], "-ot"))
        *ret_answer = STATUS_UNKNOWN;
    else
        return false;
    return true;
}

static enum grub_status test_file(struct test *test, char what, const char *name)
{
    const char *device = grub_env_get(&test->eval->env, "root");
    AUTOFREE char *path = NULL, *problem = NULL, *resolved = NULL;
    struct stat st;
    int r;

    r = grub_paths_map(test->eval->run->paths, device ? device : "", name, &path, &problem);
    if (r == -ENOENT)
        return STATUS_FALSE;
    if (r != 0)
        return STATUS_UNKNOWN;
    r = root_resolve(test->eval->run->paths->root, path, &resolved, &st, NULL);
    if (r == -ENOENT || r == -ENOTDIR)
        return STATUS_FALSE;
    if (r < 0)
        return STATUS_UNKNOWN;
    if (what == 'd')
        return answer_of(S_ISDIR(st.st_mode));
    if (what == 'f')
        return answer_of(!S_ISDIR(st.st_mode));
    if (what == 's') /* a directory cannot be opened, so it has no size */
        return answer_of(S_ISREG(st.st_mode) && st.st_size > 0);
    return STATUS_TRUE;
}

static enum grub_status is_empty(const char *word)
{
    /* A device name is never empty. */
    if (word[0] == GRUB_MARK && word[1] == '?')
        return STATUS_UNKNOWN;
    return answer_of(!*word);
}

/* The same for two words. */
static bool test_two(struct test *test, enum grub_status *ret_answer)
{
    char **words = test->words + test->at;

    if (test->at + 1 >= test->n || words[0][0] != '-' || !words[0][1] || words[0][2])
        return false;
    switch (words[0][1]) {
    case 'd':
    case 'e':
    case 'f':
    case 's':
        *ret_answer = test_file(test, words[0][1], words[1]);
        return true;
    case 'n':
    case 'z':
        *ret_answer = words[0][1] == 'z' ? is_empty(words[1]) : opposite(is_empty(words[1]));
        return true;
    default:
        return false;
    }
}

static enum grub_status test_level(struct test *test);

/* A word that does not start a test. Returns false at the end of the level. */
static bool test_one(struct test *test, struct level *level)
{
    const char *word = test->words[test->at++];

    if (streq(word, ")"))
        return false;
    if (streq(word, "(")) {
        if (++test->depth > GRUB_MAX_DEPTH)
            test->too_deep = true;
        else
            term(level, test_level(test));
        test->depth--;
    } else if (streq(word, "!")) {
        level->invert = !level->invert;
    } else if (streq(word, "-o")) {
        level->any = either(level->any, level->all);
        level->all = STATUS_TRUE;
    } else if (!streq(word, "-a")) {
        term(level, opposite(is_empty(word)));
    }
    return true;
}

static enum grub_status test_level(struct test *test)
{
    struct level level = {.all = STATUS_TRUE, .any = STATUS_FALSE};

    while (test->at < test->n && !test->too_deep) {
        enum grub_status answer;

        if (test_three(test, &answer)) {
            test->at += 3;
            term(&level, answer);
        } else if (test_two(test, &answer)) {
            test->at += 2;
            term(&level, answer);
        } else if (!test_one(test, &level)) {
            break;
        }
    }
    return either(level.any, level.all);
}

/* An unknown word may be an operator, or empty and so not be there at all. */
static bool has_unknown(const struct grub_words *words)
{
    for (size_t i = 1; i < words->n; i++)
        if (words->words[i][0] == GRUB_MARK && words->words[i][1] == '?')
            return true;
    return false;
}

int grub_test(struct grub_eval *eval, const struct grub_node *node, const struct grub_words *words)
{
    struct test test = {.eval = eval, .words = words->words, .at = 1, .n = words->n};
    enum grub_status answer;

    (void)node;
    if (test.n > 1 && streq(words->words[test.n - 1], "]"))
        test.n--;
    if (has_unknown(words))
        return STATUS_UNKNOWN;
    answer = test_level(&test);
    return test.too_deep ? STATUS_UNKNOWN : answer;
}
