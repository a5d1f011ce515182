/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/grub/script/eval.h"

#include <ctype.h>
#include <errno.h>

#include "base/util.h"
#include "discover/loaders/grub/script/expand.h"

static int run_node(struct grub_eval *eval, const struct grub_node *node);

static bool stopped(const struct grub_eval *eval)
{
    return eval->breaks > 0 || eval->returning || eval->finished;
}

int grub_run_list(struct grub_eval *eval, const struct grub_node *list)
{
    int r = STATUS_TRUE;

    eval->depth++;
    for (const struct grub_node *node = list; r >= 0 && node && !stopped(eval); node = node->next) {
        r = run_node(eval, node);
        if (r >= 0)
            eval->status = (enum grub_status)r;
    }
    eval->depth--;
    if (r >= 0)
        eval->status = (enum grub_status)r;
    return r;
}

int grub_run_entry(struct grub_eval *eval, const struct grub_entry *entry)
{
    struct grub_scope scope = {.entry = true};
    int r;

    grub_words_copy(&entry->arguments, 0, &scope.arguments);
    eval->scope = &scope;
    r = grub_run_list(eval, entry->body);
    eval->scope = NULL;
    grub_words_clear(&scope.arguments);
    return r;
}

/* Runs one branch. It must not leave a loop or function, or end the script: the other branch may
 * not. */
static int try_way(struct grub_eval *eval, const struct grub_node *node,
                   const struct grub_node *list)
{
    size_t entries = eval->menu.n;
    int r;

    eval->status = STATUS_UNKNOWN;
    r = grub_run_list(eval, list);
    if (r >= 0 && stopped(eval))
        return grub_give_up(eval, node,
                            "a condition that only GRUB can evaluate decides whether "
                            "the script goes on");
    for (size_t i = entries; i < eval->menu.n; i++)
        eval->menu.entries[i].maybe = true;
    return r;
}

/* Runs both branches and keeps what they agree on. */
static int try_both(struct grub_eval *eval, const struct grub_node *node)
{
    AUTOFREE char *why =
        format("%s:%u: a condition that only GRUB can evaluate", node->file, node->line);
    CLEANUP(grub_env_clear) struct grub_env other = {0};
    CLEANUP(grub_loaded_clear) struct grub_loaded loaded = {0};
    struct grub_env env;
    struct grub_loaded first;
    int r;

    grub_env_copy(&eval->env, false, &other);
    grub_loaded_copy(&eval->loaded, &loaded);
    r = try_way(eval, node, node->body);
    if (r < 0)
        return r;
    env = eval->env;
    first = eval->loaded;
    eval->env = other;
    eval->loaded = loaded;
    other = env;
    loaded = first;
    r = try_way(eval, node, node->otherwise);
    if (r < 0)
        return r;
    if (grub_env_merge(&eval->env, &other, why) < 0)
        return grub_give_up(eval, node, "more than %d variables", GRUB_MAX_VARIABLES);
    if (!grub_loaded_equal(&eval->loaded, &loaded))
        return grub_give_up(eval, node,
                            "a condition that only GRUB can evaluate decides what is loaded");
    return STATUS_UNKNOWN;
}

static int run_both(struct grub_eval *eval, const struct grub_node *node)
{
    int r;

    if (eval->ways == GRUB_MAX_WAYS)
        return grub_give_up(eval, node,
                            "more than %d nested conditions that only GRUB can evaluate",
                            GRUB_MAX_WAYS);
    r = grub_spend(eval, node, 2 * grub_env_work(&eval->env));
    if (r < 0)
        return r;
    eval->ways++;
    r = try_both(eval, node);
    eval->ways--;
    return r;
}

static int run_if(struct grub_eval *eval, const struct grub_node *node)
{
    int r = grub_run_list(eval, node->condition);

    if (r < 0 || eval->returning || eval->finished)
        return r;
    if (r == STATUS_UNKNOWN)
        return run_both(eval, node);
    return grub_run_list(eval, r == STATUS_TRUE ? node->body : node->otherwise);
}

static int run_for(struct grub_eval *eval, const struct grub_node *node)
{
    CLEANUP(grub_words_clear) struct grub_words words = {0};
    int r = grub_expand(eval, node, node->words, &words);

    eval->loops++;
    if (r >= 0)
        r = STATUS_TRUE;
    for (size_t i = 0; r >= 0 && i < words.n && !eval->returning && !eval->finished; i++) {
        AUTOFREE char *why = grub_why_unknown(words.words[i]);

        if (eval->is_continue && eval->breaks == 1)
            eval->breaks = 0;
        if (eval->breaks)
            break;
        if (why)
            return grub_give_up(eval, node, "for %s: %s", node->name, why);
        r = grub_assign(eval, node, node->name, words.words[i]);
        if (r >= 0)
            r = grub_run_list(eval, node->body);
    }
    eval->breaks -= eval->breaks > 0;
    eval->loops--;
    return r;
}

