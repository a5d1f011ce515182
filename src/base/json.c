/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/json.h"

#include <errno.h>

#include "base/root.h"
#include "base/text.h"
#include "base/util.h"

enum {
    MAX_FILE = 2 * 1024 * 1024, /* large enough for an attempt on a large machine */
    MAX_DEPTH = 8,
};

void json_putp(struct json_object **object)
{
    json_object_put(*object);
}

static void tokener_freep(struct json_tokener **tokener)
{
    if (*tokener)
        json_tokener_free(*tokener);
}

static bool is_blank(const char *text)
{
    return !text[strspn(text, " \t\r\n")];
}

int json_parse(const char *text, struct json_object **ret_object)
{
    CLEANUP(tokener_freep) struct json_tokener *tokener = json_tokener_new_ex(MAX_DEPTH);
    struct json_object *object;
    size_t length = strlen(text), end;

    if (!tokener)
        out_of_memory();
    json_tokener_set_flags(tokener, JSON_TOKENER_VALIDATE_UTF8); /* fastreboot writes UTF-8 */
    object = json_tokener_parse_ex(tokener, text, -1);
    end = json_tokener_get_parse_end(tokener);
    if (end > length) /* json-c counts the NUL if a comment ends there */
        end = length;
    if (json_tokener_get_error(tokener) != json_tokener_success ||
        !json_object_is_type(object, json_type_object) || !is_blank(text + end)) {
        json_object_put(object);
        return -EBADMSG;
    }
    *ret_object = object;
    return 0;
}

int json_read(int root, const char *path, struct json_object **ret_object)
{
    AUTOFREE char *text = NULL;
    size_t length;
    int r = root_read(root, path, MAX_FILE, &text, &length);

    if (r >= 0)
        r = strlen(text) == length ? json_parse(text, ret_object) : -EBADMSG;
    if (r < 0 || !json_is_newer(*ret_object))
        return r;
    json_object_put(*ret_object);
    *ret_object = NULL;
    return -ENEWER;
}

bool json_is_newer(const struct json_object *object)
{
    return json_number(object, "version", 1) > STATE_VERSION;
}

const char *json_error(int error)
{
    switch (-error) {
    case EBADMSG:
        return "damaged";
    case ENEWER:
        return "written by a newer version of fastreboot";
    default:
        return strerror(-error);
    }
}

const char *json_string(const struct json_object *object, const char *key)
{
    struct json_object *member;

    if (!json_object_object_get_ex(object, key, &member) ||
        !json_object_is_type(member, json_type_string))
        return NULL;
    return json_object_get_string(member);
}

int64_t json_number(const struct json_object *object, const char *key, int64_t otherwise)
{
    struct json_object *member;

    if (!json_object_object_get_ex(object, key, &member) ||
        !json_object_is_type(member, json_type_int))
        return otherwise;
    return json_object_get_int64(member);
}

int64_t json_time(const struct json_object *object, const char *key, int64_t otherwise)
{
    int64_t time = json_number(object, key, otherwise);

    return time < 0 || time > INT64_MAX / 4 ? otherwise : time;
}

static void add(struct json_object *object, const char *key, struct json_object *value, bool given)
{
    if ((given && !value) || json_object_object_add(object, key, value) < 0)
        out_of_memory();
}

/* Paths and command lines may contain any bytes, but JSON only UTF-8: invalid bytes become '?'. */
struct json_object *json_new_string(const char *value)
{
    AUTOFREE char *copy = xstrdup(value);

    for (char *sign = copy; *sign;) {
        size_t n = text_character_length(sign);

        if (!n)
            *sign = '?';
        sign += n ? n : 1;
    }
    return json_object_new_string(copy);
}

void json_add_string(struct json_object *object, const char *key, const char *value)
{
    add(object, key, value ? json_new_string(value) : NULL, value != NULL);
}

void json_add_number(struct json_object *object, const char *key, int64_t value)
{
    add(object, key, json_object_new_int64(value), true);
}

void json_add_usec(struct json_object *object, const char *key, int64_t usec, int64_t unknown)
{
    if (usec == unknown)
        json_add_string(object, key, NULL);
    else
        json_add_number(object, key, usec);
}

void json_add_bool(struct json_object *object, const char *key, bool value)
{
    add(object, key, json_object_new_boolean(value), true);
}
