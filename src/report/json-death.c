/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report/json-death.h"

#include "base/util.h"
#include "facts/last-words.h"

struct json_object *json_death(const struct death *death)
{
    CLEANUP(last_words_clear) struct last_words words = {0};
    struct json_object *object = death ? json_object_new_object() : NULL;

    if (!death)
        return NULL;
    if (death->log)
        last_words_read(death->log, &words);
    json_add_string(object, "kind", death_name(death->kind));
    json_add_string(object, "text", death->text);
    json_add_string(object, "evidence", death->evidence);
    json_add_string(object, "record", death->record);
    json_add_bool(object, "marked", death->marked);
    for (int kind = 0; kind < N_WORD_KINDS; kind++)
        json_add_string(object, word_name((enum word_kind)kind), words.all[kind]);
    return object;
}

struct json_object *json_log(const struct death *death)
{
    AUTOFREE char *log = death && death->log ? last_words_plain(death->log) : NULL;
    struct json_object *array = log ? json_object_new_array() : NULL;
    char *rest = log, *line;

    while (array && (line = strsep(&rest, "\n")))
        if (rest) /* what follows the last newline is no line */
            json_object_array_add(array, json_new_string(line));
    return array;
}
