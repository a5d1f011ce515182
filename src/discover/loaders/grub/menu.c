/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/grub/menu.h"

#include <ctype.h>
#include <errno.h>

#include "base/util.h"
#include "discover/loaders/grub/script/eval.h"

static int unknown(char **ret_problem, char *problem)
{
    *ret_problem = problem;
    return -ECANCELED;
}

static int maybe_there(const struct grub_entry *entry, char **ret_problem)
{
    return unknown(ret_problem, format("%s:%u: only GRUB knows whether this entry is in the menu",
                                       entry->file, entry->line));
}

/* Whether the first step of the path `value` is `name`; >> in it is a > of the name. */
static bool is_step(const char *name, const char *value)
{
    for (;; name++, value++) {
        if (*value == '>' && value[1] != '>')
            return *name == 0;
        if (*value == '>')
            value++;
        if (*name != *value)
            return false;
        if (!*name)
            return true;
    }
}

const char *grub_menu_rest(const char *value)
{
    for (; value && *value; value++) {
        if (value[0] == '>' && value[1] == '>')
            value++;
        else if (value[0] == '>')
            return value[1] ? value + 1 : NULL;
    }
    return NULL;
}

/* Its title or id holds what only GRUB knows. */
static bool has_unknown_name(const struct grub_entry *entry)
{
    return grub_has_mark(entry->title) || grub_has_mark(entry->id);
}

static bool names(const struct grub_entry *entry, const char *value)
{
    return is_step(entry->title, value) || is_step(entry->id, value);
}

/* The number at the start of `value`, whatever follows; -1 when there is none, -2 when versions of
 * GRUB may read it differently. */
static long leading_number(const char *value)
{
    size_t n;

    while (*value && strchr(" \t\n\r", *value))
        value++;
    n = strspn(value, "0123456789");
    if (n == 0)
        return -1;
    if (n > 9 || (*value == '0' && (n > 1 || value[1] == 'x')))
        return -2;
    return strtol(value, NULL, 10);
}

/* By number; one past the end means the first entry. Entries that may be missing shift those after
 * them. */
static int by_number(const struct grub_menu *menu, size_t number, size_t *ret_index,
                     char **ret_problem)
{
    size_t certain = 0;

    for (size_t i = 0; i < menu->n; i++)
        certain += !menu->entries[i].maybe;
    for (size_t i = 0; i < menu->n && i <= number; i++)
        if (menu->entries[i].maybe)
            return maybe_there(&menu->entries[i], ret_problem);
    if (number >= certain && certain < menu->n)
        return unknown(ret_problem, format("only GRUB knows how many entries the menu has"));
    *ret_index = number < menu->n ? number : 0;
    return 0;
}

static int by_name(const struct grub_menu *menu, const char *value, size_t *ret_index,
                   char **ret_problem)
{
    for (size_t i = 0; i < menu->n; i++) {
        const struct grub_entry *entry = &menu->entries[i];

        if (has_unknown_name(entry))
            return unknown(ret_problem, format("%s:%u: only GRUB knows title or id of this entry",
                                               entry->file, entry->line));
        if (!names(entry, value))
            continue;
        if (entry->maybe)
            return maybe_there(entry, ret_problem);
        *ret_index = i;
        return 0;
    }
    return by_number(menu, 0, ret_index, ret_problem);
}

static int check_strict(const struct grub_menu *menu, const char *value, size_t index,
                        char **ret_problem)
{
    size_t first = strcspn(value, " \t\n\r");
    bool number = isdigit((unsigned char)*value);

    if (menu->n > 0 && after_prefix(menu->entries[0].title, "Bootable snapshot"))
        return unknown(ret_problem, format("a menu of snapshots"));
    if (number && value[strspn(value, "0123456789")])
        return unknown(ret_problem,
                       format("versions of GRUB read the default \"%s\" differently", value));
    for (size_t i = 0; i < menu->n; i++) {
        const struct grub_entry *entry = &menu->entries[i];
        bool by_word = value[first] && strncmp(entry->id, value, first) == 0;

        if ((names(entry, value) && i != index) || by_word || has_unknown_name(entry))
            return unknown(ret_problem,
                           format("%s:%u: whether the default \"%s\" means this entry depends on "
                                  "the version of GRUB",
                                  entry->file, entry->line, value));
    }
    return 0;
}

