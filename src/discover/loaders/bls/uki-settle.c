/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "base/efivar.h"
#include "base/util.h"
#include "discover/kernel/uki.h"
#include "discover/loaders/bls/uki-entry.h"

enum {
    FIRST_WITH_UKI_KEY = 258,
};

static int refuse(char **ret_problem, const char *problem)
{
    *ret_problem = strdup(problem);
    return *ret_problem ? 1 : -ENOMEM;
}

/* 1 when Secure Boot is on, as the stub finds out. */
static int has_secure_boot(int root)
{
    AUTOFREE char *value = NULL;
    size_t length;
    int r = efivar_read(root, "SecureBoot-" EFI_GUID_GLOBAL, &value, &length);

    return r <= 0 ? r : length == 1 && value[0];
}

/* Which command line the stub takes: the entry's options, or the image's own. */
static int settle_options(int root, struct bls_entry *entry, char *own)
{
    int secure;

    if (entry->options)
        uki_mangle_cmdline(entry->options);
    if (!entry->options || !*entry->options) {
        free(entry->options);
        entry->options = own;
        return 0;
    }
    secure = has_secure_boot(root);
    if (secure > 0 && own) {
        free(entry->options);
        entry->options = own;
        return 0;
    }
    free(own);
    if (entry->options[0] == '@') /* would choose a profile */
        return refuse(&entry->problem, "its options start with @");
    if (!uki_is_ascii(entry->options))
        return refuse(&entry->problem, "its options have signs beyond ASCII");
    /* In a confidential machine they do not. */
    return secure == 0 ? 0
                       : refuse(&entry->problem, "with Secure Boot it is not known whether its "
                                                 "options count");
}

int uki_entry_settle(int root, int version, struct bls_entry *entry)
{
    AUTOFREE char *own = NULL, *problem = NULL;
    int r;

    if (entry->problem)
        return 0;
    r = uki_describe(root, entry->directory, entry->linux_path, 0, &own, &problem);
    if (r < 0)
        return r;
    if (r == 0 && entry->start != BLS_LINUX)
        r = refuse(&entry->problem, "it starts an EFI program");
    if (r == 0 || entry->problem)
        return r < 0 ? r : 0;
    if (entry->start == BLS_UKI && version < FIRST_WITH_UKI_KEY)
        r = refuse(&entry->problem, "systemd-boot before 258 passes over entries with \"uki\"");
    else if (problem)
        entry->problem = steal(&problem);
    else if (entry->n_initrds > 0)
        r = refuse(&entry->problem, "it has initrds beside a unified kernel image");
    else
        r = settle_options(root, entry, steal(&own));
    entry->uki = true;
    return r < 0 ? r : 0;
}
