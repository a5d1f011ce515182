/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>

#include "base/util.h"
#include "verbs/verb.h"

enum {
    CODE_HELP = 256,
    CODE_VERSION,
    CODE_FIRST_OPTION, /* and as many as there are in OPTIONS */
    MAX_OPTIONS = 16,
};

static const char USAGE[] = "Usage: fastreboot VERB [OPTION]... [FILE]\n"
                            "       fastreboot --help | --version\n";

static void print_verbs(void)
{
    for (size_t i = 0; i < TABLE.n_verbs; i++)
        if (!(TABLE.verbs[i]->flags & VERB_HIDDEN))
            printf("  %-11s %s\n", TABLE.verbs[i]->name, TABLE.verbs[i]->summary);
}

static void print_option(const struct option_help *option)
{
    char letter[8] = "", name[64];

    if (option->hidden)
        return;
    if (option->letter)
        snprintf(letter, sizeof(letter), "-%c, ", option->letter);
    snprintf(name, sizeof(name), "%s--%s%s%s", letter, option->name, option->argument ? "=" : "",
             option->argument ? option->argument : "");
    printf("  %-15s %s (", name, option->summary);
    for (size_t i = 0, n = 0; i < TABLE.n_verbs; i++)
        if (TABLE.verbs[i]->options & option->option && !(TABLE.verbs[i]->flags & VERB_HIDDEN))
            printf("%s%s", n++ ? ", " : "", TABLE.verbs[i]->name);
    puts(")");
}

static int help(void)
{
    printf("%s\nMakes reboot start the next kernel by kexec, without the firmware.\n\nVerbs:\n",
           USAGE);
    print_verbs();
    puts("\nOptions:");
    for (size_t i = 0; i < TABLE.n_options; i++)
        print_option(&TABLE.options[i]);
    puts("\nCalled as normal-reboot it is `fastreboot normal`. See fastreboot(8).");
    return EXIT_FINE;
}

static int usage_error(const char *pattern, ...) __attribute__((format(printf, 1, 2)));

static int usage_error(const char *pattern, ...)
{
    va_list arguments;

    va_start(arguments, pattern);
    fputs("fastreboot: ", stderr);
    vfprintf(stderr, pattern, arguments);
    fputs("; see fastreboot --help\n", stderr);
    va_end(arguments);
    return EXIT_USAGE;
}

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < TABLE.n_verbs; i++)
        if (streq(TABLE.verbs[i]->name, name))
            return TABLE.verbs[i];
    return NULL;
}

/* getopt's table. */
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

/* The name of a directory below /lib/modules. */
static bool is_release(const char *text)
{
    return *text && text[0] != '.' && !strchr(text, '/');
}

/* What is wrong with the options is told: the exit status, or EXIT_FINE. */
static int check_options(const struct verb *verb, unsigned options, const char *kernel)
{
    const char *refused = first_refused(verb, options);

    if (refused)
        return usage_error("%s does not take --%s", verb->name, refused);
    if ((options & OPTION_ARM) && (options & OPTION_CANCEL))
        return usage_error("--arm and --cancel exclude each other");
    if (kernel && !is_release(kernel))
        return usage_error("--kernel=%s: must be a kernel's release, such as 6.1.0-33-amd64",
                           kernel);
    if ((verb->flags & VERB_NEEDS_ROOT) && !(options & OPTION_DRY_RUN) && geteuid() != 0) {
        fprintf(stderr, "fastreboot: %s: must be root\n", verb->name);
        return EXIT_FAILED;
    }
    return EXIT_FINE;
}

static int run_verb(const struct verb *verb, unsigned options, const char *root, const char *kernel,
                    const char *argument)
{
    AUTOCLOSE int fd = -1;
    struct call call = {.table = &TABLE, .given = options, .kernel = kernel, .argument = argument};
    int status = check_options(verb, options, kernel);

    if (status != EXIT_FINE)
        return status;
    if (argument && !verb->argument)
        return usage_error("unexpected argument \"%s\"", argument);
    if (!argument && verb->argument && !(options & OPTION_DRY_RUN))
        return usage_error("%s: %s is missing", verb->name, verb->argument);
    fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        fprintf(stderr, "fastreboot: %s: %s\n", root, strerror(errno));
        return EXIT_FAILED;
    }
    call.root = fd;
    return verb->run(&call);
}

/* What was printed counts only when it arrived: a full disk must not look like success. */
static int finish(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    fprintf(stderr, "fastreboot: standard output: %s\n", strerror(errno));
    return EXIT_FAILED;
}

int main(int argc, char **argv)
{
    struct option table[MAX_OPTIONS];
    bool as_normal = streq(basename(argc > 0 ? argv[0] : ""), "normal-reboot");
    const char *name = as_normal ? "normal" : NULL, *root = "/", *kernel = NULL;
    unsigned options = 0;
    int code;

    list_options(table);
    while ((code = getopt_long(argc, argv, "hv", table, NULL)) != -1) {
        const struct option_help *option = option_of(code);

        if (code == CODE_HELP || code == 'h')
            return finish(help());
        if (code == CODE_VERSION)
            return finish(printf("fastreboot %s\n", VERSION) < 0);
        if (!option) {
            fputs(USAGE, stderr);
            return EXIT_USAGE;
        }
        options |= option->option;
        root = option->option == OPTION_ROOT ? optarg : root;
        kernel = option->option == OPTION_KERNEL ? optarg : kernel;
    }
    if (!name && optind < argc)
        name = argv[optind++];
    if (!name)
        return usage_error("a verb is missing");
    if (!find_verb(name))
        return usage_error("unknown verb \"%s\"", name);
    if (optind + 1 < argc)
        return usage_error("unexpected argument \"%s\"", argv[optind + 1]);
    return finish(run_verb(find_verb(name), options, root, kernel, argv[optind]));
}
