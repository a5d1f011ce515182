/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/trace.h"

#include <errno.h>
#include <syslog.h>

#include "act/journal.h"
#include "act/state.h"
#include "act/tracing.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "base/version.h"
#include "discover/system/boot-log.h"
#include "discover/system/pstore.h"
#include "discover/system/trace-log.h"

/* Bytes of the log, compressed, that a record is given at least: some thousand devices. Not in
 * flash memory. */
static const unsigned long MAXIMUM = 32768;

/* The request */

static char *refusal_of(const struct pstore_facts *store, bool efi)
{
    switch (store->kind) {
    case PSTORE_NONE:
        return format("the kernel has no store for the end of its log (/" PSTORE_DIR "): neither "
                      "ACPI ERST, nor EFI variables (module efi_pstore), nor ramoops");
    case PSTORE_OTHER:
        return format("the store for the end of the kernel's log is \"%s\", which fastreboot does "
                      "not know",
                      store->backend);
    case PSTORE_EFI:
        if (!efi)
            return format("the only store for the end of the kernel's log are EFI variables, which "
                          "are flash memory: with --efi they are used, for this one reboot");
        break;
    case PSTORE_RAM:
        if (!store->takes_shutdowns)
            return format("the store for the end of the kernel's log (ramoops) takes panics only; "
                          "start the kernel with ramoops.max_reason=4");
        break;
    case PSTORE_ERST:
        break;
    }
    return store->mounted ? NULL : format("/" PSTORE_DIR " is not mounted");
}

char *trace_refusal(int root, bool efi)
{
    CLEANUP(pstore_facts_clear) struct pstore_facts store;

    pstore_facts_read(root, &store);
    return refusal_of(&store, efi);
}

int trace_is_armed(int root)
{
    return root_exists(root, RUN_TRACE);
}

static int write_request(int root, const char *id, int64_t before)
{
    AUTOJSON struct json_object *note = json_object_new_object();

    if (before > 0)
        json_add_number(note, "kmsg_bytes", before);
    if (id)
        json_add_string(note, "id", id);
    return state_write_json(root, RUN_TRACE, note);
}

static void tell_failure(trace_tell tell, const char *what, int error)
{
    AUTOFREE char *text = format("%s: %s", what, strerror(-error));

    if (error < 0)
        tell(LOG_WARNING, text);
}

/* Linux 5.13 came to write its log to the store before a kexec. */
static void tell_old_kernel(int root, trace_tell tell)
{
    AUTOFREE char *release = NULL, *text = NULL;

    if (root_read_line(root, "proc/sys/kernel/osrelease", 256, &release) < 0 ||
        version_compare(release, "5.13") >= 0)
        return;
    text = format("kernel %s is older than 5.13, and may not write its log to the store at a "
                  "kexec: then the trace lacks the shutdown of the devices",
                  release);
    tell(LOG_WARNING, text);
}

int trace_arm(int root, trace_tell tell)
{
    CLEANUP(pstore_facts_clear) struct pstore_facts store;
    int r, raised = -EALREADY;

    pstore_facts_read(root, &store);
    tell_old_kernel(root, tell);
    if (store.kind == PSTORE_ERST && store.maximum < MAXIMUM)
        raised = tracing_set_maximum(root, store.flags, MAXIMUM);
    r = write_request(root, NULL, raised >= 0 ? (int64_t)store.maximum : 0);
    if (raised != -EALREADY)
        tell_failure(tell,
                     "the trace may lack the first devices: cannot raise kmsg_bytes of "
                     "/" PSTORE_DIR,
                     raised);
    return r;
}

int trace_disarm(int root)
{
    CLEANUP(pstore_facts_clear) struct pstore_facts store;
    AUTOJSON struct json_object *note = NULL;
    int64_t before = 0;

    if (json_read(root, RUN_TRACE, &note) >= 0)
        before = json_number(note, "kmsg_bytes", 0);
    pstore_facts_read(root, &store);
    if (before > 0 && store.mounted)
        (void)tracing_set_maximum(root, store.flags, (unsigned long)before);
    return state_remove(root, RUN_TRACE);
}

/* The old system */

/* What is in the store already is not this shutdown's. */
static struct json_object *known_records(int root)
{
    CLEANUP(names_freep) char **names = pstore_names(root);
    struct json_object *array = json_object_new_array();

