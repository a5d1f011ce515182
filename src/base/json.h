/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Small helpers around json-c. */

#define AUTOJSON CLEANUP(json_putp)
void json_putp(struct json_object **object);

/* The object in `text`, for json_object_put(). -EBADMSG when it is no object, or nested deeper
 * than any file of ours is. */
int json_parse(const char *text, struct json_object **ret_object);

/* The object in the file at `path` below root, which may have 2 MiB. Other errors as root_read().
 */
int json_read(int root, const char *path, struct json_object **ret_object);

/* The member `key`, a string that lives as long as the object; NULL when there is no such. */
const char *json_string(const struct json_object *object, const char *key);

/* The member `key`, or `otherwise` when there is no such number. */
int64_t json_number(const struct json_object *object, const char *key, int64_t otherwise);

/* A string; JSON holds only UTF-8, so that every byte that is not becomes '?'. */
struct json_object *json_new_string(const char *value);

/* The same for a time or a length of time in micro- or milliseconds: what is so large that it
 * cannot be counted with is `otherwise`, too. */
int64_t json_time(const struct json_object *object, const char *key, int64_t otherwise);

/* Adds a member; a NULL string becomes null. */
void json_add_string(struct json_object *object, const char *key, const char *value);
void json_add_number(struct json_object *object, const char *key, int64_t value);
void json_add_bool(struct json_object *object, const char *key, bool value);
