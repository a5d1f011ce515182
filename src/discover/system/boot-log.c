/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/boot-log.h"

#include <errno.h>
#include <systemd/sd-journal.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/system/trace-log.h"

/* The ids of messages, which systemd never changes: systemd/sd-messages.h. */
#define SHUTDOWN "98268866d1d54a499c4e98921d93bc40"
#define UNIT_STOPPING "de5b426a63be47a7b6ac3eaac82e2f6f"
#define UNIT_STOPPED "9d1aaa27d60140bd96365438aad20286"

enum {
    MAX_ENTRIES = 20000,
    MAX_SERVICES = 1000,
};

#define AUTOJOURNAL CLEANUP(sd_journal_closep)

/* A service that has stopped, and when. */
struct stop {
    char *unit;
    int64_t time;
};

struct stops {
    struct stop *all;
    size_t n;
};

static void stops_clear(struct stops *stops)
{
    for (size_t i = 0; i < stops->n; i++)
        free(stops->all[i].unit);
    free(stops->all);
}

static int match(sd_journal *journal, const char *field, const char *value)
{
    AUTOFREE char *text = format("%s=%s", field, value);

    return sd_journal_add_match(journal, text, 0);
}

/* Boot ids have no dashes in the journal. */
static int match_boot(sd_journal *journal, const char *boot_id)
{
    AUTOFREE char *plain = xstrdup(boot_id);
    char *end = plain;

    for (const char *from = boot_id; *from; from++)
        if (*from != '-')
            *end++ = *from;
    *end = 0;
    return match(journal, "_BOOT_ID", plain);
}

/* The value of a field of the current entry; NULL if it has none. */
static char *value_of(sd_journal *journal, const char *field)
{
    const void *data;
    size_t size, skip = strlen(field) + 1;

    if (sd_journal_get_data(journal, field, &data, &size) < 0 || size < skip)
        return NULL;
    return xstrndup((const char *)data + skip, size - skip);
}

static bool is_value(sd_journal *journal, const char *field, const char *value)
{
    AUTOFREE char *its = value_of(journal, field);

    return its && streq(its, value);
}

static int64_t time_of(sd_journal *journal)
{
    uint64_t time;

    return sd_journal_get_realtime_usec(journal, &time) < 0 || time > INT64_MAX ? 0 : (int64_t)time;
}

static bool is_service(const char *unit)
{
    size_t length = unit ? strlen(unit) : 0, suffix = strlen(".service");

    return length > suffix && length < UNIT_NAME && streq(unit + length - suffix, ".service") &&
           !after_prefix(unit, "fastreboot-jump");
}

static struct stop *find(const struct stops *stops, const char *unit)
{
    for (size_t i = 0; i < stops->n; i++)
        if (streq(stops->all[i].unit, unit))
            return &stops->all[i];
    return NULL;
}

/* Entries come newest first: the end of a stop before its beginning. */
static void take_stop(const char *unit, bool ended, int64_t time, struct stops *stops,
                      struct reboot_times *times)
{
    struct stop *stop = find(stops, unit);

    if (ended) {
        if (stop || stops->n == MAX_SERVICES)
            return;
        *APPEND(stops->all, stops->n) = (struct stop){.unit = xstrdup(unit), .time = time};
        if (time > times->at[TIME_STOPPED])
            times->at[TIME_STOPPED] = time;
        return;
    }
    if (!stop || !stop->time || stop->time < time)
        return;
    slow_add(&times->stopping,
             &(struct slow_service){.unit = stop->unit, .duration = stop->time - time});
    stop->time = 0; /* an older stop of it belongs to a restart */
}

static int open_journal(int root, sd_journal **ret)
{
    return root_is_live(root) ? sd_journal_open(ret, SD_JOURNAL_LOCAL_ONLY) : -ENOENT;
}

/* By logind: the last one, at most an hour before the load. */
static int64_t find_start(int root, const struct reboot_times *times)
{
    static const int64_t HOUR = 3600LL * 1000000;
    AUTOJOURNAL sd_journal *journal = NULL;
    int64_t begun = times->at[TIME_BEGUN], start;

    if (open_journal(root, &journal) < 0 || match_boot(journal, times->before) < 0 ||
        match(journal, "MESSAGE_ID", SHUTDOWN) < 0 || match(journal, "_UID", "0") < 0 ||
        sd_journal_seek_tail(journal) < 0 || sd_journal_previous(journal) <= 0)
        return begun;
    start = time_of(journal);
    return start > 0 && start <= begun && begun - start <= HOUR ? start : begun;
}

