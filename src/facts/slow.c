/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/slow.h"

#include <errno.h>

#include "base/util.h"

void slow_add(struct slow_services *services, const struct slow_service *service)
{
    size_t at = services->n;

    while (at > 0 && services->all[at - 1].duration < service->duration)
        at--;
    if (at == SLOWEST)
        return;
    if (services->n == SLOWEST)
        free(services->all[--services->n].unit);
    memmove(&services->all[at + 1], &services->all[at],
            (services->n - at) * sizeof(services->all[0]));
    services->all[at] = *service;
    services->all[at].unit = xstrdup(service->unit);
    services->n++;
}

void slow_clear(struct slow_services *services)
{
    for (size_t i = 0; i < services->n; i++)
        free(services->all[i].unit);
    *services = (struct slow_services){0};
}

static int take(const struct json_object *object, struct slow_services *ret)
{
    const char *unit = json_string(object, "unit");
    struct slow_service *service = &ret->all[ret->n];
    int64_t duration = json_time(object, "usec", -1);

    if (!unit || strlen(unit) >= UNIT_NAME || duration < 0)
        return -EBADMSG;
    *service = (struct slow_service){.unit = xstrdup(unit),
                                     .duration = duration,
                                     .limit = json_time(object, "limit_usec", 0),
                                     .failed = json_number(object, "failed", 0) > 0};
    ret->n++;
    return 0;
}

int slow_from_json(const struct json_object *array, struct slow_services *ret)
{
    size_t n;
    int r = 0;

    *ret = (struct slow_services){0};
    if (!array)
        return 0;
    n = json_object_is_type(array, json_type_array) ? json_object_array_length(array) : SIZE_MAX;
    if (n > SLOWEST)
        return -EBADMSG;
    for (size_t i = 0; i < n && r == 0; i++)
        r = take(json_object_array_get_idx(array, i), ret);
    return r;
}

struct json_object *slow_to_json(const struct slow_services *services)
{
    struct json_object *array = json_object_new_array();

    for (size_t i = 0; i < services->n; i++) {
        const struct slow_service *service = &services->all[i];
        struct json_object *object = json_object_new_object();

        json_add_string(object, "unit", service->unit);
        json_add_number(object, "usec", service->duration);
        if (service->limit)
            json_add_number(object, "limit_usec", service->limit);
        if (service->failed)
            json_add_number(object, "failed", 1);
        json_object_array_add(array, object);
    }
    return array;
}
