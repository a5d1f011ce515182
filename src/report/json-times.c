/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report/json-times.h"

#include "base/root.h"
#include "base/util.h"
#include "decide/phases.h"

static struct json_object *phase_as_json(const struct phase *phase)
{
    struct json_object *object = json_object_new_object();

    json_add_string(object, "id", phase_id(phase->kind));
    json_add_number(object, "start_usec", phase->start);
    json_add_usec(object, "duration_usec", phase->duration, -1);
    return object;
}

static struct json_object *services_as_json(const struct slow_services *services, bool stopping)
{
    struct json_object *array = json_object_new_array();

    for (size_t i = 0; i < services->n; i++) {
        const struct slow_service *service = &services->all[i];
        struct json_object *object = json_object_new_object();

        json_add_string(object, "unit", service->unit);
        json_add_number(object, "duration_usec", service->duration);
        if (stopping)
            json_add_usec(object, "timeout_usec", service->limit, 0);
        else
            json_add_bool(object, "failed", service->failed);
        json_object_array_add(array, object);
    }
    return array;
}

static struct json_object *advice_as_json(const struct reboot_times *times,
                                          const struct phases *phases)
{
    CLEANUP(names_freep) char **advice = phases_advice(times, phases);
    struct json_object *array = json_object_new_array();

    for (char **text = advice; text && *text; text++)
        json_object_array_add(array, json_new_string(*text));
    return array;
}

static struct json_object *items_as_json(const struct trace_items *items)
{
    struct json_object *array = json_object_new_array();

    for (size_t i = 0; i < items->n; i++) {
        struct json_object *object = json_object_new_object();

        json_add_string(object, "name", items->all[i].name);
        json_add_number(object, "duration_usec", items->all[i].duration);
        json_object_array_add(array, object);
    }
    return array;
}

/* NULL, which JSON prints as null, for a reboot that was not traced. */
static struct json_object *trace_as_json(const struct reboot_trace *trace)
{
    struct json_object *object;

    if (!trace)
        return NULL;
    object = json_object_new_object();
    json_add_string(object, "problem", trace->problem);
    json_add_usec(object, "userspace_usec", trace->leaving, -1);
    json_add_usec(object, "devices_usec", trace->devices, -1);
    json_add_number(object, "device_count", trace->n_devices);
    json_object_object_add(object, "slowest_devices", items_as_json(&trace->shutdowns));
    json_object_object_add(object, "slowest_initcalls", items_as_json(&trace->startups));
    json_add_usec(object, "initrd_unpacking_usec", trace->unpacking, -1);
    json_add_usec(object, "link_up_usec", trace->link, -1);
    json_add_usec(object, "dhcp_usec", trace->address, -1);
    return object;
}

struct json_object *json_times(const struct boot_record *record)
{
    const struct reboot_times *times = record->times;
    struct json_object *object = json_object_new_object(), *array = json_object_new_array();
    struct phases phases;

    phases_of(times, &phases);
    for (size_t i = 0; i < phases.n; i++)
        json_object_array_add(array, phase_as_json(&phases.all[i]));
    json_add_number(object, "total_usec", phases.total);
    json_object_object_add(object, "phases", array);
    json_object_object_add(object, "slowest_stops", services_as_json(&times->stopping, true));
    json_object_object_add(object, "slowest_starts", services_as_json(&times->starting, false));
    json_add_number(object, "clock_set_usec", times->clock_set);
    json_add_bool(object, "clock_comparable", !phases.clock_broken);
    json_object_object_add(object, "trace", trace_as_json(times->trace));
    json_object_object_add(object, "advice", advice_as_json(times, &phases));
    return object;
}
