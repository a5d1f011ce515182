/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "options.h"

#include <ctype.h>
#include <getopt.h>

#include "base/clock.h"
#include "base/util.h"
#include "base/values.h"
#include "base/when.h"
#include "help.h"
#include "report/report.h"
#include "usage.h"

enum {
    CODE_HELP = 256,
    CODE_VERSION,
    CODE_FIRST_OPTION, /* followed by one for each of OPTIONS */
    MAX_OPTIONS = 32,
    MAX_TIMEOUT = 999999, /* in seconds */
    SECOND = 1000000,     /* in microseconds */
};

static int argument_kind(const struct option_help *option)
{
    if (option->optional)
        return optional_argument;
    return option->argument ? required_argument : no_argument;
}

/* Fills getopt's table of long options and its text of single letters. */
static void list_options(struct option *table, char *letters)
{
    size_t n = 0;

    letters += sprintf(letters, ":h");
    table[n++] = (struct option){"help", no_argument, NULL, CODE_HELP};
    table[n++] = (struct option){"version", no_argument, NULL, CODE_VERSION};
    for (size_t i = 0; i < TABLE.n_options; i++) {
        const struct option_help *option = &TABLE.options[i];

        table[n++] =
            (struct option){option->name, argument_kind(option), NULL, CODE_FIRST_OPTION + (int)i};
        if (option->letter)
            letters += sprintf(letters, "%c%s", option->letter, option->argument ? ":" : "");
    }
    table[n] = (struct option){0};
}

static const struct option_help *option_of(int code)
{
    for (size_t i = 0; i < TABLE.n_options; i++)
        if (code == CODE_FIRST_OPTION + (int)i ||
            (TABLE.options[i].letter && code == TABLE.options[i].letter))
            return &TABLE.options[i];
    return NULL;
}

/* Parses a number up to 999999; -1 if it is not one. */
static int number_of(const char *text)
{
    size_t length = strspn(text, "0123456789");

    return length > 0 && length < 7 && !text[length] ? atoi(text) : -1;
}

static void set_json(int mode, struct call *call)
{
    report_json_on_one_line(mode == JSON_SHORT);
    call->given &= ~(unsigned)OPTION_JSON;
    if (mode != JSON_OFF)
        call->given |= OPTION_JSON;
}

/* Which of its words the option's argument is, the first one if it has none; -1 after a report. */
static int word_of(const struct option_help *option)
{
    struct nearest nearest = {.word = optarg};
    AUTOFREE char *what = format("--%s mode", option->name), *choices = NULL;

    if (!optarg)
        return 0;
    for (int i = 0; option->words[i]; i++) {
        if (streq(optarg, option->words[i]))
            return i;
        nearest_try(&nearest, option->words[i]);
        append_text(&choices, ", ", option->words[i]);
    }
    (void)usage_unknown(what, "\"", &nearest, choices);
    return -1;
}

/* A part of a second counts as a whole one; "infinity" is no limit at all. */
static int take_timeout(const struct option_help *option, struct call *call)
{
    int64_t time = -1, seconds;

    if (parse_time(optarg, &time) < 0)
        return usage_error("--%s=%s: must be a time, such as 90, 5min or infinity", option->name,
                           optarg);
    seconds = time / SECOND + (time % SECOND > 0);
    if (time == TIME_INFINITY)
        call->timeout = -1;
    else if (seconds <= MAX_TIMEOUT)
        call->timeout = (int)seconds;
    else
        return usage_error("--%s=%s: must be %d seconds at most, or infinity", option->name, optarg,
                           MAX_TIMEOUT);
    return EXIT_FINE;
}

static int take_when(struct call *call)
{
    if (streq(optarg, "cancel")) {
        call->when = WHEN_CANCEL;
        return EXIT_FINE;
    }
    if (when_parse(optarg, clock_now(), &call->when))
        return EXIT_FINE;
    return usage_error("--when=%s: must be a time to come, such as +5, +2h30min, 23:30 or "
                       "\"2030-01-31 23:30\"; or now, or cancel",
                       optarg);
}

/* Takes an option and its argument. Returns EXIT_FINE, or another exit status. */
static int take(const struct option_help *option, struct call *call, const char **root)
{
    int number = optarg ? number_of(optarg) : -1, word = option->words ? word_of(option) : 0;

    if (word < 0)
        return EXIT_USAGE;
    call->given |= option->option;
    switch (option->option) {
    case OPTION_JSON:
        set_json(word, call);
        return EXIT_FINE;
    case OPTION_VERBOSE:
        call->verbosity++;
        return EXIT_FINE;
    case OPTION_ROOT:
        *root = optarg;
        return EXIT_FINE;
    case OPTION_KERNEL:
        call->kernel = optarg;
        return EXIT_FINE;
    case OPTION_OUTPUT:
        call->output = optarg;
        return EXIT_FINE;
    case OPTION_KEY_FILE:
        call->key_file = optarg;
        return EXIT_FINE;
    case OPTION_PLOT:
        call->plot = optarg;
        return EXIT_FINE;
    case OPTION_WHEN:
        return take_when(call);
    case OPTION_NUMBER:
        call->number = number > 0 ? (unsigned)number : 0;
        return number > 0
                   ? EXIT_FINE
                   : usage_error("--%s=%s: must be a number from 1 on", option->name, optarg);
    case OPTION_TIMEOUT:
        return take_timeout(option, call);
    default:
        return EXIT_FINE;
    }
}

/* getopt takes the start of an option's name for it if no other option starts like that. */
static size_t n_starting_with(const char *start)
{
    size_t n = !!after_prefix("help", start) + !!after_prefix("version", start);

    for (size_t i = 0; i < TABLE.n_options; i++)
        n += !!after_prefix(TABLE.options[i].name, start);
    return n;
}

