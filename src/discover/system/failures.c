/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/failures.h"

#include <errno.h>

#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"

/* The version of the firmware, or NULL where the machine does not say. */
static int read_firmware(int root, char **ret_firmware)
{
    int r = root_read_line(root, "sys/class/dmi/id/bios_version", 256, ret_firmware);

    return r == -ENOMEM ? r : 0;
}

int failure_facts_read(int root, struct failure_facts *ret)
{
    AUTOJSON struct json_object *object = NULL;
    int r;

    *ret = (struct failure_facts){0};
    r = read_firmware(root, &ret->firmware);
    if (r < 0)
        return r;
    r = json_read(root, STATE_FAILED, &object);
    if (r >= 0)
        r = failures_from_json(object, &ret->failures);
    if (r == -ENOMEM)
        return r;
    if (r < 0 && r != -ENOENT)
        ret->error = -r;
    return 0;
}

void failure_facts_clear(struct failure_facts *facts)
{
    failures_clear(&facts->failures);
    free(facts->firmware);
    *facts = (struct failure_facts){0};
}
