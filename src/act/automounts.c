/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/automounts.h"

#include <poll.h>

#include "act/systemd.h"
#include "base/clock.h"
#include "base/mounts.h"
#include "base/root.h"
#include "base/util.h"

enum {
    MOUNT_TIMEOUT = 5 * 1000000, /* microseconds */
};

/* An outer mount comes before those inside it. */
static const struct {
    const char *point, *unit;
} PLACES[] = {
    {"/boot", "boot.mount"},
    {"/boot/efi", "boot-efi.mount"},
    {"/efi", "efi.mount"},
};

/* Whether accessing the directory would wait for an automount. */
static bool is_waiting(int root, const char *point)
{
    struct mount_point *mounts;
    const struct mount_point *mount;
    bool waiting = false;
    size_t n;

    if (mounts_read(root, MOUNTS_OF_SELF, &mounts, &n) >= 0) {
        mount = mounts_at(mounts, n, point);
        waiting = mount && streq(mount->type, "autofs");
    }
    mounts_free(mounts, n);
    return waiting;
}

/* The kernel wakes those who poll the list of mounts when it changes. */
static void wait_for(int root, const char *point)
{
    AUTOCLOSE int list = root_open(root, MOUNTS_OF_SELF, NULL);
    struct pollfd changes = {.fd = list, .events = POLLPRI};
    int64_t end = clock_uptime() + MOUNT_TIMEOUT;

    while (is_waiting(root, point)) {
        int64_t left = end - clock_uptime();

        if (left <= 0)
            return;
        (void)poll(&changes, 1, (int)(left / 1000) + 1);
    }
}

void automounts_mount(int root)
{
    for (size_t i = 0; i < ELEMENTS(PLACES); i++)
        if (is_waiting(root, PLACES[i].point) && systemd_start_alone(PLACES[i].unit) >= 0)
            wait_for(root, PLACES[i].point);
}
