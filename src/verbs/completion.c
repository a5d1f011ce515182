/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/util.h"
#include "decide/reasons.h"
#include "verbs/verb.h"

/* The build runs these to make the shells' completion files. */

static bool is_shown(const struct verb *verb)
{
    return !(verb->flags & VERB_HIDDEN);
}

static bool takes(const struct verb *verb, const struct option_help *option)
{
    return (verb->options & option->option) && !option->hidden;
}

static bool takes_reason(const struct verb *verb)
{
    return verb->argument && streq(verb->argument, "REASON");
}

static void print_reasons(void)
{
    for (size_t i = 0; i < N_REASONS; i++)
        printf("%s%s", i ? " " : "", REASONS[i].id);
}

/* What follows an option's "=" in zsh. */
static const char *zsh_argument(const struct option_help *option)
{
    switch (option->option) {
    case OPTION_ROOT:
        return ":directory:_files -/";
    case OPTION_KERNEL:
        return ":release:_files -W /lib/modules -/";
    default:
        return option->argument ? ":number:" : "";
    }
}

static int bash(const struct call *call)
{
    const struct table *table = call->table;

    fputs("# bash completion for fastreboot\n"
          "_fastreboot() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]}\n"
          "    if ((COMP_CWORD == 1)); then\n"
          "        COMPREPLY=($(compgen -W '",
          stdout);
    for (size_t i = 0; i < table->n_verbs; i++)
        if (is_shown(table->verbs[i]))
            printf("%s ", table->verbs[i]->name);
    fputs("--help --version' -- \"$word\"))\n        return\n    fi\n    case $verb in\n", stdout);
    for (size_t i = 0; i < table->n_verbs; i++) {
        if (!is_shown(table->verbs[i]))
            continue;
        printf("    %s) COMPREPLY=($(compgen -W '", table->verbs[i]->name);
        for (size_t k = 0; k < table->n_options; k++)
            if (takes(table->verbs[i], &table->options[k]))
                printf("--%s%s ", table->options[k].name, table->options[k].argument ? "=" : "");
        fputs("' -- \"$word\")", stdout);
        if (takes_reason(table->verbs[i])) {
            fputs(" $(compgen -W '", stdout);
            print_reasons();
            fputs("' -- \"$word\")", stdout);
        } else if (table->verbs[i]->argument) {
            fputs(" $(compgen -f -- \"$word\")", stdout);
        }
        puts(") ;;");
    }
    fputs("    esac\n}\ncomplete -F _fastreboot fastreboot\n", stdout);
    return EXIT_FINE;
}

static int zsh(const struct call *call)
{
    const struct table *table = call->table;

    fputs("#compdef fastreboot\n"
          "if ((CURRENT == 2)); then\n"
          "    local -a verbs=(\n",
          stdout);
    for (size_t i = 0; i < table->n_verbs; i++)
        if (is_shown(table->verbs[i]))
            printf("        '%s:%s'\n", table->verbs[i]->name, table->verbs[i]->summary);
    fputs("    )\n    _describe verb verbs\n    return\nfi\ncase $words[2] in\n", stdout);
    for (size_t i = 0; i < table->n_verbs; i++) {
        if (!is_shown(table->verbs[i]))
            continue;
        printf("%s) _arguments '*::", table->verbs[i]->name);
        if (takes_reason(table->verbs[i])) {
            fputs("reason:(", stdout);
            print_reasons();
            fputs(")'", stdout);
        } else {
            fputs(table->verbs[i]->argument ? "file:_files'" : ": :'", stdout);
        }
        for (size_t k = 0; k < table->n_options; k++)
            if (takes(table->verbs[i], &table->options[k]))
                printf(" '--%s%s[%s]%s'", table->options[k].name,
                       table->options[k].argument ? "=" : "", table->options[k].summary,
                       zsh_argument(&table->options[k]));
        fputs(" ;;\n", stdout);
    }
    fputs("esac\n", stdout);
    return EXIT_FINE;
}

const struct verb verb_completion_bash = {
    .name = "completion-bash",
    .summary = "the completion file for bash",
    .flags = VERB_HIDDEN,
    .run = bash,
};

const struct verb verb_completion_zsh = {
    .name = "completion-zsh",
    .summary = "the completion file for zsh",
    .flags = VERB_HIDDEN,
    .run = zsh,
};