void boot_log_read_shutdown(int root, struct reboot_times *times)
{
    AUTOJOURNAL sd_journal *journal = NULL;
    CLEANUP(stops_clear) struct stops stops = {0};

    if (!times->before || !times->at[TIME_BEGUN])
        return;
    times->at[TIME_ASKED] = find_start(root, times);
    if (open_journal(root, &journal) < 0 || match_boot(journal, times->before) < 0 ||
        match(journal, "MESSAGE_ID", UNIT_STOPPING) < 0 ||
        match(journal, "MESSAGE_ID", UNIT_STOPPED) < 0 || match(journal, "_PID", "1") < 0 ||
        sd_journal_seek_tail(journal) < 0)
        return;
    for (int i = 0; i < MAX_ENTRIES && sd_journal_previous(journal) > 0; i++) {
        AUTOFREE char *unit = value_of(journal, "UNIT");
        int64_t time = time_of(journal);

        if (time < times->at[TIME_ASKED])
            return;
        if (is_service(unit))
            take_stop(unit, is_value(journal, "MESSAGE_ID", UNIT_STOPPED), time, &stops, times);
    }
}

/* Of an entry of the kernel's, in microseconds since it started; 0 if it has none. */
static int64_t kernel_time_of(sd_journal *journal)
{
    AUTOFREE char *time = value_of(journal, "_SOURCE_MONOTONIC_TIMESTAMP");

    return time && strlen(time) < 19 ? strtoll(time, NULL, 10) : 0;
}

int64_t boot_log_initrd(int root, const char *boot_id)
{
    AUTOJOURNAL sd_journal *journal = NULL;

    if (open_journal(root, &journal) < 0 || match_boot(journal, boot_id) < 0 ||
        match(journal, "_TRANSPORT", "kernel") < 0 ||
        match(journal, "MESSAGE", "Run /init as init process") < 0 ||
        sd_journal_seek_tail(journal) < 0 || sd_journal_previous(journal) <= 0)
        return 0;
    return kernel_time_of(journal);
}

/* "x86/amd: Previous system reset reason [0x00080800]: ..." */
static int64_t reset_status_in(const char *text)
{
    const char *number = after_prefix(text, "x86/amd: Previous system reset reason [0x");
    char *end;
    unsigned long status;

    if (!number)
        return -1;
    status = strtoul(number, &end, 16);
    return end - number == 8 && *end == ']' ? (int64_t)status : -1;
}

int64_t boot_log_reset_status(int root, const char *boot_id)
{
    AUTOJOURNAL sd_journal *journal = NULL;
    int64_t status = -1;

    if (open_journal(root, &journal) < 0 || match_boot(journal, boot_id) < 0 ||
        match(journal, "_TRANSPORT", "kernel") < 0 || sd_journal_seek_tail(journal) < 0)
        return -1;
    for (int i = 0; i < MAX_ENTRIES && status < 0 && sd_journal_previous(journal) > 0; i++) {
        AUTOFREE char *text = value_of(journal, "MESSAGE");

        if (text)
            status = reset_status_in(text);
    }
    return status;
}

/* Programs that ask for an address, and how they say that they have one. */
static const struct {
    const char *program, *words;
} DHCP[] = {
    {"systemd-networkd", "DHCPv4 address "},
    {"NetworkManager", "state changed new lease, address="},
    {"dhclient", "bound to "},
};

static bool has_address(sd_journal *journal)
{
    AUTOFREE char *program = value_of(journal, "SYSLOG_IDENTIFIER");
    AUTOFREE char *text = value_of(journal, "MESSAGE");

    for (size_t i = 0; program && text && i < ELEMENTS(DHCP); i++)
        if (streq(program, DHCP[i].program) && strstr(text, DHCP[i].words))
            return true;
    return false;
}

static void read_address(int root, const char *boot_id, struct reboot_trace *trace)
{
    AUTOJOURNAL sd_journal *journal = NULL;
    uint64_t time;

    if (open_journal(root, &journal) < 0 || match_boot(journal, boot_id) < 0)
        return;
    for (size_t i = 0; i < ELEMENTS(DHCP); i++)
        if (match(journal, "SYSLOG_IDENTIFIER", DHCP[i].program) < 0)
            return;
    if (sd_journal_seek_tail(journal) < 0)
        return;
    for (int i = 0; i < MAX_ENTRIES && sd_journal_previous(journal) > 0; i++)
        if (has_address(journal) && sd_journal_get_monotonic_usec(journal, &time, NULL) >= 0 &&
            time < INT64_MAX)
            trace->address = (int64_t)time;
}

void boot_log_read_startup(int root, const char *boot_id, struct reboot_trace *trace)
{
    AUTOJOURNAL sd_journal *journal = NULL;
    struct trace_startup startup = {.trace = trace};

    read_address(root, boot_id, trace);
    if (open_journal(root, &journal) < 0 || match_boot(journal, boot_id) < 0 ||
        match(journal, "_TRANSPORT", "kernel") < 0 || sd_journal_seek_tail(journal) < 0)
        return;
    for (int i = 0; i < MAX_ENTRIES && sd_journal_previous(journal) > 0; i++) {
        AUTOFREE char *text = value_of(journal, "MESSAGE");
        int64_t time = kernel_time_of(journal);

        if (text && time > 0)
            trace_log_take_startup(&startup, time, text);
    }
}
