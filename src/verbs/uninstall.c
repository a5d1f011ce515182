/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ftw.h>

#include "act/kexec.h"
#include "act/systemd.h"
#include "base/paths.h"
#include "base/util.h"
#include "facts/config.h"
#include "reboot/load.h"
#include "verbs/complain.h"
#include "verbs/verb.h"

#define UNITS                                                                                      \
    SERVICE_UNIT, JUMP_UNIT, MODULES_UNIT, EMERGENCY_UNIT, HEALTH_UNIT, HEALTH_TIMER,              \
        COUNTDOWN_UNIT, WAIT_UNIT, METRICS_UNIT, METRICS_TIMER

/* The installed files (a list that the build makes), and those made since. */
static const char *const FILES[] = {INSTALLED_FILES};
static const char *const TREES[] = {
    "/" STATE_DIR,
    "/" RUN_DIR,
    "/" CONFIG_DIR,
    "/etc/fastreboot",
    "/usr/lib/fastreboot",
    "/usr/share/doc/fastreboot",
    "/usr/share/fastreboot",
    "/etc/systemd/system/" SERVICE_UNIT ".d",
    "/etc/systemd/system/" JUMP_UNIT ".d",
    "/etc/systemd/system/" EMERGENCY_UNIT ".d",
    "/etc/systemd/system/" HEALTH_UNIT ".d",
    "/etc/systemd/system/" HEALTH_TIMER ".d",
    "/etc/systemd/system/" METRICS_UNIT ".d",
    "/etc/systemd/system/" METRICS_TIMER ".d",
    "/etc/systemd/system/" MODULES_UNIT ".d",
    "/etc/systemd/system/" COUNTDOWN_UNIT ".d",
    "/etc/systemd/system/" WAIT_UNIT ".d",
};
static const char *const MADE_FILES[] = {"/" CONFIG_FILE, "/" METRICS_FILE};

/* Directories that the installation may have created, innermost first; they stay if not empty. */
static const char *const MADE_DIRECTORIES[] = {
    "/etc/initramfs/post-update.d",
    "/etc/initramfs",
    "/usr/share/fish/vendor_completions.d",
    "/usr/share/fish",
};

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)st, (void)type, (void)walk;
    return remove(path) < 0 ? errno : 0;
}

static int remove_tree(const char *path)
{
    int r;

    if (access(path, F_OK) < 0)
        return 0;
    r = nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    return r > 0 ? -r : r < 0 ? -errno : 0;
}

static int remove_file(const char *path)
{
    return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

/* Removes each path, or only prints it. */
static int each(const struct call *call, const char *const *paths, size_t n,
                int (*remove_path)(const char *))
{
    int failures = 0;

    for (size_t i = 0; i < n; i++) {
        int r = 0;

        if (given(call, OPTION_DRY_RUN))
            printf("would remove %s\n", paths[i]);
        else
            r = remove_path(paths[i]);
        if (r < 0) {
            (void)complain(paths[i], r);
            failures++;
        }
    }
    return failures;
}

static int run_systemctl(const struct call *call, const char *const arguments[])
{
    int r;

    if (given(call, OPTION_DRY_RUN)) {
        printf("would run systemctl");
        for (size_t i = 0; arguments[i]; i++)
            printf(" %s", arguments[i]);
        putchar('\n');
        return 0;
    }
    r = systemctl(arguments, NULL);
    if (r < 0)
        (void)complain("systemctl", r);
    return r ? 1 : 0;
}

static int drop_kernel(const struct call *call)
{
    int r = given(call, OPTION_DRY_RUN) ? 0 : load_drop(call->root);

    if (r >= 0)
        return 0;
    fprintf(stderr, "fastreboot: cannot drop the loaded kernel: %s\n", kexec_error(r, NULL));
    return 1;
}

/* First the masks, as a masked unit can be neither stopped nor disabled; then the units while their
 * files exist, the health units as a part of the service; then the files. Failures are reported,
 * and the rest is done anyway. */
static int run(const struct call *call)
{
    static const char *const UNMASK[] = {"unmask", UNITS, NULL};
    static const char *const UNMASK_RUNTIME[] = {"unmask", "--runtime", UNITS, NULL};
    static const char *const DISABLE[] = {"disable", "--now",       SERVICE_UNIT,
                                          JUMP_UNIT, METRICS_TIMER, NULL};
    static const char *const RELOAD[] = {"daemon-reload", NULL};
    int failures = 0;

    if (*UNINSTALL) {
        fputs("fastreboot: installed as a package; to remove it: " UNINSTALL "\n", stderr);
        return EXIT_FAILED;
    }
    failures += run_systemctl(call, UNMASK);
    failures += run_systemctl(call, UNMASK_RUNTIME);
    failures += run_systemctl(call, DISABLE);
    failures += drop_kernel(call);
    failures += each(call, FILES, ELEMENTS(FILES), remove_file);
    failures += each(call, MADE_FILES, ELEMENTS(MADE_FILES), remove_file);
    failures += each(call, TREES, ELEMENTS(TREES), remove_tree);
    for (size_t i = 0; i < ELEMENTS(MADE_DIRECTORIES) && !given(call, OPTION_DRY_RUN); i++)
        (void)rmdir(MADE_DIRECTORIES[i]);
    failures += run_systemctl(call, RELOAD);
    if (failures)
        return EXIT_FAILED;
    if (!given(call, OPTION_DRY_RUN))
        puts("fastreboot is removed; reboots go through the firmware");
    return EXIT_FINE;
}

const struct verb verb_uninstall = {
    .name = "uninstall",
    .summary = "undo everything: units, settings, state and these programs",
    .options = OPTION_DRY_RUN | OPTION_QUIET,
    .flags = VERB_NEEDS_ROOT,
    .run = run,
};
