/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: one of the files in which fastreboot keeps what it knows (JSON), read as each of them. */

#include "facts/notes.h"

#include <string.h>

#include "facts/boot-record.h"
#include "facts/failures.h"
#include "facts/started.h"
#include "fuzz.h"

static void check_failures(const struct json_object *object)
{
    struct failures failures, again;
    struct json_object *copy;

    if (failures_from_json(object, &failures) == 0) {
        must(failures.n <= MAX_FAILURES && failures_in_a_row(&failures) <= failures.n);
        for (size_t i = 0; i < failures.n; i++)
            free(failure_text(&failures.all[i]));
        copy = failures_to_json(&failures);
        must(failures_from_json(copy, &again) == 0 && again.n == failures.n);
        failures_clear(&again);
        json_object_put(copy);
    }
    failures_clear(&failures);
}

static void check_record(const struct json_object *object)
{
    struct boot_record record, again;
    struct json_object *copy;

    if (boot_record_from_json(object, &record) == 0) {
        copy = boot_record_to_json(&record);
        must(boot_record_from_json(copy, &again) == 0);
        must(again.time == record.time && again.outcome == record.outcome);
        must(strcmp(again.text, record.text) == 0);
        boot_record_clear(&again);
        json_object_put(copy);
    }
    boot_record_clear(&record);
}

static void check_loaded(const struct json_object *object)
{
    struct loaded_facts loaded;
    struct go_ahead go;

    loaded_from_json(object, &loaded);
    must(!loaded.id == !loaded.release && !loaded.id == !loaded.signature);
    loaded_facts_clear(&loaded);
    go_ahead_from_json(object, &go);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_string(&data, &size);
    struct json_object *object;

    if (json_parse(text, &object) == 0) {
        check_failures(object);
        check_record(object);
        check_loaded(object);
        json_object_put(object);
    }
    free(text);
    return 0;
}
