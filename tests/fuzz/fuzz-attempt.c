/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: two attempts as in their file, each ended by a NUL. The inventory of the first is looked
 * for in the second. */

#include <string.h>

#include "decide/compare.h"
#include "facts/attempt.h"
#include "fuzz.h"

static void read_one(char *text, struct attempt *ret_attempt)
{
    struct json_object *object = NULL, *again;
    struct attempt second;

    *ret_attempt = (struct attempt){0};
    if (json_parse(text, &object) < 0)
        return;
    if (attempt_from_json(object, ret_attempt) == 0) {
        /* Written and read again, it must be the same. */
        again = attempt_to_json(ret_attempt);
        must(attempt_from_json(again, &second) == 0);
        must(strcmp(ret_attempt->id, second.id) == 0 && ret_attempt->state == second.state);
        must(ret_attempt->has_inventory == second.has_inventory);
        attempt_clear(&second);
        json_object_put(again);
    } else {
        inventory_clear(&ret_attempt->inventory);
    }
    json_object_put(object);
}

static void compare_both(const struct attempt *before, const struct attempt *now)
{
    struct losses losses;
    size_t n = 3 + 2; /* counts and routes */

    compare(&before->inventory, &now->inventory, &losses);
    for (int kind = 0; kind < N_ITEM_KINDS; kind++)
        n += before->inventory.items[kind].n;
    must(losses.n <= n);
    for (size_t i = 0; i < losses.n; i++)
        must(losses.all[i].text && (losses.critical || !losses.all[i].critical));
    losses_clear(&losses);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *first = fuzz_string(&data, &size), *second = fuzz_string(&data, &size);
    struct attempt before, now;

    read_one(first, &before);
    read_one(second, &now);
    compare_both(&before, &now);
    attempt_clear(&before);
    attempt_clear(&now);
    free(first);
    free(second);
    return 0;
}
