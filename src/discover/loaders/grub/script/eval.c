/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/grub/script/eval.h"

#include <errno.h>

#include "base/fd.h"
#include "base/root.h"
#include "base/util.h"

/* A node under way, by its kind; gives STATUS_*. */
static int run_node(struct grub_eval *eval, const struct grub_node *node);
static int run_commands(struct grub_eval *eval, const struct grub_node *list);

int grub_give_up(struct grub_eval *eval, const struct grub_node *node, const char *pattern, ...)
{
    AUTOFREE char *text = NULL;
    va_list arguments;

    va_start(arguments, pattern);
    if (vasprintf(&text, pattern, arguments) < 0)
        text = NULL;
    va_end(arguments);
    if (!text || eval->run->problem)
        return text ? -ECANCELED : -ENOMEM;
    eval->run->problem = format("%s:%u: %s", node->file, node->line, text);
    return eval->run->problem ? -ECANCELED : -ENOMEM;
}

int grub_spend(struct grub_eval *eval, const struct grub_node *node, size_t work)
{
    if (work > GRUB_MAX_WORK - eval->run->work) {
        eval->run->work = GRUB_MAX_WORK;
        return grub_give_up(eval, node, "it takes too long to follow");
    }
    eval->run->work += (unsigned)work;
    return 0;
}

int grub_assign(struct grub_eval *eval, const struct grub_node *node, const char *name,
                const char *value)
{
    int r = grub_env_set(&eval->env, name, value);

    if (r == -E2BIG)
        return grub_give_up(eval, node, "%s: too many variables, or one that is too long", name);
    return r;
}

int grub_assign_unknown(struct grub_eval *eval, const struct grub_node *node, const char *name)
{
    AUTOFREE char *why =
        format("$%s, which %s:%u sets to what only GRUB sees", name, node->file, node->line);
    AUTOFREE char *value = why ? grub_unknown(why) : NULL;

    return value ? grub_assign(eval, node, name, value) : -ENOMEM;
}

static bool stopped(const struct grub_eval *eval)
{
    return eval->breaks > 0 || eval->returning || eval->finished;
}

/* One of the two ways; what would run behind it must not be skipped on this way alone. */
static int try_way(struct grub_eval *eval, const struct grub_node *node,
                   const struct grub_node *list)
{
    size_t entries = eval->menu.n;
    int r;

    eval->status = STATUS_UNKNOWN;
    r = run_commands(eval, list);
    if (r >= 0 && stopped(eval))
        return grub_give_up(eval, node, "whether it goes on depends on what only GRUB sees");
    for (size_t i = entries; i < eval->menu.n; i++)
        eval->menu.entries[i].maybe = true;
    return r;
}

/* Takes both ways, and keeps what comes out of both. */
static int run_both(struct grub_eval *eval, const struct grub_node *node)
{
    AUTOFREE char *why =
        format("%s:%u: a condition that only GRUB can answer", node->file, node->line);
    CLEANUP(grub_env_clear) struct grub_env before = {0}, after = {0};
    CLEANUP(grub_loaded_clear) struct grub_loaded loaded = {0}, other = {0};
    int r = why ? 0 : -ENOMEM;

    if (r >= 0 && ++eval->ways > GRUB_MAX_WAYS)
        r = grub_give_up(eval, node, "too many conditions that only GRUB can answer");
    if (r >= 0)
        r = grub_spend(eval, node, 2 * grub_env_work(&eval->env));
    if (r >= 0)
        r = grub_env_copy(&eval->env, false, &before);
    if (r >= 0)
        r = grub_loaded_copy(&eval->loaded, &loaded);
    if (r >= 0)
        r = try_way(eval, node, node->body);
    if (r >= 0) {
        after = eval->env;
        other = eval->loaded;
        eval->env = before;
        eval->loaded = loaded;
        before = (struct grub_env){0};
        loaded = (struct grub_loaded){0};
        r = try_way(eval, node, node->otherwise);
    }
    if (r >= 0)
        r = grub_env_merge(&eval->env, &after, why);
    if (r >= 0 && !grub_loaded_equal(&eval->loaded, &other))
        r = grub_give_up(eval, node, "what is loaded depends on what only GRUB sees");
    eval->ways--;
    return r < 0 ? r : STATUS_UNKNOWN;
}

static int run_if(struct grub_eval *eval, const struct grub_node *node)
{
    int r = run_commands(eval, node->condition);

    if (r < 0 || eval->returning || eval->finished)
        return r;
    if (r == STATUS_UNKNOWN)
        return run_both(eval, node);
    return run_commands(eval, r == STATUS_TRUE ? node->body : node->otherwise);
}

static int run_for(struct grub_eval *eval, const struct grub_node *node)
{
    CLEANUP(grub_words_clear) struct grub_words words = {0};
    AUTOFREE char *why = NULL;
    int r = grub_expand(eval, node, node->words, &words);

    eval->loops++;
    if (r >= 0)
        r = STATUS_TRUE;
    for (size_t i = 0; r >= 0 && i < words.n && !eval->returning && !eval->finished; i++) {
        if (eval->is_continue && eval->breaks == 1)
            eval->breaks = 0;
        if (eval->breaks)
            continue;
        r = grub_why_unknown(words.words[i], &why);
        if (r >= 0 && why)
            return grub_give_up(eval, node, "for %s: %s", node->name, why);
        if (r >= 0)
            r = grub_assign(eval, node, node->name, words.words[i]);
        if (r >= 0)
            r = run_commands(eval, node->body);
    }
    eval->breaks -= eval->breaks > 0;
    eval->loops--;
    return r;
}

