/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How the kernel of a fast reboot that failed has ended: what its log says, which record is its
 * own, what the signs together mean, and what is kept. The logs are as pstore has them of Linux
 * 6.1. */

#include "reboot/death.h"

#include <sys/stat.h>

#include "act/keep.h"
#include "base/paths.h"
#include "base/root.h"
#include "decide/death.h"
#include "decide/judge.h"
#include "discover/hardware/watchdogs.h"
#include "discover/system/last-words.h"
#include "discover/system/pstore.h"
#include "facts/last-words.h"
#include "reboot/arrival.h"
#include "reboot/records.h"
#include "test.h"
#include "tree.h"

#define ID "00112233445566778899aabbccddeeff"
#define OTHER "ffeeddccbbaa99887766554433221100"
#define COMMAND_LINE(id)                                                                           \
    "<6>[    0.000000] Command line: root=/dev/vda1 ro fastreboot.attempt=" id " panic=30\n"
#define NO_ROOT "VFS: Unable to mount root fs on unknown-block(0,0)"
#define PANIC_END                                                                                  \
    "<6>[    1.900000] md: ... autorun DONE.\n"                                                    \
    "<3>[    2.000000] VFS: Cannot open root device \"vda1\" or unknown-block(0,0): error -6\n"    \
    "<0>[    2.010000] Kernel panic - not syncing: " NO_ROOT "\n"                                  \
    "<4>[    2.020000] CPU: 0 PID: 1 Comm: swapper/0 Not tainted 6.1.0-50-cloud-amd64 #1\n"        \
    "<4>[    2.030000] Hardware name: QEMU Standard PC (Q35 + ICH9, 2009), BIOS 1.16.2\n"          \
    "<4>[    2.040000] Call Trace:\n"                                                              \
    "<4>[    2.050000]  <TASK>\n"                                                                  \
    "<4>[    2.060000]  dump_stack_lvl+0x44/0x5c\n"                                                \
    "<4>[    2.070000]  panic+0x118/0x2ed\n"                                                       \
    "<4>[    2.080000]  ? printk+0x5a/0x76\n"                                                      \
    "<4>[    2.090000]  mount_block_root+0x1d3/0x1e6\n"                                            \
    "<4>[    2.100000]  prepare_namespace+0x136/0x165\n"                                           \
    "<4>[    2.110000]  </TASK>\n"                                                                 \
    "<0>[    2.120000] Rebooting in 30 seconds..\n"

static const char PANIC[] = COMMAND_LINE(ID) PANIC_END;

static const char OOPS[] = COMMAND_LINE(
    ID) "<6>[    1.000000] calling  acpi_init+0x0/0x4d1 @ 1\n"
        "<6>[    1.100000] initcall acpi_init+0x0/0x4d1 returned 0 after 100000 usecs\n"
        "<6>[    1.200000] NMI watchdog: Enabled. Permanently consumes one hw-PMU counter.\n"
        "<30>[    1.500000] systemd-udevd[120]: starting version 252\n"
        "<1>[    3.000000] BUG: kernel NULL pointer dereference, address: 0000000000000010\n"
        "<1>[    3.000001] #PF: supervisor read access in kernel mode\n"
        "<4>[    3.000002] Oops: 0000 [#1] PREEMPT SMP PTI\n"
        "<4>[    3.000003] CPU: 2 PID: 133 Comm: systemd-udevd Not tainted 6.1.0 #1\n"
        "<4>[    3.000004] RIP: 0010:broken_init+0x12/0x1000 [broken]\n"
        "<4>[    3.000005] Call Trace:\n"
        "<4>[    3.000006]  <TASK>\n"
        "<4>[    3.000007]  broken_probe+0x1f/0x40 [broken]\n"
        "<4>[    3.000008]  do_one_initcall+0x59/0x220\n"
        "<4>[    3.000009]  do_init_module+0x4a/0x1f0\n"
        "<4>[    3.000010]  </TASK>\n"
        "<4>[    3.000011] Modules linked in: broken(+)\n"
        "<4>[    3.000012] RIP: 0033:0x7f1234567890\n";

