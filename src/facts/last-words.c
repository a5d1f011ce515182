/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/last-words.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "base/util.h"
#include "facts/log-line.h"

enum {
    MAX_LINES = 20000,
    MAX_CALLS = 8,
};

static const char *const NAMES[N_WORD_KINDS] = {
    [WORD_PANIC] = "panic",       [WORD_TROUBLE] = "trouble", [WORD_ROOT] = "root",
    [WORD_PROCESS] = "process",   [WORD_PLACE] = "place",     [WORD_TRACE] = "trace",
    [WORD_INITCALL] = "initcall", [WORD_PROGRAM] = "program", [WORD_LAST] = "last",
};

#define PANIC "Kernel panic - not syncing: "

/* How the kernel begins what ends in an oops, a panic or a hang. */
static const char *const TROUBLES[] = {
    "BUG: ",
    "Oops",
    "kernel BUG at ",
    "Unable to handle kernel ",
    "Internal error: ",
    "general protection fault",
    "divide error: ",
    "invalid opcode: ",
    "stack segment: ",
    "double fault: ",
    "watchdog: BUG: ",
    "NMI watchdog: BUG: ",
    "NMI watchdog: Watchdog detected ",
    "watchdog: Watchdog detected ",
    "rcu: INFO: ",
    "INFO: task ",
    "INFO: rcu",
    "mce: [Hardware Error]",
    "Out of memory: ",
};

static char *word_of(const char *text, size_t length)
{
    AUTOFREE char *copy = xstrndup(text, length < MAX_WORD ? length : MAX_WORD), *printable;
    size_t end;

    printable = text_printable(copy);
    end = strlen(printable) < MAX_WORD ? strlen(printable) : MAX_WORD;
    while (end > 0 && (printable[end - 1] == ' ' || (printable[end] & 0xc0) == 0x80))
        end--;
    return end > 0 ? xstrndup(printable, end) : NULL;
}

/* The first one counts. */
static void set_once(struct last_words *words, enum word_kind kind, const char *text, size_t length)
{
    if (!words->all[kind])
        words->all[kind] = word_of(text, length);
}

static bool is_trouble(const struct log_line *line)
{
    for (size_t i = 0; i < ELEMENTS(TROUBLES); i++)
        if (log_line_starts(line, TROUBLES[i]))
            return true;
    return false;
}

/* What a reader of the log remembers between its lines. */
struct reader {
    struct last_words *words;
    bool troubled;                   /* an oops or a panic was there */
    bool in_trace;                   /* of its calls */
    size_t n_calls;                  /* of them, without those that only report */
    char *last_call;                 /* the function before this line; or NULL */
    char *starting;                  /* the part of the kernel that was starting; or NULL */
    struct log_line program, kernel; /* the last line of each */
};

/* "CPU: 0 PID: 1 Comm: swapper/0 Not tainted 6.1.0" */
static void take_process(struct reader *reader, const struct log_line *line)
{
    const char *pid = log_line_find(line, "PID: "), *comm = log_line_find(line, " Comm: ");
    const char *end = line->text + line->length;
    size_t digits, length;
    AUTOFREE char *text = NULL;

    if (!pid || !comm || !log_line_starts(line, "CPU: "))
        return;
    pid += strlen("PID: ");
    comm += strlen(" Comm: ");
    for (digits = 0; pid + digits < end && pid[digits] >= '0' && pid[digits] <= '9';)
        digits++;
    for (length = 0; comm + length < end && comm[length] != ' ';)
        length++;
    if (digits == 0 || length == 0)
        return;
    text = format("%.*s (PID %.*s)", (int)length, comm, (int)digits, pid);
    set_once(reader->words, WORD_PROCESS, text, strlen(text));
}

/* "RIP: 0010:function+0x12/0x34 [module]", or "pc : function+0x12/0x34" */
static void take_place(struct reader *reader, const struct log_line *line)
{
    static const char *const STARTS[] = {"RIP: 0010:", "pc : "};

    for (size_t i = 0; i < ELEMENTS(STARTS); i++) {
        size_t start = strlen(STARTS[i]);

        if (log_line_starts(line, STARTS[i]) && line->length > start && line->text[start] != '0')
            set_once(reader->words, WORD_PLACE, line->text + start, line->length - start);
    }
}

/* The function in " function+0x12/0x34 [module]"; NULL where the line has none, or the stack only
 * happens to have it ("? function"). */
static const char *call_in(const struct log_line *line, size_t *ret_length)
{
    size_t blank = 0, length;

    while (blank < line->length && line->text[blank] == ' ')
        blank++;
    for (length = 0; blank + length < line->length && line->text[blank + length] != '+';)
        length++;
    if (length == 0 || blank + length + 3 > line->length || line->text[blank] == '?' ||
        strncmp(line->text + blank + length, "+0x", 3) != 0 ||
        memchr(line->text + blank, ' ', length))
        return NULL;
    *ret_length = length;
    return line->text + blank;
}

/* Those that only report it. */
static bool is_report(const char *call, size_t length)
{
    static const char *const REPORTS[] = {"dump_stack",  "dump_backtrace", "show_stack",
                                          "__show_regs", "__dump_stack",   "dump_stack_lvl",
                                          "panic",       "vpanic"};

    for (size_t i = 0; i < ELEMENTS(REPORTS); i++)
        if (length == strlen(REPORTS[i]) && strncmp(call, REPORTS[i], length) == 0)
            return true;
    return false;
}

