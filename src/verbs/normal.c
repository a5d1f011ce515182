/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One firmware reboot. This must work when everything else is broken, so it reads neither
 * configuration nor boot entries: it leaves a mark below /run, which both the load at shutdown and
 * the jump obey, and which disappears with the reboot. */

#include "verbs/normal.h"

#include "act/kexec.h"
#include "base/paths.h"
#include "base/util.h"
#include "reboot/load.h"
#include "reboot/notes.h"
#include "verbs/complain.h"

int normal_request(const struct call *call, bool *ret_earlier)
{
    int r;

    *ret_earlier = notes_has_normal(call->root) > 0;
    r = *ret_earlier ? 0 : notes_write_normal(call->root, "");
    if (r < 0) {
        (void)complain("/" RUN_NORMAL, r);
        return r;
    }
    /* From systemd 255 on, `systemctl reboot` starts kexec.target if a kernel is loaded. */
    r = load_drop_all(call->root);
    if (r >= 0)
        return 0;
    fprintf(stderr, "fastreboot: cannot drop the loaded kernel: %s\n", kexec_error(r, NULL));
    return -ECANCELED;
}

void normal_take_back(const struct call *call, bool earlier)
{
    if (!earlier)
        (void)notes_remove_normal(call->root);
}

int normal_arm(const struct call *call)
{
    bool earlier;
    int r;

    if (given(call, OPTION_DRY_RUN)) {
        puts("would drop any loaded kernel, and send the next reboot through the firmware");
        return EXIT_FINE;
    }
    r = normal_request(call, &earlier);
    if (r == -ECANCELED)
        fputs("fastreboot: a later reboot might start that kernel; `fastreboot normal` reboots "
              "through the firmware at once\n",
              stderr);
    if (r < 0) {
        normal_take_back(call, earlier);
        return EXIT_FAILED;
    }
    puts("the next reboot goes through the firmware; to undo: `fastreboot set-next auto`");
    return EXIT_FINE;
}

int normal_cancel(const struct call *call)
{
    int armed = notes_has_normal(call->root), r = 0;

    if (armed > 0 && !given(call, OPTION_DRY_RUN))
        r = notes_remove_normal(call->root);
    if (armed < 0 || r < 0)
        return complain("/" RUN_NORMAL, armed < 0 ? armed : r);
    if (!armed)
        puts("no firmware reboot was requested");
    else
        puts(given(call, OPTION_DRY_RUN)
                 ? "would take back the request for a firmware reboot"
                 : "cancelled: the next reboot is fast if possible; see `fastreboot status`");
    return EXIT_FINE;
}

static const char *const WAYS[] = {"firmware", "auto"};

static const char *way_of(size_t i)
{
    return i < ELEMENTS(WAYS) ? WAYS[i] : NULL;
}

static int set_next(const struct call *call)
{
    return streq(call->argument, WAYS[0]) ? normal_arm(call) : normal_cancel(call);
}

const struct verb verb_set_next = {
    .name = "set-next",
    .summary = "firmware: the next reboot is not fast; auto: undo that",
    .argument = "WAY",
    .word = way_of,
    .options = OPTION_DRY_RUN | OPTION_QUIET,
    .flags = VERB_NEEDS_ROOT,
    .run = set_next,
};
