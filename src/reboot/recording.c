/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/recording.h"

#include <errno.h>
#include <systemd/sd-id128.h>

#include "base/clock.h"
#include "base/util.h"
#include "discover/hardware/inventory.h"
#include "discover/system/boot.h"
#include "reboot/load.h"

static int copy_optional(const char *text, char **ret_copy)
{
    *ret_copy = text ? strdup(text) : NULL;
    return text && !*ret_copy ? -ENOMEM : 0;
}

int recording_begin(int root, struct attempt *ret_attempt)
{
    CLEANUP(boot_facts_clear) struct boot_facts boot;
    char text[SD_ID128_STRING_MAX];
    sd_id128_t id;
    int r = boot_facts_read(root, &boot);

    *ret_attempt = (struct attempt){.time = clock_now(), .state = ATTEMPT_BEGUN};
    if (r >= 0)
        r = sd_id128_randomize(&id);
    if (r < 0)
        return r;
    ret_attempt->id = strdup(sd_id128_to_string(id, text));
    ret_attempt->boot_id = strdup(boot.boot_id ? boot.boot_id : "");
    if (!ret_attempt->id || !ret_attempt->boot_id)
        return -ENOMEM;
    machine_read(root, &ret_attempt->machine);
    return 0;
}

/* What is too much to be read again would keep the attempt from being judged at all. */
static bool is_small_enough(const struct inventory *inventory)
{
    AUTOJSON struct json_object *object = inventory_to_json(inventory);
    size_t length;

    (void)json_object_to_json_string_length(object, JSON_C_TO_STRING_PLAIN, &length);
    return length <= MAX_INVENTORY_TEXT;
}

int recording_complete(int root, const struct survey *survey, struct attempt *attempt)
{
    const struct boot_payload *payload = &survey->facts.payload;
    int r = copy_optional(payload->image.release, &attempt->release);

    if (r >= 0)
        r = copy_optional(payload->kernel_id, &attempt->kernel);
    if (r >= 0) {
        attempt->cmdline = loading_cmdline(survey, attempt->id);
        r = attempt->cmdline ? 0 : -ENOMEM;
    }
    if (r < 0)
        return r;
    inventory_read(root, &attempt->inventory);
    attempt->has_inventory = is_small_enough(&attempt->inventory);
    return 0;
}
