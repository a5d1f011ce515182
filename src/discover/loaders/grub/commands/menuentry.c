/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/util.h"
#include "discover/loaders/grub/commands/command.h"

/* The options, and the other words. */
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
        return grub_give_up(eval, node, "%s: option %s is not supported", words->words[0], word);
    value = grub_option_value(words, i);
    if (!value)
        return grub_give_up(eval, node, "%s: option %s has no value", words->words[0], word);
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
            /* Which of these words are titles depends on the version. */
            r = grub_give_up(eval, node, "%s: option %s is not supported", words->words[0], word);
        else if (options && word[0] == GRUB_MARK && word[1] == '?')
            r = grub_give_up(eval, node, "%s: a title or option that is not known",
                             words->words[0]);
        else
            grub_words_add(&parsed->rest, word);
    }
    return r;
}

static int add_entry(struct grub_eval *eval, const struct grub_node *node, bool submenu,
                     struct parsed *parsed)
{
    struct grub_entry entry = {
        .title = xstrdup(parsed->rest.words[0]),
        .id = xstrdup(parsed->id ? parsed->id : parsed->rest.words[0]),
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

/* openSUSE's hiddenentry adds an entry that is only reached by its hotkey: it is not counted and
 * has no name. Other GRUBs do not know the command and continue. */
int grub_menuentry(struct grub_eval *eval, const struct grub_node *node,
                   const struct grub_words *words)
{
    struct parsed parsed = {0};
    int r = parse_entry(eval, node, words, &parsed);

    if (r >= 0 && (!node->body || parsed.rest.n == 0))
        r = grub_give_up(eval, node, "%s without a title or a { block }", words->words[0]);
    if (r >= 0 && eval->entry)
        r = grub_give_up(eval, node, "%s inside a menu entry", words->words[0]);
    if (r >= 0)
        r = streq(words->words[0], "hiddenentry")
                ? STATUS_TRUE
                : add_entry(eval, node, streq(words->words[0], "submenu"), &parsed);
    grub_words_clear(&parsed.rest);
    return r;
}
