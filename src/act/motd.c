/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/motd.h"

#include "act/state.h"
#include "base/paths.h"

int motd_show(int root, const char *text)
{
    return text ? state_write(root, RUN_MOTD, text) : state_remove(root, RUN_MOTD);
}
