/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <fts.h>
#include <systemd/sd-daemon.h>

#include "act/kexec.h"
#include "act/package.h"
#include "act/systemd.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "facts/config.h"
#include "reboot/load.h"
#include "report/print.h"
#include "verbs/complain.h"
#include "verbs/unlock.h"
#include "verbs/verb.h"

#define UNITS                                                                                      \
    SERVICE_UNIT, JUMP_UNIT, MODULES_UNIT, EMERGENCY_UNIT, HEALTH_UNIT, HEALTH_TIMER,              \
        COUNTDOWN_UNIT, EARLY_UNIT, TIMES_UNIT, WAIT_UNIT, METRICS_UNIT, METRICS_TIMER, HOOK_UNIT, \
        FAILED_TARGET

/* The installed files (a list that the build makes), and those made since. */
static const char *const FILES[] = {INSTALLED_FILES};
static const char *const TREES[] = {
    "/" STATE_DIR,           "/" RUN_DIR,      "/run/" CONFIG_NAME,
    "/run/" CONFIG_DIR_NAME, "/" METRICS_FILE, DOCDIR,
};

/* What the administrator has written. /usr/lib is for packages. */
static const char *const SETTINGS[] = {
    "/" CONFIG_FILE,
    "/" CONFIG_DIR,
    "/etc/fastreboot",
    "/usr/local/lib/" CONFIG_NAME,
    "/usr/local/lib/" CONFIG_DIR_NAME,
    "/usr/local/lib/fastreboot",
};

/* What else an administrator makes of a unit below /etc/systemd/system. */
static const char *const UNIT_NAMES[] = {UNITS};
static const char *const UNIT_PARTS[] = {"", ".d", ".wants", ".requires"};

enum {
    MAX_SETTINGS = ELEMENTS(SETTINGS) + ELEMENTS(UNIT_NAMES) * ELEMENTS(UNIT_PARTS),
};

/* Directories that the installation or the administrator may have created, innermost first; they
 * stay if not empty. */
static const char *const MADE_DIRECTORIES[] = {
    "/" VENDOR_LIB "/fastreboot/quirks.d",
    "/" VENDOR_LIB "/fastreboot",
    "/" CONFIG_DIR,
    "/etc/fastreboot/quirks.d",
    "/etc/fastreboot",
    "/etc/initramfs/post-update.d",
    "/etc/initramfs",
    "/usr/share/fastreboot",
    "/usr/share/fish/vendor_completions.d",
    "/usr/share/fish",
};

