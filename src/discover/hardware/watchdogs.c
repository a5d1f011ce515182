/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/watchdogs.h"

#include <errno.h>

#include "base/root.h"
#include "base/util.h"

enum {
    MAX_SETTINGS = 64 * 1024,
    MAX_FILES = 256,
};

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

/* What all the files say together. Which of two counts is systemd's affair: it feeds a watchdog for
 * certain where every line that is about it says so. */
struct said {
    bool yes;
    bool no;
    bool other_device;
    int error; /* of reading one of them */
};

static void take_line(const char *line, struct said *said)
{
    const char *value = value_of(line, "RuntimeWatchdogSec");

    if (value && *value >= '1' && *value <= '9')
        said->yes = true;
    else if (value)
        said->no = true; /* "off", 0, nothing; or "default", which leaves it to the driver */
    value = value_of(line, "WatchdogDevice");
    if (value && !streq(value, "/dev/watchdog") && !streq(value, "/dev/watchdog0"))
        said->other_device = true;
}

static int read_settings(int root, const char *path, struct said *said)
{
    AUTOFREE char *text = NULL;
    char *rest = NULL;
    int r = root_read(root, path, MAX_SETTINGS, &text, NULL);

    if (r == -ENOENT || r == -ENOTDIR || r == -ENOMEM)
        return r == -ENOMEM ? r : 0;
    if (r < 0)
        said->error = -r;
    if (r < 0)
        return 0;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        take_line(line, said);
    return 0;
}

static int is_drop_in(const char *name)
{
    size_t length = strlen(name);

    return *name != '.' && length > 5 && streq(name + length - 5, ".conf");
}

static int read_drop_ins(int root, const char *main_file, struct said *said)
{
    CLEANUP(names_freep) char **names = NULL;
    AUTOFREE char *directory = format("%s.d", main_file);
    int r = directory ? root_names(root, directory, is_drop_in, MAX_FILES, &names) : -ENOMEM;

    if (r == -ENOENT || r == -ENOTDIR || r == -ENOMEM)
        return r == -ENOMEM ? r : 0;
    if (r < 0)
        said->error = -r;
    for (size_t i = 0; r >= 0 && names && names[i]; i++) {
        AUTOFREE char *path = format("%s/%s", directory, names[i]);

        r = path ? read_settings(root, path, said) : -ENOMEM;
        if (r < 0)
            return r;
    }
    return 0;
}

static int read_systemd(int root, struct watchdog_facts *facts)
{
    struct said said = {0};

    for (size_t i = 0; i < ELEMENTS(SETTINGS); i++) {
        int r = read_settings(root, SETTINGS[i], &said);

        if (r >= 0)
            r = read_drop_ins(root, SETTINGS[i], &said);
        if (r < 0)
            return r;
    }
    facts->fed = (struct answer){.is = said.yes && !said.no ? ANSWER_YES : ANSWER_NO};
    if (said.error)
        facts->fed = (struct answer){.is = ANSWER_UNKNOWN, .error = said.error};
    facts->other_device = said.other_device;
    return 0;
}

static struct answer answer(int r, bool holds)
{
    if (r < 0)
        return (struct answer){.is = ANSWER_UNKNOWN, .error = -r};
    return (struct answer){.is = holds ? ANSWER_YES : ANSWER_NO};
}

#define DEVICE "sys/class/watchdog/watchdog0/"

static int read_device(int root, struct watchdog_facts *facts)
{
    AUTOFREE char *state = NULL;
    long number = 0;
    int r = root_read_line(root, DEVICE "identity", 256, &facts->identity);

    if (r < 0)
        facts->error = r == -ENOENT || r == -ENOTDIR ? 0 : -r;
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    facts->kind = watchdog_find_kind(facts->identity);
    r = root_read_line(root, DEVICE "state", 64, &state);
    if (r == -ENOMEM)
        return r;
    facts->running = answer(r, r >= 0 && streq(state, "active"));
    r = root_read_number(root, DEVICE "nowayout", &number);
    facts->nowayout = answer(r, number != 0);
    if (root_read_number(root, DEVICE "max_timeout", &number) >= 0)
        facts->max = number;
    return 0;
}

static void read_core(int root, struct watchdog_facts *facts)
{
    long number = -1;
    int r = root_read_number(root, "sys/module/watchdog/parameters/stop_on_reboot", &number);

    facts->kept = answer(r, number == 0);
    facts->ipmi = root_exists(root, "sys/module/ipmi_watchdog") > 0;
}

int watchdog_facts_read(int root, struct watchdog_facts *ret)
{
    int r;

    *ret = (struct watchdog_facts){0};
    r = read_device(root, ret);
    if (r < 0)
        return r;
    read_core(root, ret);
    return read_systemd(root, ret);
}

int watchdog_facts_look_ahead(int root, const char *release, struct watchdog_facts *facts)
{
    static const char *const ENDINGS[] = {"", ".xz", ".zst", ".gz"};

    facts->comes = (struct answer){.is = ANSWER_NO};
    for (size_t i = 0; facts->kind && i < ELEMENTS(ENDINGS) && facts->comes.is == ANSWER_NO; i++) {
        AUTOFREE char *path = format("lib/modules/%s/kernel/drivers/watchdog/%s.ko%s", release,
                                     facts->kind->module, ENDINGS[i]);
        int r = path ? root_exists(root, path) : -ENOMEM;

        if (r == -ENOMEM)
            return r;
        facts->comes = answer(r, r > 0);
    }
    return 0;
}

void watchdog_facts_clear(struct watchdog_facts *facts)
{
    free(facts->identity);
    *facts = (struct watchdog_facts){0};
}
