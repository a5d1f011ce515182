/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/jump.h"

#include "verbs/verb.h"

static int run(const struct call *call)
{
    return jump_run(call->root) < 0 ? EXIT_FAILED : EXIT_FINE;
}

const struct verb verb_jump = {
    .name = "jump",
    .summary = "as fastreboot-jump.service calls it at the end of a shutdown",
    .flags = VERB_NEEDS_ROOT | VERB_HIDDEN,
    .run = run,
};