static void expect_word(const struct last_words *words, enum word_kind kind, const char *text)
{
    const char *is = words->all[kind];

    if (text ? !is || !streq(is, text) : is != NULL)
        fail_msg("%s: \"%s\", not \"%s\"", word_name(kind), is ? is : "", text ? text : "");
}

/* The log */

static void a_panic_tells_its_cause(void **state)
{
    CLEANUP(last_words_clear) struct last_words words;

    (void)state;
    last_words_read(PANIC, &words);
    expect_word(&words, WORD_PANIC, NO_ROOT);
    expect_word(&words, WORD_TROUBLE, NULL);
    expect_word(&words, WORD_ROOT,
                "VFS: Cannot open root device \"vda1\" or unknown-block(0,0): error -6");
    expect_word(&words, WORD_PROCESS, "swapper/0 (PID 1)");
    expect_word(&words, WORD_TRACE, "mount_block_root < prepare_namespace");
    expect_word(&words, WORD_INITCALL, NULL);
    expect_word(&words, WORD_LAST, NULL);
}

static void an_oops_tells_where_it_was(void **state)
{
    CLEANUP(last_words_clear) struct last_words words;

    (void)state;
    last_words_read(OOPS, &words);
    expect_word(&words, WORD_PANIC, NULL);
    expect_word(&words, WORD_TROUBLE,
                "BUG: kernel NULL pointer dereference, address: 0000000000000010");
    expect_word(&words, WORD_PROCESS, "systemd-udevd (PID 133)");
    expect_word(&words, WORD_PLACE, "broken_init+0x12/0x1000 [broken]");
    expect_word(&words, WORD_TRACE, "broken_probe < do_one_initcall < do_init_module");
    expect_word(&words, WORD_INITCALL, "broken_probe");
    expect_word(&words, WORD_PROGRAM, "systemd-udevd[120]: starting version 252");
}

static void what_was_starting_is_told(void **state)
{
    CLEANUP(last_words_clear) struct last_words words;

    (void)state;
    last_words_read("<6>[    1.0] calling  old_init+0x0/0x10 @ 1\n"
                    "<6>[    1.1] initcall old_init+0x0/0x10 returned 0 after 1 usecs\n"
                    "<6>[    1.2] calling  hung_init+0x0/0x10 @ 1\n"
                    "<6>[    1.3] hung: waiting\n",
                    &words);
    expect_word(&words, WORD_INITCALL, "hung_init");
    expect_word(&words, WORD_LAST, "hung: waiting");
}

/* Programs can write anything. */
static void programs_do_not_panic(void **state)
{
    CLEANUP(last_words_clear) struct last_words words;

    (void)state;
    last_words_read("<14>[    1.000000] Kernel panic - not syncing: not really\n"
                    "<30>[    2.000000] dracut-initqueue[1]: Warning: \x1b[2J\xff timeout\n",
                    &words);
    expect_word(&words, WORD_PANIC, NULL);
    expect_word(&words, WORD_PROGRAM, "dracut-initqueue[1]: Warning: \\x1b[2J\\xff timeout");
}

static void check_words(const char *log)
{
    CLEANUP(last_words_clear) struct last_words words;
    AUTOFREE char *plain = last_words_plain(log), *kept = last_words_trim(log, 300);

    last_words_read(log, &words);
    for (int kind = 0; kind < N_WORD_KINDS; kind++)
        assert_true(!words.all[kind] || (*words.all[kind] && strlen(words.all[kind]) <= MAX_WORD));
    assert_true(strlen(kept) <= 300);
    for (const char *at = plain; *at; at++)
        assert_true(*at == '\n' || ((unsigned char)*at >= 0x20 && *at != 0x7f));
}

static void a_damaged_log_is_text(void **state)
{
    (void)state;
    for (size_t length = 0; length < sizeof(OOPS); length++) {
        AUTOFREE char *cut = xstrndup(OOPS, length), *bent = xstrndup(OOPS, length);

        check_words(cut);
        if (length > 0)
            bent[length / 2] = (char)(length % 255 + 1);
        check_words(bent);
    }
    check_words("<0>[    1.000000] Kernel panic - not syncing: \n<4>[    1.0] Call Trace:\n"
                "<4>[    1.1] +0x\n<4> ? x+0x1\n<4> +\n<4>CPU: PID:  Comm: \n<4>RIP: 0010:\n");
}

