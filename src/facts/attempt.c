/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/attempt.h"

#include <errno.h>

#include "base/root.h"
#include "base/util.h"

enum {
    MAX_RECORDS = 1000,
    MAX_LOST = MAX_DISKS + MAX_MOUNTS + MAX_NET_LINKS + 16,
};

static const char *const STATES[] = {"begun", "firmware", "loaded", "failed", "checking", "healed"};

/* The strings of an attempt and of its machine. */
struct text {
    const char *name;
    size_t offset;
};

static const struct text TEXTS[] = {
    {"id", offsetof(struct attempt, id)},
    {"boot_id", offsetof(struct attempt, boot_id)},
    {"release", offsetof(struct attempt, release)},
    {"kernel", offsetof(struct attempt, kernel)},
    {"reason", offsetof(struct attempt, reason)},
    {"reason_id", offsetof(struct attempt, reason_id)},
    {"watchdog", offsetof(struct attempt, watchdog)},
    {"cmdline", offsetof(struct attempt, cmdline)},
    {"machine_id", offsetof(struct attempt, machine.id)},
    {"product", offsetof(struct attempt, machine.product)},
    {"board", offsetof(struct attempt, machine.board)},
};

static char **text_of(const struct attempt *attempt, const struct text *text)
{
    return (char **)((char *)attempt + text->offset);
}

static int state_of(const char *name)
{
    for (size_t i = 0; name && i < ELEMENTS(STATES); i++)
        if (streq(name, STATES[i]))
            return (int)i;
    return -EBADMSG;
}

static int inventory_member(const struct json_object *object, struct attempt *attempt)
{
    struct json_object *member;
    int r;

    if (!json_object_object_get_ex(object, "inventory", &member) || !member)
        return 0;
    r = inventory_from_json(member, &attempt->inventory);
    attempt->has_inventory = r >= 0;
    return r;
}

/* An array of strings, NULL-terminated; NULL where there is none. */
static int texts_member(const struct json_object *object, const char *key, size_t max,
                        char ***ret_texts)
{
    struct json_object *array;
    size_t n;

    if (!json_object_object_get_ex(object, key, &array) || !array)
        return 0;
    n = json_object_is_type(array, json_type_array) ? json_object_array_length(array) : SIZE_MAX;
    if (n > max)
        return -EBADMSG;
    *ret_texts = xcalloc(n + 1, sizeof(**ret_texts));
    for (size_t i = 0; i < n; i++) {
        struct json_object *text = json_object_array_get_idx(array, i);

        if (!json_object_is_type(text, json_type_string))
            return -EBADMSG;
        (*ret_texts)[i] = xstrdup(json_object_get_string(text));
    }
    return 0;
}

static struct json_object *texts_to_json(char *const texts[], size_t max)
{
    struct json_object *array = json_object_new_array();

    for (size_t i = 0; texts[i] && i < max; i++)
        json_object_array_add(array, json_new_string(texts[i]));
    return array;
}

/* Without it, only a record that names the attempt is taken for its own. */
static void records_member(const struct json_object *object, struct attempt *attempt)
{
    if (texts_member(object, "records", MAX_RECORDS, &attempt->records) >= 0)
        return;
    names_free(attempt->records);
    attempt->records = NULL;
}

/* If this member is damaged, only the member is unknown. */
static void firmware_boot_member(const struct json_object *object, struct attempt *attempt)
{
    struct json_object *member;

    if (json_object_object_get_ex(object, "firmware_boot", &member) && member)
        (void)firmware_boot_from_json(member, &attempt->firmware_boot);
}

int attempt_from_json(const struct json_object *object, struct attempt *ret_attempt)
{
    int state = state_of(json_string(object, "state"));

    *ret_attempt = (struct attempt){.time = json_time(object, "time", -1),
                                    .loaded = json_time(object, "loaded", 0),
                                    .since = json_time(object, "since", 0),
                                    .warned = json_time(object, "warned", 0),
                                    .announced = json_time(object, "announced", 0)};
    if (state < 0 || ret_attempt->time < 0)
        return -EBADMSG;
    ret_attempt->state = (enum attempt_state)state;
    for (size_t i = 0; i < ELEMENTS(TEXTS); i++)
        *text_of(ret_attempt, &TEXTS[i]) = xstrdup(json_string(object, TEXTS[i].name));
    if (!ret_attempt->id || !ret_attempt->boot_id)
        return -EBADMSG;
    firmware_boot_member(object, ret_attempt);
    records_member(object, ret_attempt);
    if (texts_member(object, "lost", MAX_LOST, &ret_attempt->lost) < 0)
        return -EBADMSG;
    return inventory_member(object, ret_attempt);
}

struct json_object *attempt_to_json(const struct attempt *attempt)
{
    struct json_object *object = json_object_new_object();

    json_add_number(object, "version", STATE_VERSION);
    json_add_string(object, "state", STATES[attempt->state]);
    json_add_number(object, "time", attempt->time);
    for (size_t i = 0; i < ELEMENTS(TEXTS); i++)
        json_add_string(object, TEXTS[i].name, *text_of(attempt, &TEXTS[i]));
    if (attempt->loaded)
        json_add_number(object, "loaded", attempt->loaded);
    if (attempt->since)
        json_add_number(object, "since", attempt->since);
    if (attempt->warned)
        json_add_number(object, "warned", attempt->warned);
    if (attempt->announced)
        json_add_number(object, "announced", attempt->announced);
    if (attempt->lost)
        json_object_object_add(object, "lost", texts_to_json(attempt->lost, MAX_LOST));
    if (attempt->records)
        json_object_object_add(object, "records", texts_to_json(attempt->records, MAX_RECORDS));
    if (attempt->firmware_boot.known)
        json_object_object_add(object, "firmware_boot",
                               firmware_boot_to_json(&attempt->firmware_boot));
    if (attempt->has_inventory)
        json_object_object_add(object, "inventory", inventory_to_json(&attempt->inventory));
    return object;
}

void attempt_clear(struct attempt *attempt)
{
    for (size_t i = 0; i < ELEMENTS(TEXTS); i++)
        free(*text_of(attempt, &TEXTS[i]));
    names_free(attempt->lost);
    names_free(attempt->records);
    firmware_boot_clear(&attempt->firmware_boot);
    inventory_clear(&attempt->inventory);
    *attempt = (struct attempt){0};
}

static bool differ(const char *a, const char *b)
{
    return a && b && !streq(a, b);
}

bool machine_differs(const struct machine *a, const struct machine *b)
{
    return differ(a->id, b->id) || differ(a->product, b->product) || differ(a->board, b->board);
}

void machine_clear(struct machine *machine)
{
    free(machine->id);
    free(machine->product);
    free(machine->board);
    *machine = (struct machine){0};
}
