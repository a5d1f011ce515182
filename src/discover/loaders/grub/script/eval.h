/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Runs a GRUB script without a machine. What depends on something that only the boot loader sees is
 * followed on both ways, and what comes out differently is unknown from then on; it ends the
 * evaluation only when it cannot be carried along like that. */

#include "discover/loaders/grub/script/parser.h"
#include "discover/loaders/grub/script/paths.h"
#include "discover/loaders/grub/script/variables.h"

enum {
    GRUB_MAX_SOURCES = 16,
    GRUB_MAX_ENTRIES = 1000,
    GRUB_MAX_WORK = 400 * 1000, /* commands, words, and what they are long */
    GRUB_MAX_WAYS = 8,          /* nesting of questions without an answer */
};

/* What a command says of its success. */
enum grub_status {
    STATUS_TRUE,
    STATUS_FALSE,  /* 1: the answer no */
    STATUS_FAILED, /* an error, of whatever number */
    STATUS_UNKNOWN,
};

/* Words after expansion. */
struct grub_words {
    char **words; /* NULL-terminated, or NULL */
    size_t n;
};

void grub_words_clear(struct grub_words *words);
int grub_words_add(struct grub_words *words, const char *word);

struct grub_entry {
    char *title;
    char *id;
    bool submenu;
    bool restricted; /* needs a password where there are superusers */
    bool maybe;      /* only on one of two ways, so perhaps not there */
    struct grub_words arguments;
    const struct grub_node *body;
    const char *file;
    unsigned line;
    char *problem; /* why it cannot be known what it starts, or NULL */
};

struct grub_menu {
    struct grub_entry *entries;
    size_t n;
};

void grub_menu_clear(struct grub_menu *menu);

/* What an entry has loaded so far. */
struct grub_loaded {
    bool has_kernel;
    unsigned line;             /* of the linux command */
    struct grub_words kernel;  /* its words: path and parameters */
    struct grub_words initrds; /* those of the last initrd command */
    char *root;                /* $root when it ran */
    char *initrd_root;
    char *problem; /* why that cannot be started by kexec, or NULL */
};

void grub_loaded_clear(struct grub_loaded *loaded);
int grub_loaded_copy(const struct grub_loaded *from, struct grub_loaded *ret);
bool grub_loaded_equal(const struct grub_loaded *a, const struct grub_loaded *b);

/* A variable that GRUB would write to grubenv with another value than it has there. */
struct grub_saved {
    char *name;
    char *value;
};

struct grub_function {
    const char *name;
    const struct grub_node *body;
};

/* Positional parameters. */
struct grub_scope {
    struct grub_words arguments;
    size_t shifted;
    bool entry; /* those of a menu entry, where there is nothing to return from */
};

/* Whose GRUB it is: what boot entries of the Boot Loader Specification mean to it, and a default
 * that starts with a digit. */
enum grub_flavour {
    GRUB_UPSTREAM = 1, /* 2.14 */
    GRUB_FEDORA = 2,   /* and RHEL's, with the patches that had such entries first */
};

/* What all evaluations of one configuration share. */
struct grub_run {
    const struct grub_paths *paths;
    enum grub_flavour flavour;
    bool bls;                      /* it has read such entries, so the flavour matters */
    const struct grub_env *stored; /* what grubenv holds; NULL when there is no grubenv */
    struct grub_arena arena;
    struct grub_function *functions;
    size_t n_functions;
    unsigned work;
    unsigned sources;
    size_t entries;
    struct grub_saved *saved;
    size_t n_saved;
    char *problem; /* with -ECANCELED: why the evaluation was given up */
};

void grub_run_clear(struct grub_run *run);
void grub_run_forget(struct grub_run *run, size_t n); /* all but the first n saved variables */

struct grub_eval {
    struct grub_run *run;
    struct grub_env env;
    struct grub_menu menu;
    struct grub_loaded loaded;
    struct grub_scope *scope;
    enum grub_status status; /* $? */
    bool entry;              /* of an entry's body, not of the configuration */
    unsigned ways;           /* open questions around us */
    unsigned depth;          /* of calls and blocks */
    unsigned loops, breaks;
    bool is_continue, returning;
    bool finished; /* `boot` in an entry, or a configfile's menu: nothing runs after it */
};

void grub_eval_clear(struct grub_eval *eval);

/* All give 0, -ENOMEM, or -ECANCELED with run->problem "FILE:LINE: why". */
int grub_run_file(struct grub_eval *eval, const char *path);
int grub_run_text(struct grub_eval *eval, const char *path, const char *text, size_t length);
int grub_run_list(struct grub_eval *eval, const struct grub_node *list);

/* Parses only. `file` lives in run->arena afterwards. 0, -ENOMEM, or -EBADMSG with *ret_problem. */
int grub_parse_text(struct grub_run *run, const char *path, const char *text, size_t length,
                    struct grub_node **ret_list, char **ret_problem);

/* Adds an entry to the menu; its strings and words are taken over, and freed on an error. */
int grub_add_entry(struct grub_eval *eval, const struct grub_node *node, struct grub_entry *entry);

/* Runs the body of an entry with its arguments as $1 and so on. */
int grub_run_entry(struct grub_eval *eval, const struct grub_entry *entry);

/* For the files of the evaluator. */

int grub_give_up(struct grub_eval *eval, const struct grub_node *node, const char *pattern, ...)
    PRINTF(3, 4);
int grub_spend(struct grub_eval *eval, const struct grub_node *node, size_t work);
int grub_expand(struct grub_eval *eval, const struct grub_node *node, const struct grub_word *list,
                struct grub_words *ret_words);

/* -E2BIG of a variable becomes giving up. */
int grub_assign(struct grub_eval *eval, const struct grub_node *node, const char *name,
                const char *value);
int grub_assign_unknown(struct grub_eval *eval, const struct grub_node *node, const char *name);

/* The value of the option at words[*i], "--name=value" or "--name value", where *i moves on; NULL
 * when it has none. */
const char *grub_option_value(const struct grub_words *words, size_t *i);
bool grub_is_option(const char *word, const char *name);

/* The commands; they give STATUS_* too. */
int grub_test(struct grub_eval *eval, const struct grub_words *words);
int grub_command(struct grub_eval *eval, const struct grub_node *node, struct grub_words *words);
typedef int grub_command_run(struct grub_eval *eval, const struct grub_node *node,
                             const struct grub_words *words);

grub_command_run grub_menuentry, grub_load_env, grub_save_env, grub_search, grub_source, grub_bls,
    grub_linux, grub_initrd, grub_other, grub_boot;

/* A command of GRUB's own, so that a function of that name would not be called. */
bool grub_is_command(const char *name);
