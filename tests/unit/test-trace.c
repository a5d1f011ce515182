/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A traced reboot on a machine made of files: the request, what is set at the end of the shutdown,
 * and what the next boot reads. The kernel's lines are as device_shutdown(), kernel_kexec() and
 * pstore_dump() write them. */

#include "reboot/trace.h"

#include <syslog.h>

#include "base/paths.h"
#include "base/root.h"
#include "discover/system/pstore.h"
#include "discover/system/trace-log.h"
#include "reboot/records.h"
#include "reboot/times.h"
#include "test.h"
#include "tree.h"

#define ID "0123456789abcdef"
#define OTHER "fedcba9876543210"
#define MARK "<14>[  100.000000] fastreboot: tracing attempt " ID "\n"

#define KERNEL "sys/module/kernel/parameters/initcall_debug"
#define PRINTK "sys/module/printk/parameters/always_kmsg_dump"
#define BACKEND "sys/module/pstore/parameters/backend"
#define RAM "sys/module/ramoops/parameters/max_reason"
#define MOUNTS "proc/self/mountinfo"
#define MOUNTED "24 22 0:21 / /sys/fs/pstore rw,nosuid,nodev,noexec,relatime - pstore pstore rw"

static const char SHUTDOWN[] =
    "<30>[   99.900000] systemd-shutdown[1]: Unmounting file systems.\n" MARK
    "<14>[  100.200000] a program: shutdown\n"
    "<6>[  100.500000] sd 0:0:0:0: shutdown\n"
    "<5>[  100.500100] sd 0:0:0:0: [sda] Synchronizing SCSI cache\n"
    "<6>[  100.750000] virtio-pci 0000:00:03.0: shutdown\n"
    "<6>[  100.753000] pcieport 0000:00:1c.0: shutdown_pre\n"
    "<6>[  100.753500] pcieport 0000:00:1c.0: shutdown\n"
    "<6>[  100.753600]  pci0000:00: shutdown\n"
    "<6>[  100.753700] nvme 0000:01:00.0: shutdown\n"
    "<5>[  105.250000] CPU1: shutdown\n"
    "<5>[  105.253700] kexec_core: Starting new kernel\n"
    "<6>[  106.000000] sd 0:0:0:1: shutdown\n";

static char told[4096];

static void tell(int priority, const char *text)
{
    size_t length = strlen(told);

    assert_true(priority == LOG_INFO || priority == LOG_WARNING);
    snprintf(told + length, sizeof(told) - length, "%s\n", text);
}

static int setup(void **state)
{
    const struct tree *tree;

    assert_int_equal(tree_setup(state), 0);
    tree = *state;
    *told = 0;
    tree_mkdir(tree, RUN_DIR);
    tree_mkdir(tree, STATE_DIR);
    tree_mkdir(tree, PSTORE_DIR);
    tree_write(tree, BACKEND, "erst\n");
    tree_write(tree, MOUNTS, MOUNTED ",kmsg_bytes=65536\n");
    tree_write(tree, KERNEL, "");
    tree_write(tree, PRINTK, "");
    tree_write(tree, "dev/kmsg", "");
    tree_write(tree, "proc/sys/kernel/osrelease", "6.1.0-33-amd64\n");
    return 0;
}

/* The log */

static void expect_item(const struct trace_items *items, size_t i, const char *name,
                        int64_t duration)
{
    assert_true(i < items->n);
    assert_string_equal(items->all[i].name, name);
    assert_int_equal(items->all[i].duration, duration);
}

static void each_device_takes_until_the_next_one(void **state)
{
    CLEANUP(trace_clear) struct reboot_trace trace;

    (void)state;
    trace_init(&trace);
    trace_log_read_shutdown(SHUTDOWN, ID, &trace);
    assert_null(trace.problem);
    assert_int_equal(trace.leaving, 500000);
    assert_int_equal(trace.devices, 4753700);
    assert_int_equal(trace.n_devices, 5);
    assert_int_equal(trace.shutdowns.n, 5);
    expect_item(&trace.shutdowns, 0, "nvme 0000:01:00.0", 4500000);
    expect_item(&trace.shutdowns, 1, "sd 0:0:0:0", 250000);
    expect_item(&trace.shutdowns, 2, "virtio-pci 0000:00:03.0", 3000);
    expect_item(&trace.shutdowns, 3, "pcieport 0000:00:1c.0", 600);
    expect_item(&trace.shutdowns, 4, "pci0000:00", 100);
}

