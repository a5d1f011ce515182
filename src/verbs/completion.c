/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/util.h"
#include "verbs/verb.h"

/* The build writes the shells' completion files with these. */

static bool is_shown(const struct verb *verb)
{
    return !(verb->flags & VERB_HIDDEN);
}

static bool takes(const struct verb *verb, const struct option_help *option)
{
    return (verb->options & option->option) && !option->hidden;
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
        printf("' -- \"$word\")%s) ;;\n",
               table->verbs[i]->argument ? " $(compgen -f -- \"$word\")" : "");
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
        printf("%s) _arguments '*::%s'", table->verbs[i]->name,
               table->verbs[i]->argument ? "file:_files" : ": :");
        for (size_t k = 0; k < table->n_options; k++)
            if (takes(table->verbs[i], &table->options[k]))
                printf(" '--%s%s[%s]%s'", table->options[k].name,
                       table->options[k].argument ? "=" : "", table->options[k].summary,
                       !table->options[k].argument ? ""
                       : table->options[k].option == OPTION_ROOT
                           ? ":directory:_files -/"
                           : ":release:_files -W /lib/modules -/");
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
