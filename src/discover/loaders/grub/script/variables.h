/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* GRUB's variables. In a value, a mark may stand for what only the boot loader knows:
 *   GRUB_MARK '?' why GRUB_MARK_END    unknown text
 *   GRUB_MARK 'h' GRUB_MARK_END        the device that holds GRUB's own directory
 *   GRUB_MARK 'u' UUID GRUB_MARK_END   the device with the file system of that UUID
 *   GRUB_MARK 'l' LABEL GRUB_MARK_END  the same with that label
 * A mark contains no blanks, quotes or wildcards, so that expansion does not change it. */

#include <stdbool.h>
#include <stddef.h>

#define GRUB_MARK '\001'
#define GRUB_MARK_END '\002'
#define GRUB_HOME "\001h\002"

enum {
    GRUB_MAX_VARIABLES = 256,
    GRUB_MAX_VALUE = 8 * 1024, /* also of a word: four times the longest command line on x86 */
};

struct grub_variable {
    char *name;
    char *value;
    bool exported;
    bool maybe_exported; /* only in one of two branches, so a submenu's copy is unknown */
};

struct grub_env {
    struct grub_variable *variables;
    size_t n;
};

/* NULL if it is not set. */
const char *grub_env_get(const struct grub_env *env, const char *name);

/* Both functions return 0, or -E2BIG if there are too many variables or the value is too long. */
int grub_env_set(struct grub_env *env, const char *name, const char *value);
int grub_env_export(struct grub_env *env, const char *name);
void grub_env_unset(struct grub_env *env, const char *name);

/* Copies all variables, or with `exported` only those that are exported. */
void grub_env_copy(const struct grub_env *env, bool exported, struct grub_env *ret_env);

/* Keeps in `env` what both agree on; the rest becomes unknown because of `why`. 0 or -E2BIG. */
int grub_env_merge(struct grub_env *env, const struct grub_env *other, const char *why);

/* What a copy costs, for grub_spend(). */
size_t grub_env_work(const struct grub_env *env);

void grub_env_clear(struct grub_env *env);

/* An unknown value. The caller frees it. */
char *grub_unknown(const char *why);

bool grub_has_mark(const char *value);

/* Why the value is unknown, or NULL if it is known. The caller frees the text. */
char *grub_why_unknown(const char *value);

/* The text for people: devices by name, and "?" for what is unknown and for each control character,
 * which could affect a terminal. The caller frees it; NULL stays NULL. */
char *grub_readable(const char *text);
