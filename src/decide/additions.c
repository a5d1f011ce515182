/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/additions.h"

#include "base/cmdline.h"
#include "base/util.h"
#include "decide/watchdog.h"

enum {
    /* Long enough for a console or a BMC to record the panic, short compared to the firmware. */
    PANIC_SECONDS = 30,
};

/* Adds a parameter, with a value or without (NULL), unless the administrator has set it. */
static void add(const struct facts *facts, const char *name, const char *value, char **added)
{
    AUTOFREE char *parameter = format("%s%s%s", name, value ? "=" : "", value ? value : "");

    if (!cmdline_has(facts->payload.entry->cmdline, name))
        append_text(added, " ", parameter);
}

/* Makes a panic end in a firmware reboot. So does an initrd that does not find its root:
 * initramfs-tools also reads panic= for that (panic() in scripts/functions). */
static void add_panic(const struct facts *facts, char **added)
{
    AUTOFREE char *seconds =
        format("%d", facts->config.panic ? facts->config.panic : PANIC_SECONDS);

    add(facts, "panic", seconds, added);
}

/* dracut has its own parameters: it starts a shell, and without rd.emergency it halts if it may not
 * (dracut-emergency.sh). Nothing else reads the two. */
static void add_dracut(const struct facts *facts, char **added)
{
    add(facts, "rd.shell", "0", added);
    add(facts, "rd.emergency", "reboot", added);
}

/* Keeps the watchdog running at the reboot after the next one. */
static void add_watchdog(const struct facts *facts, char **added)
{
    CLEANUP(watchdog_plan_clear) struct watchdog_plan plan;

    watchdog_decide(facts, &plan);
    if (plan.used)
        add(facts, "watchdog.stop_on_reboot", "0", added);
}

/* The kernel logs how long its parts and drivers take to start. Its usual buffer would not hold
 * what it says until the journal reads it. */
static void add_trace(const struct facts *facts, char **added)
{
    if (!facts->traced)
        return;
    add(facts, "initcall_debug", NULL, added);
    add(facts, "log_buf_len", "4M", added);
}

char *additions_decide(const struct facts *facts)
{
    bool panic = facts->config.panic != SECONDS_OFF;
    char *added = NULL;

    if (facts->payload.entry) {
        if (panic)
            add_panic(facts, &added);
        add_watchdog(facts, &added);
        if (panic)
            add_dracut(facts, &added);
        add_trace(facts, &added);
    }
    return added ? added : xstrdup("");
}
