/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>

#include "base/util.h"
#include "help.h"
#include "options.h"
#include "usage.h"

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < TABLE.n_verbs; i++)
        if (streq(TABLE.verbs[i]->name, name))
            return TABLE.verbs[i];
    return NULL;
}

static int unknown_verb(const char *name)
{
    struct nearest nearest = {.word = name};

    for (size_t i = 0; i < TABLE.n_verbs; i++)
        if (!(TABLE.verbs[i]->flags & VERB_HIDDEN))
            nearest_try(&nearest, TABLE.verbs[i]->name);
    return usage_unknown("verb", "\"", &nearest, NULL);
}

/* Reports an error with what it concerns. */
static int failed(const char *what)
{
    fprintf(stderr, "fastreboot: %s: %s\n", what, strerror(errno));
    return EXIT_FAILED;
}

static int be_quiet(void)
{
    AUTOCLOSE int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

    return fd < 0 || dup2(fd, STDOUT_FILENO) < 0 ? failed("/dev/null") : EXIT_FINE;
}

static int run_verb(const struct verb *verb, const char *root, struct call *call)
{
    AUTOCLOSE int fd = -1;
    int status = options_check(verb, call);

    if (status == EXIT_FINE && given(call, OPTION_QUIET))
        status = be_quiet();
    if (status != EXIT_FINE)
        return status;
    fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return failed(root);
    call->root = fd;
    return verb->run(call);
}

/* Output must not get lost: a full disk must not look like success. */
static int finish(int status)
{
    return fflush(stdout) == 0 && !ferror(stdout) ? status : failed("standard output");
}

/* Those behind the verb. */
static int take_arguments(const struct verb *verb, int n, char **arguments, struct call *call)
{
    int most = verb->flags & (VERB_NUMBER | VERB_SECOND) ? 2 : 1;

    if (n > most)
        return usage_error("unexpected argument \"%s\"", arguments[most]);
    call->argument = n > 0 ? arguments[0] : NULL;
    call->second = n > 1 ? arguments[1] : NULL;
    return EXIT_FINE;
}

int main(int argc, char **argv)
{
    bool as_normal = streq(basename(argc > 0 ? argv[0] : ""), "normal-reboot");
    const char *name = as_normal ? "normal" : "status", *root = "/";
    struct call call = {.table = &TABLE, .timeout = -1};
    int status = options_take(argc, argv, &call, &root);

    if (status >= 0)
        return finish(status);
    if (!as_normal && optind < argc)
        name = argv[optind++];
    if (streq(name, "help")) {
        help_print();
        return finish(EXIT_FINE);
    }
    if (!find_verb(name))
        return unknown_verb(name);
    status = take_arguments(find_verb(name), argc - optind, argv + optind, &call);
    return status == EXIT_FINE ? finish(run_verb(find_verb(name), root, &call)) : status;
}
