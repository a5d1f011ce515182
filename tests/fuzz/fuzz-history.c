/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: a history, each line of which is also read as an attempt. */

#include "facts/history.h"

#include <errno.h>
#include <string.h>

#include "facts/attempt.h"
#include "fuzz.h"

static int parse(const char *text)
{
    struct history history;
    int r = history_parse(text, &history);

    must(r == -EBADMSG || r == (int)history.n);
    for (size_t i = 0; i < history.n; i++)
        must(history.all[i].text && outcome_name(history.all[i].outcome));
    history_clear(&history);
    return r;
}

/* Written and read again, it must be the same. */
static void round_trip(const char *text)
{
    struct json_object *object = NULL, *again;
    struct attempt attempt;

    if (json_parse(text, &object) < 0)
        return;
    if (attempt_from_json(object, &attempt) == 0) {
        struct attempt second;

        again = attempt_to_json(&attempt);
        must(attempt_from_json(again, &second) == 0);
        must(strcmp(attempt.id, second.id) == 0 && attempt.time == second.time);
        must(attempt.state == second.state && !attempt.reason == !second.reason);
        attempt_clear(&second);
        json_object_put(again);
    }
    attempt_clear(&attempt);
    json_object_put(object);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct boot_record MORE = {.text = (char *)"one more"};
    char *text = fuzz_string(&data, &size), *longer;
    int n;

    if (parse(text) >= 0) {
        longer = history_with(text, &MORE);
        must(longer);
        n = parse(longer);
        must(n > 0 && n <= HISTORY_LINES);
        free(longer);
    }
    round_trip(text);
    free(text);
    return 0;
}