static void the_newest_lines_are_kept(void **state)
{
    AUTOFREE char *kept = last_words_trim("<1>one\n<2>two\n<3>three\n", 13);

    (void)state;
    assert_string_equal(kept, "<3>three\n");
}

/* The records */

static int setup(void **state)
{
    const struct tree *tree;

    assert_int_equal(tree_setup(state), 0);
    tree = *state;
    tree_mkdir(tree, RUN_DIR);
    tree_mkdir(tree, STATE_DIR);
    tree_mkdir(tree, PSTORE_DIR);
    tree_write(tree, "sys/module/pstore/parameters/backend", "erst\n");
    return 0;
}

static void write_record(const struct tree *tree, const char *path, const char *head,
                         const char *text)
{
    AUTOFREE char *all = format("%s\n%s", head, text);

    tree_write(tree, path, all);
}

static void find(const struct tree *tree, char *const *known, struct death_signs *ret,
                 char ***ret_own)
{
    *ret = (struct death_signs){0};
    last_words_find(tree->root, ID, known, ret, ret_own);
}

static bool contains(char *const *own, const char *path)
{
    for (; own && *own; own++)
        if (streq(*own, path))
            return true;
    return false;
}

static void the_record_with_the_mark_is_its_own(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(death_signs_clear) struct death_signs signs;
    CLEANUP(names_freep) char **own = NULL;

    write_record(tree, PSTORE_DIR "/dmesg-erst-11", "Panic#2 Part2", COMMAND_LINE(ID));
    write_record(tree, PSTORE_DIR "/dmesg-erst-12", "Panic#2 Part1", PANIC_END);
    write_record(tree, PSTORE_DIR "/dmesg-erst-13", "Oops#1 Part1", OOPS);
    write_record(tree, PSTORE_DIR "/dmesg-erst-21", "Panic#2 Part1", COMMAND_LINE(OTHER) PANIC_END);
    write_record(tree, PSTORE_DIR "/dmesg-erst-22", "Panic#1 Part1", PANIC_END);
    write_record(tree, PSTORE_DIR "/dmesg-erst-23", "Panic#1 Part1", COMMAND_LINE(ID "0"));
    write_record(tree, PSTORE_DIR "/dmesg-erst-24", "Panic#4 Part1",
                 "<14>[    1.000000] fastreboot.attempt=" ID "\n");
    find(tree, NULL, &signs, &own);
    assert_string_equal(signs.backend, "erst");
    assert_true(signs.marked && signs.panicked);
    assert_string_equal(signs.record, "dmesg-erst-12");
    assert_string_equal(signs.log, PANIC);
    assert_true(contains(own, PSTORE_DIR "/dmesg-erst-11"));
    assert_true(contains(own, PSTORE_DIR "/dmesg-erst-12"));
    assert_true(contains(own, PSTORE_DIR "/dmesg-erst-13"));
    assert_null(own[3]);
}

/* Where systemd-pstore.service has moved it, it is its own. */
static void systemds_archive_is_read(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(death_signs_clear) struct death_signs signs;
    CLEANUP(names_freep) char **own = NULL;

    write_record(tree, PSTORE_ARCHIVE "/7557/1/dmesg-efi_pstore-7557001", "Panic#1 Part2",
                 COMMAND_LINE(ID));
    write_record(tree, PSTORE_ARCHIVE "/7557/1/dmesg-efi_pstore-7557002", "Panic#1 Part1",
                 PANIC_END);
    find(tree, NULL, &signs, &own);
    assert_true(signs.marked && signs.panicked);
    assert_string_equal(signs.log, PANIC);
    assert_null(own);
}

