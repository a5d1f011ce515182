/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The state of a GRUB script that is run without the machine. If only the boot loader can evaluate
 * a condition, both branches are run, and a variable that they set differently is unknown from then
 * on. The run is given up only if that is not possible. */

#include "discover/loaders/grub/script/loaded.h"
#include "discover/loaders/grub/script/parser.h"
#include "discover/loaders/grub/script/paths.h"
#include "discover/loaders/grub/script/variables.h"

enum {
    GRUB_MAX_SOURCES = 16,
    GRUB_MAX_ENTRIES = 1000,
    GRUB_MAX_FUNCTIONS = 256,
    GRUB_MAX_WORK = 400 * 1000, /* commands, words, and the length of words */
    GRUB_MAX_WAYS = 8,          /* nested conditions of which both branches are run */
};

/* How a command ended. */
enum grub_status {
    STATUS_TRUE,
    STATUS_FALSE,  /* 1: the answer is no */
    STATUS_FAILED, /* an error with any other number */
    STATUS_UNKNOWN,
};

struct grub_entry {
    char *title;
    char *id;
    bool submenu;
    bool restricted; /* needs a password if there are superusers */
    bool maybe;      /* only one of two branches added it, so it may be missing */
    struct grub_words arguments;
    const struct grub_node *body;
    const char *file;
    unsigned line;
    char *problem; /* why it cannot be known what it starts, or NULL */
};

void grub_entry_clear(struct grub_entry *entry);

struct grub_menu {
    struct grub_entry *entries;
    size_t n;
};

void grub_menu_clear(struct grub_menu *menu);

/* A variable that GRUB would write to grubenv with a value other than the stored one. */
struct grub_saved {
    char *name;
    char *value;
    char *file; /* as for administrators */
};

/* An environment block other than the grubenv next to grub.cfg. */
struct grub_other_env {
    char *file; /* its path, or its blocks; as for administrators */
    struct grub_env env;
    bool readable; /* GRUB accepts it */
};

struct grub_function {
    const char *name;
    const struct grub_node *body;
};

/* Positional parameters. */
struct grub_scope {
    struct grub_words arguments;
    size_t shifted;
    bool entry; /* a menu entry's: `return` has no function to leave */
};

/* The kind of GRUB. They differ in how they read boot entries of the Boot Loader Specification, and
 * a default that starts with a digit. */
enum grub_flavour {
    GRUB_UPSTREAM = 1, /* 2.14 */
    GRUB_FEDORA = 2,   /* also RHEL's; its patches could read such entries before upstream did */
};

/* What becomes of \xHH. Fedora's patches leave it as it is, everywhere. Others drop the backslash
 * outside quotes, and write it twice on the kernel's command line. */
enum grub_escapes {
    GRUB_ESCAPES_UNKNOWN,
    GRUB_ESCAPES_READ,
    GRUB_ESCAPES_KEPT,
};

struct grub_eval;

/* A command: returns STATUS_*, or -ECANCELED after grub_give_up(). words[0] is its name. */
typedef int grub_command(struct grub_eval *eval, const struct grub_node *node,
                         const struct grub_words *words);

/* What all evaluations of one configuration share. */
struct grub_run {
    const struct grub_paths *paths;
    grub_command *(*find_command)(const char *name); /* returns NULL for unknown ones */
    const char *command_list;                        /* the text of GRUB's command.lst, or NULL */
    enum grub_flavour flavour;
    enum grub_escapes escapes;
    bool embedded;                 /* the configuration is that of openSUSE's grub2-bls */
    bool bls;                      /* blscfg was run, so the flavour matters */
    const struct grub_env *stored; /* the content of grubenv; NULL if there is no grubenv */
    struct grub_other_env *others;
    size_t n_others;
    struct grub_arena arena;
    struct grub_function *functions;
    size_t n_functions;
    unsigned work;
    unsigned sources;
    size_t entries;
    bool clock; /* datehook is loaded: $HOUR and the like always are the current time */
    struct grub_saved *saved;
    size_t n_saved;
    char *problem; /* why the run was given up: "FILE:LINE: why" */
};

void grub_run_clear(struct grub_run *run);
void grub_run_forget(struct grub_run *run, size_t n); /* all but the first n saved variables */
bool grub_run_lists(const struct grub_run *run, const char *name); /* in its command_list */
const struct grub_function *grub_run_function(const struct grub_run *run, const char *name);

struct grub_eval {
    struct grub_run *run;
    struct grub_env env;
    struct grub_menu menu;
    struct grub_loaded loaded;
    struct grub_scope *scope;
    enum grub_status status; /* $? */
    bool regexp;             /* that module is loaded: wildcards count */
    bool entry;              /* runs the body of an entry, not the configuration */
    const char *path;        /* of that entry, as in $chosen; NULL outside */
    unsigned ways;           /* enclosing conditions of which both branches are run */
    unsigned depth;          /* of calls and blocks */
    unsigned loops, breaks;
    bool is_continue, returning;
    bool finished; /* after `boot` in an entry, or after a configfile's menu: nothing more runs */
};

void grub_eval_clear(struct grub_eval *eval);

/* Returns -ECANCELED and sets run->problem to "FILE:LINE: why", unless it is already set. */
int grub_give_up(struct grub_eval *eval, const struct grub_node *node, const char *pattern, ...)
    PRINTF(3, 4);

/* The functions below return 0 (grub_add_entry: STATUS_TRUE), or -ECANCELED in the same way. */

/* Counts work against GRUB_MAX_WORK. */
int grub_spend(struct grub_eval *eval, const struct grub_node *node, size_t work);

int grub_assign(struct grub_eval *eval, const struct grub_node *node, const char *name,
                const char *value);

/* Assigns a value that only GRUB knows. */
int grub_assign_unknown(struct grub_eval *eval, const struct grub_node *node, const char *name);

/* Loads datehook. */
int grub_start_clock(struct grub_eval *eval, const struct grub_node *node);

/* Loads regexp, if GRUB certainly has it and comes to this command. */
void grub_load_regexp(struct grub_eval *eval);

/* Assigns "name=value". STATUS_FAILED without an equals sign. */
int grub_assign_pair(struct grub_eval *eval, const struct grub_node *node, const char *pair);

/* Adds an entry to the menu and takes over what it owns, even on an error. */
int grub_add_entry(struct grub_eval *eval, const struct grub_node *node, struct grub_entry *entry);
