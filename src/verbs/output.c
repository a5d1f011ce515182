/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "verbs/output.h"

#include <fcntl.h>

#include "act/state.h"
#include "base/util.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

int output_write(const char *path, const char *text)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    AUTOFREE char *directory = slash ? xstrndup(path, (size_t)(name - path)) : xstrdup(".");
    AUTOCLOSE int parent = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = parent < 0 ? -errno : *name ? state_write_in(parent, name, text) : -EISDIR;

    return r < 0 ? complain(path, r) : EXIT_FINE;
}