/* Its command line was too early for the end of the log that was kept. */
static void a_new_record_without_a_mark_is_taken(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(death_signs_clear) struct death_signs signs, unknown;
    CLEANUP(names_freep) char **own = NULL, **known = NULL, **none = NULL;

    write_record(tree, PSTORE_DIR "/dmesg-erst-1", "Panic#1 Part1", PANIC_END);
    write_record(tree, PSTORE_ARCHIVE "/1/dmesg-erst-0", "Panic#1 Part1", PANIC_END);
    known = pstore_identities(tree->root);
    assert_non_null(known[1]);
    assert_null(known[2]);
    find(tree, known, &unknown, &none);
    assert_null(unknown.record);
    death_signs_clear(&unknown);

    /* ramoops uses a path again */
    write_record(tree, PSTORE_DIR "/dmesg-erst-1", "Panic#1 Part1",
                 "<0>[    9.000000] Kernel panic - not syncing: x\n");
    write_record(tree, PSTORE_DIR "/dmesg-erst-2", "Oops#1 Part1", OOPS + sizeof(COMMAND_LINE(ID)));
    write_record(tree, PSTORE_DIR "/dmesg-erst-3", "Shutdown#1 Part1", PANIC_END);
    find(tree, known, &signs, &own);
    assert_false(signs.marked);
    assert_string_equal(signs.record, "dmesg-erst-1");
    assert_null(own); /* it may be another program's */
    find(tree, NULL, &unknown, &none);
    assert_null(unknown.record);
}

static void of_two_panics_none_is_taken(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(death_signs_clear) struct death_signs signs;
    CLEANUP(names_freep) char **own = NULL;

    write_record(tree, PSTORE_DIR "/dmesg-erst-1", "Panic#1 Part1", PANIC_END);
    write_record(tree, PSTORE_DIR "/dmesg-erst-2", "Panic#1 Part1", PANIC_END);
    find(tree, (char *[]){NULL}, &signs, &own);
    assert_null(signs.record);
}

/* What ramoops keeps of the console has no priorities, and goes on until a hang. */
static void the_console_of_ramoops_is_read(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(death_signs_clear) struct death_signs signs;
    CLEANUP(names_freep) char **own = NULL;
    CLEANUP(last_words_clear) struct last_words words;

    tree_write(tree, PSTORE_DIR "/console-ramoops-0",
               "[    0.000000] Command line: fastreboot.attempt=" ID "\n"
               "[    1.000000] the last line");
    find(tree, NULL, &signs, &own);
    assert_true(signs.marked && !signs.panicked);
    assert_true(contains(own, PSTORE_DIR "/console-ramoops-0"));
    last_words_read(signs.log, &words);
    expect_word(&words, WORD_LAST, "the last line");
}

/* Every beginning of a record, bytes that no kernel writes, and names that are none. */
static void a_damaged_record_is_passed_over_or_text(void **state)
{
    static const char RECORD[] = "Panic#1 Part1\n" COMMAND_LINE(ID) PANIC_END;
    const struct tree *tree = *state;
    AUTOFREE char *large = xcalloc(300 * 1024, 1);

    for (size_t length = 0; length < sizeof(RECORD); length++) {
        CLEANUP(death_signs_clear) struct death_signs signs;
        CLEANUP(death_clear) struct death death;
        CLEANUP(names_freep) char **own = NULL;

        tree_write_bytes(tree, PSTORE_DIR "/dmesg-erst-1", RECORD, length);
        find(tree, (char *[]){NULL}, &signs, &own);
        assert_int_equal(own != NULL, signs.marked);
        death_judge(ID, &signs, &death);
        assert_true(!signs.marked || death.kind == DEATH_PANIC);
    }
    memset(large, '\n', 300 * 1024 - 1);
    memcpy(large, RECORD, strlen(RECORD));
    tree_write(tree, PSTORE_DIR "/dmesg-erst-1", large);
    tree_mkdir(tree, PSTORE_DIR "/dmesg-erst-2");
    tree_write_bytes(tree, PSTORE_DIR "/dmesg-erst-3", "Panic#1 Part1\n\0\0<0>\0", 19);
    for (int i = 0; i < 1; i++) {
        CLEANUP(death_signs_clear) struct death_signs signs;
        CLEANUP(names_freep) char **own = NULL;

        find(tree, (char *[]){NULL}, &signs, &own);
        assert_string_equal(signs.record, "dmesg-erst-3");
    }
}

/* The signs */

