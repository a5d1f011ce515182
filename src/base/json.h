/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Helpers for json-c, and the files that fastreboot writes for itself. */

/* The "version" of such a file; 1 where it has none. It grows when something changes that an older
 * fastreboot would misread. A new member alone does not count: it is passed over. */
enum { STATE_VERSION = 2 };

/* A newer fastreboot has written the file, so nothing in it can be relied on. */
#define ENEWER EPROTONOSUPPORT
bool json_is_newer(const struct json_object *object);

/* What a negative errno of json_read() means, in words. */
const char *json_error(int error);

#define AUTOJSON CLEANUP(json_putp)
void json_putp(struct json_object **object);

/* Parses `text`; release the object with json_object_put(). -EBADMSG if it is not a JSON object, or
 * nested deeper than any file that fastreboot writes. */
int json_parse(const char *text, struct json_object **ret_object);

/* The same for a file of fastreboot's own at `path` below root, of at most 2 MiB. -ENEWER if a
 * newer fastreboot has written it; other errors are those of root_read(). */
int json_read(int root, const char *path, struct json_object **ret_object);

/* The string member `key`, or NULL. It lives as long as the object. */
const char *json_string(const struct json_object *object, const char *key);

/* The number member `key`, or `otherwise` if there is none. */
int64_t json_number(const struct json_object *object, const char *key, int64_t otherwise);

/* A JSON string. JSON only holds UTF-8: invalid bytes become '?'. */
struct json_object *json_new_string(const char *value);

/* A number member that is a time or a duration in micro- or milliseconds: `otherwise` also if it is
 * negative or too large to calculate with. */
int64_t json_time(const struct json_object *object, const char *key, int64_t otherwise);

/* Adds a member; a NULL string becomes null. */
void json_add_string(struct json_object *object, const char *key, const char *value);
void json_add_number(struct json_object *object, const char *key, int64_t value);
void json_add_bool(struct json_object *object, const char *key, bool value);

/* Adds a time or a duration; null if it is not known, which is what `unknown` stands for. */
void json_add_usec(struct json_object *object, const char *key, int64_t usec, int64_t unknown);
