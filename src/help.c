/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "help.h"

#include "base/util.h"
#include "verbs/verb.h"

enum {
    WIDTH = 80,
    VERB_INDENT = 15,
    OPTION_INDENT = 22,
};

static bool is_shown(const struct verb *verb)
{
    return !(verb->flags & VERB_HIDDEN);
}

static void print_verbs(void)
{
    for (size_t i = 0; i < TABLE.n_verbs; i++) {
        const struct verb *verb = TABLE.verbs[i];

        for (size_t k = 0; k < TABLE.n_groups; k++)
            if (TABLE.groups[k].first == verb)
                printf("\n%s:\n", TABLE.groups[k].title);
        if (is_shown(verb))
            printf("  %-*s%s\n", VERB_INDENT - 2, verb->name, verb->summary);
    }
}

/* "(status, check)", in as many lines as it takes. */
static void print_takers(const struct option_help *option)
{
    const char *before = "(";
    size_t column = 0;

    for (size_t i = 0; i < TABLE.n_verbs; i++) {
        const struct verb *verb = TABLE.verbs[i];

        if (!(verb->options & option->option) || !is_shown(verb))
            continue;
        if (column > 0 && column + strlen(verb->name) + 3 > WIDTH) {
            puts(",");
            before = "";
            column = 0;
        } else if (column > 0) {
            column += (size_t)printf(", ");
        }
        if (column == 0)
            column = (size_t)printf("%*s", OPTION_INDENT, before);
        column += (size_t)printf("%s", verb->name);
    }
    puts(")");
}

static void print_option(const struct option_help *option)
{
    char letter[8] = "", name[64];

    if (option->hidden)
        return;
    if (option->letter)
        snprintf(letter, sizeof(letter), "-%c, ", option->letter);
    snprintf(name, sizeof(name), "%s--%s%s%s%s%s", letter, option->name,
             option->optional ? "[" : "", option->argument ? "=" : "",
             option->argument ? option->argument : "", option->optional ? "]" : "");
    printf("  %-18s %s\n", name, option->summary);
    print_takers(option);
}

void help_print(void)
{
    puts("Usage: fastreboot [VERB] [OPTION]... [ARGUMENT]\n"
         "       fastreboot --help | --version\n"
         "\n"
         "Makes reboots start the next kernel with kexec, without the firmware.\n"
         "Without a verb: status.");
    print_verbs();
    puts("\nOptions:");
    for (size_t i = 0; i < TABLE.n_options; i++)
        print_option(&TABLE.options[i]);
    puts("\nnormal-reboot is another name for `fastreboot normal`. See fastreboot(8).");
}

void help_print_version(void)
{
    printf("fastreboot %s\n", VERSION);
    for (size_t i = 0; i < TABLE.n_features; i++)
        printf("%s%c%s", i ? " " : "", TABLE.features[i].compiled_in ? '+' : '-',
               TABLE.features[i].name);
    putchar('\n');
}