static void expect_death(struct death_signs *signs, enum death_kind kind, const char *text,
                         const char *evidence)
{
    CLEANUP(death_clear) struct death death, again;
    AUTOJSON struct json_object *object = NULL;

    death_judge(ID, signs, &death);
    assert_int_equal(death.kind, kind);
    if (text ? !death.text || !strstr(death.text, text) : death.text != NULL)
        fail_msg("\"%s\" does not say \"%s\"", death.text, text);
    if (!strstr(death.evidence, evidence))
        fail_msg("\"%s\" does not say \"%s\"", death.evidence, evidence);
    object = death_to_json(&death);
    assert_int_equal(death_from_json(object, &again), 0);
    assert_int_equal(again.kind, kind);
    assert_int_equal(again.marked, death.marked);
    assert_string_equal(again.evidence, death.evidence);
}

static void each_kind_has_its_evidence(void **state)
{
    static char OOPSED[] = "<1>[    3.0] BUG: bad\n", QUIET[] = "<6>[    3.0] nothing\n";
    static char RECORD[] = "dmesg-erst-1", WATCHDOG[] = "i6300ESB timer", ERST[] = "erst";
    char *panic = xstrdup(PANIC);

    (void)state;
    expect_death(&(struct death_signs){.status = -1}, DEATH_UNKNOWN, NULL, "has no store");
    expect_death(&(struct death_signs){.status = -1, .backend = ERST}, DEATH_UNKNOWN, NULL,
                 "(erst) has no record of it");
    expect_death(
        &(struct death_signs){
            .status = -1, .record = RECORD, .log = panic, .panicked = true, .marked = true},
        DEATH_PANIC, "the new kernel panicked: " NO_ROOT, "which names this reboot");
    expect_death(
        &(struct death_signs){.status = -1, .record = RECORD, .log = QUIET, .panicked = true},
        DEATH_PANIC, "the new kernel panicked", "does not name it");
    expect_death(
        &(struct death_signs){.status = -1, .record = RECORD, .log = OOPSED, .marked = true},
        DEATH_OOPS, "the new kernel had an oops: BUG: bad", RECORD);
    expect_death(
        &(struct death_signs){
            .status = -1, .record = RECORD, .log = OOPSED, .marked = true, .watchdog = WATCHDOG},
        DEATH_OOPS, "an oops", "then the watchdog reset the machine");
    expect_death(
        &(struct death_signs){.status = -1, .record = RECORD, .log = QUIET, .marked = true},
        DEATH_UNKNOWN, NULL, "which names this reboot");
    expect_death(&(struct death_signs){.status = -1, .watchdog = WATCHDOG}, DEATH_WATCHDOG,
                 "the watchdog reset the machine", "\"i6300ESB timer\" says");
    expect_death(&(struct death_signs){.status = 0x02000800}, DEATH_WATCHDOG, "the watchdog",
                 "0x02000800");
    expect_death(&(struct death_signs){.status = 0x00010800}, DEATH_RESET, "from outside",
                 "0x00010800");
    expect_death(&(struct death_signs){.status = 0x00000802}, DEATH_POWER, "the power button",
                 "0x00000802");
    expect_death(&(struct death_signs){.status = 0x00080800}, DEATH_UNKNOWN, NULL, "no hardware");
    expect_death(&(struct death_signs){.status = -1, .stopped = true}, DEATH_SHUTDOWN,
                 "the jump did not happen", "did not come to its last step");
    expect_death(&(struct death_signs){.status = -1, .stopped = true, .refused = true},
                 DEATH_REFUSED, "refused", "the call");
    free(panic);
}

static void only_a_guess_is_replaced(void **state)
{
    struct death death = {.text = (char *)"the new kernel panicked: x"};
    struct boot_record record = {.text =
                                     xstrdup("failed: kernel 6 was loaded, but the machine "
                                             "came back through the firmware " JUDGE_GUESS_LOADED)};

    (void)state;
    death_explain(&death, &record);
    assert_string_equal(record.text, "failed: kernel 6 was loaded, but the machine came back "
                                     "through the firmware (the new kernel panicked: x)");
    death.text = (char *)"other";
    death_explain(&death, &record);
    assert_non_null(strstr(record.text, "panicked: x)"));
    free(record.text);
}

