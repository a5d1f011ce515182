/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Parses words like GRUB's commands/search_wrap.c: if the key is missing, the value of --set is the
 * key, and the variable is root. */

#include "base/util.h"
#include "discover/loaders/grub/commands/command.h"

struct search {
    bool label, uuid, file;
    bool set;
    const char *variable; /* the value of --set */
    const char *key;
};

static bool is_one_of(const char *word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (streq(word, list[i]))
            return true;
    return false;
}

static bool is_hint(const char *word)
{
    static const char *const HINTS[] = {"--hint",           "--hint-ieee1275", "--hint-bios",
                                        "--hint-baremetal", "--hint-efi",      "--hint-arc"};

    for (size_t i = 0; i < ELEMENTS(HINTS); i++)
        if (grub_is_option(word, HINTS[i]))
            return true;
    return false;
}

static int parse_word(struct grub_eval *eval, const struct grub_node *node,
                      const struct grub_words *words, size_t *i, struct search *search)
{
    static const char *const FLAGS[] = {"--no-floppy",       "-n", "--efidisk-only",
                                        "--cryptodisk-only", "-r", "--root-dev-only"};
    const char *word = words->words[*i];

    if (streq(word, "--fs-uuid") || streq(word, "-u")) {
        search->uuid = true;
    } else if (streq(word, "--label") || streq(word, "-l")) {
        search->label = true;
    } else if (streq(word, "--file") || streq(word, "-f")) {
        search->file = true;
    } else if (grub_is_option(word, "--set") || streq(word, "-s")) {
        search->set = true;
        search->variable = grub_option_value(words, i);
    } else if (is_hint(word)) {
        if (!grub_option_value(words, i))
            return grub_give_up(eval, node, "search: option %s has no value", word);
    } else if (*word == '-' && !is_one_of(word, FLAGS, ELEMENTS(FLAGS))) {
        return grub_give_up(eval, node, "search: option %s is not supported", word);
    } else if (*word != '-' && !search->key) {
        search->key = word;
    }
    return 0;
}

/* A mark for the device that a search finds, or an unknown value. */
static char *found_device(const struct grub_node *node, char kind, const char *key)
{
    AUTOFREE char *why = NULL;
    bool plain = *key && strspn(key, "0123456789abcdefghijklmnopqrstuvwxyz"
                                     "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_.") == strlen(key);

    if (plain && (kind == 'u' || kind == 'l'))
        return format("%c%c%s%c", GRUB_MARK, kind, key, GRUB_MARK_END);
    why = format("%s:%u: what a search for \"%s\" finds", node->file, node->line, key);
    return grub_unknown(why);
}

static int assign_device(struct grub_eval *eval, const struct grub_node *node, char kind,
                         const char *key, const char *variable)
{
    AUTOFREE char *device = found_device(node, kind, key);
    int r = grub_assign(eval, node, variable, device);

    return r < 0 ? r : STATUS_UNKNOWN;
}

/* search.fs_uuid KEY [VARIABLE [HINT...]] */
static int search_short(struct grub_eval *eval, const struct grub_node *node,
                        const struct grub_words *words)
{
    char kind = streq(words->words[0], "search.fs_uuid")    ? 'u'
                : streq(words->words[0], "search.fs_label") ? 'l'
                                                            : 'f';

    return words->n < 3 ? STATUS_UNKNOWN
                        : assign_device(eval, node, kind, words->words[1], words->words[2]);
}

int grub_search(struct grub_eval *eval, const struct grub_node *node,
                const struct grub_words *words)
{
    struct search search = {0};
    const char *variable;

    if (words->words[0][strlen("search")])
        return search_short(eval, node, words);
    for (size_t i = 1; i < words->n; i++) {
        int r = parse_word(eval, node, words, &i, &search);

        if (r < 0)
            return r;
    }
    variable = search.key && search.variable ? search.variable : "root";
    if (!search.key)
        search.key = search.variable;
    if (!search.key || !(search.label || search.uuid || search.file))
        return STATUS_FAILED;
    if (!search.set)
        return STATUS_UNKNOWN;
    return assign_device(eval, node,
                         search.label  ? 'l'
                         : search.uuid ? 'u'
                                       : 'f',
                         search.key, variable);
}
