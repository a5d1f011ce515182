/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of a shutdown that is fast: devices let go, then the kexec. */
#include <errno.h>
#include <syslog.h>

#include "act/detach.h"
#include "act/together.h"
#include "base/paths.h"
#include "base/text.h"
#include "base/util.h"
#include "discover/hardware/spare-disks.h"
#include "reboot/jump.h"
#include "reboot/notes.h"
#include "reboot/trace.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

/* Flushes at once: the next step may hang. The unit sends the output to the journal and the
 * console. */
static void tell(int priority, const char *text)
{
    AUTOFREE char *safe = text_printable(text);

    if (getenv("JOURNAL_STREAM"))
        printf("<%d>", priority);
    puts(safe);
    (void)fflush(stdout);
}

enum {
    DISKS_LIMIT = 15 * 1000000, /* in microseconds; the unit's is later */
};

/* Those that nothing uses any more. */
static void detach_disks(int root, const char *planned)
{
    AUTOFREE char *disks = xstrdup(planned), *why = NULL;
    char *rest = NULL;

    spare_disks_leave_used(root, &disks, &why);
    for (char *line = why ? strtok_r(why, "\n", &rest) : NULL; line;
         line = strtok_r(NULL, "\n", &rest))
        tell(LOG_WARNING, line);
    if (disks)
        (void)together_detach(root, disks, DISKS_LIMIT, tell);
}

/* A device that stays attached is reported, but is not a failure: the reboot continues. */
static int detach(const struct call *call)
{
    AUTOJSON struct json_object *note = NULL;
    struct quirk_facts plan;
    int r;

    /* First, as a driver may hang while it is detached. */
    trace_begin(call->root, tell);
    r = notes_read_detach(call->root, &note, &plan);
    if (r == -ENOENT)
        return EXIT_FINE;
    if (r < 0)
        return complain("/" RUN_MODULES, r);
    if (plan.unbind)
        detach_devices(call->root, plan.unbind, tell);
    if (plan.unload)
        detach_modules(call->root, plan.unload, plan.keep, tell);
    if (plan.together)
        detach_disks(call->root, plan.together);
    return EXIT_FINE;
}

const struct verb verb_detach = {
    .name = "detach",
    .summary = "as fastreboot-modules.service calls it at the end of a shutdown",
    .flags = VERB_NEEDS_ROOT | VERB_HIDDEN,
    .run = detach,
};

static int jump(const struct call *call)
{
    return jump_run(call->root) < 0 ? EXIT_FAILED : EXIT_FINE;
}

const struct verb verb_jump = {
    .name = "jump",
    .summary = "as fastreboot-jump.service calls it at the end of a shutdown",
    .flags = VERB_NEEDS_ROOT | VERB_HIDDEN,
    .run = jump,
};