static void a_watchdog_tells_of_its_reset(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *none = NULL, *name = NULL;

    tree_write(tree, "sys/class/watchdog/watchdog0/bootstatus", "2\n");
    none = watchdogs_reset(tree->root);
    assert_null(none);
    tree_write(tree, "sys/class/watchdog/watchdog1/bootstatus", "34\n");
    tree_write(tree, "sys/class/watchdog/watchdog1/identity", "i6300ESB timer\n");
    name = watchdogs_reset(tree->root);
    assert_string_equal(name, "i6300ESB timer");
}

/* The store */

static void expect_store(const struct tree *tree, const char *text, const char *advice)
{
    CLEANUP(store_facts_clear) struct store_facts facts;

    store_facts_read(tree->root, &facts);
    assert_answer(&facts.mute, text != NULL, text);
    if (advice ? !facts.advice || !strstr(facts.advice, advice) : facts.advice != NULL)
        fail_msg("\"%s\", not \"%s\"", facts.advice, advice);
}

#define MOUNT "24 22 0:21 / /sys/fs/pstore rw,relatime - pstore pstore rw\n"
#define BACKEND "sys/module/pstore/parameters/backend"

static void whether_the_store_would_work_is_told(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "proc/self/mountinfo", MOUNT);
    expect_store(tree, NULL, NULL); /* ERST */
    tree_write(tree, "proc/self/mountinfo", "");
    expect_store(tree, "(erst) cannot be read: /sys/fs/pstore is not mounted", NULL);
    tree_write(tree, BACKEND, "(null)\n");
    expect_store(tree, "no store for its last messages (pstore): if", NULL);
    tree_mkdir(tree, "sys/firmware/efi");
    expect_store(tree, "although this machine has EFI variables", "update-initramfs");
    tree_write(tree, "sys/module/efi_pstore/parameters/pstore_disable", "Y\n");
    expect_store(tree, "although this machine has EFI variables", "pstore_disable=0");
    tree_remove(tree, BACKEND);
    expect_store(tree, NULL, NULL); /* a kernel without pstore */
}

static void the_module_has_to_be_in_the_initrd(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "proc/self/mountinfo", MOUNT);
    tree_write(tree, BACKEND, "efi_pstore\n");
    expect_store(tree, NULL, NULL); /* built in */
    tree_write(tree, "sys/module/efi_pstore/initstate", "live\n");
    expect_store(tree, "no setting puts their module efi_pstore into the initrd", "dracut -f");
    tree_write(tree, "etc/initramfs-tools/modules", "# efi_pstore\nraid1\n");
    expect_store(tree, "no setting", "dracut -f");
    tree_write(tree, "etc/dracut.conf.d/x.conf", "add_drivers+=\" efi_pstore \"\n");
    expect_store(tree, NULL, NULL);
    tree_remove(tree, "etc/dracut.conf.d/x.conf");
    tree_write(tree, "etc/initramfs-tools/modules", "raid1\nefi_pstore\n");
    expect_store(tree, NULL, NULL);
}

/* What is kept */

static void the_oldest_go(void **state)
{
    const struct tree *tree = *state;
    AUTOJSON struct json_object *object = json_object_new_object();
    AUTOFREE char *text = xcalloc(1000, 1);
    CLEANUP(names_freep) char **names = NULL;

    memset(text, 'x', 999);
    json_add_string(object, "log", text);
    for (int i = 0; i < 12; i++) {
        AUTOFREE char *path = format(STATE_DEATHS "/%c", 'l' - i);
        const struct timespec times[2] = {{.tv_sec = 1000 + i}, {.tv_sec = 1000 + i}};

        assert_int_equal(keep_json(tree->root, STATE_DEATHS, path, object, 5500), 0);
        assert_int_equal(utimensat(tree->root, path, times, 0), 0);
    }
    assert_int_equal(root_names(tree->root, STATE_DEATHS, NULL, 100, &names), 5);
    assert_string_equal(names[0], "a");
    assert_string_equal(names[4], "e");
}

/* The boot after it */

