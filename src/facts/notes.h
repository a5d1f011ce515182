/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/json.h"
#include "facts/facts.h"

/* What fastreboot leaves below /run for a later step of the same boot, to and from JSON. The
 * ..._to_json() functions return a new object. */

/* The kernel that fastreboot loaded. From an invalid note, the result is empty. */
void loaded_from_json(const struct json_object *object, struct loaded_facts *ret);
struct json_object *loaded_to_json(const struct loaded_facts *loaded);
void loaded_facts_clear(struct loaded_facts *facts);

/* Sets the members `current` and `proven`. `signature` is that of what would be loaded now, with
 * `added` on its command line, and `blocks` the machine's memory as memory_blocks() tells it. */
void loaded_compare(struct facts *facts, const char *signature, const char *added,
                    const char *blocks);

/* Whether what is loaded is just what would be loaded now, and needs no other load: it is certain
 * that nothing has replaced it, or nothing else can be loaded. */
bool load_is_done(const struct facts *facts);

/* The bytes of memory that the payload takes from its load to the jump. */
uint64_t loaded_bytes(const struct boot_payload *payload);

/* Permission to jump. */
struct go_ahead {
    int64_t job;      /* PID 1's job for this reboot, and for no other; -1 for none */
    int64_t watchdog; /* seconds to set the watchdog to, or 0 */
};

void go_ahead_from_json(const struct json_object *object, struct go_ahead *ret);
struct json_object *go_ahead_to_json(const struct go_ahead *go);

/* What to detach before the jump: the members unbind, unload, keep and together of struct
 * quirk_facts. The strings live as long as the object. */
void detach_from_json(const struct json_object *object, struct quirk_facts *ret);
struct json_object *detach_to_json(const struct quirk_facts *quirk);

/* Other facts from fastreboot's own files. */
void failure_facts_clear(struct failure_facts *facts);
void health_facts_clear(struct health_facts *facts);
