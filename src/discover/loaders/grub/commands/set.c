/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The commands that change variables. */

#include "base/util.h"
#include "discover/loaders/grub/commands/command.h"

int grub_set(struct grub_eval *eval, const struct grub_node *node, const struct grub_words *words)
{
    return words->n > 1 ? grub_assign_pair(eval, node, words->words[1]) : STATUS_TRUE;
}

int grub_unset(struct grub_eval *eval, const struct grub_node *node, const struct grub_words *words)
{
    if (words->n < 2)
        return STATUS_FAILED;
    if (grub_has_mark(words->words[1]))
        return grub_give_up(eval, node, "unset: the name of the variable is not known");
    grub_env_unset(&eval->env, words->words[1]);
    return STATUS_TRUE;
}

int grub_export(struct grub_eval *eval, const struct grub_node *node,
                const struct grub_words *words)
{
    if (words->n < 2)
        return STATUS_FAILED;
    for (size_t i = 1; i < words->n; i++)
        if (grub_env_export(&eval->env, words->words[i]) < 0)
            return grub_give_up(eval, node, "export: more than %d variables", GRUB_MAX_VARIABLES);
    return STATUS_TRUE;
}

/* Asks the machine and stores the answer in the variable that the option --set names. */
int grub_ask(struct grub_eval *eval, const struct grub_node *node, const struct grub_words *words)
{
    if (streq(words->words[0], "regexp"))
        grub_load_regexp(eval);
    for (size_t i = 1; i < words->n; i++) {
        const char *word = words->words[i], *value = after_prefix(word, "--set"), *colon;
        int r;

        if (grub_has_mark(word) && (streq(words->words[i - 1], "--set") || value))
            return grub_give_up(eval, node, "%s: the name of the variable is not known",
                                words->words[0]);
        if (streq(word, "-s") || (value && !*value))
            value = i + 1 < words->n ? words->words[++i] : NULL;
        else if (value && *value == '=')
            value++;
        else if (*word == '-' && word[1] == 's')
            return grub_give_up(eval, node, "%s: option %s is not supported", words->words[0],
                                word);
        if (!value)
            continue;
        colon = strchr(value, ':'); /* regexp's number:name */
        r = grub_assign_unknown(eval, node, colon ? colon + 1 : value);
        if (r < 0)
            return r;
    }
    return STATUS_UNKNOWN;
}

/* Stores what only GRUB knows in the variable of the last word. */
int grub_read_input(struct grub_eval *eval, const struct grub_node *node,
                    const struct grub_words *words)
{
    int r = words->n > 1 ? grub_assign_unknown(eval, node, words->words[words->n - 1]) : 0;

    return r < 0 ? r : STATUS_UNKNOWN;
}

int grub_hwmatch(struct grub_eval *eval, const struct grub_node *node,
                 const struct grub_words *words)
{
    int r = grub_assign_unknown(eval, node, "match");

    (void)words;
    return r < 0 ? r : STATUS_UNKNOWN;
}

/* Fedora's: counts the boots that an update has left to prove itself. */
int grub_count(struct grub_eval *eval, const struct grub_node *node, const struct grub_words *words)
{
    return words->n == 2 ? grub_read_input(eval, node, words)
                         : grub_give_up(eval, node, "%s: one variable expected", words->words[0]);
}
