/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/additions.h"

#include <errno.h>

#include "base/cmdline.h"
#include "base/util.h"
#include "decide/watchdog.h"

enum {
    /* Long enough for what a console or a BMC records of the panic, short beside the firmware. */
    PANIC_SECONDS = 30,
};

static int add(const struct facts *facts, const char *name, const char *value, char **added)
{
    char *longer;

    if (cmdline_has(facts->payload.entry->cmdline, name))
        return 0; /* the administrator's own */
    longer = format("%s%s%s=%s", *added, **added ? " " : "", name, value);
    if (!longer)
        return -ENOMEM;
    free(*added);
    *added = longer;
    return 0;
}

/* A panic ends in the firmware, and so does an initrd that does not find its root: the one of
 * initramfs-tools takes panic= for that too (panic() in scripts/functions). */
static int add_panic(const struct facts *facts, char **added)
{
    int seconds = facts->config.panic ? facts->config.panic : PANIC_SECONDS;
    char text[16];

    if (seconds == SECONDS_OFF)
        return 0;
    snprintf(text, sizeof(text), "%d", seconds);
    return add(facts, "panic", text, added);
}

/* dracut's asks for a shell of its own, and without rd.emergency halts where it may not have one
 * (dracut-emergency.sh). No one else knows the two. */
static int add_dracut(const struct facts *facts, char **added)
{
    int r = facts->config.panic == SECONDS_OFF ? 0 : add(facts, "rd.shell", "0", added);

    if (r < 0 || facts->config.panic == SECONDS_OFF)
        return r;
    return add(facts, "rd.emergency", "reboot", added);
}

/* What keeps the watchdog running at the reboot after the next. */
static int add_watchdog(const struct facts *facts, char **added)
{
    CLEANUP(watchdog_plan_clear) struct watchdog_plan plan = {0};
    int r = watchdog_decide(facts, &plan);

    return r < 0 || !plan.used ? r : add(facts, "watchdog.stop_on_reboot", "0", added);
}

int additions_decide(const struct facts *facts, char **ret_added)
{
    AUTOFREE char *added = strdup("");
    int r = added ? 0 : -ENOMEM;

    if (r >= 0 && facts->payload.entry) {
        r = add_panic(facts, &added);
        if (r >= 0)
            r = add_watchdog(facts, &added);
        if (r >= 0)
            r = add_dracut(facts, &added);
    }
    if (r < 0)
        return r;
    *ret_added = steal(&added);
    return 0;
}
