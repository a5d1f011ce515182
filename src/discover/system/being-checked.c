/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/being-checked.h"

#include <errno.h>

#include "base/paths.h"
#include "base/util.h"
#include "discover/hardware/inventory.h"
#include "facts/attempt.h"

static int read_attempt(int root, struct attempt *ret_attempt)
{
    AUTOJSON struct json_object *object = NULL;
    int r = json_read(root, RUN_HEALTH, &object);

    return r < 0 ? r : attempt_from_json(object, ret_attempt);
}

int check_facts_read(int root, const char *boot_id, struct check_facts *ret)
{
    CLEANUP(attempt_clear) struct attempt attempt = {0};
    int r = read_attempt(root, &attempt);

    *ret = (struct check_facts){0};
    if (r == -ENOMEM)
        return r;
    if (r < 0) {
        ret->error = r == -ENOENT ? 0 : -r;
        return 0;
    }
    /* After the firmware reboot that was to help, nothing is waited for. */
    if (attempt.state != ATTEMPT_CHECKING || !boot_id || !streq(attempt.boot_id, boot_id))
        return 0;
    ret->under_way = true;
    ret->release = steal(&attempt.release);
    ret->before = attempt.inventory;
    attempt.inventory = (struct inventory){0};
    inventory_read(root, &ret->now);
    return 0;
}

void check_facts_clear(struct check_facts *facts)
{
    inventory_clear(&facts->before);
    inventory_clear(&facts->now);
    free(facts->release);
    *facts = (struct check_facts){0};
}
