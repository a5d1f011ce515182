/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/history.h"

#include <errno.h>

#include "base/util.h"

/* 1, or 0 if the line is none that this version can read. */
static int parse_line(const char *line, size_t length, struct boot_record *ret)
{
    AUTOFREE char *copy = xstrndup(line, length);
    AUTOJSON struct json_object *object = NULL;
    int r = json_parse(copy, &object);

    if (r < 0 || json_is_newer(object))
        return r;
    r = boot_record_from_json(object, ret);
    return r < 0 ? r : 1;
}

int history_parse(const char *text, struct history *ret)
{
    *ret = (struct history){0};
    for (const char *end; *text; text = end + 1) {
        CLEANUP(boot_record_clear) struct boot_record record = {0};
        int r;

        end = strchr(text, '\n');
        if (!end) /* the last write was cut short */
            return -EBADMSG;
        r = parse_line(text, (size_t)(end - text), &record);
        if (r < 0)
            return -EBADMSG;
        ret->newer += r == 0;
        if (r == 0)
            continue;
        *APPEND(ret->all, ret->n) = record;
        record = (struct boot_record){0};
    }
    return (int)ret->n;
}

void history_clear(struct history *history)
{
    for (size_t i = 0; i < history->n; i++)
        boot_record_clear(&history->all[i]);
    free(history->all);
    *history = (struct history){0};
}

/* The part of `text` that is kept when a line is added. */
static const char *newest_lines(const char *text)
{
    size_t lines = 0;

    for (const char *at = text; *at; at++)
        lines += *at == '\n';
    for (; lines >= HISTORY_LINES || (lines > 0 && strlen(text) > HISTORY_BYTES / 2); lines--)
        text = strchr(text, '\n') + 1;
    return text;
}

static const char *last_line(const char *text)
{
    const char *start = text;

    for (const char *end = strchr(text, '\n'); end; end = strchr(end + 1, '\n'))
        if (end[1])
            start = end + 1;
    return start;
}

static bool is_about(const char *line, const char *id)
{
    AUTOJSON struct json_object *object = NULL;
    const char *its = NULL;

    if (id && json_parse(line, &object) >= 0)
        its = json_string(object, "id");
    return its && streq(its, id);
}

char *history_with(const char *text, const struct boot_record *record)
{
    AUTOJSON struct json_object *object = boot_record_to_json(record);
    AUTOFREE char *old = xstrdup(text ? text : "");
    char *last = (char *)last_line(old);

    if (is_about(last, record->id))
        *last = 0;
    return format("%s%s\n", newest_lines(old),
                  json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN));
}

int64_t history_mean_away(const struct history *history, size_t from, enum outcome outcome,
                          size_t *ret_n)
{
    int64_t sum = 0;

    *ret_n = 0;
    for (size_t i = from; i < history->n; i++) {
        const struct boot_record *record = &history->all[i];

        if (record->outcome != outcome || record->away < 0)
            continue;
        sum += record->away;
        ++*ret_n;
    }
    return *ret_n ? sum / (int64_t)*ret_n : -1;
}
