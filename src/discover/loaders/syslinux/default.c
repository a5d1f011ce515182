/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/syslinux/default.h"

#include <stdint.h>

#include "base/util.h"
#include "discover/loaders/syslinux/words.h"

static bool is_menu(const char *command)
{
    size_t length = syslinux_word(command);
    AUTOFREE char *name = xstrndup(command, length);

    return !*syslinux_next(command) &&
           (streq(basename(name), "menu.c32") || streq(basename(name), "vesamenu.c32"));
}

/* Chooses the label that `command` starts with, and what follows it; returns a problem, or NULL. */
static char *choose_label(const struct syslinux_config *config, const char *command, const char *by,
                          struct syslinux_choice *choice)
{
    choice->entry = *command ? syslinux_find(config, command) : SIZE_MAX;
    choice->words = syslinux_next(command);
    choice->by = by;
    return choice->entry == SIZE_MAX
               ? format("%s %s is not a LABEL of Syslinux' configuration", by, command)
               : NULL;
}

static char *waits(void)
{
    return xstrdup("Syslinux' menu waits for a choice (no TIMEOUT)");
}

/* The boot prompt, which is hidden by default. */
static char *choose_at_prompt(const struct syslinux_config *config, struct syslinux_choice *choice)
{
    if (config->prompt && config->no_escape)
        return xstrdup("fastreboot does not support PROMPT with NOESCAPE");
    if (config->prompt && config->timeout == 0)
        return waits();
    if (config->prompt && config->on_timeout && *config->on_timeout)
        return choose_label(config, config->on_timeout, "ONTIMEOUT", choice);
    return choose_label(config, config->by_default, "DEFAULT", choice);
}

/* Finds a label among those that the menu shows; SIZE_MAX if there is none. */
static size_t find_shown(const struct syslinux_config *config, const char *label)
{
    size_t found = label && *label ? syslinux_find(config, label) : SIZE_MAX;

    return found != SIZE_MAX && config->entries[found].hidden ? SIZE_MAX : found;
}

static void choose_menus_default(const struct syslinux_config *config,
                                 const struct syslinux_adv *adv, struct syslinux_choice *choice)
{
    size_t named = config->ui ? find_shown(config, config->by_default) : SIZE_MAX;
    size_t saved = config->remembers ? find_shown(config, adv->save) : SIZE_MAX;

    *choice = (struct syslinux_choice){config->menu_default, "", "MENU DEFAULT", NULL};
    if (choice->entry == SIZE_MAX) {
        choice->by = "the first LABEL";
        for (choice->entry = 0; choice->entry < config->n && config->entries[choice->entry].hidden;)
            choice->entry++;
    }
    if (named != SIZE_MAX)
        *choice = (struct syslinux_choice){named, "", "DEFAULT", NULL};
    if (saved != SIZE_MAX)
        *choice = (struct syslinux_choice){saved, "", "MENU SAVE", NULL};
}

static char *choose_in_menu(const struct syslinux_config *config, const struct syslinux_adv *adv,
                            struct syslinux_choice *choice)
{
    bool quiet = config->quiet_menu;

    if (!quiet && config->timeout == 0 && config->total_timeout == 0)
        return waits();
    if (!quiet && config->on_timeout)
        return choose_label(config, config->on_timeout, "ONTIMEOUT", choice);
    choose_menus_default(config, adv, choice);
    if (choice->entry >= config->n || !config->entries[choice->entry].label)
        return xstrdup("Syslinux' menu has no default entry");
    return NULL;
}

char *syslinux_choose(const struct syslinux_config *config, const struct syslinux_adv *adv,
                      struct syslinux_choice *ret_choice)
{
    const char *command = config->ui ? config->ui : config->by_default;
    char *problem;
    bool is_label;

    *ret_choice = (struct syslinux_choice){.entry = SIZE_MAX, .words = ""};
    if (!command)
        return xstrdup("Syslinux' configuration has neither DEFAULT nor UI");
    is_label = *command && syslinux_find(config, command) != SIZE_MAX;
    if (config->ui && (is_label || !is_menu(config->ui)))
        return format("UI %s is not menu.c32 or vesamenu.c32 alone", config->ui);
    if (is_label || !is_menu(command))
        return choose_at_prompt(config, ret_choice);
    if (!config->ui && config->prompt && (config->no_escape || config->timeout == 0))
        return waits();
    problem = choose_in_menu(config, adv, ret_choice);
    ret_choice->menu = command;
    return problem;
}