/* With CONFIG_PRINTK_CALLER; and each kernel has its name for what jumps. */
static void callers_are_skipped(void **state)
{
    CLEANUP(trace_clear) struct reboot_trace trace;

    (void)state;
    trace_init(&trace);
    trace_log_read_shutdown("<14>[  100.000000][    T1] fastreboot: tracing attempt " ID "\n"
                            "<6>[  100.100000][    T1] ahci 0000:00:1f.2: shutdown\n"
                            "<5>[  100.300000][    T1] kexec: Starting new kernel\n",
                            ID, &trace);
    assert_null(trace.problem);
    assert_int_equal(trace.n_devices, 1);
    expect_item(&trace.shutdowns, 0, "ahci 0000:00:1f.2", 200000);
}

static void expect_problem(const char *log, const char *problem)
{
    CLEANUP(trace_clear) struct reboot_trace trace;

    trace_init(&trace);
    trace_log_read_shutdown(log, ID, &trace);
    assert_non_null(trace.problem);
    if (!strstr(trace.problem, problem))
        fail_msg("\"%s\" does not say \"%s\"", trace.problem, problem);
    assert_int_equal(trace.devices, -1);
}

static void what_the_log_lacks_is_said(void **state)
{
    (void)state;
    expect_problem("", "no record");
    expect_problem("<6>[    1.000000] sd 0:0:0:0: shutdown\n"
                   "<5>[    2.000000] kexec_core: Starting new kernel\n",
                   "lacks its beginning");
    expect_problem("<14>[  100.000000] fastreboot: tracing attempt " OTHER "\n", "initcall_debug");
    expect_problem("<14>fastreboot: tracing attempt " ID "\n<6>sd 0:0:0:0: shutdown\n", "no times");
    expect_problem(MARK "<5>[  105.253700] kexec_core: Starting new kernel\n", "initcall_debug");
    expect_problem(MARK "<6>[  100.5] sd 0:0:0:0: shutdown\n", "ends before");
}

/* Every beginning of the log, and bytes that no kernel writes. */
static void a_damaged_log_is_text(void **state)
{
    CLEANUP(trace_clear) struct reboot_trace trace;
    AUTOFREE char *name = xcalloc(1000, 1);

    (void)state;
    for (size_t length = 0; length < sizeof(SHUTDOWN); length++) {
        AUTOFREE char *cut = xstrndup(SHUTDOWN, length);

        trace_init(&trace);
        trace_log_read_shutdown(cut, ID, &trace);
        trace_clear(&trace);
    }
    trace_log_read_shutdown(MARK "<6>[  101.000000] x \x1b[2J\xff: shutdown\n"
                                 "<6>[   99.000000] back in time: shutdown\n"
                                 "<6>[99999999.000000] too long: shutdown\n"
                                 "<6>[  102.000000] y: Starting new kernel\n",
                            ID, &trace);
    assert_int_equal(trace.shutdowns.n, 0);
    trace_add(&trace.shutdowns, "x \x1b[2J\xff", 7, 1);
    expect_item(&trace.shutdowns, 0, "x \\x1b[2J\\xff", 1);
    memset(name, 'n', 999);
    trace_add(&trace.shutdowns, name, 999, 2);
    assert_int_equal(strlen(trace.shutdowns.all[0].name), TRACE_NAME - 1);
}