/* `word` starts with "--", and is no option. */
static int unknown_long(const char *word)
{
    AUTOFREE char *name = xstrndup(word, strcspn(word, "="));
    struct nearest nearest = {.word = name + 2};
    AUTOFREE char *found = NULL;

    if (n_starting_with(name + 2) > 1)
        return usage_error("option %s is ambiguous", name);
    nearest_try(&nearest, "help");
    nearest_try(&nearest, "version");
    for (size_t i = 0; i < TABLE.n_options; i++)
        if (!TABLE.options[i].hidden)
            nearest_try(&nearest, TABLE.options[i].name);
    if (nearest.name)
        found = format("--%s", nearest.name);
    return usage_unknown("option", "", &(struct nearest){.word = name, .name = found}, NULL);
}

/* What getopt did not take: it tells a known option in optopt, and an unknown letter. */
static int refused(const char *word)
{
    const struct option_help *option = optopt ? option_of(optopt) : NULL;

    if (option)
        return usage_error("--%s takes no argument", option->name);
    if (optopt == CODE_HELP || optopt == CODE_VERSION)
        return usage_error("--%s takes no argument", optopt == CODE_HELP ? "help" : "version");
    return optopt ? usage_error("unknown option -%c", optopt) : unknown_long(word);
}

int options_take(int argc, char **argv, struct call *call, const char **root)
{
    struct option table[MAX_OPTIONS];
    char letters[2 * MAX_OPTIONS + 3];
    int code, status;

    opterr = 0;
    list_options(table, letters);
    while ((code = getopt_long(argc, argv, letters, table, NULL)) != -1) {
        if (code == CODE_HELP || code == 'h') {
            help_print();
            return EXIT_FINE;
        }
        if (code == CODE_VERSION) {
            help_print_version();
            return EXIT_FINE;
        }
        if (code == ':')
            return usage_error("%s: an argument is missing", argv[optind - 1]);
        if (!option_of(code))
            return refused(argv[optind - 1]);
        status = take(option_of(code), call, root);
        if (status != EXIT_FINE)
            return status;
    }
    return -1;
}

static const char *first_refused(const struct verb *verb, unsigned given)
{
    for (size_t i = 0; i < TABLE.n_options; i++)
        if (given & ~verb->options & TABLE.options[i].option)
            return TABLE.options[i].name;
    return NULL;
}

/* Whether `text` can be the name of a directory in /lib/modules. */
static bool is_release(const char *text)
{
    return *text && text[0] != '.' && !strchr(text, '/');
}

static int check_number(const struct verb *verb, const char *text, unsigned *ret)
{
    int number = text ? number_of(text) : 0;

    if (number < 0 || (text && number == 0))
        return usage_error("%s %s: must be a number from 1 on", verb->name, text);
    *ret = (unsigned)number;
    return EXIT_FINE;
}

static int check_numbers(const struct verb *verb, struct call *call)
{
    int status = check_number(verb, call->argument, &call->which);

    if (status == EXIT_FINE)
        status = check_number(verb, call->second, &call->other);
    if (status == EXIT_FINE && call->which && given(call, OPTION_NUMBER))
        return usage_error("%s %u excludes --lines", verb->name, call->which);
    return status;
}

static int check_argument(const struct verb *verb, struct call *call)
{
    struct nearest nearest = {.word = call->argument};
    AUTOFREE char *what = NULL, *choices = xstrdup(verb->words_are);

    if (call->argument && !verb->argument)
        return usage_error("unexpected argument \"%s\"", call->argument);
    if (verb->flags & VERB_NUMBER)
        return check_numbers(verb, call);
    if (!call->argument && verb->argument && (verb->word || !given(call, OPTION_DRY_RUN)))
        return usage_error("%s: %s is missing", verb->name, verb->argument);
    if (!verb->word)
        return EXIT_FINE;
    for (size_t i = 0; verb->word(i); i++) {
        if (streq(verb->word(i), call->argument))
            return EXIT_FINE;
        nearest_try(&nearest, verb->word(i));
        if (!verb->words_are)
            append_text(&choices, ", ", verb->word(i));
    }
    what = xstrdup(verb->argument);
    for (char *letter = what; *letter; letter++)
        *letter = (char)tolower(*letter);
    return usage_unknown(what, "\"", &nearest, choices);
}

int options_check(const struct verb *verb, struct call *call)
{
    const char *option = first_refused(verb, call->given);

    if (option)
        return usage_error("%s does not take --%s", verb->name, option);
    if (given(call, OPTION_ARM) && given(call, OPTION_CANCEL))
        return usage_error("--arm and --cancel exclude each other");
    if (given(call, OPTION_NAGIOS) && given(call, OPTION_JSON | OPTION_VERBOSE | OPTION_KERNEL))
        return usage_error("--nagios excludes --json, --verbose and --kernel");
    if (given(call, OPTION_FAST) && given(call, OPTION_FIRMWARE))
        return usage_error("--fast and --firmware exclude each other");
    if (given(call, OPTION_PLOT) && given(call, OPTION_NUMBER))
        return usage_error("--plot and --lines exclude each other");
    if (call->when == WHEN_CANCEL && call->given & (OPTION_FAST | OPTION_FIRMWARE))
        return usage_error("--when=cancel takes neither --fast nor --firmware");
    if (call->kernel && !is_release(call->kernel))
        return usage_error("--kernel=%s: must be a kernel release, such as 6.1.0-33-amd64",
                           call->kernel);
    if ((verb->flags & VERB_NEEDS_ROOT) && !given(call, OPTION_DRY_RUN) && geteuid() != 0) {
        fprintf(stderr, "fastreboot: %s: must be root\n", verb->name);
        return EXIT_FAILED;
    }
    return check_argument(verb, call);
}
