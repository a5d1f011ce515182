/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/early.h"

#include "act/journal.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"
#include "decide/health.h"
#include "discover/system/boot.h"
#include "reboot/arrival.h"
#include "reboot/notes.h"
#include "reboot/records.h"

static int judge_now(int root)
{
    int r = arrival_judge(root);

    if (r < 0)
        journal_trouble("/" STATE_ATTEMPT, r);
    return HEALTH_OVER;
}

/* The mark for the firmware shows that the users have been told. */
static int announce(int root, const struct health_seen *seen, char **ret_notice)
{
    AUTOFREE char *why =
        format("the boot after the fast reboot has not ended: it waits for %s", seen->waiting);
    AUTOFREE char *line = format("%s\n", why);
    int r = notes_write_normal(root, line);

    *ret_notice = format("this machine reboots through the firmware in a minute: %s; to keep it "
                         "running: `systemctl stop " HEALTH_TIMER "`",
                         why);
    if (r < 0)
        journal_trouble("/" RUN_NORMAL, r);
    return r < 0 ? HEALTH_REBOOT : HEALTH_WAIT;
}

/* Only the kernel's own word counts for this one, and only while /var is not there: a mark may have
 * stayed on the command line by mistake, and then every boot would seem to be a fast one. */
static int judge_without_record(int root, const struct config *config,
                                const struct health_seen *seen, char **ret_notice)
{
    if (root_exists(root, "proc/sys/kernel/bootloader_type") <= 0 ||
        root_exists(root, STATE_DIR) != 0)
        return HEALTH_WAIT;
    if (notes_has_normal(root) <= 0)
        return announce(root, seen, ret_notice);
    return seen->uptime < health_limit(config) + HEALTH_NOTICE ? HEALTH_WAIT : HEALTH_REBOOT;
}

/* After a fast reboot the random id on the command line proves that this is its record, and not one
 * in a directory that /var has yet to be mounted over. */
static int judge_fast(int root, const struct config *config, const struct boot_facts *boot,
                      const struct health_seen *seen, char **ret_notice)
{
    CLEANUP(attempt_clear) struct attempt attempt;
    int r = records_peek_attempt(root, STATE_ATTEMPT, &attempt);

    if (r < 0 || !streq(attempt.id, boot->mark))
        return judge_without_record(root, config, seen, ret_notice);
    if (attempt.has_inventory && seen->uptime < health_boot_limit(config, &attempt.inventory))
        return HEALTH_WAIT;
    return judge_now(root);
}

/* After the firmware reboot that was to help: whether that boot hangs, too. */
static int judge_healed(int root)
{
    CLEANUP(attempt_clear) struct attempt healed;

    return records_peek_attempt(root, STATE_HEALING, &healed) >= 0 ? judge_now(root) : HEALTH_WAIT;
}

int early_judge(int root, const struct config *config, const struct health_seen *seen,
                char **ret_notice)
{
    CLEANUP(boot_facts_clear) struct boot_facts boot = {0};

    *ret_notice = NULL;
    if (!seen->waiting || health_limit(config) < 0 || seen->uptime < health_limit(config))
        return HEALTH_WAIT;
    boot_facts_read(root, &boot);
    if (boot.way == BOOT_BY_KEXEC)
        return boot.mark ? judge_fast(root, config, &boot, seen, ret_notice) : HEALTH_WAIT;
    return judge_healed(root);
}