static void the_slowest_are_kept(void **state)
{
    CLEANUP(trace_clear) struct reboot_trace trace, again;
    AUTOJSON struct json_object *object = NULL;

    (void)state;
    trace_init(&trace);
    for (int i = 0; i < 100; i++)
        trace_add(&trace.shutdowns, "name", 4, (i * 37) % 100);
    assert_int_equal(trace.shutdowns.n, TRACE_ITEMS);
    for (int i = 0; i < TRACE_ITEMS; i++)
        expect_item(&trace.shutdowns, (size_t)i, "name", 99 - i);
    trace.leaving = 0;
    trace.n_devices = 100;
    object = trace_to_json(&trace);
    assert_int_equal(trace_from_json(object, &again), 0);
    assert_int_equal(again.leaving, 0);
    assert_int_equal(again.devices, -1);
    assert_int_equal(again.n_devices, 100);
    assert_int_equal(again.shutdowns.n, TRACE_ITEMS);
}

/* As initcall_debug makes the kernel write them, newest first. */
static void the_new_kernel_tells_what_was_slow(void **state)
{
    static const struct {
        int64_t time;
        const char *text;
    } LINES[] = {
        {9000000, "IPv6: ADDRCONF(NETDEV_CHANGE): eth0: link becomes ready"},
        {8000000, "igb 0000:01:00.0 eth0: igb: eth0 NIC Link is Up 1000 Mbps Full Duplex"},
        {5000000, "probe of 0000:01:00.0 returned 1 after 1234567 usecs"},
        {4000000, "initcall igb_init_module+0x0/0x1000 [igb] returned 0 after 50000 usecs"},
        {3000000, "initcall acpi_init+0x0/0x4a0 returned 0 after 312345 usecs"},
        {2900000, "initcall fast_init+0x0/0x4a0 returned 0 after 49999 usecs"},
        {2800000, "initcall odd returned 0 after -1 usecs"},
        {2700000, "initcall odder returned 0 after 99999999999999999999 usecs"},
        {2600000, "initcall oddest+0x returned"},
        {2000000, "Freeing initrd memory: 13820K"},
        {1400000, "Trying to unpack rootfs image as initramfs..."},
    };
    CLEANUP(trace_clear) struct reboot_trace trace;
    struct trace_startup startup = {.trace = &trace};

    (void)state;
    trace_init(&trace);
    for (size_t i = 0; i < ELEMENTS(LINES); i++)
        trace_log_take_startup(&startup, LINES[i].time, LINES[i].text);
    assert_int_equal(trace.startups.n, 3);
    expect_item(&trace.startups, 0, "probe of 0000:01:00.0", 1234567);
    expect_item(&trace.startups, 1, "acpi_init", 312345);
    expect_item(&trace.startups, 2, "igb_init_module", 50000);
    assert_int_equal(trace.unpacking, 600000);
    assert_int_equal(trace.link, 8000000);
}

/* The store */

static void expect_own(char **own, const char *const *expected)
{
    size_t i = 0;

    for (; expected[i]; i++) {
        assert_non_null(own);
        assert_non_null(own[i]);
        assert_string_equal(own[i], expected[i]);
    }
    assert_true(!own || !own[i]);
}

/* The log of one shutdown in three parts, beside what other boots left. */
static void write_parts(const struct tree *tree, const char *directory)
{
    static const struct {
        const char *name, *text;
    } PARTS[] = {
        {"dmesg-erst-11", "Shutdown#1 Part3\n<6>[    1.000000] a\n<6>[   90.000000] b\n"},
        {"dmesg-erst-12",
         "Shutdown#1 Part2\n<6>[   91.000000] c\n" MARK "<6>[  100.500000] sd 0:0:0:0: shutdown\n"},
        {"dmesg-erst-13", "Shutdown#1 Part1\n<6>[  101.500000] nvme 0000:01:00.0: shutdown\n"
                          "<5>[  103.000000] kexec_core: Starting new kernel\n"},
        {"dmesg-erst-21", "Shutdown#1 Part1\n<6>[  300.000000] x\n<6>[  301.000000] y\n"},
        {"dmesg-erst-22", "Shutdown#1 Part3\n<6>[    0.000000] x\n<6>[   80.000000] y\n"},
        {"dmesg-erst-23", "Shutdown#2 Part1\n<6>[  101.000000] x\n"},
        {"dmesg-erst-24", "Shutdown#1 Part1\n<6>[   50.000000] x\n"},
        {"dmesg-erst-25", "Shutdown#1 Part3\n<6>[  200.000000] x\n"},
        {"dmesg-erst-31", "Panic#1 Part1\n" MARK "<0>[  104.000000] Kernel panic\n"},
        {"dmesg-erst-32", "Shutdown#1 Part1 and more\n" MARK},
        {"dmesg-erst-33.enc.z", "\x78\x9c\x01"},
        {"console-ramoops-0", MARK},
    };

    for (size_t i = 0; i < ELEMENTS(PARTS); i++) {
        AUTOFREE char *path = format("%s/%s", directory, PARTS[i].name);

        tree_write(tree, path, PARTS[i].text);
    }
}

