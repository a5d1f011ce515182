/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One firmware reboot. This must work when everything else of ours is broken, so it reads neither
 * configuration nor boot entries: it leaves a mark below /run, which the load at shutdown obeys and
 * which the jump unit has as a condition, and which the reboot itself takes away. */

#include "act/kexec.h"
#include "act/state.h"
#include "act/systemd.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "reboot/load.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

static int cancel(const struct call *call)
{
    int armed = root_exists(call->root, RUN_NORMAL), r = 0;

    if (armed > 0 && !given(call, OPTION_DRY_RUN))
        r = state_remove(call->root, RUN_NORMAL);
    if (armed < 0 || r < 0)
        return complain("/" RUN_NORMAL, armed < 0 ? armed : r);
    if (!armed)
        puts("no firmware reboot was asked for");
    else
        puts(given(call, OPTION_DRY_RUN) ? "would remove /" RUN_NORMAL
                                         : "reboots are as before; see fastreboot status");
    return EXIT_FINE;
}

/* From systemd 255 on a kernel that stays loaded would send `systemctl reboot` to kexec.target. */
static int drop_loaded(const struct call *call)
{
    int r = loading_drop_all(call->root);

    if (r >= 0)
        return 0;
    fprintf(stderr, "fastreboot: the kernel that is loaded cannot be dropped: %s\n",
            kexec_error(r, NULL));
    return r;
}

/* systemctl does what an administrator's own `reboot` would: inhibitors, polkit, wall message. */
static int reboot(void)
{
    static const char *const REBOOT[] = {"reboot", NULL};
    static const char *const BY_FIRMWARE[] = {"SYSTEMCTL_SKIP_AUTO_KEXEC=1",
                                              "SYSTEMCTL_SKIP_AUTO_SOFT_REBOOT=1", NULL};

    return systemctl(REBOOT, BY_FIRMWARE);
}

static int describe(const struct call *call)
{
    printf("would create /" RUN_NORMAL "%s\n",
           given(call, OPTION_ARM) ? "" : ", drop what is loaded and reboot by the firmware");
    return EXIT_FINE;
}

static int run(const struct call *call)
{
    int r;

    if (given(call, OPTION_CANCEL))
        return cancel(call);
    if (given(call, OPTION_DRY_RUN))
        return describe(call);
    r = state_write(call->root, RUN_NORMAL, "");
    if (r < 0)
        return complain("/" RUN_NORMAL, r);
    r = drop_loaded(call);
    if (given(call, OPTION_ARM)) {
        if (r >= 0)
            puts("the next reboot goes by firmware; take it back with --cancel");
        else
            (void)state_remove(call->root, RUN_NORMAL);
        return r < 0 ? EXIT_FAILED : EXIT_FINE;
    }
    r = reboot();
    if (r != 0) {
        (void)state_remove(call->root, RUN_NORMAL);
        return r < 0 ? complain("systemctl reboot", r) : EXIT_FAILED;
    }
    return EXIT_FINE;
}

const struct verb verb_normal = {
    .name = "normal",
    .summary = "reboot once by the firmware",
    .options = OPTION_ARM | OPTION_CANCEL | OPTION_DRY_RUN,
    .flags = VERB_NEEDS_ROOT,
    .run = run,
};
