/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/grub/menu.h"

#include <ctype.h>
#include <errno.h>

#include "base/util.h"

static int unknown(char **ret_problem, char *problem)
{
    *ret_problem = problem;
    return problem ? -ECANCELED : -ENOMEM;
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

static bool is_unknown(const char *text)
{
    return grub_has_mark(text);
}

static bool names(const struct grub_entry *entry, const char *value)
{
    return is_step(entry->title, value) || is_step(entry->id, value);
}

/* The number at the start of `value`, whatever is behind it; -1 when there is none, -2 when it may
 * be read in more than one way. */
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

/* By number, and past the end the first one. Entries that may be missing shift those behind. */
static int by_number(const struct grub_menu *menu, size_t number, size_t *ret_index,
                     char **ret_problem)
{
    size_t certain = 0;

    for (size_t i = 0; i < menu->n; i++) {
        if (menu->entries[i].maybe)
            continue;
        certain++;
    }
    for (size_t i = 0; i < menu->n && i <= number; i++)
        if (menu->entries[i].maybe)
            return unknown(ret_problem,
                           format("%s:%u: whether this entry is in the menu depends on "
                                  "what only GRUB sees",
                                  menu->entries[i].file, menu->entries[i].line));
    if (number >= certain && certain < menu->n)
        return unknown(ret_problem, format("the menu's length depends on what only GRUB sees"));
    *ret_index = number < menu->n ? number : 0;
    return 0;
}

static int by_name(const struct grub_menu *menu, const char *value, size_t *ret_index,
                   char **ret_problem)
{
    for (size_t i = 0; i < menu->n; i++) {
        const struct grub_entry *entry = &menu->entries[i];

        if (is_unknown(entry->title) || is_unknown(entry->id))
            return unknown(ret_problem, format("%s:%u: title or id of this entry are not known",
                                               entry->file, entry->line));
        if (!names(entry, value))
            continue;
        if (entry->maybe)
            return unknown(ret_problem,
                           format("%s:%u: whether this entry is in the menu depends on "
                                  "what only GRUB sees",
                                  entry->file, entry->line));
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
                       format("default is \"%s\", which depends on the version of GRUB", value));
    for (size_t i = 0; i < menu->n; i++) {
        const struct grub_entry *entry = &menu->entries[i];
        bool by_word = value[first] && strncmp(entry->id, value, first) == 0;

        if ((names(entry, value) && i != index) || by_word || is_unknown(entry->id) ||
            is_unknown(entry->title))
            return unknown(ret_problem, format("%s:%u: which entry \"%s\" means depends on the "
                                               "version of GRUB",
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

        if (is_unknown(entry->title) || is_unknown(entry->id) || entry->maybe ||
            (value[first] && strncmp(entry->id, value, first) == 0))
            return unknown(ret_problem,
                           format("%s:%u: whether \"%s\" means this entry is not known",
                                  entry->file, entry->line, value));
    }
    if (index < menu->n) {
        *ret_index = index;
        return 0;
    }
    if (end > value && ((*end && *end != '>') || leading_number(value) < 0))
        return unknown(
            ret_problem,
            format("default is \"%s\", which is no entry and may be read as a number", value));
    return by_number(menu, end > value ? (size_t)leading_number(value) : 0, ret_index, ret_problem);
}

int grub_menu_default(const struct grub_menu *menu, const char *value, enum grub_rules rules,
                      size_t *ret_index, char **ret_problem)
{
    AUTOFREE char *why = NULL;
    long number;
    int r;

    if (!value)
        value = "0";
    r = grub_why_unknown(value, &why);
    if (r < 0)
        return r;
    if (why || grub_has_mark(value))
        return unknown(ret_problem, format("default is not known: %s", why ? why : "a device"));
    if (menu->n == 0)
        return unknown(ret_problem, format("the menu is empty"));
    number = leading_number(value);
    if (rules == GRUB_RULES_FEDORA)
        return by_fedora(menu, value, ret_index, ret_problem);
    if (number == -2)
        return unknown(ret_problem,
                       format("default is \"%s\", which is not read as a number", value));
    r = number >= 0 ? by_number(menu, (size_t)number, ret_index, ret_problem)
                    : by_name(menu, value, ret_index, ret_problem);
    return r < 0 || rules == GRUB_RULES_UPSTREAM
               ? r
               : check_strict(menu, value, *ret_index, ret_problem);
}

static int walk_menu(struct grub_eval *eval, const char *path, bool chosen, struct grub_walk *walk,
                     unsigned depth);

/* GRUB's $chosen: the ids on the way, with > doubled in each. */
static char *path_of(const char *path, const char *id)
{
    size_t length = strlen(path) + 1;
    char *text = malloc(length + 2 * strlen(id) + 2), *out;

    if (!text)
        return NULL;
    out = stpcpy(text, path);
    if (*path)
        *out++ = '>';
    for (; *id; id++) {
        if (*id == '>')
            *out++ = '>';
        *out++ = *id;
    }
    *out = 0;
    return text;
}

/* The context in which the entry runs: a submenu sees what is exported alone. */
static int prepare(struct grub_eval *parent, const struct grub_entry *entry, const char *path,
                   enum grub_rules rules, struct grub_eval *ret_eval)
{
    const char *rest = grub_menu_rest(grub_env_get(&parent->env, "default"));
    AUTOFREE char *next = rest ? strdup(rest) : grub_unknown("$default in an entry");
    int r = next ? 0 : -ENOMEM;

    *ret_eval =
        (struct grub_eval){.run = parent->run, .entry = !entry->submenu, .status = STATUS_UNKNOWN};
    if (r >= 0)
        r = grub_env_copy(&parent->env, entry->submenu, &ret_eval->env);
    if (r >= 0)
        r = grub_env_set(&ret_eval->env, "chosen", path);
    if (r >= 0)
        r = grub_env_export(&ret_eval->env, "chosen");
    if (r >= 0 && entry->submenu)
        r = grub_env_set(&ret_eval->env, "timeout", "0");
    /* Fedora's GRUB leaves it as it was where the path has no further step. */
    if (r >= 0 &&
        (rest || (rules != GRUB_RULES_UPSTREAM && grub_env_get(&ret_eval->env, "default"))))
        r = grub_env_set(&ret_eval->env, "default", next);
    else if (r >= 0)
        grub_env_unset(&ret_eval->env, "default");
    return r == -E2BIG ? -ENOMEM : r;
}

static const char *check(const struct grub_eval *eval, const struct grub_entry *entry)
{
    const char *superusers = grub_env_get(&eval->env, "superusers");

    if (entry->restricted && superusers && *superusers)
        return "GRUB asks for a password before it starts this entry";
    return NULL;
}

/* Only the submenu on the way to the chosen entry has to be understood. */
static int submenu_failed(struct grub_run *run, bool chosen, struct grub_walk *walk)
{
    if (chosen && !walk->problem)
        walk->problem = steal(&run->problem);
    free(run->problem);
    run->problem = NULL;
    return 0;
}

static int visit(struct grub_eval *parent, const struct grub_entry *entry, const char *path,
                 bool chosen, struct grub_walk *walk, unsigned depth)
{
    CLEANUP(grub_eval_clear) struct grub_eval eval = {0};
    AUTOFREE char *here = path_of(path, entry->id), *problem = NULL;
    size_t saved = parent->run->n_saved;
    struct grub_node where = {.file = entry->file, .line = entry->line};
    struct grub_found found;
    int r = here ? prepare(parent, entry, here, walk->rules, &eval) : -ENOMEM;

    if (r >= 0)
        r = grub_spend(&eval, &where, grub_env_work(&eval.env));
    if (r < 0 && r != -ECANCELED)
        return r;
    if (r >= 0 && !entry->problem)
        r = grub_run_entry(&eval, entry);
    if (!chosen) /* what GRUB would do on the way there is not done */
        grub_run_forget(parent->run, saved);
    if (r < 0 && r != -ECANCELED)
        return r;
    if (entry->submenu) {
        if (r == -ECANCELED)
            return submenu_failed(parent->run, chosen, walk);
        if (chosen && check(parent, entry)) {
            walk->problem = strdup(check(parent, entry));
            chosen = false;
        }
        return walk_menu(&eval, here, chosen, walk, depth + 1);
    }
    problem = steal(&parent->run->problem);
    found = (struct grub_found){
        .id = here,
        .title = entry->title,
        .loaded = &eval.loaded,
        .file = entry->file,
        .line = entry->line,
        .problem = entry->problem ? entry->problem
                   : problem      ? problem
                                  : check(parent, entry),
        .chosen = chosen,
    };
    return walk->found(walk->data, &found);
}

static int walk_menu(struct grub_eval *eval, const char *path, bool chosen, struct grub_walk *walk,
                     unsigned depth)
{
    size_t index = eval->menu.n;
    int r = 0;

    if (chosen)
        r = grub_menu_default(&eval->menu, grub_env_get(&eval->env, "default"), walk->rules, &index,
                              &walk->problem);
    if (r == -ECANCELED) {
        index = eval->menu.n;
        r = 0;
    }
    if (depth > GRUB_MAX_DEPTH)
        return 0;
    for (size_t i = 0; r >= 0 && i < eval->menu.n; i++)
        r = visit(eval, &eval->menu.entries[i], path, i == index, walk, depth);
    return r;
}

/* Without a timeout GRUB starts nothing by itself. */
static int check_timeout(const struct grub_eval *eval, char **ret_problem)
{
    const char *value = grub_env_get(&eval->env, "timeout");
    AUTOFREE char *why = NULL;
    long seconds;
    int r = value ? grub_why_unknown(value, &why) : 0;

    if (r < 0)
        return r;
    if (why)
        return unknown(ret_problem, format("timeout is not known: %s", why));
    if (!value || !grub_number(value, &seconds) || seconds < 0)
        return unknown(ret_problem,
                       format("GRUB waits at its menu for somebody to choose: timeout is %s",
                              value ? value : "not set"));
    return 0;
}

int grub_menu_walk(struct grub_eval *eval, struct grub_walk *walk)
{
    int r = check_timeout(eval, &walk->problem);

    if (r < 0 && r != -ECANCELED)
        return r;
    return walk_menu(eval, "", !walk->problem, walk, 0);
}
