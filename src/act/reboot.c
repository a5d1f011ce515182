/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/reboot.h"

#include "act/logind.h"
#include "act/systemd.h"
#include "base/clock.h"
#include "base/root.h"
#include "base/util.h"

/* The path of the command if molly-guard has put itself in its place, with a link to its script, as
 * its packages for Debian and for RPM do; or NULL. The caller frees it. */
static char *guarded(int root, const char *command)
{
    static const char *const DIRECTORIES[] = {"usr/sbin", "sbin", "usr/bin", "bin",
                                              "usr/local/sbin"};

    for (size_t i = 0; i < ELEMENTS(DIRECTORIES); i++) {
        AUTOFREE char *path = format("%s/%s", DIRECTORIES[i], command), *target = NULL;

        if (root_resolve(root, path, &target, NULL, NULL) >= 0 &&
            streq(basename(target), "molly-guard"))
            return format("/%s", path);
    }
    return NULL;
}

int reboot_now(int root, bool through_firmware)
{
    static const char *const REBOOT[] = {"reboot", NULL}, *const NOTHING[] = {NULL};
    AUTOFREE char *command = guarded(root, "reboot");

    if (command)
        return systemd_run(command, NOTHING, through_firmware ? SYSTEMD_NOT_KEXEC : NULL);
    return through_firmware ? systemd_reboot_through_firmware() : systemctl(REBOOT, NULL);
}

int reboot_schedule(int root, int64_t time)
{
    AUTOFREE char *command = guarded(root, "shutdown"), *minutes = NULL;
    int64_t left = time - clock_now();

    if (!command)
        return logind_schedule_reboot((uint64_t)time);
    /* shutdown(8) counts in minutes, or takes a time of this day or the next. */
    minutes = format("+%lld", left <= 0 ? 0LL : (long long)((left + 59999999) / 60000000));
    return systemd_run(command, (const char *const[]){"-r", minutes, NULL}, NULL);
}
