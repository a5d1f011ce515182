/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/log-line.h"

#include "base/util.h"

enum {
    FACILITY = 8, /* the kernel's own is below */
};

static const int64_t SECOND = 1000000;

int64_t log_number(const char **at, size_t most)
{
    const char *end = *at;
    int64_t number = 0;

    while (*end >= '0' && *end <= '9' && (size_t)(end - *at) < most)
        number = number * 10 + (*end++ - '0');
    if (end == *at)
        return -1;
    *at = end;
    return number;
}

/* "[   12.345678] ", and with CONFIG_PRINTK_CALLER "[    T1] " after it. */
static int64_t time_at(const char **at)
{
    const char *from = *at;
    int64_t seconds, fraction;

    if (*from++ != '[')
        return -1;
    from += strspn(from, " ");
    seconds = log_number(&from, 9);
    if (seconds < 0 || *from++ != '.')
        return -1;
    fraction = log_number(&from, 6);
    if (fraction < 0 || *from++ != ']')
        return -1;
    if (*from == '[')
        from += strcspn(from, "]\n");
    if (*from == ']')
        from++;
    *at = from + (*from == ' ');
    return seconds * SECOND + fraction;
}

/* "<6>": facility and level. 0 to 7 are the kernel's. */
static int64_t priority_at(const char **at)
{
    const char *from = *at;
    int64_t priority;

    if (*from++ != '<')
        return -1;
    priority = log_number(&from, 4);
    if (priority < 0 || *from++ != '>')
        return -1;
    *at = from;
    return priority;
}

bool log_line_next(const char **position, struct log_line *ret)
{
    const char *at = *position;
    size_t length = strcspn(at, "\n");
    int64_t priority;

    if (!*at)
        return false;
    *position = at + length + (at[length] == '\n');
    priority = priority_at(&at);
    *ret = (struct log_line){.by_kernel = priority >= 0 && priority < FACILITY, .time = -1};
    if (priority >= 0)
        ret->time = time_at(&at);
    ret->text = at;
    ret->length = strcspn(at, "\n");
    return true;
}

bool log_line_starts(const struct log_line *line, const char *text)
{
    size_t length = strlen(text);

    return line->length >= length && strncmp(line->text, text, length) == 0;
}

bool log_line_ends(const struct log_line *line, const char *text)
{
    size_t length = strlen(text);

    return line->length >= length && strncmp(line->text + line->length - length, text, length) == 0;
}

const char *log_line_find(const struct log_line *line, const char *text)
{
    return memmem(line->text, line->length, text, strlen(text));
}
