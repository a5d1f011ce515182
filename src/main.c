/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>

#include "base/text.h"
#include "base/util.h"
#include "verbs/verb.h"

enum {
    CODE_HELP = 256,
    CODE_VERSION,
    CODE_FIRST_OPTION, /* followed by one for each of OPTIONS */
    MAX_OPTIONS = 16,
};

static const char USAGE[] = "Usage: fastreboot [VERB] [OPTION]... [ARGUMENT]\n"
                            "       fastreboot --help | --version\n";

static bool is_shown(const struct verb *verb)
{
    return !(verb->flags & VERB_HIDDEN);
}

static void print_verbs(void)
{
    for (size_t i = 0; i < TABLE.n_verbs; i++)
        if (is_shown(TABLE.verbs[i]))
            printf("  %-11s %s\n", TABLE.verbs[i]->name, TABLE.verbs[i]->summary);
}

static void print_option(const struct option_help *option)
{
    AUTOFREE char *verbs = NULL;
    char letter[8] = "", name[64];

    if (option->hidden)
        return;
    if (option->letter)
        snprintf(letter, sizeof(letter), "-%c, ", option->letter);
    snprintf(name, sizeof(name), "%s--%s%s%s", letter, option->name, option->argument ? "=" : "",
             option->argument ? option->argument : "");
    for (size_t i = 0; i < TABLE.n_verbs; i++)
        if (TABLE.verbs[i]->options & option->option && is_shown(TABLE.verbs[i]))
            append_text(&verbs, ", ", TABLE.verbs[i]->name);
    printf("  %-16s %s\n       (%s)\n", name, option->summary, verbs);
}

static int help(void)
{
    printf("%s\nMakes reboots start the next kernel with kexec, without the firmware.\n"
           "Without a verb: status.\n\nVerbs:\n",
           USAGE);
    print_verbs();
    puts("\nOptions:");
    for (size_t i = 0; i < TABLE.n_options; i++)
        print_option(&TABLE.options[i]);
    puts("\nnormal-reboot is another name for `fastreboot normal`. See fastreboot(8).");
    return EXIT_FINE;
}

static int usage_error(const char *pattern, ...) __attribute__((format(printf, 1, 2)));

/* The message contains words of the command line, so it is made safe for a terminal. */
static int usage_error(const char *pattern, ...)
{
    AUTOFREE char *text = NULL, *safe = NULL;
    va_list arguments;

    va_start(arguments, pattern);
    if (vasprintf(&text, pattern, arguments) < 0)
        out_of_memory();
    va_end(arguments);
    safe = text_printable(text);
    fprintf(stderr, "fastreboot: %s\nTry 'fastreboot --help'.\n", safe);
    return EXIT_USAGE;
}

/* The edit distance: how many letters to change, add or remove; a large number if a word is too
 * long for a typing error. */
static size_t distance(const char *a, const char *b)
{
    enum { LONGEST = 24 };
    size_t row[LONGEST + 1], n = strlen(b);

    if (strlen(a) > LONGEST || n > LONGEST)
        return LONGEST;
    for (size_t k = 0; k <= n; k++)
        row[k] = k;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t k = 1; k <= n; k++) {
            size_t changed = diagonal + (a[i - 1] != b[k - 1]);
            size_t shorter = row[k] < row[k - 1] ? row[k] : row[k - 1];

            diagonal = row[k];
            row[k] = changed < shorter + 1 ? changed : shorter + 1;
        }
    }
    return row[n];
}

static int unknown_verb(const char *name)
{
    const char *nearest = NULL;
    size_t least = 3;

    for (size_t i = 0; i < TABLE.n_verbs; i++) {
        size_t n = distance(name, TABLE.verbs[i]->name);

        if (n < least && n < strlen(name) && !(TABLE.verbs[i]->flags & VERB_HIDDEN)) {
            nearest = TABLE.verbs[i]->name;
            least = n;
        }
    }
    if (nearest)
        return usage_error("unknown verb \"%s\"; did you mean \"%s\"?", name, nearest);
    return usage_error("unknown verb \"%s\"", name);
}

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < TABLE.n_verbs; i++)
        if (streq(TABLE.verbs[i]->name, name))
            return TABLE.verbs[i];
    return NULL;
}

