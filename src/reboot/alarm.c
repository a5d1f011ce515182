/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/alarm.h"

#include "act/journal.h"
#include "act/systemd.h"
#include "base/paths.h"
#include "base/util.h"
#include "decide/health.h"
#include "reboot/records.h"

static bool is_emergency(void)
{
    AUTOFREE char *state = NULL;

    return systemd_unit_state("emergency.target", &state) >= 0 && !streq(state, "inactive");
}

void alarm_raise(int root)
{
    CLEANUP(boot_record_clear) struct boot_record record = {0};
    int r = records_read_boot(root, &record);

    if (r <= 0 || !health_is_alarming(&record) || is_emergency())
        return;
    r = systemd_start(FAILED_TARGET);
    if (r < 0)
        journal_trouble("starting " FAILED_TARGET, r);
}