static void expect_found(const struct tree *tree, const char *const *expected)
{
    CLEANUP(names_freep) char **own = NULL;
    CLEANUP(trace_clear) struct reboot_trace trace;
    AUTOFREE char *log = NULL;

    pstore_find(tree->root, ID, NULL, false, &log, &own);
    trace_init(&trace);
    trace_log_read_shutdown(log, ID, &trace);
    assert_null(trace.problem);
    assert_int_equal(trace.n_devices, 2);
    expect_item(&trace.shutdowns, 0, "nvme 0000:01:00.0", 1500000);
    expect_item(&trace.shutdowns, 1, "sd 0:0:0:0", 1000000);
    expect_own(own, expected);
}

static void the_parts_of_the_record_are_joined(void **state)
{
    tree_write(*state, PSTORE_ARCHIVE "/7557000/dmesg-erst-10",
               "Shutdown#1 Part1\n<6>[  101.000000] nvme 0000:02:00.0: shutdown\n");
    write_parts(*state, PSTORE_DIR);
    expect_found(*state,
                 (const char *const[]){PSTORE_DIR "/dmesg-erst-12", PSTORE_DIR "/dmesg-erst-13",
                                       PSTORE_DIR "/dmesg-erst-11", NULL});
}

/* systemd-pstore.service has moved them: there they are its own. */
static void systemds_archive_is_read(void **state)
{
    const struct tree *tree = *state;

    write_parts(tree, PSTORE_ARCHIVE "/7557000");
    expect_found(tree, (const char *const[]){NULL});
    tree_write(tree, PSTORE_ARCHIVE "/7557000/dmesg.txt", MARK);
    write_parts(tree, PSTORE_DIR);
    expect_found(tree,
                 (const char *const[]){PSTORE_DIR "/dmesg-erst-12", PSTORE_DIR "/dmesg-erst-13",
                                       PSTORE_DIR "/dmesg-erst-11", NULL});
}

static void without_its_record_nothing_is_found(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(names_freep) char **own = NULL;
    AUTOFREE char *log = NULL, *large = xcalloc(300 * 1024, 1);

    memset(large, '\n', 300 * 1024 - 1);
    memcpy(large, "Shutdown#1 Part1\n" MARK, strlen("Shutdown#1 Part1\n" MARK));
    tree_write(tree, PSTORE_DIR "/dmesg-erst-1", large);
    tree_write(tree, PSTORE_DIR "/dmesg-erst-2", "");
    tree_mkdir(tree, PSTORE_DIR "/dmesg-erst-3");
    pstore_find(tree->root, ID, NULL, false, &log, &own);
    assert_string_equal(log, "");
    assert_null(own);
}

