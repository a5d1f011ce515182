/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From a fast reboot to what is found out about it, on a machine made of files. */

#include "reboot/arrival.h"

#include <errno.h>
#include <fcntl.h>

#include "base/clock.h"
#include "base/paths.h"
#include "discover/hardware/inventory.h"
#include "discover/system/units.h"
#include "facts/notes.h"
#include "inventory-made.h"
#include "reboot/baseline.h"
#include "reboot/departure.h"
#include "reboot/early.h"
#include "reboot/health.h"
#include "reboot/notes.h"
#include "reboot/records.h"
#include "reboot/times.h"
#include "test.h"

#define ID "0011223344556677"

static const int64_t SECOND = 1000000;

static bool exists(const struct tree *tree, const char *path)
{
    return faccessat(tree->root, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void boot(const struct tree *tree, const char *boot_id, const char *loader, const char *mark)
{
    AUTOFREE char *cmdline =
        format("root=/dev/sda1%s%s\n", *mark ? " fastreboot.attempt=" : "", mark);

    tree_write(tree, "proc/sys/kernel/random/boot_id", boot_id);
    tree_write(tree, "proc/sys/kernel/bootloader_type", loader);
    tree_write(tree, "proc/cmdline", cmdline);
    if (exists(tree, RUN_BOOT))
        tree_remove(tree, RUN_BOOT);
    if (exists(tree, RUN_HEALTH))
        tree_remove(tree, RUN_HEALTH);
    if (exists(tree, RUN_NORMAL))
        tree_remove(tree, RUN_NORMAL);
}

static void by_kexec(const struct tree *tree, const char *boot_id)
{
    boot(tree, boot_id, "208\n", ID);
}

static void by_firmware(const struct tree *tree, const char *boot_id)
{
    boot(tree, boot_id, "114\n", "");
}

/* A server with a loaded kernel, as recorded right before the jump. */
static void loaded(const struct tree *tree, struct attempt *ret_attempt)
{
    tree_server(tree);
    tree_write(tree, "proc/sys/kernel/osrelease", "6.1.0-33-amd64\n");
    tree_mkdir(tree, RUN_DIR);
    tree_mkdir(tree, STATE_DIR);
    by_firmware(tree, "before\n");
    assert_int_equal(departure_begin(tree->root, ret_attempt), 0);
    free(ret_attempt->id);
    ret_attempt->id = strdup(ID);
    ret_attempt->state = ATTEMPT_LOADED;
    ret_attempt->release = strdup("6.1.0-33-amd64");
    ret_attempt->kernel = strdup("6.1.0-33-amd64 7 8");
    ret_attempt->cmdline = strdup("root=/dev/sda1 fastreboot.attempt=" ID);
    inventory_read(tree->root, &ret_attempt->inventory);
    ret_attempt->has_inventory = true;
    assert_int_equal(records_write_attempt(tree->root, STATE_ATTEMPT, ret_attempt), 0);
}

static void start(const struct tree *tree)
{
    CLEANUP(attempt_clear) struct attempt attempt;

    loaded(tree, &attempt);
    by_kexec(tree, "fast\n");
    assert_int_equal(arrival_judge(tree->root), 0);
}

/* So many seconds after the boot was judged, with what PID 1 and the network say. */
static int look_with(const struct tree *tree, int64_t seconds, const struct health_seen *said,
                     char **ret_notice)
{
    CLEANUP(health_news_clear) struct health_news news = {0};
    struct config config = {0};
    struct health_seen seen = *said;
    int r;

    seen.uptime = clock_uptime() + seconds * SECOND;
    r = health_check(tree->root, &config, &seen, &news);
    *ret_notice = steal(&news.notice);
    return r;
}

static int look(const struct tree *tree, int64_t seconds)
{
    AUTOFREE char *notice = NULL;

    return look_with(tree, seconds, &(struct health_seen){0}, &notice);
}

/* The time is over, and the users have a minute; and that is over, too. */
static int look_to_the_end(const struct tree *tree)
{
    AUTOFREE char *notice = NULL, *again = NULL;
    int r;

    assert_int_equal(look_with(tree, 300, &(struct health_seen){0}, &notice), HEALTH_WAIT);
    assert_non_null(strstr(notice, "reboots through the firmware in a minute"));
    r = look_with(tree, 350, &(struct health_seen){0}, &again);
    assert_int_equal(r, HEALTH_WAIT);
    assert_null(again); /* they are told once */
    return look_with(tree, 361, &(struct health_seen){0}, &again);
}

static void expect_last(const struct tree *tree, enum outcome outcome, enum health health,
                        const char *text)
{
    CLEANUP(boot_record_clear) struct boot_record record = {0};
    AUTOJSON struct json_object *object = NULL;

    assert_int_equal(json_read(tree->root, RUN_BOOT, &object), 0);
    assert_int_equal(boot_record_from_json(object, &record), 0);
    if (!strstr(record.text, text))
        fail_msg("\"%s\" does not say \"%s\"", record.text, text);
    assert_int_equal(record.outcome, outcome);
    assert_int_equal(record.health, health);
    assert_int_equal(record.missing != NULL, health == HEALTH_MISSING);
}

static void expect_history(const struct tree *tree, int n)
{
    CLEANUP(history_clear) struct history history;

    assert_int_equal(records_read_history(tree->root, &history), n);
}

static void expect_failures(const struct tree *tree, size_t n)
{
    CLEANUP(failure_facts_clear) struct failure_facts facts;

    records_read_failures(tree->root, &facts);
    assert_int_equal(facts.error, 0);
    assert_int_equal(facts.failures.n, n);
}

static void lose_the_disk(const struct tree *tree)
{
    tree_remove(tree, "sys/block/sda");
}

static void everything_is_there(void **state)
{
    const struct tree *tree = *state;

    start(tree);
    expect_last(tree, OUTCOME_FAST, HEALTH_CHECKING,
                "fast: kernel 6.1.0-33-amd64 was started by kexec; health check under way");
    assert_true(exists(tree, RUN_HEALTH) && exists(tree, STATE_ATTEMPT));
    assert_int_equal(look(tree, 20), HEALTH_OVER);
    expect_last(tree, OUTCOME_FAST, HEALTH_COMPLETE,
                "fast and complete: kernel 6.1.0-33-amd64 was started by kexec");
    assert_false(exists(tree, RUN_HEALTH) || exists(tree, STATE_ATTEMPT));
    assert_false(exists(tree, RUN_NORMAL));
    expect_history(tree, 1);
    expect_failures(tree, 0);
    assert_int_equal(look(tree, 30), HEALTH_OVER); /* one more call is unnecessary, but harmless */
    expect_history(tree, 1);
}

/* Also where the attempt becomes that of a health check. */
static void the_times_of_the_old_system_are_kept(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(attempt_clear) struct attempt attempt;
    AUTOFREE char *kept = NULL;

    loaded(tree, &attempt);
    times_leave(tree->root);
    by_kexec(tree, "fast\n");
    assert_int_equal(arrival_judge(tree->root), 0);
    expect_last(tree, OUTCOME_FAST, HEALTH_CHECKING, "health check under way");
    kept = tree_read(tree, RUN_TIMES);
    assert_non_null(kept);
    assert_non_null(strstr(kept, "\"boot_id\":\"fast\",\"before\":\"before\",\"load_begun\":"));
    assert_non_null(strstr(kept, "\"jump\":"));
}

static void what_comes_late_is_waited_for(void **state)
{
    const struct tree *tree = *state;

    start(tree);
    tree_write(tree, "sys/class/net/eno1/carrier", "0\n");
    assert_int_equal(look(tree, 20), HEALTH_WAIT);
    assert_int_equal(look(tree, 290), HEALTH_WAIT);
    expect_last(tree, OUTCOME_FAST, HEALTH_CHECKING, "health check under way");
    tree_write(tree, "sys/class/net/eno1/carrier", "1\n");
    assert_int_equal(look(tree, 301), HEALTH_OVER);
    expect_last(tree, OUTCOME_FAST, HEALTH_COMPLETE, "fast and complete");
}

static void what_is_worth_no_reboot_is_told(void **state)
{
    const struct tree *tree = *state;

    start(tree);
    tree_write(tree, "sys/devices/system/node/online", "0\n");
    assert_int_equal(look(tree, 290), HEALTH_WAIT);
    assert_int_equal(look(tree, 300), HEALTH_OVER);
    expect_last(tree, OUTCOME_FAST, HEALTH_MISSING,
                "fast, but something is missing: NUMA nodes: 1 instead of 2; kernel");
    assert_false(exists(tree, RUN_NORMAL) || exists(tree, STATE_HEALING));
    expect_failures(tree, 0);
}

/* What the next boot finds where fastreboot.service did not stop, as it had not started. */
static void expect_departure(const struct tree *tree)
{
    CLEANUP(attempt_clear) struct attempt attempt;

    assert_int_equal(records_read_attempt(tree->root, STATE_ATTEMPT, &attempt), 1);
    assert_int_equal(attempt.state, ATTEMPT_FIRMWARE);
    assert_non_null(strstr(attempt.reason, "a firmware reboot was requested: after the fast reboot "
                                           "into kernel 6.1.0-33-amd64 something was missing: "));
}

static void a_lost_disk_costs_one_reboot(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(failure_facts_clear) struct failure_facts facts;
    CLEANUP(answer_clear) struct answer armed;

    start(tree);
    lose_the_disk(tree);
    assert_int_equal(look_to_the_end(tree), HEALTH_REBOOT);
    expect_last(tree, OUTCOME_DAMAGED, HEALTH_MISSING,
                "fast, but something is missing: disk ata-ST1000NM0008_ZDH (931 GiB); kernel");
    records_read_failures(tree->root, &facts);
    assert_string_equal(facts.failures.all[0].reason, "it came up, and something was missing: disk "
                                                      "ata-ST1000NM0008_ZDH (931 GiB)");
    notes_read_armed(tree->root, &armed);
    assert_answer(&armed, 1,
                  "after the fast reboot into kernel 6.1.0-33-amd64 something was missing: disk "
                  "ata-");
    assert_int_equal(look(tree, 370), HEALTH_REBOOT); /* tries again what was refused at first */
    expect_departure(tree);
    expect_history(tree, 1);
}

static int cancel(const struct tree *tree)
{
    static const struct config config = {0};
    CLEANUP(health_news_clear) struct health_news news = {0};

    return health_cancel(tree->root, &config, &(struct health_seen){0}, &news);
}

/* The administrator wants to see the machine as it is. */
/* What is missing stays missing, and nothing of the reboot for it is left. */
static void expect_cancelled(const struct tree *tree)
{
    assert_int_equal(cancel(tree), 1);
    expect_last(tree, OUTCOME_DAMAGED, HEALTH_MISSING, "something is missing: disk ata-");
    assert_false(exists(tree, RUN_NORMAL) || exists(tree, STATE_HEALING));
    assert_false(exists(tree, RUN_HEALTH) || exists(tree, STATE_ATTEMPT));
    expect_failures(tree, 1);
}

static void a_reboot_may_be_cancelled(void **state)
{
    const struct tree *tree = *state;

    start(tree);
    lose_the_disk(tree);
    expect_cancelled(tree);
    assert_int_equal(look(tree, 300), HEALTH_OVER);
    assert_int_equal(cancel(tree), 0);
}

/* It was asked for, and an inhibitor or a hook has kept it from coming. */
static void a_reboot_that_was_asked_for_may_be_cancelled(void **state)
{
    const struct tree *tree = *state;

    start(tree);
    lose_the_disk(tree);
    assert_int_equal(look_to_the_end(tree), HEALTH_REBOOT);
    expect_cancelled(tree);
    assert_int_equal(look(tree, 370), HEALTH_OVER);
}

static void a_check_that_is_cancelled_may_have_found_everything(void **state)
{
    const struct tree *tree = *state;

    start(tree);
    assert_int_equal(cancel(tree), 1);
    expect_last(tree, OUTCOME_FAST, HEALTH_COMPLETE, "fast and complete");
    expect_failures(tree, 0);
}

/* Killed right after it recorded that it would reboot: the next check reboots. */
static void who_was_killed_asks_again(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *health = NULL;

    start(tree);
    lose_the_disk(tree);
    health = tree_read(tree, RUN_HEALTH);
    assert_int_equal(look_to_the_end(tree), HEALTH_REBOOT);
    tree_write(tree, RUN_HEALTH, health);
    tree_remove(tree, RUN_NORMAL);
    assert_int_equal(look_to_the_end(tree), HEALTH_REBOOT);
    assert_true(exists(tree, RUN_NORMAL));
    expect_failures(tree, 1);
}

static void begin_firmware_boot(const struct tree *tree)
{
    CLEANUP(attempt_clear) struct attempt attempt;

    assert_int_equal(departure_begin(tree->root, &attempt), 0);
    attempt.state = ATTEMPT_FIRMWARE;
    attempt.reason = strdup("a firmware reboot was requested");
    assert_int_equal(records_write_attempt(tree->root, STATE_ATTEMPT, &attempt), 0);
    by_firmware(tree, "healed\n");
    assert_int_equal(arrival_judge(tree->root), 0);
}

static void the_firmware_brings_it_back(void **state)
{
    const struct tree *tree = *state;

    start(tree);
    lose_the_disk(tree);
    assert_int_equal(look_to_the_end(tree), HEALTH_REBOOT);
    begin_firmware_boot(tree);
    expect_last(tree, OUTCOME_FIRMWARE, HEALTH_CHECKING, "health check under way");
    assert_int_equal(look(tree, 20), HEALTH_WAIT);
    tree_link(tree, "sys/block/sda",
              "../devices/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda");
    assert_int_equal(look(tree, 30), HEALTH_OVER);
    expect_last(tree, OUTCOME_FIRMWARE, HEALTH_COMPLETE,
                "firmware: a firmware reboot was requested; everything is back");
    assert_false(exists(tree, STATE_HEALING) || exists(tree, RUN_HEALTH));
    expect_history(tree, 2);
    expect_failures(tree, 1); /* and it is not tried again */
}

static void what_the_firmware_does_not_bring_back_is_only_told(void **state)
{
    const struct tree *tree = *state;

    start(tree);
    lose_the_disk(tree);
    assert_int_equal(look_to_the_end(tree), HEALTH_REBOOT);
    begin_firmware_boot(tree);
    assert_int_equal(look(tree, 300), HEALTH_OVER);
    expect_last(tree, OUTCOME_FIRMWARE, HEALTH_MISSING,
                "still missing after the firmware reboot: disk ata-");
    assert_false(exists(tree, RUN_NORMAL) || exists(tree, STATE_HEALING));
    expect_failures(tree, 0); /* so it was not the kernel */
}

static void what_the_firmware_brings_back_in_part_stays_remembered(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *route = NULL;

    start(tree);
    lose_the_disk(tree);
    route = tree_read(tree, "proc/1/net/route");
    tree_write(tree, "proc/1/net/route", "Iface\n");
    assert_int_equal(look_to_the_end(tree), HEALTH_REBOOT);
    tree_write(tree, "proc/1/net/route", route);
    begin_firmware_boot(tree);
    assert_int_equal(look(tree, 300), HEALTH_OVER);
    expect_last(tree, OUTCOME_FIRMWARE, HEALTH_MISSING,
                "still missing after the firmware reboot: disk ata-");
    expect_failures(tree, 1);
}

/* Another text for the same thing, in another version, is no other thing. */
static void what_is_still_missing_is_known_by_its_id(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(attempt_clear) struct attempt healed;

    start(tree);
    lose_the_disk(tree);
    assert_int_equal(look_to_the_end(tree), HEALTH_REBOOT);
    assert_int_equal(records_read_attempt(tree->root, STATE_HEALING, &healed), 1);
    assert_string_equal(healed.lost[0], "disk:naa.5000c500a1b2c3d4");
    set_text(&healed.reason, strdup("the disk named in other words"));
    assert_int_equal(records_write_attempt(tree->root, STATE_HEALING, &healed), 0);
    begin_firmware_boot(tree);
    assert_int_equal(look(tree, 300), HEALTH_OVER);
    expect_failures(tree, 0);
}

/* A second thing that went with the firmware reboot does not make the kernel guilty. */
static void what_is_missing_besides_is_not_the_kernels(void **state)
{
    const struct tree *tree = *state;

    start(tree);
    lose_the_disk(tree);
    assert_int_equal(look_to_the_end(tree), HEALTH_REBOOT);
    tree_write(tree, "proc/1/net/route", "Iface\n");
    begin_firmware_boot(tree);
    assert_int_equal(look(tree, 300), HEALTH_OVER);
    expect_last(tree, OUTCOME_FIRMWARE, HEALTH_MISSING, "no IPv4 default route");
    expect_failures(tree, 0);
}

static void what_comes_back_in_the_last_minute_calls_it_off(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *notice = NULL;

    start(tree);
    tree_write(tree, "sys/class/net/eno1/carrier", "0\n");
    assert_int_equal(look_with(tree, 300, &(struct health_seen){0}, &notice), HEALTH_WAIT);
    assert_non_null(strstr(notice, "eno1 has lost its carrier"));
    tree_write(tree, "sys/class/net/eno1/carrier", "1\n");
    assert_int_equal(look(tree, 340), HEALTH_OVER);
    expect_last(tree, OUTCOME_FAST, HEALTH_COMPLETE, "fast and complete");
    assert_false(exists(tree, RUN_NORMAL) || exists(tree, STATE_HEALING));
    expect_failures(tree, 0);
}

static void a_reboot_may_be_cancelled_in_the_last_minute(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *notice = NULL;

    start(tree);
    lose_the_disk(tree);
    assert_int_equal(look_with(tree, 300, &(struct health_seen){0}, &notice), HEALTH_WAIT);
    assert_int_equal(cancel(tree), 1);
    assert_int_equal(look(tree, 361), HEALTH_OVER);
    assert_false(exists(tree, RUN_NORMAL) || exists(tree, STATE_HEALING));
}

/* Then those who could end what inhibits a reboot may not get at the machine. */
static void a_lost_disk_is_not_the_network(void **state)
{
    const struct tree *tree = *state;

    start(tree);
    lose_the_disk(tree);
    assert_false(health_lacks_network(tree->root));
    assert_int_equal(look_to_the_end(tree), HEALTH_REBOOT);
    assert_false(health_lacks_network(tree->root));
}

static void a_lost_carrier_is_the_network(void **state)
{
    const struct tree *tree = *state;

    start(tree);
    tree_write(tree, "sys/class/net/eno1/carrier", "0\n");
    assert_int_equal(look_to_the_end(tree), HEALTH_REBOOT);
    assert_true(health_lacks_network(tree->root));
}

static void the_address_counts(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(attempt_clear) struct attempt attempt;

    loaded(tree, &attempt);
    attempt.inventory.ipv4.address = strdup("10.0.2.99");
    assert_int_equal(records_write_attempt(tree->root, STATE_ATTEMPT, &attempt), 0);
    by_kexec(tree, "fast\n");
    assert_int_equal(arrival_judge(tree->root), 0);
    assert_int_equal(look(tree, 20), HEALTH_OVER); /* not known now */
    tree_write(tree, "proc/1/net/route",
               "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n"
               "eno1 00000000 0102000A 0003 0 0 100 00000000 0 0 0\n"
               "eno1 0002000A 00000000 0001 0 0 100 00FFFFFF 0 0 0\n");
    tree_write(tree, "proc/1/net/fib_trie", "  |-- 10.0.2.15\n    /32 host LOCAL\n");
    by_kexec(tree, "fast\n");
    assert_int_equal(records_write_attempt(tree->root, STATE_ATTEMPT, &attempt), 0);
    tree_remove(tree, STATE_HISTORY);
    assert_int_equal(arrival_judge(tree->root), 0);
    assert_int_equal(look(tree, 20), HEALTH_WAIT);
}

/* What a service that the boot waits for is told. */
static void what_is_back_is_known_before_the_boot_ends(void **state)
{
    static const struct health_seen HANGS = {.waiting = "app.service"};
    const struct tree *tree = *state;
    AUTOFREE char *notice = NULL;

    start(tree);
    assert_int_equal(look_with(tree, 20, &HANGS, &notice), HEALTH_WAIT);
    assert_true(health_is_settled(tree->root));
    /* Otherwise the boot would not end, which is worth a reboot, because of what is not. */
    tree_write(tree, "sys/devices/system/node/online", "0\n");
    assert_true(health_is_settled(tree->root));
    lose_the_disk(tree);
    assert_false(health_is_settled(tree->root));
    assert_int_equal(look_to_the_end(tree), HEALTH_REBOOT);
    assert_false(health_is_settled(tree->root));
}

/* It died while the machine was up, so that no fast reboot is to blame. */
static void what_the_firmware_started_with_is_remembered(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(inventory_clear) struct inventory now = {0};
    CLEANUP(answer_clear) struct answer lost = {0};

    tree_server(tree);
    tree_mkdir(tree, RUN_DIR);
    tree_mkdir(tree, STATE_DIR);
    assert_false(baseline_exists(tree->root));
    by_firmware(tree, "firmware\n");
    assert_int_equal(arrival_judge(tree->root), 0);
    assert_true(baseline_exists(tree->root));
    tree_remove(tree, "sys/class/net/eno2");
    tree_remove(tree, "sys/block/sdb"); /* a USB stick */
    inventory_read(tree->root, &now);
    for (int fast = 0; fast < 2; fast++) { /* a fast reboot does not change what is compared with */
        answer_clear(&lost);
        baseline_compare(tree->root, &now, &lost);
        assert_answer(&lost, ANSWER_YES,
                      "missing now, but there at the last boot through the firmware: network "
                      "interface eno2 (ac:1f:6b:00:00:02)");
        by_kexec(tree, "fast\n");
        assert_int_equal(arrival_judge(tree->root), 0);
    }
    by_firmware(tree, "firmware again\n");
    assert_int_equal(arrival_judge(tree->root), 0);
    answer_clear(&lost);
    baseline_compare(tree->root, &now, &lost);
    assert_answer(&lost, ANSWER_NO, NULL);
    tree_link(tree, "sys/block/sdz", "../devices/virtual/block/md0");
    tree_write(tree, "sys/class/dmi/id/product_name", "Server 2000\n"); /* its disks moved */
    answer_clear(&lost);
    baseline_compare(tree->root, &(struct inventory){.items[ITEM_DISK].known = true}, &lost);
    assert_answer(&lost, ANSWER_NO, NULL);
    tree_write(tree, STATE_BASELINE, "{");
    baseline_compare(tree->root, &now, &lost);
    assert_answer(&lost, -EBADMSG, STATE_BASELINE);
}

/* The boot hangs before fastreboot.service has started */

static int early(const struct tree *tree, int64_t uptime, const char *waiting, char **ret_notice)
{
    struct config config = {0};

    return early_judge(tree->root, &config,
                       &(struct health_seen){.waiting = waiting, .uptime = uptime * SECOND},
                       ret_notice);
}

static void expect_early(const struct tree *tree, int64_t uptime, const char *waiting, int step)
{
    AUTOFREE char *notice = NULL;

    assert_int_equal(early(tree, uptime, waiting, &notice), step);
    assert_null(notice);
}

/* As it is written down right before the jump, by a boot that took 20 seconds. */
static void hang(const struct tree *tree, long boot)
{
    CLEANUP(attempt_clear) struct attempt attempt;

    loaded(tree, &attempt);
    attempt.inventory.boot = boot;
    assert_int_equal(records_write_attempt(tree->root, STATE_ATTEMPT, &attempt), 0);
    by_kexec(tree, "hanging\n");
}

#define PROMPT "systemd-cryptsetup@data.service"

static void a_boot_that_hangs_is_judged(void **state)
{
    static const struct health_seen HANGS = {.waiting = PROMPT};
    const struct tree *tree = *state;
    AUTOFREE char *notice = NULL, *again = NULL;

    hang(tree, 20);
    expect_early(tree, 10, PROMPT, HEALTH_WAIT);
    expect_early(tree, 299, PROMPT, HEALTH_WAIT);
    assert_false(exists(tree, RUN_BOOT) || exists(tree, RUN_HEALTH));
    expect_early(tree, 300, PROMPT, HEALTH_OVER);
    expect_last(tree, OUTCOME_FAST, HEALTH_CHECKING, "health check under way");
    /* It is not given its time again. */
    assert_int_equal(look_with(tree, 300, &HANGS, &notice), HEALTH_WAIT);
    assert_non_null(strstr(notice, "the boot has not ended: it waits for " PROMPT));
    assert_int_equal(look_with(tree, 361, &HANGS, &again), HEALTH_REBOOT);
    expect_departure(tree);
    expect_failures(tree, 1);
}

static void a_boot_that_ends_or_is_in_rescue_mode_is_left_alone(void **state)
{
    const struct tree *tree = *state;

    hang(tree, 20);
    expect_early(tree, 1000, NULL, HEALTH_WAIT);
    assert_false(exists(tree, RUN_BOOT));
}

static void a_boot_is_not_judged_early_where_that_is_off(void **state)
{
    struct config config = {.health_timeout = SECONDS_OFF};
    const struct tree *tree = *state;
    AUTOFREE char *notice = NULL;

    hang(tree, 20);
    assert_int_equal(early_judge(tree->root, &config,
                                 &(struct health_seen){.waiting = PROMPT, .uptime = INT64_MAX / 2},
                                 &notice),
                     HEALTH_WAIT);
}

static void a_boot_that_is_slow_is_waited_for(void **state)
{
    const struct tree *tree = *state;

    hang(tree, 400);
    expect_early(tree, 799, PROMPT, HEALTH_WAIT);
    expect_early(tree, 800, PROMPT, HEALTH_OVER);
}

static void a_boot_through_the_firmware_may_hang(void **state)
{
    const struct tree *tree = *state;

    hang(tree, 20);
    by_firmware(tree, "hanging\n");
    expect_early(tree, 1000, PROMPT, HEALTH_WAIT);
    assert_false(exists(tree, RUN_BOOT));
    boot(tree, "hanging\n", "208\n", ""); /* another program's kexec */
    expect_early(tree, 1000, PROMPT, HEALTH_WAIT);
    assert_false(exists(tree, RUN_BOOT));
}

/* It waits for the same after the firmware reboot: so it was not the kernel. */
static void a_boot_that_hangs_anyway_is_not_the_kernels_fault(void **state)
{
    static const struct health_seen HANGS = {.waiting = PROMPT};
    const struct tree *tree = *state;
    AUTOFREE char *notice = NULL;

    a_boot_that_hangs_is_judged(state);
    by_firmware(tree, "healed\n");
    expect_early(tree, 299, PROMPT, HEALTH_WAIT);
    expect_early(tree, 300, PROMPT, HEALTH_OVER);
    expect_last(tree, OUTCOME_FIRMWARE, HEALTH_CHECKING, "something was missing: ");
    assert_int_equal(look_with(tree, 300, &HANGS, &notice), HEALTH_OVER);
    assert_null(notice);
    expect_last(tree, OUTCOME_FIRMWARE, HEALTH_MISSING, "it waits for " PROMPT);
    expect_failures(tree, 0);
    expect_history(tree, 2);
}

/* A mark that another program took over from a command line, with /var in its place. */
static void a_boot_with_an_old_mark_may_hang(void **state)
{
    const struct tree *tree = *state;

    hang(tree, 20);
    tree_remove(tree, STATE_ATTEMPT);
    expect_early(tree, 1000, PROMPT, HEALTH_WAIT);
    assert_false(exists(tree, RUN_BOOT) || exists(tree, RUN_NORMAL));
}

/* /var is what the boot waits for. */
static void without_its_record_a_boot_that_hangs_is_left_for_the_firmware(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *notice = NULL;

    hang(tree, 20);
    assert_int_equal(renameat(tree->root, "var", tree->root, "not mounted yet"), 0);
    expect_early(tree, 299, PROMPT, HEALTH_WAIT);
    assert_int_equal(early(tree, 300, PROMPT, &notice), HEALTH_WAIT);
    assert_non_null(strstr(notice, "it waits for " PROMPT));
    assert_true(exists(tree, RUN_NORMAL));
    expect_early(tree, 350, PROMPT, HEALTH_WAIT);
    expect_early(tree, 360, PROMPT, HEALTH_REBOOT);
    assert_false(exists(tree, RUN_BOOT) || exists(tree, STATE_ATTEMPT));
    /* Where the kernel does not say who started it, the mark may be an old one. */
    tree_remove(tree, "proc/sys/kernel/bootloader_type");
    expect_early(tree, 1000, PROMPT, HEALTH_WAIT);
}

/* Three failures only count against the machine if nothing went well in between. */
static void what_goes_well_breaks_the_row(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(failure_facts_clear) struct failure_facts facts;

    start(tree);
    tree_write(tree, STATE_FAILED,
               "{\"failures\":[{\"kernel\":\"a\",\"release\":\"1\",\"time\":1},"
               "{\"kernel\":\"b\",\"release\":\"2\",\"time\":2}]}\n");
    records_read_failures(tree->root, &facts);
    assert_int_equal(failures_in_a_row(&facts.failures), 2);
    failure_facts_clear(&facts);
    assert_int_equal(look(tree, 1), HEALTH_OVER);
    expect_last(tree, OUTCOME_FAST, HEALTH_COMPLETE, "fast and complete");
    records_read_failures(tree->root, &facts);
    assert_int_equal(facts.failures.n, 2); /* still not retried */
    assert_int_equal(failures_in_a_row(&facts.failures), 0);
}

/* A second start, as after emergency mode, does not lose what is being looked for. */
static void a_second_start_goes_on_looking(void **state)
{
    const struct tree *tree = *state;

    start(tree);
    lose_the_disk(tree);
    assert_int_equal(arrival_judge(tree->root), 0);
    assert_true(exists(tree, STATE_ATTEMPT));
    assert_int_equal(look_to_the_end(tree), HEALTH_REBOOT);
}

/* In between, somebody used kexec directly. */
static void only_the_firmware_is_asked_whether_it_helped(void **state)
{
    const struct tree *tree = *state;

    start(tree);
    lose_the_disk(tree);
    assert_int_equal(look_to_the_end(tree), HEALTH_REBOOT);
    boot(tree, "somebody's\n", "208\n", "");
    assert_int_equal(arrival_judge(tree->root), 0);
    expect_last(tree, OUTCOME_UNKNOWN, HEALTH_UNKNOWN,
                "a kernel that fastreboot did not load was started by kexec");
    assert_false(exists(tree, STATE_HEALING) || exists(tree, RUN_HEALTH));
}

/* The guard of the promise that there is never a loop, whatever the boot looks like. */
static void the_same_attempt_never_reboots_twice(void **state)
{
    const struct tree *tree = *state;

    start(tree);
    lose_the_disk(tree);
    assert_int_equal(look_to_the_end(tree), HEALTH_REBOOT);
    {
        CLEANUP(attempt_clear) struct attempt attempt;

        tree_link(tree, "sys/block/sda",
                  "../devices/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda");
        assert_int_equal(records_read_attempt(tree->root, STATE_HEALING, &attempt), 1);
        attempt.state = ATTEMPT_LOADED;
        assert_int_equal(records_write_attempt(tree->root, STATE_ATTEMPT, &attempt), 0);
        lose_the_disk(tree);
    }
    tree_remove(tree, STATE_HISTORY); /* which records that this attempt has ended */
    by_kexec(tree, "fast again\n");
    assert_int_equal(arrival_judge(tree->root), 0);
    assert_int_equal(look(tree, 300), HEALTH_OVER);
    expect_last(tree, OUTCOME_DAMAGED, HEALTH_MISSING, "fast, but something is missing");
    assert_false(exists(tree, RUN_NORMAL));
}

static void without_a_place_to_write_there_is_no_reboot(void **state)
{
    const struct tree *tree = *state;

    start(tree);
    lose_the_disk(tree);
    tree_mkdir(tree, STATE_HEALING "/in the way");
    assert_int_equal(look(tree, 300), HEALTH_OVER);
    expect_last(tree, OUTCOME_DAMAGED, HEALTH_MISSING, "something is missing");
    assert_false(exists(tree, RUN_NORMAL));
    expect_failures(tree, 1);
}

static void going_down_while_being_checked_is_a_failure(void **state)
{
    const struct tree *tree = *state;

    start(tree);
    by_firmware(tree, "after a reset\n");
    assert_int_equal(arrival_judge(tree->root), 0);
    expect_last(tree, OUTCOME_FAILED, HEALTH_UNKNOWN, "went down before the health check was over");
    assert_false(exists(tree, STATE_ATTEMPT) || exists(tree, RUN_HEALTH));
    expect_history(tree, 1); /* it is the same reboot */
    expect_failures(tree, 1);
}

/* LinuxBoot: every boot seems to be by kexec, even the one after a failure. */
static void a_failure_is_remembered_where_the_firmware_uses_kexec(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(attempt_clear) struct attempt attempt;

    loaded(tree, &attempt);
    firmware_boot_clear(&attempt.firmware_boot);
    assert_int_equal(records_write_attempt(tree->root, STATE_ATTEMPT, &attempt), 0);
    boot(tree, "through LinuxBoot\n", "208\n", "");
    assert_int_equal(arrival_judge(tree->root), 0);
    expect_last(tree, OUTCOME_FAILED, HEALTH_UNKNOWN, "came back through the firmware");
    expect_failures(tree, 1);
}

static void begin_and_do_not_end(const struct tree *tree, const char *boot_id)
{
    CLEANUP(attempt_clear) struct attempt attempt;

    assert_int_equal(departure_begin(tree->root, &attempt), 0);
    assert_int_equal(records_write_attempt(tree->root, STATE_ATTEMPT, &attempt), 0);
    by_firmware(tree, boot_id);
    assert_int_equal(arrival_judge(tree->root), 0);
    assert_int_equal(arrival_judge(tree->root), 0); /* which does not count anything */
}

static void expect_interrupted(const struct tree *tree, long n)
{
    CLEANUP(failure_facts_clear) struct failure_facts facts;

    records_read_failures(tree->root, &facts);
    assert_int_equal(facts.error, 0);
    assert_int_equal(facts.failures.interrupted, n);
}

static void loads_that_do_not_end_are_counted(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(attempt_clear) struct attempt attempt;

    loaded(tree, &attempt);
    assert_int_equal(records_remove_attempt(tree->root, STATE_ATTEMPT), 0);
    begin_and_do_not_end(tree, "one\n");
    expect_interrupted(tree, 1);
    begin_firmware_boot(tree); /* does not say anything about loads */
    expect_interrupted(tree, 1);
    begin_and_do_not_end(tree, "two\n");
    expect_interrupted(tree, 2);
    expect_failures(tree, 0); /* no kernel is to blame */
    assert_int_equal(records_write_attempt(tree->root, STATE_ATTEMPT, &attempt), 0);
    by_kexec(tree, "fast\n");
    assert_int_equal(arrival_judge(tree->root), 0);
    expect_interrupted(tree, 0);
}

/* Killed after counting, but before writing the history. */
static void a_load_is_counted_once(void **state)
{
    const struct tree *tree = *state;

    tree_mkdir(tree, STATE_DIR);
    records_count_load(tree->root, "a");
    records_count_load(tree->root, "a");
    expect_interrupted(tree, 1);
    tree_write(tree, STATE_FAILED, "damaged");
    records_count_load(tree->root, "b");
    expect_interrupted(tree, 1);
    assert_true(exists(tree, STATE_FAILED ".damaged"));
}

static void nobody_looks_where_it_is_off(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "etc/fastreboot.conf", "health-timeout = off\n");
    start(tree);
    expect_last(tree, OUTCOME_FAST, HEALTH_UNKNOWN,
                "fast: kernel 6.1.0-33-amd64 was started by kexec");
    assert_false(exists(tree, RUN_HEALTH) || exists(tree, STATE_ATTEMPT));
}

static void another_machine_is_not_judged(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(attempt_clear) struct attempt attempt;

    loaded(tree, &attempt);
    by_firmware(tree, "elsewhere\n");
    tree_write(tree, "sys/class/dmi/id/product_name", "Server 2000\n");
    assert_int_equal(arrival_judge(tree->root), 0);
    expect_last(tree, OUTCOME_UNKNOWN, HEALTH_UNKNOWN, "nothing was recorded before this boot");
    assert_true(exists(tree, STATE_ATTEMPT ".other-machine"));
    assert_false(exists(tree, STATE_ATTEMPT));
    expect_failures(tree, 0);
}

/* As written by the previous version. */
static void an_attempt_without_inventory_is_judged_as_ever(void **state)
{
    const struct tree *tree = *state;

    tree_mkdir(tree, RUN_DIR);
    tree_write(tree, STATE_ATTEMPT,
               "{\"id\":\"" ID "\",\"boot_id\":\"b\",\"time\":1,\"state\":\"loaded\","
               "\"release\":\"6.1.0\",\"kernel\":\"6.1.0 1 2\",\"reason\":null}\n");
    tree_write(tree, "proc/sys/kernel/osrelease", "6.1.0\n");
    by_kexec(tree, "fast\n");
    assert_int_equal(arrival_judge(tree->root), 0);
    expect_last(tree, OUTCOME_FAST, HEALTH_UNKNOWN, "fast: kernel 6.1.0 was started by kexec");
    assert_false(exists(tree, RUN_HEALTH) || exists(tree, STATE_ATTEMPT));
}

/* As written by a newer version. */

static const char NEWER[] = "{\"version\":3,\"state\":\"loaded\",\"id\":\"" ID "\","
                            "\"boot_id\":\"b\",\"time\":1,\"release\":\"6.1.0-33-amd64\","
                            "\"kernel\":\"6.1.0-33-amd64 7 8\"}\n";

static void a_newer_attempt_is_not_judged(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *aside = NULL;

    tree_mkdir(tree, RUN_DIR);
    tree_write(tree, STATE_ATTEMPT, NEWER);
    by_firmware(tree, "elsewhere\n");
    assert_int_equal(arrival_judge(tree->root), 0);
    expect_last(tree, OUTCOME_UNKNOWN, HEALTH_UNKNOWN, "nothing was recorded before this boot");
    assert_false(exists(tree, STATE_ATTEMPT));
    aside = tree_read(tree, STATE_ATTEMPT ".newer");
    assert_string_equal(aside, NEWER);
    expect_failures(tree, 0);
}

/* fastreboot is replaced by an older version while the health check is under way. */
static void a_newer_health_check_ends(void **state)
{
    const struct tree *tree = *state;

    start(tree);
    tree_write(tree, RUN_HEALTH, NEWER);
    lose_the_disk(tree);
    assert_int_equal(look(tree, 300), HEALTH_OVER);
    expect_last(tree, OUTCOME_FAST, HEALTH_UNKNOWN,
                "fast: kernel 6.1.0-33-amd64 was started by kexec; the health check ended without "
                "a result: /" RUN_HEALTH ": written by a newer version of fastreboot");
    assert_true(exists(tree, RUN_HEALTH ".newer"));
    assert_false(exists(tree, RUN_HEALTH) || exists(tree, STATE_ATTEMPT));
    by_firmware(tree, "after a power cut\n");
    assert_int_equal(arrival_judge(tree->root), 0);
    expect_failures(tree, 0);
    expect_history(tree, 2);
}

/* Damage */

static void put(const struct tree *tree, const char *path, const char *text, size_t n)
{
    tree_write_bytes(tree, path, text, n);
}

/* Whatever a power cut leaves of the file, this boot is judged, and an unreadable file is set
 * aside. */
static void close_with(const struct tree *tree, const char *text, size_t n, bool whole)
{
    if (exists(tree, STATE_ATTEMPT ".damaged"))
        tree_remove(tree, STATE_ATTEMPT ".damaged");
    by_kexec(tree, "fast\n");
    put(tree, STATE_ATTEMPT, text, n);
    assert_int_equal(arrival_judge(tree->root), 0);
    assert_true(exists(tree, RUN_BOOT));
    if (!whole)
        assert_true(exists(tree, STATE_ATTEMPT ".damaged"));
    assert_int_equal(exists(tree, RUN_HEALTH), exists(tree, STATE_ATTEMPT));
    if (exists(tree, RUN_HEALTH))
        assert_int_equal(look(tree, 1), HEALTH_OVER);
}

static void an_attempt_cut_anywhere_is_set_aside(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(attempt_clear) struct attempt attempt;
    AUTOFREE char *text = NULL;
    size_t length;

    loaded(tree, &attempt);
    text = tree_read(tree, STATE_ATTEMPT);
    length = strlen(text);
    close_with(tree, text, length - 1, true); /* the newline is not required */
    for (size_t n = 0; n < length - 1; n += length / 25)
        close_with(tree, text, n, false);
}

static void an_attempt_with_a_wrong_byte_is_judged_or_set_aside(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(attempt_clear) struct attempt attempt;
    AUTOFREE char *text = NULL;
    size_t length;

    loaded(tree, &attempt);
    text = tree_read(tree, STATE_ATTEMPT);
    length = strlen(text);
    for (int round = 0; round < 25; round++) {
        size_t at = dice((unsigned)length);
        char was = text[at];

        text[at] = (char)(was ^ (1 << dice(8)));
        by_kexec(tree, "fast\n");
        put(tree, STATE_ATTEMPT, text, length);
        assert_int_equal(arrival_judge(tree->root), 0);
        assert_true(exists(tree, RUN_BOOT));
        if (exists(tree, RUN_HEALTH))
            assert_true(look(tree, 1) >= 0);
        text[at] = was;
    }
}

static void what_is_looked_for_may_be_damaged(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *text = NULL;
    size_t length;

    start(tree);
    text = tree_read(tree, RUN_HEALTH);
    length = strlen(text);
    for (size_t n = 0; n < length - 1; n += length / 10) {
        put(tree, RUN_HEALTH, text, n);
        assert_int_equal(look(tree, 300), HEALTH_OVER);
        assert_false(exists(tree, RUN_NORMAL));
    }
}

/* The guard is damaged, so it is not known what it said. */
static void a_damaged_guard_guards(void **state)
{
    const struct tree *tree = *state;

    start(tree);
    lose_the_disk(tree);
    tree_write(tree, STATE_HEALING, "{\"id\":");
    assert_int_equal(look(tree, 300), HEALTH_OVER);
    assert_false(exists(tree, RUN_NORMAL));
    assert_true(exists(tree, STATE_HEALING ".damaged"));
}

static void damaged_failures_are_set_aside(void **state)
{
    const struct tree *tree = *state;

    start(tree);
    lose_the_disk(tree);
    tree_write(tree, STATE_FAILED, "{\"failures\":[{\"kernel\":\"a\",\"release\":\"b\"},{");
    assert_int_equal(look_to_the_end(tree), HEALTH_REBOOT);
    assert_true(exists(tree, STATE_FAILED ".damaged"));
    expect_failures(tree, 1);
}

static void a_second_start_in_one_boot_changes_nothing(void **state)
{
    const struct tree *tree = *state;

    start(tree);
    assert_int_equal(arrival_judge(tree->root), 0);
    expect_last(tree, OUTCOME_FAST, HEALTH_CHECKING, "health check under way");
    assert_int_equal(look(tree, 20), HEALTH_OVER);
    expect_last(tree, OUTCOME_FAST, HEALTH_COMPLETE, "fast and complete");
    assert_int_equal(arrival_judge(tree->root), 0);
    expect_history(tree, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(everything_is_there),
        TEST(the_times_of_the_old_system_are_kept),
        TEST(what_comes_late_is_waited_for),
        TEST(what_is_worth_no_reboot_is_told),
        TEST(a_lost_disk_costs_one_reboot),
        TEST(a_reboot_may_be_cancelled),
        TEST(a_reboot_that_was_asked_for_may_be_cancelled),
        TEST(a_check_that_is_cancelled_may_have_found_everything),
        TEST(who_was_killed_asks_again),
        TEST(the_firmware_brings_it_back),
        TEST(what_the_firmware_does_not_bring_back_is_only_told),
        TEST(what_the_firmware_brings_back_in_part_stays_remembered),
        TEST(what_is_still_missing_is_known_by_its_id),
        TEST(what_is_missing_besides_is_not_the_kernels),
        TEST(what_comes_back_in_the_last_minute_calls_it_off),
        TEST(a_reboot_may_be_cancelled_in_the_last_minute),
        TEST(a_lost_disk_is_not_the_network),
        TEST(a_lost_carrier_is_the_network),
        TEST(the_address_counts),
        TEST(what_is_back_is_known_before_the_boot_ends),
        TEST(what_the_firmware_started_with_is_remembered),
        TEST(a_boot_that_hangs_is_judged),
        TEST(a_boot_that_ends_or_is_in_rescue_mode_is_left_alone),
        TEST(a_boot_is_not_judged_early_where_that_is_off),
        TEST(a_boot_that_is_slow_is_waited_for),
        TEST(a_boot_through_the_firmware_may_hang),
        TEST(a_boot_that_hangs_anyway_is_not_the_kernels_fault),
        TEST(a_boot_with_an_old_mark_may_hang),
        TEST(without_its_record_a_boot_that_hangs_is_left_for_the_firmware),
        TEST(what_goes_well_breaks_the_row),
        TEST(a_second_start_goes_on_looking),
        TEST(only_the_firmware_is_asked_whether_it_helped),
        TEST(the_same_attempt_never_reboots_twice),
        TEST(without_a_place_to_write_there_is_no_reboot),
        TEST(going_down_while_being_checked_is_a_failure),
        TEST(a_failure_is_remembered_where_the_firmware_uses_kexec),
        TEST(loads_that_do_not_end_are_counted),
        TEST(a_load_is_counted_once),
        TEST(nobody_looks_where_it_is_off),
        TEST(another_machine_is_not_judged),
        TEST(an_attempt_without_inventory_is_judged_as_ever),
        TEST(a_newer_attempt_is_not_judged),
        TEST(a_newer_health_check_ends),
        TEST(an_attempt_cut_anywhere_is_set_aside),
        TEST(an_attempt_with_a_wrong_byte_is_judged_or_set_aside),
        TEST(what_is_looked_for_may_be_damaged),
        TEST(a_damaged_guard_guards),
        TEST(damaged_failures_are_set_aside),
        TEST(a_second_start_in_one_boot_changes_nothing),
    };

    return RUN_TESTS(tests);
}
