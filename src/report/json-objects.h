/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/json.h"
#include "facts/boot-record.h"
#include "reboot/survey.h"

/* The objects that several answers in JSON have in common. All of these functions return a new
 * object, or NULL for null. Their keys are documented in fastreboot-json(7) and in its schema,
 * fastreboot.schema.json. */

/* With the versions of the schema and of the program. */
struct json_object *json_answer(void);

struct json_object *json_finding(const struct finding *finding);

/* The findings that apply or cannot be known; with `all`, also the others. */
struct json_object *json_findings(const struct verdict *verdict, bool all);

/* `release` is that of its kernel, `problem` why kexec cannot start it; both may be NULL. */
struct json_object *json_entry(const struct boot_entry *entry, const char *release,
                               const char *problem);

/* A line of the history. */
struct json_object *json_record(const struct boot_record *record);

/* What is missing according to the last record (or NULL): an array, or null if that is not known.
 */
struct json_object *json_missing(const struct boot_record *record);

/* An array of strings, which ends with NULL; null if `texts` is NULL. */
struct json_object *json_texts(char *const texts[]);

/* Null if it is not known. */
void json_add_answer(struct json_object *object, const char *key, const struct answer *answer);
