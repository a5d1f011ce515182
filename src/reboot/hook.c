/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/hook.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "reboot/notes.h"
#include "reboot/records.h"

enum {
    DEFAULT_LIMIT = 300, /* seconds */
    LONGEST = 3600,
};

int64_t hook_limit(const struct config *config)
{
    int seconds = config->health_hook_timeout ? config->health_hook_timeout : DEFAULT_LIMIT;

    return (seconds < 0 ? LONGEST : seconds) * (int64_t)1000000;
}

static int refuse(int error, const char *path, const char *why, char **ret_problem)
{
    *ret_problem = format("health-hook %s is not run: %s", path, why);
    return error;
}

int hook_check(int root, const struct config *config, char **ret_problem)
{
    const char *path = config->health_hook;
    AUTOFREE char *untrusted = NULL, *real = NULL;
    struct stat st;
    int r = root_resolve(root, path + strspn(path, "/"), &real, &st, &untrusted);

    *ret_problem = NULL;
    if (r < 0)
        return refuse(r, path, strerror(-r), ret_problem);
    if (untrusted)
        return refuse(-EUCLEAN, path, untrusted, ret_problem);
    if (!S_ISREG(st.st_mode) || !(st.st_mode & S_IXUSR))
        return refuse(-EACCES, path, "it is not an executable file", ret_problem);
    return 0;
}

/* A boot that hangs before it is judged has no record yet. */
static char *why_armed(int root)
{
    CLEANUP(answer_clear) struct answer armed = {0};

    notes_read_armed(root, &armed);
    return armed.text ? steal(&armed.text) : NULL;
}

static char *missing_text(int root)
{
    CLEANUP(boot_record_clear) struct boot_record record = {0};
    char *text = NULL;

    if (records_read_boot(root, &record) > 0)
        for (char **item = record.missing; item && *item; item++)
            append_text(&text, "\n", *item);
    if (!text)
        text = why_armed(root);
    return text ? text : xstrdup("");
}

char **hook_environment(int root, int64_t end)
{
    CLEANUP(attempt_clear) struct attempt attempt = {0};
    AUTOFREE char *missing = missing_text(root);
    char **list = xcalloc(4, sizeof(*list));
    bool known = records_peek_attempt(root, RUN_HEALTH, &attempt) >= 0;

    list[0] = format("FASTREBOOT_MISSING=%s", missing);
    list[1] = format("FASTREBOOT_RELEASE=%s", known && attempt.release ? attempt.release : "");
    list[2] = format("FASTREBOOT_DEADLINE_USEC=%" PRId64, end);
    return list;
}
