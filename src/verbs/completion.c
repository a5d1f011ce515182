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
    (void)call;
    fputs("# bash completion for fastreboot\n"
          "_fastreboot() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]}\n"
          "    if ((COMP_CWORD == 1)); then\n"
          "        COMPREPLY=($(compgen -W '",
          stdout);
    for (size_t i = 0; i < N_VERBS; i++)
        if (is_shown(VERBS[i]))
            printf("%s ", VERBS[i]->name);
    fputs("--help --version' -- \"$word\"))\n        return\n    fi\n    case $verb in\n", stdout);
    for (size_t i = 0; i < N_VERBS; i++) {
        if (!is_shown(VERBS[i]))
            continue;
        printf("    %s) COMPREPLY=($(compgen -W '", VERBS[i]->name);
        for (size_t k = 0; k < N_OPTIONS; k++)
            if (takes(VERBS[i], &OPTIONS[k]))
                printf("--%s%s ", OPTIONS[k].name, OPTIONS[k].argument ? "=" : "");
        fputs("' -- \"$word\")) ;;\n", stdout);
    }
    fputs("    esac\n}\ncomplete -F _fastreboot fastreboot\n", stdout);
    return EXIT_FINE;
}

static int zsh(const struct call *call)
{
    (void)call;
    fputs("#compdef fastreboot\n"
          "if ((CURRENT == 2)); then\n"
          "    local -a verbs=(\n",
          stdout);
    for (size_t i = 0; i < N_VERBS; i++)
        if (is_shown(VERBS[i]))
            printf("        '%s:%s'\n", VERBS[i]->name, VERBS[i]->summary);
    fputs("    )\n    _describe verb verbs\n    return\nfi\ncase $words[2] in\n", stdout);
    for (size_t i = 0; i < N_VERBS; i++) {
        if (!is_shown(VERBS[i]))
            continue;
        printf("%s) _arguments '*::: :'", VERBS[i]->name);
        for (size_t k = 0; k < N_OPTIONS; k++)
            if (takes(VERBS[i], &OPTIONS[k]))
                printf(" '--%s%s[%s]%s'", OPTIONS[k].name, OPTIONS[k].argument ? "=" : "",
                       OPTIONS[k].summary,
                       !OPTIONS[k].argument               ? ""
                       : OPTIONS[k].option == OPTION_ROOT ? ":directory:_files -/"
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
