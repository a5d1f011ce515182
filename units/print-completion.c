/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "verbs/verb.h"

/* The build runs this to make the shells' completion files from the table of verbs and options:
 *
 *   print-completion bash|zsh|fish|fish-normal-reboot */

static bool is_shown(const struct verb *verb)
{
    return !(verb->flags & VERB_HIDDEN);
}

static bool takes(const struct verb *verb, const struct option_help *option)
{
    return (verb->options & option->option) && !option->hidden;
}

static bool takes_file(const struct verb *verb)
{
    return verb->argument && !verb->word && !(verb->flags & VERB_NUMBER);
}

/* The words that the verb's argument may be. */
static void print_words(const struct verb *verb)
{
    for (size_t i = 0; verb->word(i); i++)
        printf("%s%s", i ? " " : "", verb->word(i));
}

static void print_option_words(const struct option_help *option)
{
    for (size_t i = 0; option->words && option->words[i]; i++)
        printf("%s%s", i ? " " : "", option->words[i]);
}

/* What follows an option's "=": the text of that name, or nothing that could be completed. */
static const char *argument_of(const struct option_help *option, const char *directory,
                               const char *file, const char *release, const char *other)
{
    if (!option->argument)
        return "";
    if (option->option == OPTION_ROOT)
        return directory;
    if (option->option & (OPTION_OUTPUT | OPTION_PLOT | OPTION_KEY_FILE))
        return file;
    return option->option == OPTION_KERNEL ? release : other;
}

static void print_verbs(void)
{
    for (size_t i = 0; i < TABLE.n_verbs; i++)
        if (is_shown(TABLE.verbs[i]))
            printf("%s ", TABLE.verbs[i]->name);
}

/* `text` within single quotes. */
static void print_quoted(const char *text, const char *quote)
{
    for (; *text; text++)
        if (*text == '\'')
            fputs(quote, stdout);
        else
            putchar(*text);
}

static void bash_words(const struct verb *verb)
{
    printf("    %s) words='", verb->name);
    for (size_t i = 0; i < TABLE.n_options; i++) {
        const struct option_help *option = &TABLE.options[i];

        if (!takes(verb, option))
            continue;
        if (option->letter)
            printf("-%c ", option->letter);
        printf("--%s%s ", option->name, option->argument && !option->optional ? "=" : "");
    }
    fputs("--help", stdout);
    if (verb->word) {
        putchar(' ');
        print_words(verb);
    }
    printf("'%s ;;\n", takes_file(verb) ? " files=yes" : "");
}

/* bash makes a word of its own of the "=" before an option's argument. */
static void bash(void)
{
    fputs("# bash completion for fastreboot and normal-reboot\n"
          "_fastreboot() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
          "    local verb=${COMP_WORDS[1]} place=$COMP_CWORD words= files=\n"
          "    [[ ${COMP_WORDS[0]##*/} != normal-reboot ]] || verb=normal place=2\n"
          "    local equals=\n"
          "    [[ $before != = ]] || before=${COMP_WORDS[COMP_CWORD - 2]} equals==\n"
          "    [[ $word != = ]] || word= equals==\n"
          "    case $before$equals in\n",
          stdout);
    for (size_t i = 0; i < TABLE.n_options; i++) {
        const struct option_help *option = &TABLE.options[i];

        if (!option->argument || option->hidden)
            continue;
        printf("    --%s=", option->name);
        if (!option->optional)
            printf("|--%s", option->name);
        if (option->letter)
            printf("|-%c", option->letter);
        if (option->words) {
            fputs(") mapfile -t COMPREPLY < <(compgen -W '", stdout);
            print_option_words(option);
            fputs("' -- \"$word\"); return ;;\n", stdout);
            continue;
        }
        printf(
            ") COMPREPLY=(); %sreturn ;;\n",
            argument_of(option,
                        "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$word\"); ",
                        "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); ",
                        "mapfile -t COMPREPLY < <(cd /lib/modules 2>/dev/null && compgen -d -- "
                        "\"$word\"); ",
                        ""));
    }
    fputs("    esac\n    case $verb in\n", stdout);
    for (size_t i = 0; i < TABLE.n_verbs; i++)
        if (is_shown(TABLE.verbs[i]))
            bash_words(TABLE.verbs[i]);
    fputs("    esac\n    ((place != 1)) || words='", stdout);
    print_verbs();
    fputs("--help --version'\n"
          "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
          "    [[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace\n"
          "    if [[ $files && $place != 1 ]]; then\n"
          "        compopt -o filenames\n"
          "        mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen -f -- \"$word\")\n"
          "    fi\n"
          "}\n"
          "complete -F _fastreboot fastreboot normal-reboot\n",
          stdout);
}

