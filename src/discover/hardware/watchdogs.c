/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/watchdogs.h"

#include <errno.h>

#include "base/root.h"
#include "base/sysfs.h"
#include "base/util.h"

enum {
    MAX_SETTINGS = 64 * 1024,
};

static struct answer answer(int r, bool holds)
{
    if (r < 0)
        return answer_unknown(-r, NULL);
    return (struct answer){.is = holds ? ANSWER_YES : ANSWER_NO};
}

/* What base/sysfs.h gives, where a file that is not there says nothing. */
static int there(int r)
{
    return r == 0 ? -ENOENT : r;
}

/* What systemd-system.conf(5) names. */
static const char *const SETTINGS[] = {
    "etc/systemd/system.conf",
    "run/systemd/system.conf",
    "usr/local/lib/systemd/system.conf",
    "usr/lib/systemd/system.conf",
};

/* "Name = value" in `line`: gives the value, or NULL where the line is about something else. */
static const char *value_of(const char *line, const char *name)
{
    const char *rest = after_prefix(line + strspn(line, " \t"), name);

    if (!rest)
        return NULL;
    rest += strspn(rest, " \t");
    return *rest == '=' ? rest + 1 + strspn(rest + 1, " \t") : NULL;
}

/* What all the files say together. Which of two lines counts is not looked for: systemd certainly
 * feeds a watchdog where every line says so. */
struct said {
    bool yes;
    bool no;
    char *other_device; /* the line that names one, "/etc/systemd/system.conf:3", or NULL */
    int error;          /* the errno of reading one of them, or 0 */
};

static void take_line(const char *line, const char *source, struct said *said)
{
    const char *value = value_of(line, "RuntimeWatchdogSec");

    if (value && *value >= '1' && *value <= '9')
        said->yes = true;
    else if (value)
        said->no = true; /* "off", 0, nothing; or "default", which leaves it to the driver */
    value = value_of(line, "WatchdogDevice");
    if (value && !streq(value, "/dev/watchdog") && !streq(value, "/dev/watchdog0"))
        set_text(&said->other_device, xstrdup(source));
}

/* One of the files, which need not be there. */
static int read_settings(int root, const char *path, void *data)
{
    AUTOFREE char *text = NULL;
    struct said *said = data;
    size_t number = 0;
    char *rest, *line;
    int r = root_read(root, path, MAX_SETTINGS, &text, NULL);

    if (r < 0 && r != -ENOENT && r != -ENOTDIR)
        said->error = -r;
    for (rest = r < 0 ? NULL : text; (line = strsep(&rest, "\n"));) {
        AUTOFREE char *source = format("/%s:%zu", path, ++number);

        take_line(line, source, said);
    }
    return 0;
}

static int read_drop_in(int root, const char *path, void *data)
{
    size_t length = strlen(path);

    return streq(path + length - strlen(".conf"), ".conf") ? read_settings(root, path, data) : 0;
}

static void read_systemd(int root, struct watchdog_facts *facts)
{
    struct said said = {0};

    for (size_t i = 0; i < ELEMENTS(SETTINGS); i++) {
        AUTOFREE char *drop_ins = format("%s.d", SETTINGS[i]);
        int r;

        (void)read_settings(root, SETTINGS[i], &said);
        r = sysfs_walk(root, drop_ins, read_drop_in, &said);
        if (r < 0)
            said.error = -r;
    }
    facts->fed = said.error ? answer_unknown(said.error, NULL) : answer(0, said.yes && !said.no);
    facts->other_device = said.other_device;
}

#define DEVICE "sys/class/watchdog/watchdog0"

static void read_device(int root, struct watchdog_facts *facts)
{
    AUTOFREE char *state = NULL;
    long number = 0;
    int r = sysfs_line(root, DEVICE, "identity", &facts->identity);

    if (r <= 0) {
        facts->error = -r;
        return;
    }
    facts->kind = watchdog_find_kind(facts->identity);
    r = sysfs_line(root, DEVICE, "state", &state);
    facts->running = answer(there(r), r > 0 && streq(state, "active"));
    r = sysfs_number(root, DEVICE, "nowayout", &number);
    facts->nowayout = answer(there(r), number != 0);
    if (sysfs_number(root, DEVICE, "max_timeout", &number) > 0)
        facts->max = number;
}

static void read_core(int root, struct watchdog_facts *facts)
{
    long number = -1;
    int r = sysfs_number(root, "sys/module/watchdog/parameters", "stop_on_reboot", &number);

    facts->kept = answer(there(r), number == 0);
    facts->ipmi = root_exists(root, "sys/module/ipmi_watchdog") > 0;
}

void watchdog_facts_read(int root, struct watchdog_facts *ret)
{
    *ret = (struct watchdog_facts){0};
    read_device(root, ret);
    read_core(root, ret);
    read_systemd(root, ret);
}

void watchdog_facts_look_ahead(int root, const char *directory, struct watchdog_facts *facts)
{
    static const char *const ENDINGS[] = {"", ".xz", ".zst", ".gz"};

    facts->comes = (struct answer){.is = ANSWER_NO};
    for (size_t i = 0; facts->kind && i < ELEMENTS(ENDINGS) && facts->comes.is == ANSWER_NO; i++) {
        AUTOFREE char *path = format("%s/kernel/drivers/watchdog/%s.ko%s", directory,
                                     facts->kind->module, ENDINGS[i]);
        int r = root_exists(root, path);

        facts->comes = answer(r, r > 0);
    }
}

/* WDIOF_CARDRESET of linux/watchdog.h */
static const long CARD_RESET = 0x20;

static int look_for_reset(int root, const char *path, void *data)
{
    char **ret = data;
    long status = 0;

    if (sysfs_number(root, path, "bootstatus", &status) <= 0 || !(status & CARD_RESET))
        return 0;
    if (sysfs_line(root, path, "identity", ret) <= 0)
        *ret = xstrdup(strrchr(path, '/') + 1);
    return 1;
}

char *watchdogs_reset(int root)
{
    char *identity = NULL;

    (void)sysfs_walk(root, "sys/class/watchdog", look_for_reset, &identity);
    return identity;
}

void watchdog_facts_clear(struct watchdog_facts *facts)
{
    free(facts->identity);
    free(facts->other_device);
    *facts = (struct watchdog_facts){0};
}
