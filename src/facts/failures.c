/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/failures.h"

#include <errno.h>
#include <time.h>

#include "base/util.h"

static void failure_clear(struct failure *failure)
{
    free(failure->kernel);
    free(failure->release);
    free(failure->firmware);
    free(failure->reason);
    *failure = (struct failure){0};
}

static void remove_at(struct failures *failures, size_t i)
{
    failure_clear(&failures->all[i]);
    failures->n--;
    memmove(&failures->all[i], &failures->all[i + 1], (failures->n - i) * sizeof(failures->all[0]));
}

void failures_remove(struct failures *failures, const char *kernel)
{
    for (size_t i = 0; i < failures->n; i++)
        if (streq(failures->all[i].kernel, kernel)) {
            remove_at(failures, i);
            break;
        }
}

bool failures_count_load(struct failures *failures, const char *id)
{
    if (id ? failures->last && streq(failures->last, id) : failures->interrupted == 0)
        return false;
    failures->interrupted = id ? failures->interrupted + 1 : 0;
    set_text(&failures->last, xstrdup(id));
    return true;
}

char *interruptions_text(const struct failures *failures)
{
    if (failures->interrupted < LOADS_TO_STOP)
        return NULL;
    return format("the last %ld loads at shutdown began and did not end (killed, out of time, or "
                  "the machine went down)",
                  failures->interrupted);
}

size_t failures_in_a_row(const struct failures *failures)
{
    size_t n = 0;

    for (size_t i = 0; i < failures->n; i++)
        n += !failures->all[i].past;
    return n;
}

void failures_add(struct failures *failures, const struct failure *failure)
{
    struct failure copy = {
        .kernel = xstrdup(failure->kernel),
        .release = xstrdup(failure->release),
        .firmware = xstrdup(failure->firmware),
        .reason = xstrdup(failure->reason),
        .time = failure->time,
        .past = failure->past,
    };

    failures_remove(failures, copy.kernel);
    if (failures->n == MAX_FAILURES)
        remove_at(failures, 0);
    failures->all[failures->n++] = copy;
}

int failures_from_json(const struct json_object *object, struct failures *ret_failures)
{
    struct json_object *array;

    *ret_failures = (struct failures){.n = 0};
    if (!json_object_object_get_ex(object, "failures", &array) ||
        !json_object_is_type(array, json_type_array))
        return -EBADMSG;
    ret_failures->interrupted = json_number(object, "interrupted", 0);
    ret_failures->last = xstrdup(json_string(object, "last"));
    for (size_t i = 0; i < json_object_array_length(array); i++) {
        const struct json_object *row = json_object_array_get_idx(array, i);
        struct failure failure = {.time = json_time(row, "time", 0),
                                  .past = json_number(row, "past", 0) != 0};

        failure.kernel = (char *)json_string(row, "kernel");
        failure.release = (char *)json_string(row, "release");
        failure.firmware = (char *)json_string(row, "firmware");
        failure.reason = (char *)json_string(row, "reason");
        if (!failure.kernel || !failure.release)
            return -EBADMSG;
        failures_add(ret_failures, &failure);
    }
    return 0;
}

struct json_object *failures_to_json(const struct failures *failures)
{
    struct json_object *object = json_object_new_object(), *array = json_object_new_array();

    for (size_t i = 0; i < failures->n; i++) {
        struct json_object *row = json_object_new_object();

        json_add_string(row, "kernel", failures->all[i].kernel);
        json_add_string(row, "release", failures->all[i].release);
        json_add_string(row, "firmware", failures->all[i].firmware);
        json_add_string(row, "reason", failures->all[i].reason);
        json_add_number(row, "time", failures->all[i].time);
        json_add_number(row, "past", failures->all[i].past);
        json_object_array_add(array, row);
    }
    json_object_object_add(object, "failures", array);
    json_add_number(object, "interrupted", failures->interrupted);
    json_add_string(object, "last", failures->last);
    return object;
}

char *failure_text(const struct failure *failure)
{
    time_t seconds = (time_t)(failure->time / 1000000);
    struct tm utc;
    char when[64] = "at an unknown time";

    /* In UTC, so that everybody reads the same. */
    if (failure->time > 0 && gmtime_r(&seconds, &utc))
        (void)strftime(when, sizeof(when), "on %Y-%m-%d %H:%M UTC", &utc);
    return format("%s%s%s", when, failure->reason ? ": " : "",
                  failure->reason ? failure->reason : "");
}

void failures_clear(struct failures *failures)
{
    while (failures->n > 0)
        failure_clear(&failures->all[--failures->n]);
    set_text(&failures->last, NULL);
    failures->interrupted = 0;
}