static void begin(const struct tree *tree)
{
    CLEANUP(attempt_clear)
    struct attempt attempt = {.id = xstrdup(ID),
                              .boot_id = xstrdup("old"),
                              .time = 1,
                              .state = ATTEMPT_LOADED,
                              .release = xstrdup("6.1.0"),
                              .kernel = xstrdup("6.1.0 7 8"),
                              .cmdline = xstrdup("fastreboot.attempt=" ID)};

    death_prepare(tree->root, &attempt);
    assert_int_equal(records_write_attempt(tree->root, STATE_ATTEMPT, &attempt), 0);
    tree_write(tree, "proc/sys/kernel/random/boot_id", "new\n");
    tree_write(tree, "proc/sys/kernel/bootloader_type", "114\n");
    tree_write(tree, "proc/cmdline", "root=/dev/sda1\n");
}

static bool exists(const struct tree *tree, const char *path)
{
    return root_exists(tree->root, path) > 0;
}

static void the_next_boot_keeps_it_and_clears_the_store(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(boot_record_clear) struct boot_record record, later;
    struct stat st;

    write_record(tree, PSTORE_DIR "/dmesg-erst-1", "Panic#1 Part1", PANIC_END);
    begin(tree);
    write_record(tree, PSTORE_DIR "/dmesg-erst-2", "Panic#1 Part1", PANIC);
    write_record(tree, PSTORE_DIR "/dmesg-erst-3", "Panic#1 Part1", COMMAND_LINE(OTHER));
    assert_int_equal(arrival_judge(tree->root), 0);
    assert_true(exists(tree, PSTORE_DIR "/dmesg-erst-1"));
    assert_false(exists(tree, PSTORE_DIR "/dmesg-erst-2"));
    assert_true(exists(tree, PSTORE_DIR "/dmesg-erst-3"));
    assert_int_equal(records_read_boot(tree->root, &record), 1);
    assert_string_equal(record.text, "failed: kernel 6.1.0 was loaded, but the machine came back "
                                     "through the firmware (the new kernel panicked: " NO_ROOT ")");
    assert_non_null(record.death);
    assert_string_equal(record.death->log, PANIC);
    assert_int_equal(fstatat(tree->root, STATE_DEATHS "/" ID, &st, 0), 0);
    assert_int_equal(st.st_mode & 0777,
                     0600); /* as the kernel's log, which not everyone may read */

    /* Killed after the record was cleared, before anything was written down. */
    begin(tree);
    tree_remove(tree, RUN_BOOT);
    tree_remove(tree, STATE_HISTORY);
    assert_int_equal(arrival_judge(tree->root), 0);
    assert_int_equal(records_read_boot(tree->root, &later), 1);
    assert_string_equal(later.text, record.text);
}

/* Killed when the history was written, and before the store was cleared. */
static void the_store_is_cleared_after_an_interruption(void **state)
{
    const struct tree *tree = *state;

    begin(tree);
    write_record(tree, PSTORE_DIR "/dmesg-erst-2", "Panic#1 Part1", PANIC);
    assert_int_equal(arrival_judge(tree->root), 0);
    begin(tree);
    tree_remove(tree, RUN_BOOT);
    write_record(tree, PSTORE_DIR "/dmesg-erst-2", "Panic#1 Part1", PANIC);
    assert_int_equal(arrival_judge(tree->root), 0);
    assert_false(exists(tree, PSTORE_DIR "/dmesg-erst-2"));
}

static void what_is_not_known_stays_so(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(boot_record_clear) struct boot_record record;

    begin(tree);
    assert_int_equal(arrival_judge(tree->root), 0);
    assert_int_equal(records_read_boot(tree->root, &record), 1);
    assert_non_null(strstr(record.text, JUDGE_GUESS_LOADED));
    assert_int_equal(record.death->kind, DEATH_UNKNOWN);
    assert_null(record.death->log);
}

