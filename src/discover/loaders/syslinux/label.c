/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/syslinux/label.h"

#include <stdint.h>

#include "base/util.h"
#include "discover/loaders/syslinux/words.h"

enum {
    MAX_ENTRIES = 256,
};

void syslinux_label_clear(struct syslinux_label *label)
{
    free(label->label);
    free(label->kernel);
    free(label->append);
    free(label->initrd);
    free(label->title);
    free(label->source);
    *label = (struct syslinux_label){0};
}

void syslinux_config_clear(struct syslinux_config *config)
{
    for (size_t i = 0; i < config->n; i++) {
        free(config->entries[i].label);
        free(config->entries[i].title);
        free(config->entries[i].command);
        free(config->entries[i].source);
    }
    free(config->entries);
    free(config->by_default);
    free(config->on_timeout);
    free(config->ui);
    free(config->problem);
    *config = (struct syslinux_config){0};
}

size_t syslinux_find(const struct syslinux_config *config, const char *command)
{
    size_t length = syslinux_word(command);

    for (size_t i = 0; i < config->n; i++)
        if (config->entries[i].label && strlen(config->entries[i].label) == length &&
            strncmp(config->entries[i].label, command, length) == 0)
            return i;
    return SIZE_MAX;
}

static char *command_of(const struct syslinux_label *label, const char *append)
{
    const char *initrd = label->initrd ? label->initrd : "";

    if (label->append)
        append = label->append;
    if (!append || streq(append, "-"))
        append = "";
    return format("%s%s%s%s%s", label->kernel, *append ? " " : "", append,
                  *initrd ? " initrd=" : "", initrd);
}

/* In a menu's title a '^' may precede the letter of a key. */
static char *title_of(const struct syslinux_label *label)
{
    char *title = xstrdup(label->title ? label->title : label->label), *to = title;

    for (const char *from = title; *from; from++)
        if (*from != '^')
            *to++ = *from;
    *to = 0;
    return title;
}

bool syslinux_label_finish(struct syslinux_label *label, const char *append,
                           struct syslinux_config *config)
{
    struct syslinux_entry *entry;

    if (!label->label)
        return true;
    if (config->n == MAX_ENTRIES)
        return false;
    entry = APPEND(config->entries, config->n);
    entry->title = title_of(label);
    entry->command = command_of(label, append);
    entry->label = label->disabled ? NULL : steal(&label->label);
    entry->type = label->type;
    entry->hidden = label->hidden;
    entry->adds_words = label->sysappend != 0;
    entry->source = steal(&label->source);
    if (label->is_default && !label->disabled && !label->hidden)
        config->menu_default = config->n - 1;
    syslinux_label_clear(label);
    return true;
}