/* A store that is full or small has the end of the log alone. */
static void a_record_without_the_mark_is_the_new_one(void **state)
{
    static const char *const OLD[] = {"dmesg-erst-1", NULL}, *const NONE[] = {NULL};
    const struct tree *tree = *state;
    CLEANUP(names_freep) char **own = NULL, **several = NULL, **unknown = NULL;
    CLEANUP(trace_clear) struct reboot_trace trace;
    AUTOFREE char *log = NULL, *none = NULL, *nothing = NULL;

    tree_write(tree, PSTORE_DIR "/dmesg-erst-1",
               "Shutdown#1 Part1\n<6>[    1.000000] sd 0:0:0:0: shutdown\n");
    tree_write(tree, PSTORE_DIR "/dmesg-erst-2",
               "Shutdown#1 Part2\n<6>[  100.500000] sd 0:0:0:0: shutdown\n");
    tree_write(tree, PSTORE_DIR "/dmesg-erst-3",
               "Shutdown#1 Part1\n<6>[  100.750000] nvme 0000:01:00.0: shutdown\n"
               "<5>[  105.250000] kexec_core: Starting new kernel\n");
    pstore_find(tree->root, ID, (char *const *)OLD, true, &log, &own);
    trace_init(&trace);
    trace_log_read_shutdown(log, ID, &trace);
    assert_non_null(strstr(trace.problem, "lacks its beginning"));
    expect_item(&trace.shutdowns, 0, "nvme 0000:01:00.0", 4500000);
    expect_item(&trace.shutdowns, 1, "sd 0:0:0:0", 250000);
    assert_int_equal(trace.devices, -1);
    expect_own(own,
               (const char *const[]){PSTORE_DIR "/dmesg-erst-2", PSTORE_DIR "/dmesg-erst-3", NULL});
    pstore_find(tree->root, ID, (char *const *)NONE, true, &none, &several);
    assert_string_equal(none, "");
    assert_null(several);
    pstore_find(tree->root, ID, (char *const *)OLD, false, &nothing, &unknown);
    assert_string_equal(nothing, "");
    assert_null(unknown);
}

/* The request */

static void expect_refusal(const struct tree *tree, bool efi, const char *expected)
{
    AUTOFREE char *refusal = trace_refusal(tree->root, efi);

    if (!expected)
        assert_null(refusal);
    else if (!refusal || !strstr(refusal, expected))
        fail_msg("\"%s\" does not say \"%s\"", refusal ? refusal : "(nothing)", expected);
}

static void a_machine_without_a_store_is_refused(void **state)
{
    const struct tree *tree = *state;

    expect_refusal(tree, false, NULL);
    tree_write(tree, MOUNTS, "");
    expect_refusal(tree, false, "is not mounted");
    tree_write(tree, MOUNTS, MOUNTED "\n");
    expect_refusal(tree, false, NULL);
    tree_write(tree, BACKEND, "(null)\n");
    expect_refusal(tree, true, "no store");
    tree_write(tree, BACKEND, "nvram\n");
    expect_refusal(tree, true, "\"nvram\"");
    tree_remove(tree, BACKEND);
    expect_refusal(tree, true, "no store");
}

static void flash_memory_is_only_used_when_asked_for(void **state)
{
    static const char *const NAMES[] = {"efi\n", "efi_pstore\n"};
    const struct tree *tree = *state;

    for (size_t i = 0; i < ELEMENTS(NAMES); i++) {
        tree_write(tree, BACKEND, NAMES[i]);
        expect_refusal(tree, false, "--efi");
        expect_refusal(tree, true, NULL);
    }
    tree_write(tree, MOUNTS, MOUNTED "\n");
    assert_int_equal(trace_arm(tree->root, tell), 0);
    assert_string_equal(told, ""); /* the record does not grow */
}

static void memory_must_take_shutdowns(void **state)
{
    static const struct {
        const char *reason;
        bool taken;
    } REASONS[] = {{"-1\n", false}, {"2\n", false}, {"0\n", true}, {"4\n", true}, {"5\n", true}};
    const struct tree *tree = *state;

    tree_write(tree, BACKEND, "ramoops\n");
    expect_refusal(tree, false, "max_reason");
    for (size_t i = 0; i < ELEMENTS(REASONS); i++) {
        tree_write(tree, RAM, REASONS[i].reason);
        expect_refusal(tree, false, REASONS[i].taken ? NULL : "max_reason");
    }
}