/* It said the same before, so it may never have been asked since. */
static void a_watchdog_that_said_so_before_does_not_count(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(boot_record_clear) struct boot_record record, again;

    begin(tree);
    tree_write(tree, "sys/class/watchdog/watchdog0/bootstatus", "32\n");
    tree_write(tree, "sys/class/watchdog/watchdog0/identity", "iTCO_wdt\n");
    assert_int_equal(arrival_judge(tree->root), 0);
    assert_int_equal(records_read_boot(tree->root, &record), 1);
    assert_int_equal(record.death->kind, DEATH_WATCHDOG);

    tree_remove(tree, STATE_DEATHS "/" ID);
    tree_remove(tree, RUN_BOOT);
    tree_remove(tree, STATE_HISTORY);
    begin(tree);
    assert_int_equal(arrival_judge(tree->root), 0);
    assert_int_equal(records_read_boot(tree->root, &again), 1);
    assert_int_equal(again.death->kind, DEATH_UNKNOWN);
}

/* Its driver was not loaded yet when the boot was judged. */
static void a_watchdog_is_asked_again(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(boot_record_clear) struct boot_record record = {0}, later = {0};
    CLEANUP(history_clear) struct history history = {0};
    CLEANUP(death_clear) struct death kept = {0};

    begin(tree);
    assert_int_equal(arrival_judge(tree->root), 0);
    arrival_complete(tree->root);
    assert_int_equal(records_read_boot(tree->root, &record), 1);
    assert_int_equal(record.death->kind, DEATH_UNKNOWN);
    tree_write(tree, "sys/class/watchdog/watchdog0/bootstatus", "32\n");
    tree_write(tree, "sys/class/watchdog/watchdog0/identity", "iTCO_wdt\n");
    assert_int_equal(records_read_boot(tree->root, &later), 1);
    assert_int_equal(later.death->kind, DEATH_WATCHDOG);
    assert_non_null(strstr(later.text, "(the watchdog reset the machine"));
    arrival_complete(tree->root);
    assert_int_equal(death_read(tree->root, ID, &kept), 1);
    assert_int_equal(kept.kind, DEATH_WATCHDOG);
    tree_write(tree, "proc/sys/kernel/random/boot_id", "another\n");
    assert_int_equal(records_read_history(tree->root, &history), 1);
    assert_non_null(strstr(history.all[0].text, "(the watchdog reset the machine"));
}

/* What is kept may be damaged, or of another name. */
static void a_damaged_file_is_passed_over(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(death_clear) struct death death;

    assert_int_equal(death_read(tree->root, ID, &death), 0);
    assert_int_equal(death_read(tree->root, "../attempt", &death), 0);
    tree_write(tree, STATE_DEATHS "/" ID, "{\"id\": \"" OTHER "\", \"evidence\": \"x\"}");
    assert_int_equal(death_read(tree->root, ID, &death), -EBADMSG);
    death_clear(&death);
    tree_write(tree, STATE_DEATHS "/" ID, "{\"id\": \"" ID "\", \"kind\": \"new\"}");
    assert_int_equal(death_read(tree->root, ID, &death), -EBADMSG);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_panic_tells_its_cause),
        TEST(an_oops_tells_where_it_was),
        TEST(what_was_starting_is_told),
        TEST(programs_do_not_panic),
        TEST(a_damaged_log_is_text),
        TEST(the_newest_lines_are_kept),
        TEST(the_record_with_the_mark_is_its_own),
        TEST(systemds_archive_is_read),
        TEST(a_new_record_without_a_mark_is_taken),
        TEST(of_two_panics_none_is_taken),
        TEST(the_console_of_ramoops_is_read),
        TEST(a_damaged_record_is_passed_over_or_text),
        TEST(each_kind_has_its_evidence),
        TEST(only_a_guess_is_replaced),
        TEST(a_watchdog_tells_of_its_reset),
        TEST(whether_the_store_would_work_is_told),
        TEST(the_module_has_to_be_in_the_initrd),
        TEST(the_oldest_go),
        TEST(the_next_boot_keeps_it_and_clears_the_store),
        TEST(the_store_is_cleared_after_an_interruption),
        TEST(what_is_not_known_stays_so),
        TEST(a_watchdog_that_said_so_before_does_not_count),
        TEST(a_watchdog_is_asked_again),
        TEST(a_damaged_file_is_passed_over),
    };

    return RUN_TESTS(tests);
}
