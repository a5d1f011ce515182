/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/baseline.h"

#include <errno.h>

#include "act/journal.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "decide/compare.h"
#include "discover/hardware/inventory.h"
#include "reboot/records.h"

void baseline_write(int root)
{
    CLEANUP(attempt_clear)
    struct attempt boot = {.id = xstrdup("baseline"),
                           .boot_id = xstrdup(""),
                           .time = clock_now(),
                           .state = ATTEMPT_FIRMWARE,
                           .has_inventory = true};
    int r;

    machine_read(root, &boot.machine);
    inventory_read(root, &boot.inventory);
    r = records_write_attempt(root, STATE_BASELINE, &boot);
    if (r < 0)
        journal_trouble("/" STATE_BASELINE, r);
}

bool baseline_exists(int root)
{
    return root_exists(root, STATE_BASELINE) != 0;
}

void baseline_compare(int root, const struct inventory *now, struct answer *ret_lost)
{
    CLEANUP(attempt_clear) struct attempt boot;
    CLEANUP(losses_clear) struct losses losses = {0};
    AUTOFREE char *text = NULL;
    int r = records_peek_attempt(root, STATE_BASELINE, &boot);

    *ret_lost = answer_of(0);
    if (r < 0 && r != -ENOENT)
        *ret_lost = answer_unknown(-r, format("/" STATE_BASELINE ": %s", json_error(r)));
    if (r < 0 || !records_is_of_this_machine(root, &boot))
        return;
    compare_devices(&boot.inventory, now, &losses);
    text = losses_text(&losses);
    if (losses.n > 0)
        *ret_lost = answer_yes(
            format("missing now, but there at the last boot through the firmware: %s", text));
}
