/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report/death.h"

#include "base/util.h"
#include "facts/last-words.h"
#include "report/words.h"

/* All of one width. */
static const char *const LABELS[N_WORD_KINDS] = {
    [WORD_PANIC] = "  Panic:    ",    [WORD_TROUBLE] = "  Trouble:  ",
    [WORD_ROOT] = "  Root:     ",     [WORD_PROCESS] = "  Process:  ",
    [WORD_PLACE] = "  Function: ",    [WORD_TRACE] = "  Callers:  ",
    [WORD_INITCALL] = "  Starting: ", [WORD_PROGRAM] = "  Program:  ",
    [WORD_LAST] = "  Last:     ",
};

/* What the text of the record does not say already. */
static void print_words(const struct boot_record *record)
{
    CLEANUP(last_words_clear) struct last_words words;

    last_words_read(record->death->log, &words);
    for (int kind = 0; kind < N_WORD_KINDS; kind++)
        if (words.all[kind] && !strstr(record->text, words.all[kind]))
            print_line(LABELS[kind], xstrdup(words.all[kind]));
}

void report_death(const struct boot_record *record, const char *why)
{
    const struct death *death = record->death;

    if (!death)
        return;
    if (death->log)
        print_words(record);
    print_line(death->kind == DEATH_UNKNOWN ? "  Cause:    " : "  Known by: ",
               format("%s%s", death->kind == DEATH_UNKNOWN ? "not known: " : "", death->evidence));
    if (death->log && why)
        print_line("  Log:      ", format("`%s`", why));
}

static void print_log(const struct death *death)
{
    AUTOFREE char *log = last_words_plain(death->log);

    printf("\nThe end of its log:\n%s", log);
}

void report_why(const struct boot_record *record, size_t number, int64_t now)
{
    AUTOFREE char *when = time_and_age_text(record->time, now), *details = details_text(record);

    print_headline(STYLE_PLAIN,
                   format("Reboot %zu: %s, %s", number, outcome_name(record->outcome), when));
    if (details)
        print_line("  Details:  ", steal(&details));
    if (record->release)
        print_line("  Kernel:   ", xstrdup(record->release));
    report_death(record, NULL);
    if (record->death && record->death->log)
        print_log(record->death);
}
