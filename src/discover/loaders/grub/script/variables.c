/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/grub/script/variables.h"

#include <ctype.h>
#include <errno.h>

#include "base/util.h"
#include "discover/loaders/grub/script/number.h"

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
    struct grub_variable *variable = find(env, name);

    if (strlen(value) > GRUB_MAX_VALUE || (!variable && env->n == GRUB_MAX_VARIABLES))
        return -E2BIG;
    if (!variable) {
        variable = APPEND(env->variables, env->n);
        variable->name = xstrdup(name);
    }
    set_text(&variable->value, xstrdup(value));
    return 0;
}

int grub_env_export(struct grub_env *env, const char *name)
{
    int r = find(env, name) ? 0 : grub_env_set(env, name, "");

    if (r >= 0) {
        find(env, name)->exported = true;
        find(env, name)->maybe_exported = false;
    }
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

void grub_env_copy(const struct grub_env *env, bool exported, struct grub_env *ret_env)
{
    *ret_env = (struct grub_env){0};
    for (size_t i = 0; i < env->n; i++) {
        const struct grub_variable *from = &env->variables[i];
        struct grub_variable *to;

        if (exported && !from->exported && !from->maybe_exported)
            continue;
        to = APPEND(ret_env->variables, ret_env->n);
        *to = *from;
        to->name = xstrdup(from->name);
        to->value = exported && from->maybe_exported
                        ? grub_unknown("a variable that may not be exported")
                        : xstrdup(from->value);
    }
}

/* All timeouts that end have the same effect, as nobody is at the keyboard. */
static bool both_end(const char *name, const char *a, const char *b)
{
    return streq(name, "timeout") && a && b && !grub_has_mark(a) && !grub_has_mark(b) &&
           grub_timeout(a) == TIMEOUT_ENDS && grub_timeout(b) == TIMEOUT_ENDS;
}

static int merge_variable(struct grub_env *env, const char *name, const char *other,
                          const char *why)
{
    const char *value = grub_env_get(env, name);
    AUTOFREE char *unknown = NULL;

    if ((value && other && streq(value, other)) || both_end(name, value, other))
        return 0;
    unknown = grub_unknown(why);
    return grub_env_set(env, name, unknown);
}

/* Exported in only one of the two branches. */
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

/* Bytes that expansion would change; inside a mark they follow ESCAPE with one bit flipped. */
static const char DELICATE[] = " \t\n\v\f\r*?\\'\"\001\002\003";
enum {
    ESCAPE = '\003',
    ESCAPED = 0x40,
};

char *grub_unknown(const char *why)
{
    char *value = xcalloc(2 * strlen(why) + 4, 1), *out = value;

    *out++ = GRUB_MARK;
    *out++ = '?';
    for (; *why; why++) {
        bool delicate = strchr(DELICATE, *why) != NULL;

        if (delicate)
            *out++ = ESCAPE;
        *out++ = delicate ? (char)(*why ^ ESCAPED) : *why;
    }
    *out = GRUB_MARK_END;
    return value;
}

bool grub_has_mark(const char *value)
{
    return strchr(value, GRUB_MARK) != NULL;
}

char *grub_why_unknown(const char *value)
{
    const char *mark = strstr(value, "\001?");
    char *why, *out;

    if (!mark)
        return NULL;
    mark += 2;
    why = out = xstrdup(mark);
    for (; *mark && *mark != GRUB_MARK_END; mark++)
        *out++ = *mark == ESCAPE && mark[1] ? (char)(*++mark ^ ESCAPED) : *mark;
    *out = 0;
    return why;
}

/* Writes the name of the mark at `text` to *out, which it advances; returns what follows the
 * mark. */
static const char *name_mark(const char *text, char **out)
{
    size_t n = strcspn(++text, "\002");
    const char *name = *text == 'h'   ? "GRUB's own device"
                       : *text == 'u' ? "UUID="
                       : *text == 'l' ? "LABEL="
                                      : "?";

    *out = stpcpy(*out, name);
    if (*text == 'u' || *text == 'l')
        *out = mempcpy(*out, text + 1, n - 1);
    return text + n + (text[n] != 0);
}

/* The length in bytes of the control character at `text`, or 0: ASCII's, or ISO 6429's in UTF-8. */
static size_t control_length(const char *text)
{
    unsigned char first = (unsigned char)text[0], second = first ? (unsigned char)text[1] : 0;

    return first == 0xc2 && second >= 0x80 && second < 0xa0 ? 2 : first < 0x20 || first == 0x7f;
}

char *grub_readable(const char *text)
{
    /* The longest name is that of a mark of two bytes. */
    char *readable = text ? xcalloc(strlen(text) + 1, strlen("GRUB's own device") / 2 + 1) : NULL,
         *out = readable;

    while (text && *text) {
        size_t n = control_length(text);

        if (*text == GRUB_MARK) {
            text = name_mark(text, &out);
        } else {
            *out++ = n ? '?' : *text;
            text += n ? n : 1;
        }
    }
    return readable;
}
