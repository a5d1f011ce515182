/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/inherit.h"

#include "base/cmdline.h"
#include "base/util.h"

/* What an administrator adds in the boot loader's menu for a repair. A name that ends in '=' stands
 * for every value. */
static const char *const ONE_TIME[] = {
    "single",
    "s",
    "S",
    "1",
    "-s",
    "rescue",
    "emergency",
    "-b",
    "recovery",
    "break",
    "break=",
    "rd.break",
    "rd.break=",
    "init=",
    "rdinit=",
    "systemd.unit=",
    "rd.systemd.unit=",
    "systemd.run",
    "systemd.run=",
    "systemd.debug_shell",
    "systemd.debug-shell",
};

/* These only name what would be started anyway. */
static const char *const HARMLESS[] = {
    "init=/sbin/init",
    "init=/usr/sbin/init",
    "init=/bin/init",
    "init=/bin/systemd",
    "init=/usr/bin/systemd",
    "init=/lib/systemd/systemd",
    "init=/usr/lib/systemd/systemd",
};

static bool is_harmless(const char *word)
{
    for (size_t i = 0; i < ELEMENTS(HARMLESS); i++)
        if (streq(word, HARMLESS[i]))
            return true;
    return false;
}

static bool is_one_time(const char *word)
{
    for (size_t i = 0; i < ELEMENTS(ONE_TIME); i++) {
        const char *rest = after_prefix(word, ONE_TIME[i]);

        if (rest && (!*rest || rest[-1] == '='))
            return !is_harmless(word);
    }
    return false;
}

/* The kernel and systemd take `"systemd.unit=x"` and `systemd.unit="x"` for the same. */
static char *without_quotes(const char *word, size_t length)
{
    char *copy = xcalloc(length + 1, 1), *out = copy;

    for (size_t i = 0; i < length; i++)
        if (!strchr("\"'\\", word[i]))
            *out++ = word[i];
    return copy;
}

char *inherit_one_time(const char *cmdline)
{
    const char *word;
    size_t length;

    while (cmdline_next(&cmdline, &word, &length)) {
        AUTOFREE char *bare = without_quotes(word, length);

        if (streq(bare, "--"))
            return NULL;
        if (is_one_time(bare))
            return xstrndup(word, length);
    }
    return NULL;
}
