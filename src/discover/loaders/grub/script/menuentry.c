/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "base/util.h"
#include "discover/loaders/grub/script/eval.h"

/* The words behind the options, and the values of these. */
struct parsed {
    struct grub_words rest;
    const char *id, *users;
    bool unrestricted;
};

static int parse_entry_option(struct grub_eval *eval, const struct grub_node *node,
                              const struct grub_words *words, size_t *i, struct parsed *parsed)
{
    const char *word = words->words[*i], *value;

    if (streq(word, "--unrestricted")) {
        parsed->unrestricted = true;
        return 0;
    }
    if (!grub_is_option(word, "--id") && !grub_is_option(word, "--users") &&
        !grub_is_option(word, "--class") && !grub_is_option(word, "--hotkey"))
        return grub_give_up(eval, node, "%s: option %s", words->words[0], word);
    value = grub_option_value(words, i);
    if (!value)
        return grub_give_up(eval, node, "%s: option %s without a value", words->words[0], word);
    if (grub_is_option(word, "--id"))
        parsed->id = value;
    if (grub_is_option(word, "--users"))
        parsed->users = value;
    return 0;
}

static int parse_entry(struct grub_eval *eval, const struct grub_node *node,
                       const struct grub_words *words, struct parsed *parsed)
{
    bool options = true;
    int r = 0;

    for (size_t i = 1; r >= 0 && i < words->n; i++) {
        const char *word = words->words[i];

        if (options && streq(word, "--"))
            options = false;
        else if (options && word[0] == '-' && word[1] == '-')
            r = parse_entry_option(eval, node, words, &i, parsed);
        else if (options && word[0] == '-' && word[1])
            /* -h and -u are --help and --usage; what else is a title depends on the version */
            r = grub_give_up(eval, node, "%s: option %s", words->words[0], word);
        else if (options && word[0] == GRUB_MARK && word[1] == '?')
            r = grub_give_up(eval, node, "%s: a word that is not known", words->words[0]);
        else
            r = grub_words_add(&parsed->rest, word);
    }
    return r;
}

static void entry_clear(struct grub_entry *entry)
{
    free(entry->title);
    free(entry->id);
    free(entry->problem);
    grub_words_clear(&entry->arguments);
}

int grub_add_entry(struct grub_eval *eval, const struct grub_node *node, struct grub_entry *entry)
{
    struct grub_menu *menu = &eval->menu;
    struct grub_entry *more = NULL;
    int r = 0;

    if (eval->run->entries++ >= GRUB_MAX_ENTRIES)
        r = grub_give_up(eval, node, "more than %d entries", GRUB_MAX_ENTRIES);
    else
        more = reallocarray(menu->entries, menu->n + 1, sizeof(*more));
    if (more)
        menu->entries = more;
    if (!more || !entry->title || !entry->id) {
        entry_clear(entry);
        return r < 0 ? r : -ENOMEM;
    }
    more[menu->n++] = *entry;
    return STATUS_TRUE;
}

static int add_entry(struct grub_eval *eval, const struct grub_node *node, bool submenu,
                     struct parsed *parsed)
{
    struct grub_entry entry = {
        .title = strdup(parsed->rest.words[0]),
        .id = strdup(parsed->id ? parsed->id : parsed->rest.words[0]),
        .submenu = submenu,
        .restricted = parsed->users || !parsed->unrestricted,
        .arguments = parsed->rest,
        .body = node->body,
        .file = node->file,
        .line = node->line,
    };

    parsed->rest = (struct grub_words){0};
    return grub_add_entry(eval, node, &entry);
}

int grub_menuentry(struct grub_eval *eval, const struct grub_node *node,
                   const struct grub_words *words)
{
    struct parsed parsed = {0};
    int r = parse_entry(eval, node, words, &parsed);

    if (r >= 0 && (!node->body || parsed.rest.n == 0))
        r = grub_give_up(eval, node, "%s without a title or a { block }", words->words[0]);
    if (r >= 0 && eval->entry)
        r = grub_give_up(eval, node, "%s in an entry", words->words[0]);
    if (r >= 0)
        r = add_entry(eval, node, words->words[0][0] == 's', &parsed);
    grub_words_clear(&parsed.rest);
    return r;
}

void grub_menu_clear(struct grub_menu *menu)
{
    for (size_t i = 0; i < menu->n; i++)
        entry_clear(&menu->entries[i]);
    free(menu->entries);
    *menu = (struct grub_menu){0};
}
