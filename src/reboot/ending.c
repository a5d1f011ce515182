/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/ending.h"

#include "act/deadline.h"
#include "act/systemd.h"
#include "base/clock.h"
#include "base/util.h"
#include "decide/reasons.h"
#include "discover/system/initrd-shutdown.h"

enum {
    SECOND = 1000000, /* in microseconds, as the others */
    MAX_WAIT = 12 * SECOND,
    RESERVE = 6 * SECOND, /* for what the program has to do after it */
    PAUSE = SECOND / 20,
};

static bool is_in_state(const char *unit, const char *expected)
{
    AUTOFREE char *state = NULL;

    return systemd_unit_state(unit, &state) >= 0 && streq(state, expected);
}

/* dracut-shutdown.service unpacks when it stops, at the same time as fastreboot.service. If it
 * fails, the request stays. In Debian 11 and 12 mdadm-shutdown.service makes an initrd of its own
 * then, without a request, if dracut is installed. */
static bool is_unpacking(int root)
{
    return is_in_state("dracut-shutdown.service", "deactivating") ||
           is_in_state("mdadm-shutdown.service", "deactivating") ||
           (initrd_shutdown_is_requested(root) && is_in_state("dracut-shutdown.service", "active"));
}

void ending_await(int root)
{
    const struct timespec pause = {.tv_nsec = PAUSE * 1000L};
    int64_t wait = deadline_left() - RESERVE;
    int64_t end = clock_uptime() + (wait < MAX_WAIT ? wait : MAX_WAIT);

    while (clock_uptime() < end && is_unpacking(root))
        (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
}

char *ending_problem(int root)
{
    CLEANUP(answer_clear) struct answer stuck = initrd_shutdown_is_stuck(root);

    if (stuck.is == ANSWER_NO)
        return NULL;
    return stuck.text ? steal(&stuck.text)
                      : format("cannot tell whether %s: %s", reason_find("initrd-shutdown")->passed,
                               strerror(stuck.error));
}
