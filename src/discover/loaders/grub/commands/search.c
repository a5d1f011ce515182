/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/util.h"
#include "discover/loaders/grub/commands/command.h"

/* A mark for the device that a search finds, or an unknown. */
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
    const char *key = NULL, *variable = NULL;
    char kind = 'f';

    if (words->words[0][strlen("search")])
        return search_short(eval, node, words);
    for (size_t i = 1; i < words->n; i++) {
        const char *word = words->words[i];

        if (streq(word, "--fs-uuid") || streq(word, "-u")) {
            kind = 'u';
        } else if (streq(word, "--label") || streq(word, "--fs-label") || streq(word, "-l")) {
            kind = 'l';
        } else if (grub_is_option(word, "--set")) {
            variable = grub_option_value(words, &i);
            variable = variable ? variable : "root";
        } else if (grub_is_option(word, "--hint") || strstr(word, "--hint-")) {
            (void)grub_option_value(words, &i);
        } else if (*word != '-' && !key) {
            key = word;
        } else if (!streq(word, "--no-floppy") && !streq(word, "-n") && !streq(word, "--file") &&
                   !streq(word, "-f")) {
            return grub_give_up(eval, node, "search: option %s is not supported", word);
        }
    }
    if (!variable)
        return STATUS_UNKNOWN;
    if (!key)
        return grub_give_up(eval, node, "search for nothing");
    return assign_device(eval, node, kind, key, variable);
}
