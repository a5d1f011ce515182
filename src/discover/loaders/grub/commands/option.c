/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/util.h"
#include "discover/loaders/grub/commands/command.h"

bool grub_is_option(const char *word, const char *name)
{
    const char *rest = after_prefix(word, name);

    return rest && (*rest == 0 || *rest == '=');
}

const char *grub_option_value(const struct grub_words *words, size_t *i)
{
    const char *equals = strchr(words->words[*i], '=');

    if (equals)
        return equals + 1;
    if (*i + 1 >= words->n || words->words[*i + 1][0] == '-')
        return NULL;
    return words->words[++*i];
}
