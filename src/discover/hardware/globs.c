/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/globs.h"

#include <fnmatch.h>

#include "base/util.h"

bool globs_match(const char *globs, const char *text)
{
    AUTOFREE char *list = xstrdup(globs);
    char *rest;

    for (char *glob = strtok_r(list, " \t", &rest); glob; glob = strtok_r(NULL, " \t", &rest))
        if (fnmatch(glob, text, 0) == 0)
            return true;
    return false;
}