static void take_call(struct reader *reader, const char *call, size_t length)
{
    AUTOFREE char *name = word_of(call, length);
    char **trace = &reader->words->all[WORD_TRACE];

    if (!name)
        return;
    if (streq(name, "do_one_initcall") && reader->last_call)
        set_once(reader->words, WORD_INITCALL, reader->last_call, strlen(reader->last_call));
    if (!is_report(call, length) && reader->n_calls < MAX_CALLS &&
        (!*trace || strlen(*trace) + strlen(name) + 3 <= MAX_WORD)) {
        append_text(trace, " < ", name);
        reader->n_calls++;
    }
    set_text(&reader->last_call, steal(&name));
}

/* The first trace after the trouble, up to its end. */
static void take_trace(struct reader *reader, const struct log_line *line)
{
    size_t length;
    const char *call;

    if (log_line_starts(line, "Call Trace:") || log_line_starts(line, "Call trace:")) {
        reader->in_trace = reader->troubled && reader->n_calls == 0;
        return;
    }
    if (!reader->in_trace)
        return;
    call = call_in(line, &length);
    if (call)
        take_call(reader, call, length);
    else if (!memchr(line->text, '<', line->length) && !memchr(line->text, '?', line->length))
        reader->in_trace = false;
}

/* With initcall_debug: "calling  name+0x0/0x10 @ 1", and later "initcall name+0x0/0x10 returned
 * 0". */
static void take_initcall(struct reader *reader, const struct log_line *line)
{
    static const char CALLING[] = "calling  ";
    size_t start = strlen(CALLING), length = 0;

    if (reader->troubled)
        return;
    if (log_line_starts(line, "initcall ") && log_line_find(line, " returned "))
        set_text(&reader->starting, NULL);
    if (!log_line_starts(line, CALLING))
        return;
    while (start + length < line->length && line->text[start + length] != '+')
        length++;
    set_text(&reader->starting, word_of(line->text + start, length));
}

static void take_line(struct reader *reader, const struct log_line *line)
{
    struct last_words *words = reader->words;

    if (!line->by_kernel) {
        if (line->length > 0)
            reader->program = *line;
        return;
    }
    if (line->length > 0)
        reader->kernel = *line;
    if (log_line_find(line, "Unable to mount root") ||
        log_line_starts(line, "VFS: Cannot open root device"))
        set_once(words, WORD_ROOT, line->text, line->length);
    take_initcall(reader, line);
    if (log_line_starts(line, PANIC)) {
        set_once(words, WORD_PANIC, line->text + strlen(PANIC), line->length - strlen(PANIC));
        reader->troubled = true;
    } else if (is_trouble(line)) {
        set_once(words, WORD_TROUBLE, line->text, line->length);
        reader->troubled = true;
    }
    if (!reader->troubled)
        return;
    take_process(reader, line);
    take_place(reader, line);
    take_trace(reader, line);
}

static void finish(struct reader *reader)
{
    struct last_words *words = reader->words;
    const char *root = words->all[WORD_ROOT], *panic = words->all[WORD_PANIC];

    if (root && panic && streq(root, panic)) /* one of them is enough */
        set_text(&words->all[WORD_ROOT], NULL);
    if (reader->program.text)
        set_once(words, WORD_PROGRAM, reader->program.text, reader->program.length);
    if (reader->starting)
        set_once(words, WORD_INITCALL, reader->starting, strlen(reader->starting));
    if (!reader->troubled && reader->kernel.text)
        set_once(words, WORD_LAST, reader->kernel.text, reader->kernel.length);
    free(reader->last_call);
    free(reader->starting);
}

void last_words_read(const char *log, struct last_words *ret)
{
    struct reader reader = {.words = ret};
    struct log_line line;

    *ret = (struct last_words){0};
    for (int i = 0; i < MAX_LINES && log_line_next(&log, &line); i++)
        take_line(&reader, &line);
    finish(&reader);
}

void last_words_clear(struct last_words *words)
{
    for (size_t i = 0; i < N_WORD_KINDS; i++)
        free(words->all[i]);
    *words = (struct last_words){0};
}

const char *word_name(enum word_kind kind)
{
    return NAMES[kind];
}

static void put_time(FILE *out, int64_t time)
{
    if (time >= 0)
        fprintf(out, "[%5" PRId64 ".%06" PRId64 "] ", time / 1000000, time % 1000000);
}

/* Each line printable: without its time and priority if `plain`, as it is otherwise. */
static char *copy_lines(const char *log, bool plain)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    const char *start = log;
    struct log_line line;

    if (!out)
        out_of_memory();
    for (; log_line_next(&log, &line); start = log) {
        const char *from = plain ? line.text : start;
        AUTOFREE char *copy = xstrndup(from, (size_t)(line.text + line.length - from));
        AUTOFREE char *printable = text_printable(copy);

        if (plain)
            put_time(out, line.time);
        fprintf(out, "%s\n", printable);
    }
    if (fclose(out) != 0)
        out_of_memory();
    return text;
}

char *last_words_plain(const char *log)
{
    return copy_lines(log, true);
}

char *last_words_trim(const char *log, size_t max)
{
    AUTOFREE char *text = copy_lines(log, false);
    size_t length = strlen(text);
    const char *start = length > max ? strchr(text + length - max - 1, '\n') : NULL;

    return xstrdup(length <= max ? text : start ? start + 1 : "");
}
