/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

/* A verb of the command line: one file NAME.c with one of these, and a word in table.c. --help,
 * completion and the tests read that table. */

enum {
    EXIT_FINE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_FIRMWARE = 3, /* check: the next reboot goes through the firmware */
    EXIT_WARNINGS = 4, /* check: fast, but somebody should have a look first */
};

/* Options, as bits: what is not among a verb's own is refused. */
enum {
    OPTION_JSON = 1 << 0,
    OPTION_ROOT = 1 << 1,
    OPTION_VERBOSE = 1 << 2,
    OPTION_DRY_RUN = 1 << 3,
    OPTION_ARM = 1 << 4,
    OPTION_CANCEL = 1 << 5,
    OPTION_AT_SHUTDOWN = 1 << 6,
    OPTION_KERNEL = 1 << 7,
    OPTION_NUMBER = 1 << 8,
    OPTION_TIMEOUT = 1 << 9,
};

struct call {
    const struct table *table; /* all there is, for verbs that tell of the others */
    unsigned given;            /* the options that were given */
    int root;                  /* descriptor of the root directory */
    const char *kernel;        /* what --kernel was given, or NULL */
    unsigned number;           /* what --lines was given, or 0 */
    int timeout;               /* what --timeout was given, or -1 */
    const char *argument;      /* what stands behind the verb, or NULL */
};

enum {
    VERB_NEEDS_ROOT = 1 << 0, /* unless it is a dry run */
    VERB_HIDDEN = 1 << 1,     /* for units and build, not in the short help */
};

struct verb {
    const char *name;
    const char *summary;
    const char *argument; /* what must stand behind it but in a dry run, "FILE"; or NULL */
    unsigned options;
    unsigned flags;
    int (*run)(const struct call *call); /* gives the exit status; has told what went wrong */
};

struct option_help {
    unsigned option;
    const char *name;     /* "json" */
    char letter;          /* or 0 */
    const char *argument; /* "DIR", or NULL */
    const char *summary;
    bool hidden;
};

struct table {
    const struct verb *const *verbs;
    size_t n_verbs;
    const struct option_help *options;
    size_t n_options;
};

extern const struct table TABLE;

static inline bool given(const struct call *call, unsigned option)
{
    return call->given & option;
}

/* Now, in microseconds since 1970; 0 for a recorded machine, for which no time passes. */
static inline int64_t time_of(const struct call *call)
{
    return given(call, OPTION_ROOT) ? 0 : clock_now();
}
