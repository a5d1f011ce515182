/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/systemd-boot/config.h"

#include <errno.h>
#include <stdint.h>

#include "base/efivar.h"
#include "base/root.h"
#include "base/util.h"

enum {
    MAX_CONFIG = 64 * 1024,
};

/* The menu waits for somebody, always: that is a wish that a fast reboot would pass over. bootctl
 * writes it as the greatest number there is, and from there on they all mean the same. */
static bool waits_forever(const char *timeout)
{
    char *end;
    unsigned long long seconds = strtoull(timeout, &end, 10);

    if (streq(timeout, "menu-force"))
        return true;
    return end != timeout && *end == 0 && *timeout != '-' && seconds >= UINT32_MAX;
}

static int read_timeout(struct menu *menu, const char *timeout, const char *source)
{
    if (!waits_forever(timeout))
        return 0;
    return menu_give_up(
        menu,
        format("systemd-boot waits in its menu for somebody (timeout %s by %s)", timeout, source));
}

int systemd_boot_read_config(int root, struct menu *menu, const char *directory)
{
    AUTOFREE char *path = format("%s/loader/loader.conf", directory), *text = NULL;
    char *rest, *key, *value;
    int r = path ? root_read(root, path, MAX_CONFIG, &text, NULL) : -ENOMEM;

    if (r == -ENOENT || r == -ENOTDIR || r == -ENOMEM)
        return r == -ENOMEM ? r : 0;
    if (r < 0)
        return menu_give_up(menu, format("%s: %s", path, strerror(-r)));
    rest = text;
    while (r >= 0 && bls_next_line(&rest, &key, &value)) {
        if (streq(key, "default"))
            r = menu_set_pattern(menu, MENU_CONFIG, value, path);
        if (r >= 0 && streq(key, "timeout"))
            r = read_timeout(menu, value, path);
        if (r >= 0 && streq(key, "preferred"))
            r = menu_give_up(menu, format("%s: \"preferred\" is not known to fastreboot", path));
    }
    return r < 0 ? r : 1;
}

/* "@saved" means the entry that was booted last. */
static int resolve_saved(int root, struct menu *menu, enum menu_voice voice)
{
    static const char LAST[] = "LoaderEntryLastBooted-" EFI_GUID_LOADER;
    AUTOFREE char *last = NULL;
    int r;

    if (!menu->patterns[voice].pattern || !streq(menu->patterns[voice].pattern, "@saved"))
        return 0;
    r = efivar_read_text(root, LAST, &last);
    if (r > 0)
        return menu_set_pattern(menu, voice, last, "LoaderEntryLastBooted");
    return r == -ENOMEM
               ? r
               : menu_give_up(menu, format("@saved is the default, and there is no %s", LAST));
}

/* The variable is asked before the file. */
static int read_default_variable(int root, struct menu *menu)
{
    static const char NAME[] = "LoaderEntryDefault-" EFI_GUID_LOADER;
    AUTOFREE char *pattern = NULL;
    int r = efivar_read_text(root, NAME, &pattern);

    if (r > 0)
        r = menu_set_pattern(menu, MENU_VARIABLE, pattern, "LoaderEntryDefault");
    else if (r < 0 && r != -ENOMEM)
        return menu_give_up(menu, format("%s: %s", NAME, strerror(-r)));
    if (r >= 0)
        r = resolve_saved(root, menu, MENU_VARIABLE);
    return r < 0 ? r : resolve_saved(root, menu, MENU_CONFIG);
}

/* What else is set for good with bootctl. A timeout for one boot is a request, see requests.c. */
static int read_other_variables(int root, struct menu *menu)
{
    static const char TIMEOUT[] = "LoaderConfigTimeout-" EFI_GUID_LOADER;
    static const char PREFERRED[] = "LoaderEntryPreferred-" EFI_GUID_LOADER;
    AUTOFREE char *timeout = NULL, *preferred = NULL;
    int r = efivar_read_text(root, TIMEOUT, &timeout);

    if (r > 0)
        r = read_timeout(menu, timeout, "LoaderConfigTimeout");
    else if (r < 0 && r != -ENOMEM)
        r = menu_give_up(menu, format("%s: %s", TIMEOUT, strerror(-r)));
    if (r < 0)
        return r;
    r = efivar_read_text(root, PREFERRED, &preferred);
    if (r == 0 || r == -ENOMEM)
        return r;
    return menu_give_up(menu, r < 0 ? format("%s: %s", PREFERRED, strerror(-r))
                                    : format("LoaderEntryPreferred is not known to fastreboot"));
}

int systemd_boot_read_variables(int root, struct menu *menu)
{
    int r = read_default_variable(root, menu);

    return r < 0 ? r : read_other_variables(root, menu);
}
