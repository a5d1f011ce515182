/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* GRUB's variables. In a value a mark may stand for what only the boot loader knows:
 *   GRUB_MARK '?' why GRUB_MARK_END    unknown text
 *   GRUB_MARK 'h' GRUB_MARK_END        the device that holds GRUB's own directory
 *   GRUB_MARK 'u' UUID GRUB_MARK_END   the device with the file system of that UUID
 *   GRUB_MARK 'l' LABEL GRUB_MARK_END  the same with that label
 * A mark has no blanks, quotes or wildcards inside, so that expansion leaves it whole. */

#include <stdbool.h>
#include <stddef.h>

#define GRUB_MARK '\001'
#define GRUB_MARK_END '\002'
#define GRUB_HOME "\001h\002"

enum {
    GRUB_MAX_VARIABLES = 256,
    GRUB_MAX_VALUE = 8 * 1024, /* of a word too: four times the command line that x86 accepts */
};

struct grub_variable {
    char *name;
    char *value;
    bool exported;
    bool maybe_exported; /* on one of two ways only, so a submenu's copy is unknown */
};

struct grub_env {
    struct grub_variable *variables;
    size_t n;
};

/* NULL when it is not set. */
const char *grub_env_get(const struct grub_env *env, const char *name);

/* Both give 0, or -E2BIG when there are too many variables or the value is too long. */
int grub_env_set(struct grub_env *env, const char *name, const char *value);
int grub_env_export(struct grub_env *env, const char *name);
void grub_env_unset(struct grub_env *env, const char *name);

/* A copy; with `exported` of the exported variables only. */
void grub_env_copy(const struct grub_env *env, bool exported, struct grub_env *ret_env);

/* Keeps in `env` what both agree on; the rest becomes unknown because of `why`. 0 or -E2BIG. */
int grub_env_merge(struct grub_env *env, const struct grub_env *other, const char *why);

/* What a copy costs, for grub_spend(). */
size_t grub_env_work(const struct grub_env *env);

void grub_env_clear(struct grub_env *env);

/* An unknown value, for free(). */
char *grub_unknown(const char *why);

bool grub_has_mark(const char *value);

/* Why the value is unknown, for free(), or NULL when it is not. */
char *grub_why_unknown(const char *value);

/* The text for people, for free(): devices by name, "?" for what is unknown and for each control
 * character, which a terminal would obey. NULL stays NULL. */
char *grub_readable(const char *text);
