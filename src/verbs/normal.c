/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One firmware reboot. This must work when everything else is broken, so it reads neither
 * configuration nor boot entries: it leaves a mark below /run, which both the load at shutdown and
 * the jump obey, and which disappears with the reboot. */

#include "act/kexec.h"
#include "act/systemd.h"
#include "base/paths.h"
#include "base/util.h"
#include "reboot/load.h"
#include "reboot/notes.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

static int cancel(const struct call *call)
{
    int armed = notes_has_normal(call->root), r = 0;

    if (armed > 0 && !given(call, OPTION_DRY_RUN))
        r = notes_remove_normal(call->root);
    if (armed < 0 || r < 0)
        return complain("/" RUN_NORMAL, armed < 0 ? armed : r);
    if (!armed)
        puts("no reboot through the firmware was asked for");
    else
        puts(given(call, OPTION_DRY_RUN) ? "would remove /" RUN_NORMAL
                                         : "cancelled; see fastreboot status");
    return EXIT_FINE;
}

/* From systemd 255 on, `systemctl reboot` starts kexec.target if a kernel is loaded. */
static int drop_loaded(const struct call *call)
{
    int r = load_drop_all(call->root);

    if (r >= 0)
        return 0;
    fprintf(stderr, "fastreboot: cannot drop the loaded kernel: %s\n", kexec_error(r, NULL));
    return r;
}

static int describe(const struct call *call)
{
    printf("would create /" RUN_NORMAL "%s\n",
           given(call, OPTION_ARM)
               ? ""
               : ", drop the loaded kernel, if any, and reboot through the firmware");
    return EXIT_FINE;
}

/* Withdraws the request of a call that failed, but not an earlier one. */
static void take_back(const struct call *call, bool earlier)
{
    if (!earlier)
        (void)notes_remove_normal(call->root);
}

static int run(const struct call *call)
{
    bool earlier = notes_has_normal(call->root) > 0;
    int r = 0;

    if (given(call, OPTION_CANCEL))
        return cancel(call);
    if (given(call, OPTION_DRY_RUN))
        return describe(call);
    if (!earlier)
        r = notes_write_normal(call->root, "");
    if (r < 0)
        return complain("/" RUN_NORMAL, r);
    r = drop_loaded(call);
    if (given(call, OPTION_ARM)) {
        if (r >= 0)
            puts("the next reboot goes through the firmware; --cancel takes it back");
        else
            take_back(call, earlier);
        return r < 0 ? EXIT_FAILED : EXIT_FINE;
    }
    r = systemd_reboot_through_firmware();
    if (r != 0) {
        take_back(call, earlier);
        return r < 0 ? complain("systemctl reboot", r) : EXIT_FAILED;
    }
    return EXIT_FINE;
}

const struct verb verb_normal = {
    .name = "normal",
    .summary = "reboot once through the firmware",
    .options = OPTION_ARM | OPTION_CANCEL | OPTION_DRY_RUN | OPTION_QUIET,
    .flags = VERB_NEEDS_ROOT,
    .run = run,
};
