/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "base/paths.h"
#include "reboot/detach.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

/* What stays attached was told and is no failure: the reboot goes on as it would have. */
static int run(const struct call *call)
{
    int r = detaching_run(call->root);

    if (r == -ENOENT)
        return EXIT_FINE;
    return r < 0 ? complain("/" RUN_MODULES, r) : EXIT_FINE;
}

const struct verb verb_detach = {
    .name = "detach",
    .summary = "as fastreboot-modules.service calls it at the end of a shutdown",
    .flags = VERB_NEEDS_ROOT | VERB_HIDDEN,
    .run = run,
};
