/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/cmdline.h"

#include "base/util.h"

static const char BLANKS[] = " \t\n\v\f\r";

bool cmdline_next(const char **position, const char **ret_word, size_t *ret_length)
{
    const char *start = *position + strspn(*position, BLANKS), *end;
    bool quoted = false;

    for (end = start; *end && (quoted || !strchr(BLANKS, *end)); end++)
        if (*end == '"')
            quoted = !quoted;
    *position = end;
    *ret_word = start;
    *ret_length = (size_t)(end - start);
    return end > start;
}

const char *cmdline_problem(const char *parameters)
{
    size_t quotes = 0;

    for (; *parameters; parameters++)
        quotes += *parameters == '"';
    return quotes % 2 ? "a quotation mark is not closed" : NULL;
}

static bool ends_parameters(const char *word, size_t length)
{
    return length == 2 && memcmp(word, "--", 2) == 0;
}

/* Returns how many of the parameters after CMDLINE_ADDED=N remain, given that `left` remained
 * before the parameter `word`. */
static size_t count_added(const char *word, size_t length, size_t left)
{
    size_t prefix = strlen(CMDLINE_ADDED);

    if (length == prefix + 1 && memcmp(word, CMDLINE_ADDED, prefix) == 0 && word[prefix] >= '0' &&
        word[prefix] <= '9')
        return (size_t)(word[prefix] - '0') + 1; /* plus this parameter itself */
    return left;
}

/* Copies the parameters that `drop` keeps, and everything from "--" on. */
static char *filter(const char *line, bool (*drop)(const char *, size_t, const char *),
                    const char *argument, bool drop_added)
{
    char *result = xcalloc(strlen(line) + 1, 1), *out = result;
    const char *word;
    size_t length, added = 0;
    bool for_init = false;

    while (cmdline_next(&line, &word, &length)) {
        for_init = for_init || ends_parameters(word, length);
        added = count_added(word, length, added);
        if (!for_init && drop_added && added > 0) {
            added--;
            continue;
        }
        if (!for_init && drop(word, length, argument))
            continue;
        if (out > result)
            *out++ = ' ';
        memcpy(out, word, length);
        out += length;
    }
    *out = 0;
    return result;
}

static bool starts(const char *word, size_t length, const char *prefix)
{
    return length >= strlen(prefix) && memcmp(word, prefix, strlen(prefix)) == 0;
}

static bool is_mark(const char *word, size_t length, const char *unused)
{
    (void)unused;
    return starts(word, length, CMDLINE_MARK);
}

static bool meant_the_loader(const char *word, size_t length, const char *unused)
{
    (void)unused;
    return starts(word, length, "BOOT_IMAGE=") || starts(word, length, "initrd=") ||
           is_mark(word, length, NULL);
}

static bool is_listed(const char *word, size_t length, const char *list)
{
    const char *unwanted;
    size_t n;

    while (cmdline_next(&list, &unwanted, &n)) {
        bool has_value = memchr(unwanted, '=', n) != NULL;

        if (n > length || memcmp(word, unwanted, n) != 0)
            continue;
        if (n == length || (!has_value && word[n] == '='))
            return true;
    }
    return false;
}

char *cmdline_for_next_kernel(const char *line)
{
    return filter(line, meant_the_loader, NULL, true);
}

char *cmdline_not_ours(const char *line)
{
    return filter(line, is_mark, NULL, true);
}

char *cmdline_without(const char *line, const char *remove)
{
    return filter(line, is_listed, remove, false);
}

static bool is_among(const char *word, size_t length, const char *list)
{
    const char *other;
    size_t n;

    while (cmdline_next(&list, &other, &n))
        if (n == length && memcmp(word, other, n) == 0)
            return true;
    return false;
}

char *cmdline_with(const char *line, const char *parameters)
{
    /* Parameters that are added again must not accumulate over fast reboots. */
    AUTOFREE char *others = filter(line, is_among, parameters, false);
    const char *position = others, *word, *rest = "";
    size_t length, before = strlen(others);

    while (cmdline_next(&position, &word, &length))
        if (ends_parameters(word, length)) {
            rest = word;
            before = (size_t)(word - others);
            break;
        }
    if (before > 0 && *rest)
        before--; /* the blank */
    return format("%.*s%s%s%s%s", (int)before, others, before && *parameters ? " " : "", parameters,
                  *rest && (before || *parameters) ? " " : "", rest);
}

char *cmdline_value(const char *line, const char *prefix)
{
    const char *word, *value = NULL;
    size_t length, n = 0;

    while (cmdline_next(&line, &word, &length) && !ends_parameters(word, length))
        if (starts(word, length, prefix)) {
            value = word + strlen(prefix);
            n = length - strlen(prefix);
        }
    return value ? xstrndup(value, n) : NULL;
}

bool cmdline_has(const char *line, const char *name)
{
    const char *word;
    size_t length;

    while (cmdline_next(&line, &word, &length) && !ends_parameters(word, length)) {
        bool quoted = *word == '"'; /* as a whole: the kernel takes the quotes off */
        size_t end = quoted && length > 1 && word[length - 1] == '"' ? 1 : 0;

        if (is_listed(word + quoted, length - quoted - end, name))
            return true;
    }
    return false;
}

/* Returns the line with the mark, the number of additions, and the additions themselves. */
static char *marked(const char *line, const char *id, const char *added, size_t length, size_t n)
{
    AUTOFREE char *ours =
        n ? format(CMDLINE_MARK "%s " CMDLINE_ADDED "%zu %.*s", id, n, (int)length, added)
          : format(CMDLINE_MARK "%s", id);

    return cmdline_with(line, ours);
}

char *cmdline_final(const char *line, const char *id, const char *added, size_t max)
{
    size_t ends[CMDLINE_MAX_ADDED + 1] = {0}, n = 0, length;
    const char *position = added, *word;

    while (n < CMDLINE_MAX_ADDED && cmdline_next(&position, &word, &length))
        ends[++n] = (size_t)(word + length - added);
    for (;; n--) {
        char *result = marked(line, id, added, ends[n], n);

        if (strlen(result) <= max)
            return result;
        free(result);
        if (n == 0)
            return xstrdup(line);
    }
}

bool cmdline_has_words(const char *line, const char *wanted, bool more)
{
    const char *word = NULL, *other;
    size_t length = 0, n;

    while (cmdline_next(&wanted, &other, &n)) {
        bool same = false;

        while (!same && cmdline_next(&line, &word, &length)) {
            same = length == n && memcmp(word, other, n) == 0;
            if (!same && !more)
                return false;
        }
        if (!same)
            return false;
    }
    return more || !cmdline_next(&line, &word, &length);
}
