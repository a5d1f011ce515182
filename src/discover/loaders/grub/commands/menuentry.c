/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/util.h"
#include "discover/loaders/grub/commands/command.h"

/* The options, and the other words. */
struct parsed {
    struct grub_words rest;
    const char *id, *users;
    bool unrestricted;
};

/* The functions that parse return STATUS_TRUE; another status if GRUB adds no entry; or -ECANCELED.
 */

/* --name VALUE or --name=VALUE. Without a value, GRUB refuses the command; after the last word, the
 * block is the value. */
static int take_value(struct grub_eval *eval, const struct grub_node *node,
                      const struct grub_words *words, size_t *i, const char **ret_value)
{
    const char *word = words->words[*i];

    *ret_value = grub_option_value(words, i);
    if (*ret_value)
        return STATUS_TRUE;
    return *i + 1 < words->n
               ? STATUS_FAILED
               : grub_give_up(eval, node, "%s: option %s has no value", words->words[0], word);
}

/* A word that starts with --. GRUB takes one that is no option for a title or an argument. */
static int parse_long(struct grub_eval *eval, const struct grub_node *node,
                      const struct grub_words *words, size_t *i, struct parsed *parsed)
{
    const char *word = words->words[*i], *value;
    int r;

    if (grub_is_option(word, "--help") || grub_is_option(word, "--usage"))
        return STATUS_UNKNOWN;
    if (grub_is_option(word, "--source"))
        return STATUS_FAILED; /* which replaces the block */
    if (grub_is_option(word, "--unrestricted")) {
        parsed->unrestricted = true;
        return STATUS_TRUE;
    }
    if (!grub_is_option(word, "--id") && !grub_is_option(word, "--users") &&
        !grub_is_option(word, "--class") && !grub_is_option(word, "--hotkey")) {
        grub_words_add(&parsed->rest, word);
        return STATUS_TRUE;
    }
    r = take_value(eval, node, words, i, &value);
    if (r == STATUS_TRUE && grub_is_option(word, "--id"))
        parsed->id = value;
    if (r == STATUS_TRUE && grub_is_option(word, "--users"))
        parsed->users = value;
    return r;
}

/* The only short options ask for help, and GRUB takes a word with any other letter for a title. */
static bool asks_for_help(const char *word)
{
    return word[0] == '-' && word[1] && !word[1 + strspn(word + 1, "hu")];
}

static int parse_word(struct grub_eval *eval, const struct grub_node *node,
                      const struct grub_words *words, size_t *i, struct parsed *parsed)
{
    const char *word = words->words[*i];

    if (word[0] == GRUB_MARK && word[1] == '?')
        return grub_give_up(eval, node, "%s: a title or option that is not known", words->words[0]);
    if (word[0] == '-' && word[1] && grub_has_mark(word))
        return grub_give_up(eval, node, "%s: option %s is not known", words->words[0], word);
    if (word[0] == '-' && word[1] == '-')
        return parse_long(eval, node, words, i, parsed);
    if (asks_for_help(word))
        return STATUS_UNKNOWN;
    grub_words_add(&parsed->rest, word);
    return STATUS_TRUE;
}

static int parse_entry(struct grub_eval *eval, const struct grub_node *node,
                       const struct grub_words *words, struct parsed *parsed)
{
    bool options = true;
    int r = STATUS_TRUE;

    for (size_t i = 1; r == STATUS_TRUE && i < words->n; i++) {
        if (options && streq(words->words[i], "--"))
            options = false;
        else if (options)
            r = parse_word(eval, node, words, &i, parsed);
        else
            grub_words_add(&parsed->rest, words->words[i]);
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

    if (r == STATUS_TRUE && (!node->body || parsed.rest.n == 0))
        r = grub_give_up(eval, node, "%s without a title or a { block }", words->words[0]);
    if (r == STATUS_TRUE && eval->entry)
        r = grub_give_up(eval, node, "%s inside a menu entry", words->words[0]);
    if (r == STATUS_TRUE)
        r = streq(words->words[0], "hiddenentry")
                ? STATUS_TRUE
                : add_entry(eval, node, streq(words->words[0], "submenu"), &parsed);
    grub_words_clear(&parsed.rest);
    return r;
}
