/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/systemd-boot/config.h"

#include <errno.h>
#include <stdint.h>

#include "base/efivar.h"
#include "base/root.h"
#include "base/text.h"
#include "base/util.h"

enum {
    MAX_CONFIG = 64 * 1024,
};

/* A menu without a timeout waits for the administrator's choice, which a fast reboot would skip.
 * bootctl writes it as the greatest number; UINT32_MAX and all greater numbers mean the same. */
static bool waits_forever(const char *timeout)
{
    char *end;
    unsigned long long seconds = strtoull(timeout, &end, 10);

    if (streq(timeout, "menu-force"))
        return true;
    return end != timeout && *end == 0 && *timeout != '-' && seconds >= UINT32_MAX;
}

static void read_timeout(struct menu *menu, const char *timeout, const char *source)
{
    if (waits_forever(timeout))
        menu_give_up(menu, format("systemd-boot's menu waits for a choice (timeout %s in %s)",
                                  timeout, source));
}

bool systemd_boot_read_config(int root, struct menu *menu, const char *directory)
{
    AUTOFREE char *path = format("%s/loader/loader.conf", directory), *text = NULL, *whole = NULL;
    char *rest, *key, *value;
    int r = root_read(root, path, MAX_CONFIG, &text, NULL);

    menu_distrust(root, menu, path);
    if (r == -ENOENT || r == -ENOTDIR)
        return false;
    if (r < 0) {
        menu_give_up(menu, format("%s: %s", path, strerror(-r)));
        return true;
    }
    whole = xstrdup(text);
    rest = text;
    while (bls_next_line(&rest, &key, &value)) {
        AUTOFREE char *source = format("%s:%zu", path, text_line_at(whole, (size_t)(key - text)));

        if (streq(key, "default"))
            menu_set_pattern(menu, MENU_CONFIG, value, source);
        else if (streq(key, "timeout"))
            read_timeout(menu, value, source);
        else if (streq(key, "preferred"))
            menu_give_up(menu, format("%s: fastreboot does not support \"preferred\"", source));
    }
    return true;
}

/* The text of a variable, which the caller frees; NULL if it does not exist. One that cannot be
 * read is a problem. */
static char *read_variable(int root, struct menu *menu, const char *name)
{
    char *text = NULL;
    int r = efivar_read_text(root, name, &text);

    if (r < 0)
        menu_give_up(menu, format("%s: %s", name, strerror(-r)));
    return text;
}

/* "@saved" means the entry that was last booted. */
static void resolve_saved(int root, struct menu *menu, enum menu_voice voice)
{
    static const char LAST[] = "LoaderEntryLastBooted-" EFI_GUID_LOADER;
    AUTOFREE char *last = NULL;

    if (!menu->patterns[voice].pattern || !streq(menu->patterns[voice].pattern, "@saved"))
        return;
    last = read_variable(root, menu, LAST);
    if (last)
        menu_set_pattern(menu, voice, last, "LoaderEntryLastBooted");
    else
        menu_give_up(menu, format("the default is @saved, and there is no %s", LAST));
}

/* A timeout for one boot is a request, see requests.c. */
void systemd_boot_read_variables(int root, struct menu *menu)
{
    AUTOFREE char *pattern = read_variable(root, menu, "LoaderEntryDefault-" EFI_GUID_LOADER);
    AUTOFREE char *timeout = read_variable(root, menu, "LoaderConfigTimeout-" EFI_GUID_LOADER);
    AUTOFREE char *preferred = read_variable(root, menu, "LoaderEntryPreferred-" EFI_GUID_LOADER);

    if (pattern)
        menu_set_pattern(menu, MENU_VARIABLE, pattern, "LoaderEntryDefault");
    resolve_saved(root, menu, MENU_VARIABLE);
    resolve_saved(root, menu, MENU_CONFIG);
    if (timeout)
        read_timeout(menu, timeout, "LoaderConfigTimeout");
    if (preferred)
        menu_give_up(menu, xstrdup("fastreboot does not support LoaderEntryPreferred"));
}