static void what_cannot_be_set_is_said(void **state)
{
    const struct tree *tree = *state;

    assert_int_equal(trace_arm(tree->root, tell), 0);
    assert_string_equal(told, "");
    tree_write(tree, MOUNTS, MOUNTED "\n");
    tree_write(tree, "proc/sys/kernel/osrelease", "5.10.0-30-amd64\n");
    assert_int_equal(trace_arm(tree->root, tell), 0);
    assert_non_null(strstr(told, "kernel 5.10.0-30-amd64 is older than 5.13"));
    assert_non_null(strstr(told, "cannot raise kmsg_bytes"));
    assert_int_equal(trace_is_armed(tree->root), 1);
    assert_int_equal(trace_disarm(tree->root), 0);
    assert_int_equal(trace_is_armed(tree->root), 0);
}

/* The reboot */

static void begin(const struct tree *tree, const char *id)
{
    const struct attempt attempt = {
        .id = (char *)id, .boot_id = (char *)"old", .state = ATTEMPT_LOADED};

    trace_note(tree->root, &attempt);
}

static void expect_text(const struct tree *tree, const char *path, const char *expected)
{
    AUTOFREE char *text = tree_read(tree, path);

    assert_string_equal(text, expected);
}

static void the_shutdown_is_traced(void **state)
{
    const struct tree *tree = *state;

    assert_int_equal(trace_arm(tree->root, tell), 0);
    begin(tree, ID);
    trace_begin(tree->root, tell);
    expect_text(tree, KERNEL, "Y");
    expect_text(tree, PRINTK, "Y");
    trace_mark(tree->root);
    expect_text(tree, "dev/kmsg", "<6>fastreboot: tracing attempt " ID "\n");
}

static void without_a_request_nothing_is_set(void **state)
{
    const struct tree *tree = *state;

    begin(tree, ID);
    trace_begin(tree->root, tell);
    trace_mark(tree->root);
    assert_null(tree_read(tree, STATE_TRACE));
    /* One that has not led to a fast reboot. */
    assert_int_equal(trace_arm(tree->root, tell), 0);
    trace_begin(tree->root, tell);
    trace_mark(tree->root);
    expect_text(tree, KERNEL, "");
    expect_text(tree, PRINTK, "");
    expect_text(tree, "dev/kmsg", "");
    assert_string_equal(told, "");
}

static void a_kernel_without_the_knobs_is_told(void **state)
{
    const struct tree *tree = *state;

    assert_int_equal(trace_arm(tree->root, tell), 0);
    begin(tree, ID);
    tree_remove(tree, KERNEL);
    trace_begin(tree->root, tell);
    assert_non_null(strstr(told, "tracing: initcall_debug: No such file or directory"));
    expect_text(tree, PRINTK, "Y");
    assert_null(tree_read(tree, KERNEL));
    tree_remove(tree, "dev/kmsg");
    trace_mark(tree->root);
    assert_null(tree_read(tree, "dev/kmsg"));
}

/* The next boot */

static void collect(const struct tree *tree, const char *before, struct reboot_times *ret)
{
    char **own;

    *ret = (struct reboot_times){.boot_id = xstrdup("new"), .before = xstrdup(before)};
    trace_collect(tree->root, ret, &own);
    trace_end(tree->root, own);
}

static bool exists(const struct tree *tree, const char *path)
{
    AUTOFREE char *text = tree_read(tree, path);

    return text;
}

static void the_next_boot_reads_it_and_removes_the_record(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(times_clear) struct reboot_times times, later;

    assert_int_equal(trace_arm(tree->root, tell), 0);
    begin(tree, ID);
    write_parts(tree, PSTORE_DIR);
    collect(tree, "old", &times);
    assert_non_null(times.trace);
    assert_null(times.trace->problem);
    assert_int_equal(times.trace->n_devices, 2);
    for (int i = 11; i <= 33; i++) {
        AUTOFREE char *path = format(PSTORE_DIR "/dmesg-erst-%d%s", i, i == 33 ? ".enc.z" : "");
        bool others = (i >= 21 && i <= 25) || i >= 31;

        assert_int_equal(exists(tree, path), others);
    }
    assert_false(exists(tree, STATE_TRACE));
    collect(tree, "old", &later);
    assert_null(later.trace);
}

