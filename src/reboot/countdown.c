/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/countdown.h"

#include <time.h>

#include "base/clock.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/text.h"
#include "base/util.h"
#include "reboot/records.h"

/* Microseconds for which something critical may be missing before the users are told: a network
 * takes this long at any boot. Half of the time that there is, where that is less. */
#define PATIENCE (60 * (int64_t)1000000)

/* Begins each line of the text for those who log in that says what is missing. */
#define ITEM "  - "

enum {
    MAX_MOTD = 16 * 1024,
};

void health_news_clear(struct health_news *news)
{
    free(news->notice);
    free(news->motd);
    *news = (struct health_news){0};
}

/* In the machine's time zone: "19:51:40 UTC". */
static char *time_of_day(int64_t microseconds)
{
    time_t seconds = (time_t)(microseconds / 1000000);
    struct tm local;
    char text[64];

    if (!localtime_r(&seconds, &local) || strftime(text, sizeof(text), "%H:%M:%S %Z", &local) == 0)
        return xstrdup("an unknown time");
    return xstrdup(text);
}

/* When the machine goes down. */
static char *deadline_text(const struct attempt *attempt, const struct health_look *look)
{
    int64_t from = attempt->announced ? attempt->announced : health_end(look);

    return time_of_day(clock_now() + from + HEALTH_NOTICE - look->uptime);
}

/* "  - disk X", a line each. */
static char *list(const struct losses *losses)
{
    char *text = NULL;

    for (size_t i = 0; i < losses->n && i < MAX_MISSING; i++) {
        AUTOFREE char *line = text_printable(losses->all[i].text), *item = format(ITEM "%s", line);

        if (losses->all[i].critical)
            append_text(&text, "\n", item);
    }
    return text;
}

char *countdown_read(int root)
{
    AUTOFREE char *text = NULL;
    char *all = NULL, *rest, *line;

    if (root_read(root, RUN_MOTD, MAX_MOTD, &text, NULL) < 0)
        return NULL;
    for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        if (after_prefix(line, ITEM))
            append_text(&all, ", ", after_prefix(line, ITEM));
    return all;
}

static char *motd(const struct attempt *attempt, const char *deadline, const struct losses *losses)
{
    AUTOFREE char *missing = list(losses);

    return format("THIS MACHINE REBOOTS ITSELF at %s, through the firmware.\n"
                  "Missing since the fast reboot into kernel %s:\n"
                  "%s\n"
                  "It stays up if this comes back before then.\n"
                  "To keep it running as it is: fastreboot cancel\n",
                  deadline, attempt->release ? attempt->release : "(unknown)",
                  missing ? missing : "");
}

static char *notice(const char *when, const struct losses *losses)
{
    AUTOFREE char *text = losses_text(losses), *missing = text_printable(text);

    return format("this machine reboots through the firmware %s, because something is missing "
                  "since the fast reboot: %s; to keep it running: `fastreboot cancel`",
                  when, missing);
}

static bool is_patient(const struct health_look *look)
{
    int64_t limit = health_limit(look->config) / 2;

    return look->uptime < look->since + (limit < PATIENCE ? limit : PATIENCE);
}

void countdown_tell(int root, struct attempt *attempt, const struct health_look *look,
                    const struct losses *losses, struct health_news *ret)
{
    AUTOFREE char *deadline = deadline_text(attempt, look), *when = NULL;

    ret->motd = motd(attempt, deadline, losses);
    if (attempt->warned || is_patient(look))
        return;
    attempt->warned = look->uptime;
    if (records_write_attempt(root, RUN_HEALTH, attempt) < 0)
        return; /* the users would be told again and again */
    when = format("at %s", deadline);
    ret->notice = notice(when, losses);
}

/* An announcement that cannot be written down is not waited for: it would be made again and again.
 */
bool countdown_runs(int root, struct attempt *attempt, const struct health_look *look,
                    const struct losses *losses, struct health_news *ret)
{
    AUTOFREE char *deadline = NULL;
    bool begins = !attempt->announced;

    if (begins)
        attempt->announced = look->uptime;
    if (look->uptime >= attempt->announced + HEALTH_NOTICE)
        return false;
    deadline = deadline_text(attempt, look);
    ret->motd = motd(attempt, deadline, losses);
    if (!begins)
        return true;
    ret->notice = notice("in a minute", losses);
    return records_write_attempt(root, RUN_HEALTH, attempt) >= 0;
}

void countdown_call_off(const struct attempt *attempt, const char *why, struct health_news *ret)
{
    if (!attempt->warned && !attempt->announced)
        return;
    ret->called_off = true;
    ret->notice = format("this machine does not reboot after all: %s", why);
}
