/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/journal.h"

#include <errno.h>
#include <systemd/sd-journal.h>

#include "base/text.h"
#include "base/util.h"

static const char *const MESSAGE_IDS[] = {
    [EVENT_LAST_REBOOT] = "5dc1ddfaf6a94b0a9a7d9d2b1a4d3f16",
    [EVENT_NEXT_BOOT] = "8d2a4b0c3c1f4a5f9e0e6c8b7a1d5e27",
    [EVENT_TROUBLE] = "b7e6f1d2c3a44958a6b5d4c3e2f1a038",
    [EVENT_HEALTH] = "3f0c6e5a9d7b4c21b8e4a1d2967f53c0",
};

/* sd_journal_send() returns 0 even if nothing listens. */
static bool has_journal(void)
{
    return access("/run/systemd/journal/socket", F_OK) == 0;
}

static void send(enum journal_event event, int priority, const char *reason, const char *text)
{
    int r = -ENOENT;

    if (has_journal())
        r = sd_journal_send("MESSAGE=%s", text, "MESSAGE_ID=%s", MESSAGE_IDS[event], "PRIORITY=%d",
                            priority, "SYSLOG_IDENTIFIER=fastreboot", "FASTREBOOT_REASON=%s",
                            reason ? reason : "", NULL);
    if (r < 0)
        fprintf(stderr, "fastreboot: %s\n", text);
}

void journal_tell(enum journal_event event, int priority, const char *reason, const char *pattern,
                  ...)
{
    AUTOFREE char *text = NULL, *printable = NULL;
    va_list arguments;

    va_start(arguments, pattern);
    if (vasprintf(&text, pattern, arguments) < 0)
        out_of_memory();
    va_end(arguments);
    printable = text_printable(text);
    send(event, priority, reason, printable);
}

void journal_trouble(const char *what, int error)
{
    journal_tell(EVENT_TROUBLE, LOG_WARNING, NULL, "%s: %s", what, strerror(-error));
}
