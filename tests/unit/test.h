/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* cmocka, and what must be included before it. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/util.h"
#include "facts/answer.h"

#define RUN_TESTS(tests) cmocka_run_group_tests(tests, NULL, NULL)

/* Asserts that an answer is `result` (1 yes, 0 no, a negative errno unknown) and its text contains
 * `words` (NULL: any text). */
#define assert_answer(answer, result, words)                                                       \
    check_answer((answer), (result), (words), __FILE__, __LINE__)

static inline void check_answer(const struct answer *answer, int result, const char *words,
                                const char *file, int line)
{
    int is = answer->is == ANSWER_UNKNOWN ? -answer->error : answer->is == ANSWER_YES;

    if (is != result || (words && (!answer->text || !strstr(answer->text, words)))) {
        print_error("%d \"%s\", not %d \"%s\"\n", is, answer->text ? answer->text : "", result,
                    words ? words : "");
        _fail(file, line);
    }
}
