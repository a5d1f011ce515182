/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/aside.h"

#include <errno.h>

#include "act/journal.h"
#include "act/state.h"
#include "base/json.h"
#include "base/util.h"

void aside_keep(int root, const char *path, const char *suffix, const char *why)
{
    int r = state_set_aside(root, path, suffix);

    journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL, "/%s: %s; kept with the suffix .%s", path, why,
                 suffix);
    if (r < 0)
        journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL, "/%s: %s", path, strerror(-r));
}

int aside_keep_damaged(int root, const char *path, int r, char **text)
{
    if (r != -EBADMSG && r != -EFBIG)
        return r;
    set_text(text, NULL);
    aside_keep(root, path, "damaged", "damaged");
    return 0;
}

void aside_keep_unreadable(int root, const char *path, int error)
{
    aside_keep(root, path, error == -ENEWER ? "newer" : "damaged", json_error(error));
}