static int run_while(struct grub_eval *eval, const struct grub_node *node)
{
    bool until = node->type == NODE_UNTIL;
    int r;

    eval->loops++;
    for (;;) {
        r = grub_run_list(eval, node->condition);
        if (r == STATUS_UNKNOWN)
            return grub_give_up(eval, node, "a loop with a condition that only GRUB can evaluate");
        if (r < 0 || eval->returning || eval->finished || (r == STATUS_TRUE) == until)
            break;
        r = grub_spend(eval, node, 1);
        if (r >= 0)
            r = grub_run_list(eval, node->body);
        if (r < 0 || eval->returning || eval->finished)
            break;
        if (eval->breaks == 1 && eval->is_continue)
            eval->breaks = 0;
        if (eval->breaks)
            break;
    }
    eval->breaks -= eval->breaks > 0;
    eval->loops--;
    return r;
}

static int define(struct grub_eval *eval, const struct grub_node *node)
{
    struct grub_run *run = eval->run;

    if (run->find_command(node->name))
        return grub_give_up(eval, node, "the function %s has the name of a command", node->name);
    for (size_t i = 0; i < run->n_functions; i++)
        if (streq(run->functions[i].name, node->name)) {
            run->functions[i].body = node->body;
            return STATUS_TRUE;
        }
    if (run->n_functions == GRUB_MAX_FUNCTIONS)
        return grub_give_up(eval, node, "more than %d functions", GRUB_MAX_FUNCTIONS);
    *APPEND(run->functions, run->n_functions) =
        (struct grub_function){.name = node->name, .body = node->body};
    return STATUS_TRUE;
}

static int call(struct grub_eval *eval, const struct grub_function *function,
                const struct grub_words *words)
{
    struct grub_words arguments = {.words = words->words + 1, .n = words->n - 1};
    struct grub_scope scope = {.arguments = arguments}, *outer = eval->scope;
    unsigned loops = eval->loops;
    int r;

    eval->scope = &scope;
    eval->loops = 0;
    r = grub_run_list(eval, function->body);
    eval->returning = false;
    eval->loops = loops;
    eval->scope = outer;
    return r;
}

/* Neither a command nor a function: an assignment; or GRUB prints an error message and
 * continues. */
static int run_other(struct grub_eval *eval, const struct grub_node *node, const char *name)
{
    AUTOFREE char *why = grub_why_unknown(name);
    bool variable = !isdigit((unsigned char)*name) && !strchr("#*@", *name);

    /* The value may be unknown. */
    if (strchr(name, '=') && name[0] != GRUB_MARK)
        return variable ? grub_assign_pair(eval, node, name) : STATUS_TRUE;
    if (!*name ||
        (!grub_has_mark(name) && eval->run->command_list && !grub_run_lists(eval->run, name)))
        return STATUS_TRUE;
    return grub_give_up(eval, node, "fastreboot does not know the command `%s`", why ? why : name);
}

static int run_words(struct grub_eval *eval, const struct grub_node *node,
                     const struct grub_words *words)
{
    struct grub_words rest = *words;
    const struct grub_function *function;
    grub_command *run;
    bool invert;
    int r;

    if (words->n == 0)
        return STATUS_TRUE;
    invert = streq(words->words[0], "!");
    rest.words += invert;
    rest.n -= invert;
    if (rest.n == 0)
        return STATUS_FAILED;
    run = eval->run->find_command(rest.words[0]);
    function = grub_run_function(eval->run, rest.words[0]);
    if (!run && !function)
        return run_other(eval, node, rest.words[0]); /* which ! does not invert */
    r = run ? run(eval, node, &rest) : call(eval, function, &rest);
    if (!invert || r < 0 || r == STATUS_UNKNOWN)
        return r;
    return r == STATUS_TRUE ? STATUS_FALSE : STATUS_TRUE;
}

static int run_node(struct grub_eval *eval, const struct grub_node *node)
{
    CLEANUP(grub_words_clear) struct grub_words words = {0};
    int r = grub_spend(eval, node, 4 + eval->env.n / 16);

    if (r >= 0 && eval->depth > GRUB_MAX_DEPTH)
        r = grub_give_up(eval, node, "nested more than %d deep", GRUB_MAX_DEPTH);
    if (r < 0)
        return r;
    switch (node->type) {
    case NODE_IF:
        return run_if(eval, node);
    case NODE_FOR:
        return run_for(eval, node);
    case NODE_WHILE:
    case NODE_UNTIL:
        return run_while(eval, node);
    case NODE_FUNCTION:
        return define(eval, node);
    case NODE_COMMAND:
        break;
    }
    r = grub_expand(eval, node, node->words, &words);
    return r < 0 ? r : run_words(eval, node, &words);
}