/* Fills getopt's table. */
static void list_options(struct option *table)
{
    size_t n = 0;

    table[n++] = (struct option){"help", no_argument, NULL, CODE_HELP};
    table[n++] = (struct option){"version", no_argument, NULL, CODE_VERSION};
    for (size_t i = 0; i < TABLE.n_options; i++)
        table[n++] = (struct option){TABLE.options[i].name,
                                     TABLE.options[i].argument ? required_argument : no_argument,
                                     NULL, CODE_FIRST_OPTION + (int)i};
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

/* Reports what is wrong with the options; returns the exit status, or EXIT_FINE. */
static int check_options(const struct verb *verb, unsigned options, const char *kernel)
{
    const char *refused = first_refused(verb, options);

    if (refused)
        return usage_error("%s does not take --%s", verb->name, refused);
    if ((options & OPTION_ARM) && (options & OPTION_CANCEL))
        return usage_error("--arm and --cancel exclude each other");
    if (kernel && !is_release(kernel))
        return usage_error("--kernel=%s: must be a kernel release, such as 6.1.0-33-amd64", kernel);
    if ((verb->flags & VERB_NEEDS_ROOT) && !(options & OPTION_DRY_RUN) && geteuid() != 0) {
        fprintf(stderr, "fastreboot: %s: must be root\n", verb->name);
        return EXIT_FAILED;
    }
    return EXIT_FINE;
}

static int run_verb(const struct verb *verb, const char *root, struct call *call)
{
    AUTOCLOSE int fd = -1;
    int status = check_options(verb, call->given, call->kernel);

    if (status != EXIT_FINE)
        return status;
    if (call->argument && !verb->argument)
        return usage_error("unexpected argument \"%s\"", call->argument);
    if (!call->argument && verb->argument && !given(call, OPTION_DRY_RUN))
        return usage_error("%s: %s is missing", verb->name, verb->argument);
    fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        fprintf(stderr, "fastreboot: %s: %s\n", root, strerror(errno));
        return EXIT_FAILED;
    }
    call->root = fd;
    return verb->run(call);
}

/* Output must not get lost: a full disk must not look like success. */
static int finish(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    fprintf(stderr, "fastreboot: standard output: %s\n", strerror(errno));
    return EXIT_FAILED;
}

/* Parses a number up to 999999; -1 if it is not one. */
static int number_of(const char *text)
{
    size_t length = strspn(text, "0123456789");

    return length > 0 && length < 7 && !text[length] ? atoi(text) : -1;
}

/* Takes an option's argument. Returns whether it is valid. */
static bool take_argument(const struct option_help *option, const char **root, struct call *call)
{
    int number = optarg ? number_of(optarg) : -1;

    switch (option->option) {
    case OPTION_ROOT:
        *root = optarg;
        return true;
    case OPTION_KERNEL:
        call->kernel = optarg;
        return true;
    case OPTION_NUMBER:
        call->number = number > 0 ? (unsigned)number : 0;
        return number > 0;
    case OPTION_TIMEOUT:
        call->timeout = number;
        return number >= 0;
    default:
        return true;
    }
}

/* Takes the options. Returns the exit status, or -1 to go on. */
static int take_options(int argc, char **argv, const char **root, struct call *call)
{
    struct option table[MAX_OPTIONS];
    int code;

    opterr = 0;
    list_options(table);
    while ((code = getopt_long(argc, argv, ":hvn:", table, NULL)) != -1) {
        const struct option_help *option = option_of(code);

        if (code == CODE_HELP || code == 'h')
            return help();
        if (code == CODE_VERSION)
            return printf("fastreboot %s\n", VERSION) < 0;
        if (code == ':')
            return usage_error("%s: an argument is missing", argv[optind - 1]);
        if (!option)
            return usage_error(optopt ? "option %s: unknown, or it takes no argument"
                                      : "unknown option %s",
                               argv[optind - 1]);
        call->given |= option->option;
        if (!take_argument(option, root, call))
            return usage_error("--%s=%s: must be a number%s", option->name, optarg,
                               option->option == OPTION_NUMBER ? " from 1 on" : "");
    }
    return -1;
}

int main(int argc, char **argv)
{
    bool as_normal = streq(basename(argc > 0 ? argv[0] : ""), "normal-reboot");
    const char *name = as_normal ? "normal" : "status", *root = "/";
    struct call call = {.table = &TABLE, .timeout = -1};
    int status = take_options(argc, argv, &root, &call);

    if (status >= 0)
        return finish(status);
    if (!as_normal && optind < argc)
        name = argv[optind++];
    if (!find_verb(name))
        return unknown_verb(name);
    if (optind + 1 < argc)
        return usage_error("unexpected argument \"%s\"", argv[optind + 1]);
    call.argument = argv[optind];
    return finish(run_verb(find_verb(name), root, &call));
}
