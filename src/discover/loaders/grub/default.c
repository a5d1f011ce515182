/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The value is a path: > separates its steps, >> in a step stands for a > in a name, and each menu
 * looks at the first step. If no rule finds an entry, it is the first one.
 *
 * Upstream reads a number if the value starts with one, whatever follows it; otherwise it looks for
 * the first entry with that title or id.
 *
 * Fedora's GRUB (since Fedora 30 and RHEL 8.0: get_entry_number_helper() and get_entry_number() in
 * grub-core/normal/menu.c) tries three rules in turn, and the first that finds anything decides:
 *   1. The first entry whose id is the step. It compares only as many characters of the id as the
 *   first word of the whole value has, where blanks end a word, so an id with a blank is never
 *   found. That word alone also finds an id, unless it is a single character. But if anything
 *   follows the first word of the value, a match counts as the first entry.
 *   2. The first entry whose title is the step.
 *   3. A number, if the whole value is a number, perhaps after blanks. "1>0" is not a number. */

#include "discover/loaders/grub/default.h"

#include <errno.h>

#include "base/util.h"
#include "discover/loaders/grub/script/number.h"

static const char BLANKS[] = " \t\n\r";

static int unknown(char **ret_problem, char *problem)
{
    *ret_problem = problem;
    return -ECANCELED;
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

typedef bool entry_matches(const struct grub_entry *entry, const char *value);

/* Whether the first step of the path `value` is `name`. */
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

static bool has_name(const struct grub_entry *entry, const char *value)
{
    return is_step(entry->title, value) || is_step(entry->id, value);
}

static bool has_fedora_id(const struct grub_entry *entry, const char *value)
{
    size_t word = strcspn(value, BLANKS);

    for (size_t n = 0; n <= word; n++, value++) {
        char c = entry->id[n];

        if (*value == '>' && value[1] != '>')
            return !c && n > 0;
        if (*value == '>')
            value++;
        if (c != *value)
            return n == word && n != 1 && !c && strchr(BLANKS, *value);
        if (!c)
            return n > 0;
    }
    return false;
}

static bool has_fedora_title(const struct grub_entry *entry, const char *value)
{
    return *entry->title && is_step(entry->title, value);
}

/* By number; beyond the last one means the first entry. Entries that may be missing shift those
 * after them. */
static int by_number(const struct grub_menu *menu, uint64_t number, size_t *ret_index,
                     char **ret_problem)
{
    size_t certain = 0;

    /* GRUB stores it in an int. If its numbers have 32 bits, a greater one is the first entry. */
    if (number > UINT32_MAX && (uint32_t)number < menu->n)
        return unknown(ret_problem, format("the default is a number of more than 32 bits"));
    for (size_t i = 0; i < menu->n; i++)
        certain += !menu->entries[i].maybe;
    for (size_t i = 0; i < menu->n && i <= number; i++)
        if (menu->entries[i].maybe)
            return unknown(ret_problem,
                           format("%s:%u: only GRUB knows whether this entry is in the menu",
                                  menu->entries[i].file, menu->entries[i].line));
    if (number >= certain && certain < menu->n)
        return unknown(ret_problem, format("only GRUB knows how many entries the menu has"));
    *ret_index = number < menu->n ? (size_t)number : 0;
    return 0;
}

/* Returns 1 with the first entry that matches, or 0 if there is none. */
static int by_name(const struct grub_menu *menu, const char *value, entry_matches *matches,
                   size_t *ret_index, char **ret_problem)
{
    for (size_t i = 0; i < menu->n; i++) {
        const struct grub_entry *entry = &menu->entries[i];

        if (grub_has_mark(entry->title) || grub_has_mark(entry->id))
            return unknown(ret_problem, format("%s:%u: only GRUB knows title or id of this entry",
                                               entry->file, entry->line));
        if (!matches(entry, value))
            continue;
        if (entry->maybe)
            return by_number(menu, i, ret_index, ret_problem);
        *ret_index = i;
        return 1;
    }
    return 0;
}

/* A number that the value starts with. Returns 1, or 0 if it starts with none. */
static int number_of(const char *value, bool recent, uint64_t *ret_number, const char **ret_end,
                     char **ret_problem)
{
    if (!recent && grub_digits_differ(value))
        return unknown(
            ret_problem,
            format("versions of GRUB read the number in the default \"%s\" differently", value));
    return grub_strtoul(value, ret_number, ret_end);
}

static int by_upstream(const struct grub_menu *menu, const char *value, bool recent,
                       size_t *ret_index, char **ret_problem)
{
    uint64_t number = 0;
    int r = number_of(value, recent, &number, NULL, ret_problem);

    if (r == 0) {
        number = 0;
        r = by_name(menu, value, has_name, ret_index, ret_problem);
        if (r > 0)
            return r;
    }
    return r < 0 ? r : by_number(menu, number, ret_index, ret_problem);
}

static int by_fedora(const struct grub_menu *menu, const char *value, bool recent,
                     size_t *ret_index, char **ret_problem)
{
    uint64_t number;
    const char *end;
    int r = by_name(menu, value, has_fedora_id, ret_index, ret_problem);

    if (r > 0 && value[strcspn(value, BLANKS)])
        return by_number(menu, 0, ret_index, ret_problem);
    if (r == 0)
        r = by_name(menu, value, has_fedora_title, ret_index, ret_problem);
    if (r != 0)
        return r;
    r = number_of(value, recent, &number, &end, ret_problem);
    return r < 0 ? r : by_number(menu, r > 0 && !*end ? number : 0, ret_index, ret_problem);
}

/* openSUSE's GRUB does not count a submenu of snapshots. */
static int by_all(const struct grub_menu *menu, const char *value, bool recent, size_t *ret_index,
                  char **ret_problem)
{
    size_t fedora;
    int r = by_fedora(menu, value, recent, &fedora, ret_problem);

    if (r >= 0)
        r = by_upstream(menu, value, recent, ret_index, ret_problem);
    if (r < 0)
        return r;
    if (after_prefix(menu->entries[0].title, "Bootable snapshot"))
        return unknown(ret_problem, format("a menu of snapshots"));
    return fedora == *ret_index
               ? 0
               : unknown(ret_problem,
                         format("the default \"%s\" means another entry in Fedora's GRUB", value));
}

/* Whether `id` is that of an entry on trial (boot counting): its name, and +LEFT or +LEFT-DONE. */
static bool is_on_trial(const char *id, const char *name)
{
    const char *rest = after_prefix(id, name);

    return rest && rest[0] == '+' && rest[1] >= '0' && rest[1] <= '9';
}

/* LoaderEntryDefault has the title or the id of an entry, or the name of its file. */
static int by_variable(const struct grub_menu *menu, const char *named, size_t *ret_index,
                       char **ret_problem)
{
    size_t n = strlen(named), found = 0;
    bool is_file = n > 5 && streq(named + n - 5, ".conf");
    AUTOFREE char *id = xstrndup(named, is_file ? n - 5 : n);

    for (size_t i = 0; i < menu->n; i++) {
        const struct grub_entry *entry = &menu->entries[i];

        if (is_on_trial(entry->id, id))
            return unknown(ret_problem, format("%s:%u: an entry on trial (boot counting)",
                                               entry->file, entry->line));
        if (!streq(entry->title, named) && !streq(entry->id, named) && !streq(entry->id, id))
            continue;
        if (entry->maybe || found++ > 0)
            return unknown(ret_problem, format("%s:%u: whether LoaderEntryDefault (%s) names this "
                                               "entry is not certain",
                                               entry->file, entry->line, named));
        *ret_index = i;
    }
    return found ? 0
                 : unknown(ret_problem,
                           format("LoaderEntryDefault names %s, and there is no such boot entry",
                                  named));
}

int grub_menu_default(const struct grub_menu *menu, const char *value,
                      const struct grub_chooser *chooser, size_t *ret_index, char **ret_problem)
{
    AUTOFREE char *why = value ? grub_why_unknown(value) : NULL;
    int r = 0;

    if (chooser->named)
        return by_variable(menu, chooser->named, ret_index, ret_problem);
    value = value ? value : "0";
    if (why || grub_has_mark(value))
        return unknown(ret_problem,
                       format("the default is not known: %s", why ? why : "a device name"));
    if (menu->n == 0)
        return unknown(ret_problem, format("the menu is empty"));
    switch (chooser->rules) {
    case GRUB_RULES_UPSTREAM:
        r = by_upstream(menu, value, chooser->recent, ret_index, ret_problem);
        break;
    case GRUB_RULES_FEDORA:
        r = by_fedora(menu, value, chooser->recent, ret_index, ret_problem);
        break;
    case GRUB_RULES_ALL:
        r = by_all(menu, value, chooser->recent, ret_index, ret_problem);
        break;
    }
    return r < 0 ? r : 0;
}
