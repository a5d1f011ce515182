/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/times.h"

#include <errno.h>

#include "base/util.h"

static const char *const NAMES[N_TIME_POINTS] = {
    [TIME_ASKED] = "asked",
    [TIME_BEGUN] = "load_begun",
    [TIME_LOADED] = "loaded",
    [TIME_STOPPED] = "stopped",
    [TIME_JUMP] = "jump",
    [TIME_FIRMWARE] = "firmware",
    [TIME_LOADER] = "loader",
    [TIME_KERNEL] = "kernel",
    [TIME_INITRD] = "initrd",
    [TIME_USERSPACE] = "userspace",
    [TIME_MULTI_USER] = "multi_user",
    [TIME_NETWORK] = "network",
};

static struct json_object *member(const struct json_object *object, const char *key)
{
    struct json_object *value = NULL;

    (void)json_object_object_get_ex(object, key, &value);
    return value;
}

/* 0 if it is too large to calculate with. */
static int64_t clock_set_of(const struct json_object *object)
{
    static const int64_t LIMIT = INT64_MAX / 4;
    int64_t set = json_number(object, "clock_set", 0);

    return set > LIMIT || set < -LIMIT ? 0 : set;
}

static int take_trace(const struct json_object *object, struct reboot_trace **ret)
{
    if (!object)
        return 0;
    *ret = xcalloc(1, sizeof(**ret));
    return trace_from_json(object, *ret);
}

int times_from_json(const struct json_object *object, struct reboot_times *ret)
{
    *ret = (struct reboot_times){.boot_id = xstrdup(json_string(object, "boot_id")),
                                 .before = xstrdup(json_string(object, "before")),
                                 .console = xstrdup(json_string(object, "console")),
                                 .clock_set = clock_set_of(object)};
    if (!ret->boot_id || json_number(object, "version", 0) < 1)
        return -EBADMSG;
    if (json_number(object, "version", 0) != TIMES_VERSION)
        return 0;
    for (int i = 0; i < N_TIME_POINTS; i++)
        ret->at[i] = json_time(object, NAMES[i], 0);
    if (slow_from_json(member(object, "stopping"), &ret->stopping) < 0 ||
        slow_from_json(member(object, "starting"), &ret->starting) < 0 ||
        take_trace(member(object, "trace"), &ret->trace) < 0)
        return -EBADMSG;
    return 1;
}

struct json_object *times_to_json(const struct reboot_times *times)
{
    struct json_object *object = json_object_new_object();

    json_add_number(object, "version", TIMES_VERSION);
    json_add_string(object, "boot_id", times->boot_id);
    json_add_string(object, "before", times->before);
    for (int i = 0; i < N_TIME_POINTS; i++)
        if (times->at[i])
            json_add_number(object, NAMES[i], times->at[i]);
    if (times->clock_set)
        json_add_number(object, "clock_set", times->clock_set);
    if (times->console)
        json_add_string(object, "console", times->console);
    if (times->stopping.n)
        json_object_object_add(object, "stopping", slow_to_json(&times->stopping));
    if (times->starting.n)
        json_object_object_add(object, "starting", slow_to_json(&times->starting));
    if (times->trace)
        json_object_object_add(object, "trace", trace_to_json(times->trace));
    return object;
}

void times_clear(struct reboot_times *times)
{
    free(times->boot_id);
    free(times->before);
    free(times->console);
    slow_clear(&times->stopping);
    slow_clear(&times->starting);
    trace_free(times->trace);
    *times = (struct reboot_times){0};
}

const char *time_point_name(enum time_point point)
{
    return NAMES[point];
}

int64_t times_between(const struct reboot_times *times, enum time_point from, enum time_point to)
{
    static const int64_t DAY = 86400LL * 1000000;
    int64_t a = times->at[from], b = times->at[to];

    return !a || !b || b < a || b - a > DAY ? -1 : b - a;
}

int64_t times_away(const struct reboot_times *times)
{
    return times_between(times, times->at[TIME_STOPPED] ? TIME_STOPPED : TIME_JUMP,
                         TIME_MULTI_USER);
}

/* The file */

/* Whether the line, of which `length` bytes count, is about this boot. */
static bool is_about(const char *line, size_t length, const char *boot_id)
{
    AUTOFREE char *copy = xstrndup(line, length);
    AUTOJSON struct json_object *object = NULL;
    const char *its = json_parse(copy, &object) < 0 ? NULL : json_string(object, "boot_id");

    return its && streq(its, boot_id);
}

static int parse_line(const char *line, size_t length, struct times_list *list)
{
    AUTOFREE char *copy = xstrndup(line, length);
    AUTOJSON struct json_object *object = NULL;
    CLEANUP(times_clear) struct reboot_times times = {0};
    int r = json_parse(copy, &object);

    if (r >= 0)
        r = times_from_json(object, &times);
    if (r > 0) {
        *APPEND(list->all, list->n) = times;
        times = (struct reboot_times){0};
    }
    return r;
}

int times_parse(const char *text, struct times_list *ret)
{
    *ret = (struct times_list){0};
    for (const char *end; *text; text = end + 1) {
        end = strchr(text, '\n');
        if (!end || parse_line(text, (size_t)(end - text), ret) < 0)
            return -EBADMSG;
    }
    return 0;
}

void times_list_clear(struct times_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        times_clear(&list->all[i]);
    free(list->all);
    *list = (struct times_list){0};
}

/* The number of the reboot that this boot followed; list->n if there is none. */
static size_t find(const struct times_list *list, const char *boot_id)
{
    size_t at = 0;

    while (at < list->n && !(boot_id && streq(list->all[at].boot_id, boot_id)))
        at++;
    return at;
}

const struct reboot_times *times_of(const struct times_list *list, const char *boot_id)
{
    size_t at = find(list, boot_id);

    return at < list->n ? &list->all[at] : NULL;
}

bool times_take(struct times_list *list, const char *boot_id, struct reboot_times *ret)
{
    size_t at = find(list, boot_id);

    if (at == list->n)
        return false;
    *ret = list->all[at];
    list->all[at] = list->all[--list->n];
    return true;
}

/* The part of `text` that is kept when a line is added. */
static const char *newest_lines(const char *text)
{
    size_t lines = 0;

    for (const char *at = text; *at; at++)
        lines += *at == '\n';
    for (; lines >= TIMES_LINES || (lines > 0 && strlen(text) > TIMES_BYTES / 2); lines--)
        text = strchr(text, '\n') + 1;
    return text;
}

char *times_with(const char *text, const struct reboot_times *times)
{
    AUTOJSON struct json_object *object = times_to_json(times);
    AUTOFREE char *kept = xstrdup("");

    for (const char *from = newest_lines(text ? text : ""), *end; (end = strchr(from, '\n'));
         from = end + 1)
        if (!is_about(from, (size_t)(end - from), times->boot_id))
            set_text(&kept, format("%s%.*s\n", kept, (int)(end - from), from));
    return format("%s%s\n", kept, json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN));
}