static bool is_there(const char *path)
{
    return faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Where a directory cannot be read, removing it fails. */
static int remove_entries(FTS *walk)
{
    const FTSENT *entry;

    errno = 0;
    while ((entry = fts_read(walk)))
        if (entry->fts_info != FTS_D && remove(entry->fts_accpath) < 0)
            return -errno;
    return -errno;
}

/* Leaves what is mounted in it. Not by nftw(): with FTW_MOUNT it passes over the files of an
 * overlay, whose devices are not that of their directory. */
static int remove_tree(const char *path)
{
    char *const paths[] = {(char *)path, NULL};
    FTS *walk;
    int r;

    if (!is_there(path))
        return 0;
    walk = fts_open(paths, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, NULL);
    if (!walk)
        return -errno;
    r = remove_entries(walk);
    (void)fts_close(walk);
    return r;
}

static int remove_file(const char *path)
{
    return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

/* Removes each path up to NULL, or only prints it. */
static int each(const struct call *call, const char *const *paths, size_t n,
                int (*remove_path)(const char *))
{
    int failures = 0;

    for (size_t i = 0; i < n && paths[i]; i++) {
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

/* A link is a mask, or the unit was enabled from elsewhere: systemctl removes both. */
static bool is_setting(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 && !S_ISLNK(st.st_mode);
}

/* The settings of this machine, for names_free(). */
static char **list_settings(void)
{
    char **list = xcalloc(MAX_SETTINGS + 1, sizeof(*list));
    size_t n = 0;

    for (size_t i = 0; i < ELEMENTS(SETTINGS); i++)
        if (is_there(SETTINGS[i]))
            list[n++] = xstrdup(SETTINGS[i]);
    for (size_t i = 0; i < ELEMENTS(UNIT_NAMES) * ELEMENTS(UNIT_PARTS); i++) {
        AUTOFREE char *path =
            format("/etc/systemd/system/%s%s", UNIT_NAMES[i / ELEMENTS(UNIT_PARTS)],
                   UNIT_PARTS[i % ELEMENTS(UNIT_PARTS)]);

        if (is_setting(path))
            list[n++] = steal(&path);
    }
    return list;
}

/* Names the settings that stay, with the command that removes them: this program will be gone. */
static void name_settings(const struct call *call, char *const *settings)
{
    AUTOFREE char *kept = NULL;

    for (size_t i = 0; settings[i]; i++) {
        append_text(&kept, " ", settings[i]);
        if (given(call, OPTION_DRY_RUN))
            printf("would keep %s\n", settings[i]);
    }
    if (kept && !given(call, OPTION_DRY_RUN))
        printf("Settings are kept; to remove them, too: rm -r %s\n", kept);
}

/* A package manager would miss its files, and bring back some of them. Returns whether this is
 * told. */
static bool is_packaged(const struct call *call)
{
    struct package package;
    bool is_owned;
    int r;

    if (*UNINSTALL) {
        fputs("fastreboot: installed as a package; to remove it: " UNINSTALL "\n", stderr);
        return true;
    }
    r = package_of(FILES[0], &package);
    if (r < 0)
        print_trouble(
            format("cannot tell whether %s belongs to a package: %s", FILES[0], strerror(-r)));
    else if (package.name)
        print_trouble(format("%s belongs to the package %s (%s); to remove it: %s %s", FILES[0],
                             package.name, package.manager,
                             given(call, OPTION_PURGE) ? package.purge : package.remove,
                             package.name));
    is_owned = package.name != NULL;
    free(package.name);
    return r < 0 || is_owned;
}

static void tell_end(int failures)
{
    if (failures)
        fputs("fastreboot: everything else is removed\n", stderr);
    else
        puts("fastreboot is removed; reboots go through the firmware");
}

/* A key whose keyslot could not be removed may be the last one that opens its volume. */
static bool keeps_keys(const struct call *call)
{
    if (given(call, OPTION_DRY_RUN) || root_exists(call->root, STATE_KEYS) <= 0)
        return false;
    (void)fputs("fastreboot: /" STATE_KEYS
                " stays, and so does the program, until the keyslots above "
                "are removed; reboots go through the firmware\n",
                stderr);
    return true;
}

/* First the masks, as a masked unit can be neither stopped nor disabled; then the units while their
 * files exist, the health units as a part of the service; then the files. Failures are reported,
 * and the rest is done anyway. */
static int run(const struct call *call)
{
    static const char *const UNMASK[] = {"unmask", UNITS, NULL};
    static const char *const UNMASK_RUNTIME[] = {"unmask", "--runtime", UNITS, NULL};
    static const char *const STOP[] = {"disable", "--now",       SERVICE_UNIT,
                                       JUMP_UNIT, METRICS_TIMER, NULL};
    static const char *const DISABLE[] = {"disable", SERVICE_UNIT, JUMP_UNIT, METRICS_TIMER, NULL};
    static const char *const RELOAD[] = {"daemon-reload", NULL};
    CLEANUP(names_freep) char **settings = NULL;
    bool is_booted = sd_booted() > 0; /* not in a chroot of a rescue system */
    int failures = 0;

    if (is_packaged(call))
        return EXIT_FAILED;
    failures += run_systemctl(call, UNMASK);
    failures += run_systemctl(call, UNMASK_RUNTIME);
    failures += run_systemctl(call, is_booted ? STOP : DISABLE);
    failures += drop_kernel(call);
    failures += unlock_drop_all(call);
    if (keeps_keys(call))
        return EXIT_FAILED;
    failures += each(call, FILES, ELEMENTS(FILES), remove_file);
    failures += each(call, TREES, ELEMENTS(TREES), remove_tree);
    settings = list_settings(); /* without masks */
    if (given(call, OPTION_PURGE))
        failures += each(call, (const char *const *)settings, MAX_SETTINGS, remove_tree);
    for (size_t i = 0; i < ELEMENTS(MADE_DIRECTORIES) && !given(call, OPTION_DRY_RUN); i++)
        (void)rmdir(MADE_DIRECTORIES[i]);
    if (is_booted)
        failures += run_systemctl(call, RELOAD);
    if (!given(call, OPTION_DRY_RUN))
        tell_end(failures);
    if (!given(call, OPTION_PURGE))
        name_settings(call, settings);
    return failures ? EXIT_FAILED : EXIT_FINE;
}

const struct verb verb_uninstall = {
    .name = "uninstall",
    .summary = "undo everything: units, state and these programs; settings stay",
    .options = OPTION_DRY_RUN | OPTION_PURGE | OPTION_QUIET,
    .flags = VERB_NEEDS_ROOT,
    .run = run,
};
