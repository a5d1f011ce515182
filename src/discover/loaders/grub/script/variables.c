/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/grub/script/variables.h"

#include <ctype.h>
#include <errno.h>

#include "base/util.h"

static struct grub_variable *find(const struct grub_env *env, const char *name)
{
    for (size_t i = 0; i < env->n; i++)
        if (streq(env->variables[i].name, name))
            return &env->variables[i];
    return NULL;
}

const char *grub_env_get(const struct grub_env *env, const char *name)
{
    const struct grub_variable *variable = find(env, name);

    return variable ? variable->value : NULL;
}

int grub_env_set(struct grub_env *env, const char *name, const char *value)
{
    struct grub_variable *variable = find(env, name), *more;
    char *copy;

    if (strlen(value) > GRUB_MAX_VALUE)
        return -E2BIG;
    copy = strdup(value);
    if (!copy)
        return -ENOMEM;
    if (variable) {
        free(variable->value);
        variable->value = copy;
        return 0;
    }
    more = env->n < GRUB_MAX_VARIABLES ? reallocarray(env->variables, env->n + 1, sizeof(*more))
                                       : NULL;
    if (!more) {
        free(copy);
        return env->n < GRUB_MAX_VARIABLES ? -ENOMEM : -E2BIG;
    }
    env->variables = more;
    more[env->n] = (struct grub_variable){.name = strdup(name), .value = copy};
    if (!more[env->n].name) {
        free(copy);
        return -ENOMEM;
    }
    env->n++;
    return 0;
}

int grub_env_export(struct grub_env *env, const char *name)
{
    int r = find(env, name) ? 0 : grub_env_set(env, name, "");

    if (r >= 0)
        *find(env, name) = (struct grub_variable){
            .name = find(env, name)->name, .value = find(env, name)->value, .exported = true};
    return r;
}

static void variable_clear(struct grub_variable *variable)
{
    free(variable->name);
    free(variable->value);
}

void grub_env_unset(struct grub_env *env, const char *name)
{
    struct grub_variable *variable = find(env, name);

    if (!variable)
        return;
    variable_clear(variable);
    *variable = env->variables[--env->n];
}

static int copy_variable(const struct grub_variable *from, bool exported, struct grub_env *env)
{
    AUTOFREE char *unknown = NULL;
    int r;

    if (exported && !from->exported && !from->maybe_exported)
        return 0;
    if (exported && from->maybe_exported) {
        unknown = grub_unknown("a variable that is perhaps exported");
        if (!unknown)
            return -ENOMEM;
    }
    r = grub_env_set(env, from->name, unknown ? unknown : from->value);
    if (r >= 0) {
        env->variables[env->n - 1].exported = from->exported;
        env->variables[env->n - 1].maybe_exported = from->maybe_exported;
    }
    return r;
}

int grub_env_copy(const struct grub_env *env, bool exported, struct grub_env *ret_env)
{
    int r = 0;

    *ret_env = (struct grub_env){0};
    for (size_t i = 0; r >= 0 && i < env->n; i++)
        r = copy_variable(&env->variables[i], exported, ret_env);
    if (r < 0)
        grub_env_clear(ret_env);
    return r;
}

/* Any timeout that ends is as good as another: nobody is at the keyboard. */
static bool both_end(const char *name, const char *a, const char *b)
{
    long x, y;

    return streq(name, "timeout") && a && b && grub_number(a, &x) && grub_number(b, &y) && x >= 0 &&
           y >= 0;
}

static int merge_variable(struct grub_env *env, const char *name, const char *other,
                          const char *why)
{
    const char *value = grub_env_get(env, name);
    AUTOFREE char *unknown = NULL;

    if ((value && other && streq(value, other)) || both_end(name, value, other))
        return 0;
    unknown = grub_unknown(why);
    return unknown ? grub_env_set(env, name, unknown) : -ENOMEM;
}

/* It is exported on one of the two ways alone. */
static void perhaps(struct grub_variable *variable, const struct grub_variable *other)
{
    if (variable->exported || variable->maybe_exported ||
        (other && (other->exported || other->maybe_exported))) {
        variable->exported = false;
        variable->maybe_exported = true;
    }
}

int grub_env_merge(struct grub_env *env, const struct grub_env *other, const char *why)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < other->n; i++)
        r = merge_variable(env, other->variables[i].name, other->variables[i].value, why);
    for (size_t i = 0; r >= 0 && i < env->n; i++) {
        const struct grub_variable *theirs = find(other, env->variables[i].name);

        if (!theirs)
            r = merge_variable(env, env->variables[i].name, NULL, why);
        if (!theirs || theirs->exported != env->variables[i].exported || theirs->maybe_exported)
            perhaps(&env->variables[i], theirs);
    }
    return r;
}

size_t grub_env_work(const struct grub_env *env)
{
    size_t work = env->n;

    for (size_t i = 0; i < env->n; i++)
        work += strlen(env->variables[i].value) / 32;
    return work;
}

void grub_env_clear(struct grub_env *env)
{
    for (size_t i = 0; i < env->n; i++)
        variable_clear(&env->variables[i]);
    free(env->variables);
    *env = (struct grub_env){0};
}

char *grub_unknown(const char *why)
{
    char *value = format("%c?%s%c", GRUB_MARK, why, GRUB_MARK_END);

    for (char *c = value; c && *c; c++)
        if (isspace((unsigned char)*c) || strchr("*?\\'\"", *c))
            *c = c == value + 1 ? '?' : '_';
    return value;
}

bool grub_has_mark(const char *value)
{
    return strchr(value, GRUB_MARK) != NULL;
}

int grub_why_unknown(const char *value, char **ret_why)
{
    *ret_why = NULL;
    for (const char *mark = value; (mark = strchr(mark, GRUB_MARK)); mark++) {
        if (mark[1] != '?')
            continue;
        *ret_why = strndup(mark + 2, strcspn(mark + 2, "\002"));
        for (char *c = *ret_why; c && *c; c++)
            if (*c == '_')
                *c = ' ';
        return *ret_why ? 0 : -ENOMEM;
    }
    return 0;
}

bool grub_number(const char *value, long *ret_number)
{
    const char *digits = value + (*value == '-');
    size_t n = strspn(digits, "0123456789");

    if (n == 0 || n > 9 || digits[n] || (digits[0] == '0' && n > 1))
        return false;
    *ret_number = strtol(value, NULL, 10);
    return true;
}
