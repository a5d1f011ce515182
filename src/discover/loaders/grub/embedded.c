/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The program sets $root to the partition that it is on, loads the grubenv beside it, reads the
 * boot entries, and selects the one that LoaderEntryDefault names. Patches to do the last came one
 * by one: an older program selects the first entry, and which one that is depends on how it sorts.
 */

#include "discover/loaders/grub/embedded.h"

#include <errno.h>

#include "base/efivar.h"
#include "base/util.h"
#include "discover/loaders/grub/script/number.h"

enum {
    OBEYS_DEFAULT = 1 << 2, /* in LoaderFeatures */
    FIRST_UPSTREAM =
        14, /* GRUB 2.14 has its own reader of boot entries; older ones have Fedora's */
};

static const char TEXT[] = "set timeout=8\nload_env\nblscfg\n";

static int unknown(char **ret_problem, char *problem)
{
    *ret_problem = problem;
    return -ECANCELED;
}

void grub_embedded_clear(struct grub_embedded *embedded)
{
    free(embedded->named);
    *embedded = (struct grub_embedded){0};
}

/* N of "GRUB 2.N" in LoaderInfo, or -1. */
static int read_minor(int root)
{
    AUTOFREE char *info = NULL;
    const char *minor = efivar_read_text(root, "LoaderInfo-" EFI_GUID_LOADER, &info) > 0
                            ? after_prefix(info, "GRUB 2.")
                            : NULL;

    return minor && strspn(minor, "0123456789") == 2 ? atoi(minor) : -1;
}

/* Whether GRUB said in this boot that it obeys LoaderEntryDefault. */
static bool says_it_obeys(int root)
{
    AUTOFREE char *features = NULL;
    size_t length;

    return efivar_read(root, "LoaderFeatures-" EFI_GUID_LOADER, &features, &length) > 0 &&
           length > 0 && (features[0] & OBEYS_DEFAULT);
}

/* LoaderConfigTimeout. GRUB waits in its menu at "menu-force", and some versions do at
 * "menu-disabled". */
static int check_timeout(int root, char **ret_problem)
{
    AUTOFREE char *value = NULL;
    int r = efivar_read_text(root, "LoaderConfigTimeout-" EFI_GUID_LOADER, &value);

    if (r < 0)
        return unknown(ret_problem, format("LoaderConfigTimeout: %s", strerror(-r)));
    if (r == 0 || streq(value, "menu-hidden") || grub_timeout(value) == TIMEOUT_ENDS)
        return 0;
    return unknown(
        ret_problem,
        format("GRUB may wait in its menu for a choice: LoaderConfigTimeout is \"%s\"", value));
}

/* Variables in grubenv that change where GRUB looks. */
static int check_stored(const struct grub_env *stored, char **ret_problem)
{
    static const char *const NAMES[] = {"enable_blscfg", "blsdir", "boot",
                                        "root",          "prefix", "cmdpath"};

    for (size_t i = 0; stored && i < ELEMENTS(NAMES); i++)
        if (grub_env_get(stored, NAMES[i]))
            return unknown(ret_problem, format("grubenv sets %s", NAMES[i]));
    return 0;
}

/* Some versions take a name that starts with a number for the position of an entry. */
static int check_name(const char *name, char **ret_problem)
{
    uint64_t number;

    if (strchr(name, '>') || grub_strtoul(name, &number, NULL) || grub_digits_differ(name))
        return unknown(ret_problem,
                       format("versions of GRUB read LoaderEntryDefault (%s) differently", name));
    return 0;
}

int grub_embedded_read(int root, const struct grub_env *stored, struct grub_embedded *ret_embedded,
                       char **ret_problem)
{
    int minor = read_minor(root), r;

    *ret_embedded = (struct grub_embedded){
        .text = TEXT, .flavour = minor < FIRST_UPSTREAM ? GRUB_FEDORA : GRUB_UPSTREAM};
    if (minor < 0)
        return unknown(ret_problem, xstrdup("GRUB did not say which version it is (LoaderInfo)"));
    r = efivar_read_text(root, "LoaderEntryDefault-" EFI_GUID_LOADER, &ret_embedded->named);
    if (r < 0)
        return unknown(ret_problem, format("LoaderEntryDefault: %s", strerror(-r)));
    if (r == 0 || !*ret_embedded->named)
        return unknown(ret_problem,
                       xstrdup("GRUB reads the boot entries of the EFI system partition, and no "
                               "default is set (bootctl set-default)"));
    if (minor < FIRST_UPSTREAM && !says_it_obeys(root))
        return unknown(ret_problem, format("GRUB 2.%d did not say that it obeys "
                                           "LoaderEntryDefault (LoaderFeatures)",
                                           minor));
    r = check_name(ret_embedded->named, ret_problem);
    if (r >= 0)
        r = check_timeout(root, ret_problem);
    return r < 0 ? r : check_stored(stored, ret_problem);
}