/* The entry whose id, or else whose title, is the value; menu->n when there is none. */
static size_t by_fedora_name(const struct grub_menu *menu, const char *value)
{
    for (size_t i = 0; i < menu->n; i++)
        if (is_step(menu->entries[i].id, value))
            return i;
    for (size_t i = 0; i < menu->n; i++)
        if (is_step(menu->entries[i].title, value))
            return i;
    return menu->n;
}

/* Fedora's takes the first word of the value for an id, too; what that does is not relied on. */
static int by_fedora(const struct grub_menu *menu, const char *value, size_t *ret_index,
                     char **ret_problem)
{
    size_t first = strcspn(value, " \t\n\r"), index = by_fedora_name(menu, value);
    const char *end = value + strspn(value, "0123456789");

    for (size_t i = 0; i < menu->n; i++) {
        const struct grub_entry *entry = &menu->entries[i];

        if (has_unknown_name(entry) || entry->maybe ||
            (value[first] && strncmp(entry->id, value, first) == 0))
            return unknown(ret_problem,
                           format("%s:%u: whether the default \"%s\" means this entry is not known",
                                  entry->file, entry->line, value));
    }
    if (index < menu->n) {
        *ret_index = index;
        return 0;
    }
    if (end > value && ((*end && *end != '>') || leading_number(value) < 0))
        return unknown(ret_problem,
                       format("the default \"%s\" is no entry and may be read as a number", value));
    return by_number(menu, end > value ? (size_t)leading_number(value) : 0, ret_index, ret_problem);
}

int grub_menu_default(const struct grub_menu *menu, const char *value, enum grub_rules rules,
                      size_t *ret_index, char **ret_problem)
{
    AUTOFREE char *why = NULL;
    long number;
    int r;

    value = value ? value : "0";
    why = grub_why_unknown(value);
    if (why || grub_has_mark(value))
        return unknown(ret_problem,
                       format("the default is not known: %s", why ? why : "a device name"));
    if (menu->n == 0)
        return unknown(ret_problem, format("the menu is empty"));
    number = leading_number(value);
    if (rules == GRUB_RULES_FEDORA)
        return by_fedora(menu, value, ret_index, ret_problem);
    if (number == -2)
        return unknown(ret_problem,
                       format("versions of GRUB read the default \"%s\" differently", value));
    r = number >= 0 ? by_number(menu, (size_t)number, ret_index, ret_problem)
                    : by_name(menu, value, ret_index, ret_problem);
    return r < 0 || rules == GRUB_RULES_UPSTREAM
               ? r
               : check_strict(menu, value, *ret_index, ret_problem);
}

static void walk_menu(struct grub_eval *eval, const char *path, bool chosen, struct grub_walk *walk,
                      unsigned depth);

/* GRUB's $chosen: the ids on the way, with > doubled in each. */
static char *path_of(const char *path, const char *id)
{
    char *text = xcalloc(strlen(path) + 2 * strlen(id) + 2, 1), *out = stpcpy(text, path);

    if (*path)
        *out++ = '>';
    for (; *id; id++) {
        if (*id == '>')
            *out++ = '>';
        *out++ = *id;
    }
    return text;
}

/* The context in which the entry runs: a submenu only sees what is exported. */
static int prepare(struct grub_eval *parent, const struct grub_entry *entry,
                   const struct grub_node *node, const char *path, enum grub_rules rules,
                   struct grub_eval *ret_eval)
{
    const char *rest = grub_menu_rest(grub_env_get(&parent->env, "default"));
    AUTOFREE char *next = rest ? xstrdup(rest) : grub_unknown("$default in an entry");
    struct grub_env *env = &ret_eval->env;
    int r;

