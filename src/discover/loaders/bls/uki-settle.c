/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "base/efivar.h"
#include "base/util.h"
#include "discover/kernel/uki.h"
#include "discover/loaders/bls/uki-entry.h"

enum {
    FIRST_WITH_UKI_KEY = 258,
};

/* Returns 1 if Secure Boot is on by the stub's rule; 0; or a negative errno. */
static int has_secure_boot(int root)
{
    AUTOFREE char *value = NULL;
    size_t length;
    int r = efivar_read(root, "SecureBoot-" EFI_GUID_GLOBAL, &value, &length);

    return r <= 0 ? r : length == 1 && value[0];
}

/* Decides whether the stub uses the entry's options or the image's own command line. Returns the
 * problem, or NULL. */
static const char *settle_options(int root, struct bls_entry *entry, char **own)
{
    int secure;

    if (entry->options)
        uki_mangle_cmdline(entry->options);
    if (!entry->options || !*entry->options) {
        set_text(&entry->options, steal(own));
        return NULL;
    }
    secure = has_secure_boot(root);
    if (secure > 0 && *own) {
        set_text(&entry->options, steal(own));
        return NULL;
    }
    if (entry->options[0] == '@')
        return "its options start with @, which chooses a profile";
    if (!uki_is_ascii(entry->options))
        return "its options are not ASCII";
    /* Confidential virtual machines ignore them. */
    return secure == 0 ? NULL : "with Secure Boot it is not certain that the stub uses its options";
}

int uki_entry_settle(int root, int version, struct bls_entry *entry)
{
    AUTOFREE char *own = NULL, *problem = NULL;
    const char *words = NULL;
    int r;

    if (entry->problem)
        return 0;
    r = uki_describe(root, entry->directory, entry->linux_path, 0, &own, &problem);
    if (r < 0)
        return r;
    entry->uki = r > 0;
    if (r == 0)
        words = entry->start != BLS_LINUX ? "it starts an EFI program" : NULL;
    else if (entry->start == BLS_UKI && version < FIRST_WITH_UKI_KEY)
        words = "systemd-boot before 258 ignores entries with \"uki\"";
    else if (problem)
        words = problem;
    else if (entry->n_initrds > 0)
        words = "it has initrds beside a unified kernel image";
    else
        words = settle_options(root, entry, &own);
    entry->problem = xstrdup(words);
    return 0;
}
