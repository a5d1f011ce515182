/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/journal.h"

#include <errno.h>
#include <systemd/sd-journal.h>

#include "base/json.h"
#include "base/text.h"
#include "base/util.h"

enum { MAX_FIELDS = 16 };

static const char *const MESSAGE_IDS[] = {
    [EVENT_LAST_REBOOT] = "5dc1ddfaf6a94b0a9a7d9d2b1a4d3f16",
    [EVENT_NEXT_BOOT] = "8d2a4b0c3c1f4a5f9e0e6c8b7a1d5e27",
    [EVENT_TROUBLE] = "b7e6f1d2c3a44958a6b5d4c3e2f1a038",
    [EVENT_HEALTH] = "3f0c6e5a9d7b4c21b8e4a1d2967f53c0",
    [EVENT_COUNTDOWN] = "c41f6a0d2b7e4d5c8a93e7f05b1c6d48",
    [EVENT_LAST_WORDS] = "6cabe760241e4288918542b915fe5633",
    [EVENT_CALLED_OFF] = "e9a35d7c14f84b06b2d0c86f7a3e5b91",
};

struct fields {
    struct iovec all[MAX_FIELDS];
    int n;
};

static void fields_clear(struct fields *fields)
{
    while (fields->n > 0)
        free(fields->all[--fields->n].iov_base);
}

/* Leaves out a field without a value. */
static void add(struct fields *fields, const char *name, const char *value)
{
    AUTOFREE char *field = value && *value ? format("%s=%s", name, value) : NULL;

    if (!field || fields->n == MAX_FIELDS)
        return;
    fields->all[fields->n].iov_len = strlen(field);
    fields->all[fields->n++].iov_base = steal(&field);
}

static void add_record(struct fields *fields, const struct boot_record *record)
{
    AUTOFREE char *missing = NULL;

    for (char **text = record->missing; text && *text; text++) {
        AUTOFREE char *line = text_printable(*text);

        append_text(&missing, "\n", line);
    }
    add(fields, "FASTREBOOT_REASON", record->reason_id);
    add(fields, "FASTREBOOT_OUTCOME", outcome_name(record->outcome));
    add(fields, "FASTREBOOT_HEALTH", health_name(record->health));
    add(fields, "FASTREBOOT_ATTEMPT", record->id);
    add(fields, "FASTREBOOT_RELEASE", record->release);
    add(fields, "FASTREBOOT_MISSING", missing);
}

/* sd_journal_sendv() returns 0 even if nothing listens. */
static bool has_journal(void)
{
    return access("/run/systemd/journal/socket", F_OK) == 0;
}

static void send(enum journal_event event, int priority, struct fields *fields, const char *text)
{
    AUTOFREE char *printable = text_printable(text), *number = format("%d", priority);
    int r = -ENOENT;

    add(fields, "MESSAGE", printable);
    add(fields, "MESSAGE_ID", MESSAGE_IDS[event]);
    add(fields, "PRIORITY", number);
    add(fields, "SYSLOG_IDENTIFIER", "fastreboot");
    if (has_journal())
        r = sd_journal_sendv(fields->all, fields->n);
    if (r < 0)
        fprintf(stderr, "fastreboot: %s\n", printable);
}

void journal_tell(enum journal_event event, int priority, const char *reason, const char *pattern,
                  ...)
{
    CLEANUP(fields_clear) struct fields fields = {0};
    AUTOFREE char *text = NULL;
    va_list arguments;

    va_start(arguments, pattern);
    text = vformat(pattern, arguments);
    va_end(arguments);
    add(&fields, "FASTREBOOT_REASON", reason);
    send(event, priority, &fields, text);
}

void journal_tell_record(enum journal_event event, int priority, const struct boot_record *record,
                         const char *pattern, ...)
{
    CLEANUP(fields_clear) struct fields fields = {0};
    AUTOFREE char *text = NULL;
    va_list arguments;

    va_start(arguments, pattern);
    text = vformat(pattern, arguments);
    va_end(arguments);
    add_record(&fields, record);
    send(event, priority, &fields, text);
}

void journal_trouble(const char *what, int error)
{
    journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL, "%s: %s", what, json_error(error));
}
