/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/grub/script/state.h"

#include <errno.h>

#include "base/util.h"

int grub_give_up(struct grub_eval *eval, const struct grub_node *node, const char *pattern, ...)
{
    AUTOFREE char *text = NULL;
    va_list arguments;

    va_start(arguments, pattern);
    text = vformat(pattern, arguments);
    va_end(arguments);
    if (!eval->run->problem)
        eval->run->problem = format("%s:%u: %s", node->file, node->line, text);
    return -ECANCELED;
}

int grub_spend(struct grub_eval *eval, const struct grub_node *node, size_t work)
{
    if (work > GRUB_MAX_WORK - eval->run->work) {
        eval->run->work = GRUB_MAX_WORK;
        return grub_give_up(eval, node, "the script takes more than %d steps", GRUB_MAX_WORK);
    }
    eval->run->work += (unsigned)work;
    return 0;
}

static const char *const CLOCK[] = {"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "WEEKDAY"};

static bool is_clock(const char *name)
{
    for (size_t i = 0; i < ELEMENTS(CLOCK); i++)
        if (streq(name, CLOCK[i]))
            return true;
    return false;
}

int grub_start_clock(struct grub_eval *eval, const struct grub_node *node)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < ELEMENTS(CLOCK) && !eval->run->clock; i++) {
        r = grub_assign_unknown(eval, node, CLOCK[i]);
        if (r >= 0)
            r = grub_env_export(&eval->env, CLOCK[i]);
    }
    eval->run->clock = true;
    return r;
}

/* GRUB removes parentheses from $root. */
int grub_assign(struct grub_eval *eval, const struct grub_node *node, const char *name,
                const char *value)
{
    size_t n = strlen(value);
    bool bare = n < 2 || !streq(name, "root") || value[0] != '(' || value[n - 1] != ')';
    AUTOFREE char *inner = bare ? NULL : xstrndup(value + 1, n - 2);

    if (eval->run->clock && is_clock(name))
        return 0;
    if (grub_env_set(&eval->env, name, inner ? inner : value) < 0)
        return grub_give_up(eval, node,
                            "%s: more than %d variables, or a value of more than %d KiB", name,
                            GRUB_MAX_VARIABLES, GRUB_MAX_VALUE / 1024);
    return 0;
}

int grub_assign_unknown(struct grub_eval *eval, const struct grub_node *node, const char *name)
{
    AUTOFREE char *why = format("$%s, which %s:%u sets to a value that only GRUB knows", name,
                                node->file, node->line);
    AUTOFREE char *value = grub_unknown(why);

    return grub_assign(eval, node, name, value);
}

int grub_assign_pair(struct grub_eval *eval, const struct grub_node *node, const char *pair)
{
    const char *equals = strchr(pair, '=');
    AUTOFREE char *name = NULL, *why = NULL;

    if (!equals)
        return STATUS_FAILED;
    name = xstrndup(pair, (size_t)(equals - pair));
    why = grub_why_unknown(name);
    if (why || grub_has_mark(name))
        return grub_give_up(eval, node, "the name of a variable is not known: %s",
                            why ? why : "a device");
    return grub_assign(eval, node, name, equals + 1);
}

int grub_add_entry(struct grub_eval *eval, const struct grub_node *node, struct grub_entry *entry)
{
    if (eval->run->entries++ >= GRUB_MAX_ENTRIES) {
        grub_entry_clear(entry);
        return grub_give_up(eval, node, "more than %d menu entries", GRUB_MAX_ENTRIES);
    }
    *APPEND(eval->menu.entries, eval->menu.n) = *entry;
    return STATUS_TRUE;
}

void grub_entry_clear(struct grub_entry *entry)
{
    free(entry->title);
    free(entry->id);
    free(entry->problem);
    grub_words_clear(&entry->arguments);
}

void grub_menu_clear(struct grub_menu *menu)
{
    for (size_t i = 0; i < menu->n; i++)
        grub_entry_clear(&menu->entries[i]);
    free(menu->entries);
    *menu = (struct grub_menu){0};
}

const struct grub_function *grub_run_function(const struct grub_run *run, const char *name)
{
    for (size_t i = 0; i < run->n_functions; i++)
        if (streq(run->functions[i].name, name))
            return &run->functions[i];
    return NULL;
}

void grub_load_regexp(struct grub_eval *eval)
{
    eval->regexp |= eval->ways == 0 && grub_run_lists(eval->run, "regexp");
}

/* Lines of "name: module" or "*name: module". */
bool grub_run_lists(const struct grub_run *run, const char *name)
{
    size_t n = strlen(name);

    for (const char *line = run->command_list; line; line = strchr(line, '\n')) {
        line += strspn(line, "\n*");
        if (strncmp(line, name, n) == 0 && line[n] == ':')
            return true;
    }
    return false;
}

void grub_run_forget(struct grub_run *run, size_t n)
{
    while (run->n_saved > n) {
        run->n_saved--;
        free(run->saved[run->n_saved].name);
        free(run->saved[run->n_saved].value);
        free(run->saved[run->n_saved].file);
    }
}

void grub_run_clear(struct grub_run *run)
{
    grub_arena_clear(&run->arena);
    grub_run_forget(run, 0);
    free(run->saved);
    for (size_t i = 0; i < run->n_others; i++) {
        free(run->others[i].file);
        grub_env_clear(&run->others[i].env);
    }
    free(run->others);
    free(run->functions);
    free(run->problem);
    *run = (struct grub_run){0};
}

void grub_eval_clear(struct grub_eval *eval)
{
    grub_env_clear(&eval->env);
    grub_menu_clear(&eval->menu);
    grub_loaded_clear(&eval->loaded);
}