/* What was in the store before the shutdown is not of it, even if it is of a shutdown. */
static void what_was_there_before_stays(void **state)
{
    static const char OLD[] = PSTORE_DIR "/dmesg-erst-1", NEW[] = PSTORE_DIR "/dmesg-erst-2";
    static const char OLDER[] = PSTORE_DIR "/dmesg-erst-0";
    static const char END[] = "Shutdown#1 Part1\n<6>[  101.000000] sd 0:0:0:0: shutdown\n"
                              "<5>[  105.000000] kexec_core: Starting new kernel\n";
    const struct tree *tree = *state;
    CLEANUP(times_clear) struct reboot_times times;

    tree_write(tree, OLD, END);
    tree_write(tree, OLDER, "Shutdown#1 Part2\n<6>[  100.000000] x\n");
    assert_int_equal(trace_arm(tree->root, tell), 0);
    begin(tree, ID);
    tree_write(tree, NEW, END);
    collect(tree, "old", &times);
    assert_int_equal(times.trace->n_devices, 1);
    assert_true(exists(tree, OLD));
    assert_true(exists(tree, OLDER));
    assert_false(exists(tree, NEW));
}

/* The machine crashed before its figures were complete: the record is of no reboot in the history.
 */
static void a_record_of_an_older_reboot_goes(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(times_clear) struct reboot_times times;

    assert_int_equal(trace_arm(tree->root, tell), 0);
    begin(tree, ID);
    write_parts(tree, PSTORE_DIR);
    collect(tree, "crashed", &times);
    assert_null(times.trace);
    assert_false(exists(tree, PSTORE_DIR "/dmesg-erst-12"));
    assert_true(exists(tree, PSTORE_DIR "/dmesg-erst-21"));
    assert_false(exists(tree, STATE_TRACE));
}

static void a_missing_record_is_said(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(times_clear) struct reboot_times times;

    assert_int_equal(trace_arm(tree->root, tell), 0);
    begin(tree, ID);
    collect(tree, "old", &times);
    assert_non_null(times.trace);
    assert_string_equal(times.trace->problem, "the store has no record of this reboot");
}

/* Another attempt of the same boot was judged. */
static void a_trace_that_was_called_off_is_forgotten(void **state)
{
    const struct tree *tree = *state;

    assert_int_equal(trace_arm(tree->root, tell), 0);
    begin(tree, ID);
    trace_settle(tree->root, &(struct attempt){.id = (char *)ID});
    assert_true(exists(tree, STATE_TRACE));
    trace_settle(tree->root, &(struct attempt){.id = (char *)OTHER});
    assert_false(exists(tree, STATE_TRACE));
    tree_write(tree, STATE_TRACE, "damaged");
    trace_settle(tree->root, &(struct attempt){.id = (char *)ID});
    assert_false(exists(tree, STATE_TRACE));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_device_takes_until_the_next_one),
        TEST(callers_are_skipped),
        TEST(what_the_log_lacks_is_said),
        TEST(a_damaged_log_is_text),
        TEST(the_slowest_are_kept),
        TEST(the_new_kernel_tells_what_was_slow),
        TEST(the_parts_of_the_record_are_joined),
        TEST(systemds_archive_is_read),
        TEST(without_its_record_nothing_is_found),
        TEST(a_record_without_the_mark_is_the_new_one),
        TEST(a_machine_without_a_store_is_refused),
        TEST(flash_memory_is_only_used_when_asked_for),
        TEST(memory_must_take_shutdowns),
        TEST(what_cannot_be_set_is_said),
        TEST(the_shutdown_is_traced),
        TEST(without_a_request_nothing_is_set),
        TEST(a_kernel_without_the_knobs_is_told),
        TEST(the_next_boot_reads_it_and_removes_the_record),
        TEST(what_was_there_before_stays),
        TEST(a_record_of_an_older_reboot_goes),
        TEST(a_missing_record_is_said),
        TEST(a_trace_that_was_called_off_is_forgotten),
    };

    return RUN_TESTS(tests);
}