static int run_while(struct grub_eval *eval, const struct grub_node *node)
{
    int until = node->type == NODE_UNTIL, r;

    eval->loops++;
    for (;;) {
        r = run_commands(eval, node->condition);
        if (r == STATUS_UNKNOWN)
            return grub_give_up(eval, node, "a loop that only GRUB can end");
        if (r < 0 || eval->returning || eval->finished || (r != STATUS_TRUE) == !until)
            break;
        r = grub_spend(eval, node, 1);
        if (r >= 0)
            r = run_commands(eval, node->body);
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
    struct grub_function *more;

    if (grub_is_command(node->name))
        return grub_give_up(eval, node, "a function with the name of a command: %s", node->name);
    for (size_t i = 0; i < run->n_functions; i++)
        if (streq(run->functions[i].name, node->name)) {
            run->functions[i].body = node->body;
            return STATUS_TRUE;
        }
    if (run->n_functions >= GRUB_MAX_VARIABLES)
        return grub_give_up(eval, node, "too many functions");
    more = reallocarray(run->functions, run->n_functions + 1, sizeof(*more));
    if (!more)
        return -ENOMEM;
    run->functions = more;
    more[run->n_functions++] = (struct grub_function){.name = node->name, .body = node->body};
    return STATUS_TRUE;
}

static int run_node(struct grub_eval *eval, const struct grub_node *node)
{
    CLEANUP(grub_words_clear) struct grub_words words = {0};
    int r = grub_spend(eval, node, 4 + eval->env.n / 16);

    if (r >= 0 && eval->depth > GRUB_MAX_DEPTH)
        r = grub_give_up(eval, node, "nested too deeply");
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
        r = grub_expand(eval, node, node->words, &words);
        return r < 0 ? r : grub_command(eval, node, &words);
    }
    return -EINVAL;
}

/* Gives the status of the last one. */
static int run_commands(struct grub_eval *eval, const struct grub_node *list)
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

int grub_run_list(struct grub_eval *eval, const struct grub_node *list)
{
    return run_commands(eval, list);
}

/* GRUB skips every CR. What it cannot have in a text file is not looked at. */
static int clean(char *text, size_t *length)
{
    size_t n = 0;

    for (size_t i = 0; i < *length; i++) {
        if (text[i] == 0 || text[i] == GRUB_MARK || text[i] == GRUB_MARK_END)
            return -EBADMSG;
        if (text[i] != '\r')
            text[n++] = text[i];
    }
    text[n] = 0;
    *length = n;
    return 0;
}

int grub_parse_text(struct grub_run *run, const char *path, const char *text, size_t length,
                    struct grub_node **ret_list, char **ret_problem)
{
    char *copy = grub_arena_alloc(&run->arena, length + 2);
    char *file = grub_arena_alloc(&run->arena, strlen(path) + 1);

    if (!copy || !file)
        return -ENOMEM;
    memcpy(copy, text, length);
    strcpy(file, path);
    if (clean(copy, &length) < 0) {
        *ret_problem = format("%s:1: not a text", path);
        return *ret_problem ? -EBADMSG : -ENOMEM;
    }
    if (length > 0 && copy[length - 1] != '\n')
        copy[length++] = '\n';
    copy[length] = 0;
    return grub_parse(&run->arena, file, copy, length, ret_list, ret_problem);
}

int grub_run_text(struct grub_eval *eval, const char *path, const char *text, size_t length)
{
    struct grub_run *run = eval->run;
    struct grub_node *list;
    AUTOFREE char *problem = NULL;
    int r = grub_parse_text(run, path, text, length, &list, &problem);

    if (r == -EBADMSG) {
        if (!run->problem)
            run->problem = steal(&problem);
        return -ECANCELED;
    }
    return r < 0 ? r : run_commands(eval, list);
}

int grub_run_file(struct grub_eval *eval, const char *path)
{
    struct grub_node here = {.file = path, .line = 1};
    AUTOFREE char *text = NULL, *untrusted = NULL;
    AUTOCLOSE int fd = -1;
    size_t length;
    int r;

    if (++eval->run->sources > GRUB_MAX_SOURCES)
        return grub_give_up(eval, &here, "more than %d files", GRUB_MAX_SOURCES);
    r = fd = root_open(eval->run->paths->root, path, &untrusted);
    if (r >= 0 && untrusted)
        return grub_give_up(eval, &here, "%s", untrusted);
    if (r >= 0)
        r = fd_read(fd, GRUB_MAX_FILE, &text, &length);
    if (r == -ENOMEM)
        return r;
    if (r < 0)
        return grub_give_up(eval, &here, "%s", strerror(-r));
    return grub_run_text(eval, path, text, length);
}

int grub_run_entry(struct grub_eval *eval, const struct grub_entry *entry)
{
    struct grub_scope scope = {.entry = true};
    int r = 0;

    for (size_t i = 0; r >= 0 && i < entry->arguments.n; i++)
        r = grub_words_add(&scope.arguments, entry->arguments.words[i]);
    eval->scope = &scope;
    if (r >= 0)
        r = run_commands(eval, entry->body);
    eval->scope = NULL;
    grub_words_clear(&scope.arguments);
    return r;
}
