/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/globs.h"

#include <fnmatch.h>

#include "base/util.h"

/* Behind the bracket expression that starts at `glob`, or NULL where it is not closed. */
static const char *end_of_bracket(const char *glob)
{
    glob += 1 + (glob[1] == '!' || glob[1] == '^');
    glob += *glob == ']'; /* a bracket that comes first is one of the characters */
    while (*glob && *glob != ']' && !strchr(" \t", *glob)) {
        char kind = glob[0] == '[' && glob[1] && strchr(":.=", glob[1]) ? glob[1] : 0;

        if (kind) { /* "[:digit:]" */
            glob = strchr(glob + 2, kind);
            if (!glob || glob[1] != ']')
                return NULL;
            glob++;
        }
        glob++;
    }
    return *glob == ']' ? glob + 1 : NULL;
}

const char *globs_check(const char *globs)
{
    while (globs && *globs) {
        if (*globs == '"' || *globs == '\'')
            return "globs are not quoted; ? matches a quotation mark or blank";
        if (*globs == '\\' && (!globs[1] || strchr(" \t", globs[1])))
            return "a glob ends with a backslash";
        if (*globs == '[')
            globs = end_of_bracket(globs);
        else
            globs += *globs == '\\' ? 2 : 1;
    }
    return globs ? NULL : "a [ is not closed";
}

bool globs_match(const char *globs, const char *text)
{
    AUTOFREE char *list = xstrdup(globs);
    char *rest;

    for (char *glob = strtok_r(list, " \t", &rest); glob; glob = strtok_r(NULL, " \t", &rest))
        if (fnmatch(glob, text, 0) == 0)
            return true;
    return false;
}
