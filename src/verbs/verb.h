/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

/* A verb of the command line: each is a file NAME.c that defines one of these, and is listed in
 * table.c. --help, completion and the tests read that table. */

enum {
    EXIT_FINE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_FIRMWARE = 3, /* check: the next reboot goes through the firmware */
    EXIT_WARNINGS = 4, /* check: fast, but with warnings to look at first; wait: the reboot failed,
                          or something is missing */
    EXIT_DAMAGED = 5,  /* wait: something critical is missing, and the machine reboots itself */
    EXIT_UNKNOWN = 6,  /* wait: it is not known within --timeout */
};

/* Options, as bits: a verb refuses those that it does not list. */
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
    OPTION_QUIET = 1 << 10,
    OPTION_NO_PAGER = 1 << 11,
    OPTION_NO_LEGEND = 1 << 12,
    OPTION_OUTPUT = 1 << 13,
    OPTION_NAGIOS = 1 << 14,
    OPTION_FAST = 1 << 15,
    OPTION_FIRMWARE = 1 << 16,
    OPTION_WHEN = 1 << 17,
    OPTION_PURGE = 1 << 18,
    OPTION_PLOT = 1 << 19,
    OPTION_EFI = 1 << 20,
    OPTION_KEY_FILE = 1 << 21,
};

/* The argument of --json, in the order of the option's words. */
enum json_mode {
    JSON_PRETTY, /* also without an argument */
    JSON_SHORT,
    JSON_OFF,
};

struct call {
    const struct table *table; /* all verbs and options, for verbs that describe the others */
    unsigned given;            /* the options on the command line, as bits */
    int root;                  /* descriptor of the root directory */
    const char *kernel;        /* argument of --kernel, or NULL */
    unsigned verbosity;        /* how many times --verbose is given */
    unsigned number;           /* argument of --lines, or 0 */
    unsigned which;            /* the argument of a verb that takes numbers, or 0 */
    unsigned other;            /* the second one, or 0 */
    int timeout;               /* argument of --timeout, or -1 */
    const char *output;        /* argument of --output, or NULL */
    const char *plot;          /* argument of --plot, or NULL */
    int64_t when;              /* argument of --when, in microseconds since 1970, or one of these */
    const char *argument;      /* the verb's argument, or NULL */
    const char *second;        /* another one, see VERB_NUMBER and VERB_SECOND; or NULL */
    const char *key_file;      /* argument of --key-file, or NULL */
};

enum {
    WHEN_NOW = 0,
    WHEN_CANCEL = -1, /* nothing, and whatever is scheduled is taken back */
};

enum {
    VERB_NEEDS_ROOT = 1 << 0, /* unless it is a dry run */
    VERB_HIDDEN = 1 << 1,     /* for units and the build; not in the short help */
    VERB_NUMBER = 1 << 2,     /* the arguments are at most two numbers from 1 on */
    VERB_SECOND = 1 << 3,     /* another argument may follow, any text */
};

struct verb {
    const char *name;
    const char *summary;
    const char *argument; /* the required argument (not in a dry run), "FILE"; or NULL. See
                             VERB_NUMBER */
    /* The words that the argument may be, NULL after the last one; or NULL if it may be any. Then
     * a dry run needs it, too. */
    const char *(*word)(size_t i);
    const char *words_are; /* where to find the words if there are many, or NULL */
    unsigned options;
    unsigned flags;
    int (*run)(const struct call *call); /* returns the exit status; reports its errors */
};

struct option_help {
    unsigned option;
    const char *name;     /* "json" */
    char letter;          /* or 0 */
    const char *argument; /* "DIR", or NULL */
    const char *summary;
    bool hidden;
    bool optional;            /* the argument may be left out */
    const char *const *words; /* that the argument may be, then NULL; or NULL if it may be any */
};

/* A title in --help. */
struct group {
    const char *title;
    const struct verb *first; /* the verb that it stands before */
};

/* Something that is compiled in, or not. */
struct feature {
    const char *name;
    bool compiled_in;
};

struct table {
    const struct verb *const *verbs;
    size_t n_verbs;
    const struct option_help *options;
    size_t n_options;
    const struct group *groups;
    size_t n_groups;
    const struct feature *features;
    size_t n_features;
};

extern const struct table TABLE;

static inline bool given(const struct call *call, unsigned option)
{
    return call->given & option;
}

/* Now, in microseconds since 1970; 0 for a recorded machine, where no time passes. */
static inline int64_t time_of(const struct call *call)
{
    return given(call, OPTION_ROOT) ? 0 : clock_now();
}