static void zsh_option(const struct option_help *option)
{
    const char *argument = argument_of(option, ":directory:_files -/", ":file:_files",
                                       ":release:_files -W /lib/modules -/", ":value:");

    if (option->letter) {
        printf(" '-%c%s[", option->letter, option->argument ? "+" : "");
        print_quoted(option->summary, "'\\''");
        printf("]%s'", argument);
    }
    printf(" '--%s%s%s[", option->name, option->argument ? "=" : "", option->optional ? "-" : "");
    print_quoted(option->summary, "'\\''");
    if (option->words) {
        fputs("]::value:(", stdout);
        print_option_words(option);
        fputs(")'", stdout);
    } else {
        printf("]%s'", argument);
    }
}

static void zsh(void)
{
    fputs("#compdef fastreboot normal-reboot\n"
          "local verb=$words[2]\n"
          "if [[ $service == normal-reboot ]]; then\n"
          "    verb=normal\n"
          "elif ((CURRENT == 2)); then\n"
          "    local -a verbs=(\n",
          stdout);
    for (size_t i = 0; i < TABLE.n_verbs; i++)
        if (is_shown(TABLE.verbs[i])) {
            printf("        '%s:", TABLE.verbs[i]->name);
            print_quoted(TABLE.verbs[i]->summary, "'\\''");
            puts("'");
        }
    fputs("        --help --version\n"
          "    )\n"
          "    _describe verb verbs\n"
          "    return\n"
          "else\n"
          "    shift words\n"
          "    ((CURRENT--))\n"
          "fi\n"
          "case $verb in\n",
          stdout);
    for (size_t i = 0; i < TABLE.n_verbs; i++) {
        const struct verb *verb = TABLE.verbs[i];

        if (!is_shown(verb))
            continue;
        printf("%s) _arguments '--help[print a summary]'", verb->name);
        if (verb->word) {
            printf(" '1:%s:(", verb->argument);
            print_words(verb);
            fputs(")'", stdout);
        } else if (takes_file(verb)) {
            fputs(" '1:file:_files'", stdout);
        }
        for (size_t k = 0; k < TABLE.n_options; k++)
            if (takes(verb, &TABLE.options[k]))
                zsh_option(&TABLE.options[k]);
        fputs(" ;;\n", stdout);
    }
    fputs("esac\n", stdout);
}

static void fish_option(const char *program, const char *condition,
                        const struct option_help *option)
{
    printf("complete -c %s%s", program, condition);
    if (option->letter)
        printf(" -s %c", option->letter);
    printf(" -l %s", option->name);
    if (option->words) {
        fputs(" -a '", stdout);
        print_option_words(option);
        fputs("'", stdout);
    } else {
        fputs(argument_of(option, " -x -a '(__fish_complete_directories)'", " -r -F",
                          " -x -a '(command ls /lib/modules 2>/dev/null)'", " -x"),
              stdout);
    }
    fputs(" -d '", stdout);
    print_quoted(option->summary, "\\'");
    puts("'");
}

static void fish_common(const char *program, const char *condition)
{
    printf("complete -c %s -s h -l help -d 'print a summary'\n", program);
    printf("complete -c %s%s -l version -d 'print the version'\n", program, condition);
}

static void fish(void)
{
    char condition[128];

    puts("# fish completion for fastreboot\ncomplete -c fastreboot -f");
    for (size_t i = 0; i < TABLE.n_verbs; i++) {
        const struct verb *verb = TABLE.verbs[i];

        if (!is_shown(verb))
            continue;
        printf("complete -c fastreboot -n __fish_use_subcommand -a %s -d '", verb->name);
        print_quoted(verb->summary, "\\'");
        puts("'");
        snprintf(condition, sizeof(condition), " -n '__fish_seen_subcommand_from %s'", verb->name);
        if (takes_file(verb))
            printf("complete -c fastreboot%s -F\n", condition);
        if (verb->word) {
            printf("complete -c fastreboot%s -a '", condition);
            print_words(verb);
            puts("'");
        }
        for (size_t k = 0; k < TABLE.n_options; k++)
            if (takes(verb, &TABLE.options[k]))
                fish_option("fastreboot", condition, &TABLE.options[k]);
    }
    fish_common("fastreboot", " -n __fish_use_subcommand");
}

static void fish_normal_reboot(void)
{
    puts("# fish completion for normal-reboot\ncomplete -c normal-reboot -f");
    for (size_t i = 0; i < TABLE.n_verbs; i++)
        for (size_t k = 0; k < TABLE.n_options; k++)
            if (streq(TABLE.verbs[i]->name, "normal") && takes(TABLE.verbs[i], &TABLE.options[k]))
                fish_option("normal-reboot", "", &TABLE.options[k]);
    fish_common("normal-reboot", "");
}

static const struct {
    const char *name;
    void (*print)(void);
} SHELLS[] = {
    {"bash", bash},
    {"zsh", zsh},
    {"fish", fish},
    {"fish-normal-reboot", fish_normal_reboot},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < ELEMENTS(SHELLS); i++)
        if (streq(argv[1], SHELLS[i].name)) {
            SHELLS[i].print();
            return fflush(stdout) || ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
        }
    fputs("usage: print-completion bash|zsh|fish|fish-normal-reboot\n", stderr);
    return EXIT_FAILURE;
}
