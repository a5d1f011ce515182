/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "decide/reasons.h"

/* Copies a page in scdoc's format from the input to the output, and puts a paragraph for each
 * reason in place of a line "@BLOCK@", "@WARN@" or "@NOTE@": those of that severity. */

/* `text` with commands in bold instead of backquotes, and nothing else that scdoc would take for
 * markup. */
static void print_text(const char *text)
{
    for (; *text; text++)
        if (*text == '`')
            putchar('*');
        else if (strchr("*_\\#<>[]", *text))
            printf("\\%c", *text);
        else
            putchar(*text);
}

/* Advice is a part of a sentence elsewhere; here it is one of its own. */
static void print_advice(const char *advice)
{
    size_t length = strlen(advice);

    fputs("\n\t_What to do:_ ", stdout);
    print_text(advice);
    puts(length && advice[length - 1] == '.' ? "" : ".");
}

static void print_reason(const struct reason *reason)
{
    if (!reason->about) {
        fprintf(stderr, "print-reasons: the reason %s has no text that says what it means\n",
                reason->id);
        exit(EXIT_FAILURE);
    }
    printf("*%s* (%s; %s)\n\t", reason->id, kind_name(reason->kind), group_name(reason->group));
    print_text(reason->about);
    putchar('\n');
    if (reason->advice)
        print_advice(reason->advice);
    putchar('\n');
}

static bool print_severity(const char *line)
{
    static const char *const LINES[] = {
        [SEVERITY_BLOCK] = "@BLOCK@\n",
        [SEVERITY_WARN] = "@WARN@\n",
        [SEVERITY_NOTE] = "@NOTE@\n",
    };

    for (size_t i = 0; i < ELEMENTS(LINES); i++)
        if (streq(line, LINES[i])) {
            for (size_t k = 0; k < reasons_count(); k++)
                if (reason_at(k)->severity == i)
                    print_reason(reason_at(k));
            return true;
        }
    return false;
}

int main(void)
{
    char line[1024];

    while (fgets(line, sizeof(line), stdin))
        if (!print_severity(line))
            fputs(line, stdout);
    return fflush(stdout) || ferror(stdout) || ferror(stdin) ? EXIT_FAILURE : EXIT_SUCCESS;
}
