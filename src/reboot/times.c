/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/times.h"

#include <errno.h>

#include "act/boot-times.h"
#include "act/journal.h"
#include "act/state.h"
#include "base/clock.h"
#include "base/cmdline.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "discover/system/boot-log.h"
#include "discover/system/boot.h"
#include "reboot/aside.h"
#include "reboot/trace.h"

enum {
    WARNINGS = 4, /* loglevel= of "quiet" */
};

/* The old system */

void times_leave(int root)
{
    CLEANUP(boot_facts_clear) struct boot_facts boot = {0};
    CLEANUP(times_clear) struct reboot_times times = {.at[TIME_JUMP] = clock_now()};
    AUTOJSON struct json_object *object = NULL;
    AUTOFREE char *text = NULL;

    if (root_exists(root, STATE_ATTEMPT) <= 0)
        return;
    boot_facts_read(root, &boot);
    if (!boot.boot_id)
        return;
    times.boot_id = xstrdup(boot.boot_id);
    object = times_to_json(&times);
    text = format("%s\n", json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN));
    (void)state_leave(root, STATE_JUMPED, text);
}

/* The new one */

static int read_one(int root, const char *path, struct reboot_times *ret)
{
    AUTOJSON struct json_object *object = NULL;
    int r = json_read(root, path, &object);

    *ret = (struct reboot_times){0};
    return r < 0 ? r : times_from_json(object, ret);
}

/* Only from the shutdown that this attempt is about. */
static int64_t jump_after(int root, const struct attempt *attempt)
{
    CLEANUP(times_clear) struct reboot_times left;

    if (read_one(root, STATE_JUMPED, &left) <= 0 || !streq(left.boot_id, attempt->boot_id))
        return 0;
    return left.at[TIME_JUMP];
}

bool times_lacks_jump(int root, const struct attempt *attempt)
{
    CLEANUP(times_clear) struct reboot_times left;

    return read_one(root, STATE_JUMPED, &left) > 0 && !streq(left.boot_id, attempt->boot_id);
}

/* While a fast reboot was being checked the machine went down without a shutdown: what the attempt
 * says is about the reboot before. */
static bool is_of_this_reboot(const struct attempt *attempt, const struct boot_facts *boot)
{
    return attempt->state != ATTEMPT_CHECKING && attempt->state != ATTEMPT_HEALING &&
           !streq(attempt->boot_id, boot->boot_id);
}

void times_take_over(int root, const struct attempt *attempt, const struct boot_facts *boot)
{
    CLEANUP(times_clear) struct reboot_times times = {0};
    AUTOJSON struct json_object *object = NULL;
    int r;

    if (!boot->boot_id || root_exists(root, RUN_TIMES) > 0)
        return;
    if (attempt)
        trace_settle(root, attempt);
    times.boot_id = xstrdup(boot->boot_id);
    if (attempt && is_of_this_reboot(attempt, boot)) {
        times.before = xstrdup(attempt->boot_id);
        times.at[TIME_BEGUN] = attempt->time;
        times.at[TIME_LOADED] = attempt->loaded;
        times.at[TIME_JUMP] = jump_after(root, attempt);
    }
    object = times_to_json(&times);
    r = state_write_json(root, RUN_TIMES, object);
    if (r < 0)
        journal_trouble("/" RUN_TIMES, r);
}

static int read_all(int root, char **ret_text, struct times_list *ret)
{
    size_t length;
    int r = root_read(root, STATE_TIMES, TIMES_BYTES, ret_text, &length);

    *ret = (struct times_list){0};
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    r = times_parse(*ret_text, ret);
    return r >= 0 && strlen(*ret_text) != length ? -EBADMSG : r;
}

void times_read(int root, struct times_list *ret)
{
    AUTOFREE char *text = NULL;

    (void)read_all(root, &text, ret);
}

static int write_down(int root, const struct reboot_times *times)
{
    CLEANUP(times_list_clear) struct times_list list;
    AUTOFREE char *old = NULL, *text = NULL;
    int r = aside_keep_damaged(root, STATE_TIMES, read_all(root, &old, &list), &old);

    if (r < 0)
        return r;
    text = times_with(old, times);
    return state_write(root, STATE_TIMES, text);
}

/* A kernel without "quiet" writes every message to each of its consoles, and waits for a serial
 * one. Gives the last such console, or NULL. */
static char *loud_console(const char *cmdline)
{
    static const char *const PREFIXES[] = {"console=ttyS", "console=ttyAMA", "console=ttyUSB"};
    AUTOFREE char *level = cmdline_value(cmdline, "loglevel="), *found = NULL;
    const char *word;
    size_t length;

    if (cmdline_has(cmdline, "quiet") || (level && atoi(level) <= WARNINGS))
        return NULL;
    while (cmdline_next(&cmdline, &word, &length))
        for (size_t i = 0; i < ELEMENTS(PREFIXES); i++)
            if (length > strlen(PREFIXES[i]) && after_prefix(word, PREFIXES[i]))
                set_text(&found, xstrndup(word + strlen("console="), length - strlen("console=")));
    if (found)
        found[strcspn(found, ",")] = 0;
    return steal(&found);
}

static int add_new_system(int root, struct reboot_times *times)
{
    CLEANUP(boot_facts_clear) struct boot_facts boot = {0};
    AUTOFREE char *cmdline = NULL;
    int64_t initrd;
    int r;

    boot_facts_read(root, &boot);
    r = boot_times_read(boot.way == BOOT_BY_FIRMWARE, times);
    if (r < 0)
        return r;
    initrd = times->at[TIME_INITRD] ? 0 : boot_log_initrd(root, times->boot_id);
    if (initrd > 0)
        times->at[TIME_INITRD] = times->at[TIME_KERNEL] + initrd;
    if (root_read_line(root, "proc/cmdline", 64 * 1024, &cmdline) >= 0)
        times->console = loud_console(cmdline);
    return 0;
}

int times_complete(int root)
{
    CLEANUP(times_clear) struct reboot_times times;
    char **records = NULL;
    int r = read_one(root, RUN_TIMES, &times);

    if (r == -ENOENT)
        return 0;
    if (r == 0)
        r = -ENEWER;
    if (r > 0) {
        boot_log_read_shutdown(root, &times);
        trace_collect(root, &times, &records);
        r = add_new_system(root, &times);
    }
    if (r >= 0)
        r = write_down(root, &times);
    if (r < 0) {
        names_free(records);
        return r;
    }
    trace_end(root, records);
    return state_remove(root, RUN_TIMES);
}