    for (char **name = names; name && *name; name++)
        json_object_array_add(array, json_new_string(*name));
    return array;
}

void trace_note(int root, const struct attempt *attempt)
{
    AUTOJSON struct json_object *note = NULL, *state = NULL;
    int r;

    if (trace_is_armed(root) <= 0)
        return;
    (void)json_read(root, RUN_TRACE, &note);
    state = json_object_new_object();
    json_add_number(state, "version", STATE_VERSION);
    json_add_string(state, "id", attempt->id);
    json_add_string(state, "boot_id", attempt->boot_id);
    json_object_object_add(state, "known", known_records(root));
    r = state_write_json(root, STATE_TRACE, state);
    if (r >= 0)
        r = write_request(root, attempt->id, note ? json_number(note, "kmsg_bytes", 0) : 0);
    if (r < 0)
        journal_trouble("this reboot is not traced", r);
}

/* The attempt that is traced, or NULL. */
static char *traced_attempt(int root)
{
    AUTOJSON struct json_object *note = NULL;

    return json_read(root, RUN_TRACE, &note) < 0 ? NULL : xstrdup(json_string(note, "id"));
}

void trace_begin(int root, trace_tell tell)
{
    AUTOFREE char *id = traced_attempt(root);

    if (!id)
        return;
    tell(LOG_INFO, "tracing: the kernel logs which devices it shuts down");
    tell_failure(tell, "tracing: initcall_debug", tracing_log_devices(root));
    tell_failure(tell, "tracing: printk.always_kmsg_dump", tracing_keep_log(root));
}

void trace_mark(int root)
{
    AUTOFREE char *id = traced_attempt(root), *mark = NULL;
    int r;

    if (!id)
        return;
    mark = format(TRACE_MARK "%s", id);
    r = tracing_write(root, mark);
    if (r < 0)
        journal_trouble("tracing: /dev/kmsg", r);
}

/* The new one */

static int read_state(int root, struct json_object **ret)
{
    int r = json_read(root, STATE_TRACE, ret);

    if (r >= 0 && (!json_string(*ret, "id") || !json_string(*ret, "boot_id")))
        return -EBADMSG;
    return r;
}

void trace_settle(int root, const struct attempt *attempt)
{
    AUTOJSON struct json_object *state = NULL;
    int r = read_state(root, &state);

    if (r == -EBADMSG || (r >= 0 && !streq(json_string(state, "id"), attempt->id)))
        (void)state_remove(root, STATE_TRACE);
}

/* The opposite of known_records(); NULL if there is no such list. */
static char **known_from(const struct json_object *state)
{
    struct json_object *array = NULL;
    char **names = NULL;
    size_t n = 0;

    if (!json_object_object_get_ex(state, "known", &array) ||
        !json_object_is_type(array, json_type_array))
        return NULL;
    for (size_t i = 0; i < json_object_array_length(array); i++) {
        const char *name = json_object_get_string(json_object_array_get_idx(array, i));

        if (name)
            *APPEND(names, n) = xstrdup(name);
    }
    (void)APPEND(names, n);
    return names;
}

void trace_collect(int root, struct reboot_times *times, char ***ret_own)
{
    AUTOJSON struct json_object *state = NULL;
    CLEANUP(names_freep) char **known = NULL;
    AUTOFREE char *log = NULL;
    struct reboot_trace *trace;
    bool current;

    *ret_own = NULL;
    if (read_state(root, &state) < 0)
        return;
    current = times->before && streq(times->before, json_string(state, "boot_id"));
    known = known_from(state);
    /* If the machine crashed before this was read, another shutdown may have left its log since. */
    pstore_find(root, json_string(state, "id"), known, current, &log, ret_own);
    if (!current)
        return;
    trace = xcalloc(1, sizeof(*trace));
    trace_init(trace);
    trace_log_read_shutdown(log, json_string(state, "id"), trace);
    boot_log_read_startup(root, times->boot_id, trace);
    trace_free(times->trace);
    times->trace = trace;
}

void trace_end(int root, char **own)
{
    for (char **path = own; path && *path; path++) {
        AUTOFREE char *what = format("/%s", *path);
        int r = tracing_remove(root, *path);

        if (r < 0)
            journal_trouble(what, r);
    }
    names_free(own);
    (void)state_remove(root, STATE_TRACE);
}
