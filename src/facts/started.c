/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/started.h"

#include <errno.h>

#include "base/util.h"

int firmware_boot_from_json(const struct json_object *object, struct firmware_boot *ret_boot)
{
    int64_t type =
        json_object_is_type(object, json_type_object) ? json_number(object, "type", -2) : -2;

    *ret_boot = (struct firmware_boot){0};
    if (type < -1 || type > INT32_MAX)
        return -EBADMSG;
    *ret_boot = (struct firmware_boot){
        .known = true,
        .loader_type = (long)type,
        .boot_image = xstrdup(json_string(object, "boot_image")),
        .from_network = json_number(object, "from_network", 0) != 0,
        .boot_order = xstrdup(json_string(object, "boot_order")),
    };
    return 0;
}

struct json_object *firmware_boot_to_json(const struct firmware_boot *boot)
{
    struct json_object *object = json_object_new_object();

    json_add_number(object, "type", boot->loader_type);
    json_add_string(object, "boot_image", boot->boot_image);
    json_add_number(object, "from_network", boot->from_network);
    json_add_string(object, "boot_order", boot->boot_order);
    return object;
}

void firmware_boot_clear(struct firmware_boot *boot)
{
    free(boot->boot_image);
    free(boot->boot_order);
    *boot = (struct firmware_boot){0};
}

void started_clear(struct started *started)
{
    free(started->name);
    free(started->proof);
    free(started->option);
    free(started->file);
    free(started->arguments);
    free(started->vendor);
    free(started->partition);
    firmware_boot_clear(&started->boot);
    *started = (struct started){0};
}
