/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: a record of the store, with the log of a kernel that shut down; also a line at a time as
 * what the next kernel logs. */

#include <string.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/system/pstore.h"
#include "discover/system/trace-log.h"
#include "fuzz.h"

#define ID "0123456789abcdef"

static void check_items(const struct trace_items *items)
{
    must(items->n <= TRACE_ITEMS);
    for (size_t i = 0; i < items->n; i++) {
        must(items->all[i].duration >= 0 && strlen(items->all[i].name) < TRACE_NAME);
        for (const char *at = items->all[i].name; *at; at++)
            must((unsigned char)*at >= 0x20 && *at != 0x7f);
        must(i == 0 || items->all[i].duration <= items->all[i - 1].duration);
    }
}

/* What is written down is read again. */
static void check(const struct reboot_trace *trace)
{
    CLEANUP(trace_clear) struct reboot_trace again;
    AUTOJSON struct json_object *object = trace_to_json(trace);

    check_items(&trace->shutdowns);
    check_items(&trace->startups);
    must(trace->leaving >= -1 && trace->devices >= -1 && trace->n_devices >= 0);
    must(trace_from_json(object, &again) == 0);
    must(again.shutdowns.n == trace->shutdowns.n && again.startups.n == trace->startups.n);
}

static void take_lines(const char *text, struct reboot_trace *trace)
{
    struct trace_startup startup = {.trace = trace};
    struct log_line line;

    while (log_line_next(&text, &line)) {
        AUTOFREE char *message = xstrndup(line.text, line.length);

        if (line.time > 0)
            trace_log_take_startup(&startup, line.time, message);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(names_freep) char **own = NULL;
    CLEANUP(trace_clear) struct reboot_trace trace;
    AUTOFREE char *log = NULL, *text = xstrndup((const char *)data, size);

    trace_init(&trace);
    fuzz_write(PSTORE_DIR "/dmesg-erst-1", data, size);
    pstore_find(fuzz_root(), ID, (char *[]){NULL}, true, &log, &own);
    must(!own || (streq(own[0], PSTORE_DIR "/dmesg-erst-1") && !own[1]));
    trace_log_read_shutdown(log, ID, &trace);
    take_lines(text, &trace);
    check(&trace);
    return 0;
}
