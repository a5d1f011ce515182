/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/trace-log.h"

#include "base/util.h"

enum {
    MAX_LINES = 100000,
};

static const int64_t HOUR = 3600 * (int64_t)1000000;

/* What is shown of the new kernel's start. */
static const int64_t SLOW = 50000;

static bool is_text(const struct log_line *line, const char *text)
{
    return line->length == strlen(text) && strncmp(line->text, text, line->length) == 0;
}

bool trace_log_is_mark(const struct log_line *line, const char *id)
{
    AUTOFREE char *mark = format(TRACE_MARK "%s", id);

    return is_text(line, mark);
}

/* The old kernel */

/* The length of "DRIVER DEVICE" in "DRIVER DEVICE: shutdown", as dev_info() writes it; 0 for other
 * lines, such as "CPU1: shutdown" of arm64. */
static size_t device_in(const struct log_line *line)
{
    static const char *const ENDS[] = {": shutdown", ": shutdown_pre"};

    for (size_t i = 0; line->by_kernel && i < ELEMENTS(ENDS); i++) {
        size_t length = line->length - strlen(ENDS[i]);

        if (log_line_ends(line, ENDS[i]) && memchr(line->text, ' ', length))
            return length;
    }
    return 0;
}

/* The last line before the jump, or before a reset. */
static bool is_end(const struct log_line *line)
{
    return line->by_kernel && (log_line_ends(line, ": Starting new kernel") ||
                               log_line_ends(line, ": Restarting system"));
}

/* A device that is being shut down: until the next one is, or until the end. */
struct shutdown {
    struct log_line line;
    size_t length; /* of the device's name; 0 for none yet */
};

static void finish(const struct shutdown *current, int64_t time, struct reboot_trace *trace)
{
    const char *name = current->line.text;
    size_t blank = current->length > 0 && *name == ' '; /* without a driver, bus or class */

    if (current->length > 0 && time >= current->line.time && time - current->line.time < HOUR)
        trace_add(&trace->shutdowns, name + blank, current->length - blank,
                  time - current->line.time);
}

static void take_device(struct shutdown *current, const struct log_line *line, size_t length,
                        struct reboot_trace *trace)
{
    if (length == current->length && strncmp(line->text, current->line.text, length) == 0)
        return; /* "shutdown_pre", and then "shutdown" */
    finish(current, line->time, trace);
    *current = (struct shutdown){.line = *line, .length = length};
    trace->n_devices++;
}

static int64_t between(int64_t from, int64_t to)
{
    return from >= 0 && to >= from ? to - from : -1;
}

/* What follows the mark; all of the log if it is not there, as a store that is full or small has
 * the end alone. */
static const char *after_mark(const char *log, const char *id, struct log_line *ret_mark)
{
    const char *at = log;

    for (int i = 0; i < MAX_LINES && log_line_next(&at, ret_mark); i++)
        if (trace_log_is_mark(ret_mark, id))
            return at;
    *ret_mark = (struct log_line){.time = -1};
    return log;
}

/* Gives the time of the end, or -1. */
static int64_t read_devices(const char *at, struct reboot_trace *trace, int64_t *ret_first)
{
    struct shutdown current = {0};
    struct log_line line;

    *ret_first = -1;
    for (int i = 0; i < MAX_LINES && log_line_next(&at, &line); i++) {
        size_t device = line.time < 0 ? 0 : device_in(&line);

        if (device > 0) {
            *ret_first = *ret_first < 0 ? line.time : *ret_first;
            take_device(&current, &line, device, trace);
        } else if (line.time >= 0 && is_end(&line)) {
            finish(&current, line.time, trace);
            return line.time;
        }
    }
    return -1;
}

static const char *problem_of(const struct log_line *mark, bool ended,
                              const struct reboot_trace *trace)
{
    if (mark->text && mark->time < 0)
        return "the kernel's messages have no times (printk.time=0)";
    if (trace->n_devices == 0)
        return "the kernel's log does not name the devices that it shut down (initcall_debug)";
    if (!ended)
        return "the record ends before the next kernel was started";
    return mark->text ? NULL : "the record lacks its beginning, and with it the first devices";
}

void trace_log_read_shutdown(const char *log, const char *id, struct reboot_trace *ret)
{
    struct log_line mark;
    const char *start = after_mark(log, id, &mark);
    int64_t first, end;

    if (!*log) {
        ret->problem = xstrdup("the store has no record of this reboot");
        return;
    }
    end = read_devices(start, ret, &first);
    ret->leaving = between(mark.time, first);
    ret->devices = mark.text ? between(first, end) : -1;
    ret->problem = xstrdup(problem_of(&mark, end >= 0, ret));
}

/* The new kernel */

/* "initcall NAME+0x0/0x1b0 [MODULE] returned 0 after 1234 usecs", or "probe of DEVICE returned 1
 * after 1234 usecs". */
static void take_call(struct reboot_trace *trace, const char *text)
{
    const char *rest = after_prefix(text, "initcall "), *name = rest ? rest : text;
    const char *end = rest || after_prefix(text, "probe of ") ? strstr(name, " returned ") : NULL;
    const char *after = end ? strstr(end, " after ") : NULL;
    size_t length = end ? (size_t)(end - name) : 0, plain = strcspn(name, "+");
    int64_t duration;

    if (!after)
        return;
    after += strlen(" after ");
    duration = log_number(&after, 12);
    if (duration < SLOW || duration > HOUR || strncmp(after, " usecs", strlen(" usecs")) != 0)
        return;
    trace_add(&trace->startups, name, rest && plain < length ? plain : length, duration);
}

/* Drivers say it in words of their own; IPv6 for each link. */
static bool is_link(const char *text)
{
    static const char *const WORDS[] = {"link becomes ready", "Link is Up", "Link is up",
                                        "link is up"};

    for (size_t i = 0; i < ELEMENTS(WORDS); i++)
        if (strstr(text, WORDS[i]))
            return true;
    return false;
}

void trace_log_take_startup(struct trace_startup *startup, int64_t time, const char *text)
{
    struct reboot_trace *trace = startup->trace;

    take_call(trace, text);
    if (is_link(text))
        trace->link = time;
    if (after_prefix(text, "Freeing initrd memory:"))
        startup->unpacked = time;
    if (after_prefix(text, "Trying to unpack rootfs image as initramfs") && startup->unpacked)
        trace->unpacking = between(time, startup->unpacked);
}