    *ret_eval =
        (struct grub_eval){.run = parent->run, .entry = !entry->submenu, .status = STATUS_UNKNOWN};
    grub_env_copy(&parent->env, entry->submenu, env);
    r = grub_assign(ret_eval, node, "chosen", path);
    if (r >= 0)
        r = grub_env_export(env, "chosen");
    if (r >= 0 && entry->submenu)
        r = grub_assign(ret_eval, node, "timeout", "0");
    /* Fedora's GRUB leaves it as it was where the path has no further step. */
    if (r >= 0 && (rest || (rules != GRUB_RULES_UPSTREAM && grub_env_get(env, "default"))))
        r = grub_assign(ret_eval, node, "default", next);
    else if (r >= 0)
        grub_env_unset(env, "default");
    return r < 0 ? r : grub_spend(ret_eval, node, grub_env_work(env));
}

static const char *check(const struct grub_eval *eval, const struct grub_entry *entry)
{
    const char *superusers = grub_env_get(&eval->env, "superusers");

    if (entry->restricted && superusers && *superusers)
        return "GRUB asks for a password before it starts this entry";
    return NULL;
}

static void visit(struct grub_eval *parent, const struct grub_entry *entry, const char *path,
                  bool chosen, struct grub_walk *walk, unsigned depth)
{
    CLEANUP(grub_eval_clear) struct grub_eval eval = {0};
    AUTOFREE char *here = path_of(path, entry->id), *problem = NULL;
    struct grub_run *run = parent->run;
    struct grub_node node = {.file = entry->file, .line = entry->line};
    size_t saved = run->n_saved;
    int r = prepare(parent, entry, &node, here, walk->rules, &eval);

    if (r >= 0 && !entry->problem)
        r = grub_run_entry(&eval, entry);
    if (!chosen) /* GRUB does not run it, so it does not write either */
        grub_run_forget(run, saved);
    problem = steal(&run->problem);
    if (!problem && (entry->problem || check(parent, entry)))
        problem = xstrdup(entry->problem ? entry->problem : check(parent, entry));
    if (entry->submenu) {
        /* Only the submenus on the way to the chosen entry must be understood. */
        if (chosen && problem && !walk->problem)
            walk->problem = xstrdup(problem);
        if (r >= 0)
            walk_menu(&eval, here, chosen && !problem, walk, depth + 1);
        return;
    }
    walk->found(walk->data, &(struct grub_found){
                                .id = here,
                                .title = entry->title,
                                .loaded = &eval.loaded,
                                .file = entry->file,
                                .line = entry->line,
                                .problem = problem,
                                .chosen = chosen,
                            });
}

static void walk_menu(struct grub_eval *eval, const char *path, bool chosen, struct grub_walk *walk,
                      unsigned depth)
{
    size_t index = eval->menu.n;

    if (chosen && grub_menu_default(&eval->menu, grub_env_get(&eval->env, "default"), walk->rules,
                                    &index, &walk->problem) < 0)
        index = eval->menu.n;
    for (size_t i = 0; depth <= GRUB_MAX_DEPTH && i < eval->menu.n; i++)
        visit(eval, &eval->menu.entries[i], path, i == index, walk, depth);
}

/* Without a timeout GRUB starts nothing by itself. */
static char *check_timeout(const struct grub_eval *eval)
{
    const char *value = grub_env_get(&eval->env, "timeout");
    AUTOFREE char *why = value ? grub_why_unknown(value) : NULL;
    long seconds;

    if (why)
        return format("the timeout is not known: %s", why);
    if (!value || !grub_number(value, &seconds) || seconds < 0)
        return format("GRUB waits in its menu for a choice: the timeout is %s",
                      value ? value : "not set");
    return NULL;
}

void grub_menu_walk(struct grub_eval *eval, struct grub_walk *walk)
{
    walk->problem = check_timeout(eval);
    walk_menu(eval, "", !walk->problem, walk, 0);
}
