/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/grub/menu.h"

#include "base/util.h"
#include "discover/loaders/grub/script/eval.h"
#include "discover/loaders/grub/script/number.h"

static void walk_menu(struct grub_eval *eval, const char *path, bool chosen, struct grub_walk *walk,
                      unsigned depth);

/* GRUB's $chosen: the ids along the path, with each > in them doubled. */
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

/* The context in which the entry runs: a submenu only sees exported variables. */
static int prepare(struct grub_eval *parent, const struct grub_entry *entry,
                   const struct grub_node *node, const char *path, enum grub_rules rules,
                   struct grub_eval *ret_eval)
{
    const char *rest = grub_menu_rest(grub_env_get(&parent->env, "default"));
    AUTOFREE char *left = grub_unknown("$default in an entry");
    struct grub_env *env = &ret_eval->env;
    int r;

    *ret_eval = (struct grub_eval){.run = parent->run,
                                   .entry = !entry->submenu,
                                   .regexp = parent->regexp,
                                   .path = entry->submenu ? NULL : path,
                                   .status = STATUS_TRUE}; /* of setparams, which runs first */
    grub_env_copy(&parent->env, entry->submenu, env);
    r = grub_assign(ret_eval, node, "chosen", path);
    if (r >= 0)
        r = grub_env_export(env, "chosen");
    if (r >= 0 && entry->submenu)
        r = grub_assign(ret_eval, node, "timeout", "0");
    /* If the path has no further step, Fedora's GRUB leaves the variable as it was. */
    if (r >= 0 && rest)
        r = grub_assign(ret_eval, node, "default", rest);
    else if (r >= 0 && rules == GRUB_RULES_UPSTREAM)
        grub_env_unset(env, "default");
    else if (r >= 0 && rules == GRUB_RULES_ALL && grub_env_get(env, "default"))
        r = grub_assign(ret_eval, node, "default", left);
    return r < 0 ? r : grub_spend(ret_eval, node, grub_env_work(env));
}

/* With an empty list of superusers GRUB also asks: nobody who is logged in is one of them. */
static const char *check(const struct grub_eval *eval, const struct grub_entry *entry)
{
    const char *superusers = grub_env_get(&eval->env, "superusers");

    if (!entry->restricted || !superusers)
        return NULL;
    return grub_has_mark(superusers) ? "only GRUB knows whether it asks for a password"
                                     : "GRUB asks for a password before it starts this entry";
}

/* Without a timeout that ends, GRUB starts nothing by itself. */
static char *check_timeout(const struct grub_eval *eval)
{
    const char *value = grub_env_get(&eval->env, "timeout");
    AUTOFREE char *why = value ? grub_why_unknown(value) : NULL;

    if (why)
        return format("the timeout is not known: %s", why);
    switch (grub_timeout(value)) {
    case TIMEOUT_ENDS:
        return NULL;
    case TIMEOUT_UNKNOWN:
        return format("the timeout %s is too big for some versions of GRUB", value);
    case TIMEOUT_NEVER:
        break;
    }
    if (!value || !*value)
        return format("GRUB waits in its menu for a choice: no timeout is set");
    return format("GRUB waits in its menu for a choice: the timeout is %s", value);
}

/* Why GRUB may not start the entry, which ended with `status`; or NULL. */
static char *find_problem(const struct grub_eval *parent, const struct grub_entry *entry,
                          enum grub_rules rules, int status)
{
    const char *why = entry->problem ? entry->problem : check(parent, entry);

    if (why)
        return xstrdup(why);
    /* True of Fedora's GRUB since RHEL 9; others start what was loaded anyway. */
    if (rules != GRUB_RULES_UPSTREAM && !entry->submenu &&
        (status == STATUS_FALSE || status == STATUS_FAILED))
        return format("%s:%u: GRUB may not start this entry, as its last command fails",
                      entry->file, entry->line);
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
    int r = prepare(parent, entry, &node, here, walk->chooser.rules, &eval);

    if (r >= 0 && !entry->problem)
        r = grub_run_entry(&eval, entry);
    if (!chosen) /* GRUB does not run it, so it does not write either */
        grub_run_forget(run, saved);
    problem = steal(&run->problem);
    if (!problem)
        problem = find_problem(parent, entry, walk->chooser.rules, r);
    if (entry->submenu) {
        /* Only submenus on the path to the chosen entry must be understood. */
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

/* A submenu has its own timeout: 0, unless its body sets another one. */
static void walk_menu(struct grub_eval *eval, const char *path, bool chosen, struct grub_walk *walk,
                      unsigned depth)
{
    size_t index = eval->menu.n;

    if (chosen)
        walk->problem = check_timeout(eval);
    if (chosen && !walk->problem &&
        grub_menu_default(&eval->menu, grub_env_get(&eval->env, "default"), &walk->chooser, &index,
                          &walk->problem) < 0)
        index = eval->menu.n;
    for (size_t i = 0; depth <= GRUB_MAX_DEPTH && i < eval->menu.n; i++)
        visit(eval, &eval->menu.entries[i], path, i == index, walk, depth);
}

void grub_menu_walk(struct grub_eval *eval, struct grub_walk *walk)
{
    walk_menu(eval, "", true, walk, 0);
}
