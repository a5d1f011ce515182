/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reboot/departure.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include "act/systemd.h"
#include "base/paths.h"
#include "fakes.h"
#include "reboot/load.h"
#include "reboot/notes.h"
#include "reboot/records.h"
#include "test.h"

/* Whether what is below the tree's root passes for this machine. */
static bool live;

bool __wrap_root_is_live(int root);
bool __wrap_root_is_live(int root)
{
    (void)root;
    return live;
}

static int setup(void **state)
{
    const struct tree *tree;

    assert_int_equal(tree_setup(state), 0);
    tree = *state;
    tree_debian(tree);
    tree_mkdir(tree, STATE_DIR);
    fake_reset(tree);
    fake.shutdown = SHUTDOWN_REBOOT;
    return 0;
}

#define SHUTDOWN_HOOK "usr/lib/systemd/system-shutdown/fastreboot.shutdown"

static bool exists(const struct tree *tree, const char *path)
{
    return faccessat(tree->root, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool is_loaded(const struct tree *tree)
{
    AUTOFREE char *loaded = tree_read(tree, "sys/kernel/kexec_loaded");

    return *loaded == '1';
}

static void expect(const struct tree *tree, enum attempt_state state, const char *reason)
{
    CLEANUP(attempt_clear) struct attempt attempt;

    assert_int_equal(records_read_attempt(tree->root, STATE_ATTEMPT, &attempt), 1);
    assert_int_equal(attempt.state, state);
    assert_int_equal(attempt.reason != NULL, reason != NULL);
    if (reason && !strstr(attempt.reason, reason))
        fail_msg("\"%s\" does not say \"%s\"", attempt.reason, reason);
    assert_int_equal(exists(tree, RUN_JUMP), state == ATTEMPT_LOADED);
}

static void a_reboot_is_fast(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(attempt_clear) struct attempt attempt;
    AUTOFREE char *cmdline = NULL, *mark = NULL;
    struct go_ahead go;

    assert_int_equal(departure_load(tree->root), 0);
    expect(tree, ATTEMPT_LOADED, NULL);
    assert_int_equal(records_read_attempt(tree->root, STATE_ATTEMPT, &attempt), 1);
    cmdline = tree_read(tree, FAKE_CMDLINE);
    mark = format("fastreboot.attempt=%s", attempt.id);
    assert_non_null(strstr(cmdline, mark));
    assert_string_equal(attempt.cmdline, cmdline);
    assert_string_equal(attempt.release, "6.1.0-33-amd64");
    assert_true(attempt.has_inventory);
    assert_int_equal(notes_read_go_ahead(tree->root, &go), 0);
    assert_int_equal(go.job, fake.job);
}

/* Two NVMe disks, one with the root file system. */
static void add_disks(const struct tree *tree)
{
    tree_write(tree, "proc/self/mountinfo", "25 1 259:1 / / rw - ext4 /dev/nvme0n1p1 rw\n");
    for (int i = 0; i < 2; i++) {
        AUTOFREE char *device = format("sys/devices/pci0000:00/0000:0%d:00.0", i);
        AUTOFREE char *disk = format("%s/nvme/nvme%d/nvme%dn1", device, i, i);
        AUTOFREE char *link = format("sys/bus/pci/drivers/nvme/0000:0%d:00.0", i);
        AUTOFREE char *class = format("sys/class/block/nvme%dn1", i);
        AUTOFREE char *target = format("/%s", device), *block = format("/%s", disk);

        tree_mkdir(tree, disk);
        tree_link(tree, link, target);
        tree_link(tree, class, block);
    }
    tree_link(tree, "sys/dev/block/259:1", "/sys/class/block/nvme0n1");
}

static void expect_disks(const struct tree *tree, const char *wanted)
{
    AUTOJSON struct json_object *note = NULL;
    struct quirk_facts plan = {0};
    int r;

    assert_int_equal(departure_load(tree->root), 0);
    r = notes_read_detach(tree->root, &note, &plan);
    assert_int_equal(r, wanted ? 0 : -ENOENT);
    if (wanted)
        assert_string_equal(plan.together, wanted);
}

/* Only where it is asked for. */
static void data_disks_are_planned_for_the_end(void **state)
{
    const struct tree *tree = *state;

    add_disks(tree);
    expect_disks(tree, NULL);
    tree_write(tree, "etc/fastreboot.conf", "data-disks = detach\n");
    expect_disks(tree, "pci/drivers/nvme/0000:01:00.0");
    expect(tree, ATTEMPT_LOADED, NULL);
    tree_write(tree, "etc/fastreboot.conf", "data-disks = keep\n");
    expect_disks(tree, NULL);
    tree_write(tree, "etc/fastreboot/quirks.d/x.conf",
               "[x]\nmatch-driver = nvme\ndetach-disks = nvm*\n");
    expect_disks(tree, "pci/drivers/nvme/0000:01:00.0");
    tree_write(tree, "etc/fastreboot.conf", "data-disks = detach\nmode = firmware\n");
    expect_disks(tree, NULL);
}

/* The attempt is noted for the end of the shutdown and for the next boot, and the next kernel tells
 * what it does. */
static void a_traced_reboot_is_noted(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *note = NULL, *kept = NULL, *cmdline = NULL;
    CLEANUP(attempt_clear) struct attempt attempt;

    tree_write(tree, RUN_TRACE, "{\"kmsg_bytes\":10240}\n");
    assert_int_equal(departure_load(tree->root), 0);
    assert_int_equal(records_read_attempt(tree->root, STATE_ATTEMPT, &attempt), 1);
    note = tree_read(tree, RUN_TRACE);
    kept = tree_read(tree, STATE_TRACE);
    cmdline = tree_read(tree, FAKE_CMDLINE);
    assert_non_null(strstr(note, attempt.id));
    assert_non_null(strstr(note, "10240"));
    assert_non_null(strstr(kept, attempt.id));
    assert_non_null(strstr(cmdline, " initcall_debug log_buf_len=4M"));
}

static void a_firmware_reboot_is_not_traced(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *note = NULL;

    tree_write(tree, RUN_TRACE, "{}\n");
    assert_int_equal(notes_write_normal(tree->root, ""), 0);
    assert_int_equal(departure_load(tree->root), 0);
    note = tree_read(tree, RUN_TRACE);
    assert_string_equal(note, "{}\n");
    assert_false(exists(tree, STATE_TRACE));
}

/* An administrator has removed a drop-in, and systemd has not been told. */
static void what_systemd_has_not_read_again_counts(void **state)
{
    static const char *const UNITS[] = {"fastreboot.service", "fastreboot-jump.service"};
    const struct tree *tree = *state;

    for (size_t i = 0; i < ELEMENTS(UNITS); i++) {
        fake.stale = UNITS[i];
        live = true;
        assert_int_equal(departure_load(tree->root), 0);
        expect(tree, ATTEMPT_FIRMWARE, UNITS[i]);
        live = false; /* a recording: nobody can be asked */
        assert_int_equal(departure_load(tree->root), 0);
        expect(tree, ATTEMPT_LOADED, NULL);
    }
}

/* PID 1 refuses accesses below an automount that is about to stop, as during a shutdown. */
static void what_an_automount_stands_for_is_mounted(void **state)
{
    static const char AUTOFS[] = "30 1 0:28 / /boot rw - autofs systemd-1 rw\n"
                                 "31 30 0:29 / /boot/efi rw - autofs systemd-1 rw\n"
                                 "32 30 0:30 / /mnt rw - autofs systemd-1 rw\n";
    const struct tree *tree = *state;
    AUTOFREE char *asked = NULL;

    tree_write(tree, CONFIG_FILE, "kernel = /vmlinuz\ninitrd = /initrd.img\n");
    tree_write(tree, "proc/self/mountinfo", AUTOFS);
    assert_int_equal(departure_load(tree->root), 0);
    expect(tree, ATTEMPT_LOADED, NULL);
    asked = tree_read(tree, FAKE_STARTED);
    assert_string_equal(asked, "boot.mount boot-efi.mount ");
}

static void what_is_mounted_is_not_asked_for(void **state)
{
    static const char MOUNTED[] = "30 1 0:28 / /boot rw - autofs systemd-1 rw\n"
                                  "31 30 8:1 / /boot rw - ext4 /dev/sda1 rw\n";
    const struct tree *tree = *state;

    tree_write(tree, "proc/self/mountinfo", MOUNTED);
    assert_int_equal(departure_load(tree->root), 0);
    assert_false(exists(tree, FAKE_STARTED));
}

static int polled; /* how often the program has waited for a mount */

int __real_poll(struct pollfd *fds, nfds_t n, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout);

int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout)
{
    polled++;
    return __real_poll(fds, n, timeout);
}

/* If PID 1 refuses to mount, nothing waits for it. */
static void without_the_mount_it_goes_on(void **state)
{
    const struct tree *tree = *state;

    fake.start_error = EDEADLK;
    tree_write(tree, CONFIG_FILE, "kernel = /vmlinuz\ninitrd = /initrd.img\n");
    tree_write(tree, "proc/self/mountinfo", "30 1 0:28 / /boot rw - autofs systemd-1 rw\n");
    polled = 0;
    assert_int_equal(departure_load(tree->root), 0);
    assert_int_equal(polled, 0);
    expect(tree, ATTEMPT_LOADED, NULL); /* this machine still has /boot */
}

/* dracut unpacks a script that knows nothing of kexec. */
static const char *unpacked(const char *unit)
{
    if (!streq(unit, "dracut-shutdown.service"))
        return "inactive";
    tree_write(fake.tree, "run/initramfs/shutdown", "#!/bin/sh\nreboot -f\n");
    tree_remove(fake.tree, "run/initramfs/.need_shutdown");
    return "inactive";
}

/* At the jump /var may be unmounted, and the next boot would find a kernel that did not come up. */
static void the_script_for_the_end_is_looked_at_when_it_is_there(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(attempt_clear) struct attempt attempt;

    tree_write(tree, "run/initramfs/.need_shutdown", "");
    tree_write(tree, SHUTDOWN_HOOK, "\177ELF");
    assert_int_equal(fchmodat(tree->root, SHUTDOWN_HOOK, 0755, 0), 0);
    fake.unit_state = unpacked;
    assert_int_equal(departure_load(tree->root), 0);
    expect(tree, ATTEMPT_FIRMWARE, "a script that is not known to start a kernel");
    assert_false(is_loaded(tree));
    assert_int_equal(records_read_attempt(tree->root, STATE_ATTEMPT, &attempt), 1);
    assert_string_equal(attempt.reason_id, "initrd-shutdown");
}

static void a_reason_is_written_down(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(attempt_clear) struct attempt attempt;

    tree_write(tree, CONFIG_FILE, "mode = firmware\n");
    assert_int_equal(departure_load(tree->root), 0);
    expect(tree, ATTEMPT_FIRMWARE, "mode = firmware");
    assert_int_equal(fake.loads, 0);
    assert_int_equal(records_read_attempt(tree->root, STATE_ATTEMPT, &attempt), 1);
    assert_string_equal(attempt.reason_id, "mode-firmware");
}

static void a_kernel_that_does_not_load_is_dropped(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(attempt_clear) struct attempt attempt;

    fake.load_error = EKEYREJECTED;
    assert_int_equal(departure_load(tree->root), -ECANCELED);
    expect(tree, ATTEMPT_FIRMWARE, strerror(EKEYREJECTED));
    assert_false(is_loaded(tree) || exists(tree, RUN_LOADED));
    assert_int_equal(records_read_attempt(tree->root, STATE_ATTEMPT, &attempt), 1);
    assert_string_equal(attempt.reason_id, "load-failed");
}

static void without_pid_1_nothing_is_loaded(void **state)
{
    const struct tree *tree = *state;

    fake.shutdown = -ECONNREFUSED;
    assert_int_equal(departure_load(tree->root), -ECANCELED);
    expect(tree, ATTEMPT_FIRMWARE, "cannot ask PID 1 whether this is a reboot");
    assert_int_equal(fake.loads, 0);
}

static void without_a_place_to_write_nothing_is_loaded(void **state)
{
    const struct tree *tree = *state;

    tree_mkdir(tree, STATE_ATTEMPT "/in the way");
    assert_int_equal(departure_load(tree->root), -ECANCELED);
    assert_int_equal(fake.loads, 0);
    assert_false(exists(tree, RUN_JUMP));
}

/* What ends the load may be something that it reads: then nothing is read any more. */
static void a_load_that_did_not_end_twice_is_not_begun_again(void **state)
{
    const struct tree *tree = *state;

    records_count_load(tree->root, "a");
    records_count_load(tree->root, "b");
    tree_write(tree, CONFIG_FILE, "mode = firmware\n"); /* would otherwise be the reason */
    assert_int_equal(departure_load(tree->root), 0);
    expect(tree, ATTEMPT_FIRMWARE, "the last 2 loads at shutdown began and did not end");
    assert_int_equal(fake.loads, 0);
    tree_remove(tree, CONFIG_FILE);
    assert_int_equal(records_forget(tree->root), 0);
    assert_int_equal(departure_load(tree->root), 0);
    expect(tree, ATTEMPT_LOADED, NULL);
}

/* Another program's kernel */

static void load_by_hand(const struct tree *tree)
{
    tree_write(tree, "sys/kernel/kexec_loaded", "1\n");
}

static void another_programs_kernel_is_started(void **state)
{
    const struct tree *tree = *state;

    load_by_hand(tree);
    assert_int_equal(departure_load(tree->root), 0);
    expect(tree, ATTEMPT_LOADED, NULL);
    assert_int_equal(fake.loads + fake.unloads, 0);
}

/* Otherwise kexec.target would start it, although status and journal announced the firmware. */
static void a_reason_is_one_for_another_programs_kernel_too(void **state)
{
    const struct tree *tree = *state;

    load_by_hand(tree);
    tree_write(tree, "run/systemd/reboot-to-firmware-setup", "");
    assert_int_equal(departure_load(tree->root), 0);
    expect(tree, ATTEMPT_FIRMWARE, "firmware setup");
    assert_false(is_loaded(tree));
}

/* The jump then makes its unit fail. */
static void what_cannot_be_dropped_is_left_to_the_jump(void **state)
{
    const struct tree *tree = *state;

    load_by_hand(tree);
    fake.unload_error = EPERM;
    tree_write(tree, CONFIG_FILE, "mode = firmware\n");
    assert_int_equal(departure_load(tree->root), 0);
    expect(tree, ATTEMPT_FIRMWARE, "mode = firmware");
    assert_int_equal(notes_has_normal(tree->root), 1);
}

/* Stops without a reboot */

static void write_attempt(const struct tree *tree, enum attempt_state attempt_state)
{
    const struct attempt attempt = {
        .id = (char *)"1", .boot_id = (char *)"2", .time = 3, .state = attempt_state};

    assert_int_equal(records_write_attempt(tree->root, STATE_ATTEMPT, &attempt), 0);
}

/* Asserts that the reboot is fast, and how often it loads. */
static void expect_loads(const struct tree *tree, int loads)
{
    fake.loads = 0;
    assert_int_equal(departure_load(tree->root), 0);
    expect(tree, ATTEMPT_LOADED, NULL);
    assert_int_equal(fake.loads, loads);
    assert_int_equal(fake.unloads, 0);
}

/* What makes up most of the time that a load takes at shutdown is done before. */
static void an_early_kernel_is_not_loaded_again(void **state)
{
    static const int SHUTDOWNS[] = {SHUTDOWN_REBOOT, SHUTDOWN_KEXEC};
    const struct tree *tree = *state;

    tree_write(tree, CONFIG_FILE, "load = early\n");
    load_early(tree->root);
    for (size_t i = 0; i < ELEMENTS(SHUTDOWNS); i++) {
        CLEANUP(attempt_clear) struct attempt attempt;
        AUTOFREE char *cmdline = NULL;

        fake.shutdown = SHUTDOWNS[i];
        expect_loads(tree, 0);
        assert_int_equal(records_read_attempt(tree->root, STATE_ATTEMPT, &attempt), 1);
        cmdline = tree_read(tree, FAKE_CMDLINE);
        assert_string_equal(attempt.cmdline, cmdline); /* the next boot has the right mark */
    }
    tree_write(tree, FAKE_LIMIT, "7\n");
    expect_loads(tree, 1);
    tree_write(tree, "boot/initrd.img-6.1.0-33-amd64", TREE_INITRD "new");
    expect_loads(tree, 1);
    expect_loads(tree, 0);
}

static void an_early_kernel_goes_with_the_service(void **state)
{
    static const int KINDS[] = {SHUTDOWN_NONE, SHUTDOWN_OFF};
    const struct tree *tree = *state;

    tree_write(tree, CONFIG_FILE, "load = early\n");
    for (size_t i = 0; i < ELEMENTS(KINDS); i++) {
        load_early(tree->root);
        assert_true(is_loaded(tree));
        fake.shutdown = KINDS[i];
        assert_int_equal(departure_load(tree->root), 0);
        assert_false(is_loaded(tree) || exists(tree, STATE_ATTEMPT));
    }
}

static void another_programs_kernel_outlives_the_service(void **state)
{
    const struct tree *tree = *state;

    load_by_hand(tree);
    fake.shutdown = SHUTDOWN_NONE;
    assert_int_equal(departure_load(tree->root), 0);
    assert_true(is_loaded(tree));
}

/* Otherwise a later crash would be forgotten. */
static void a_check_outlives_the_service(void **state)
{
    const struct tree *tree = *state;

    write_attempt(tree, ATTEMPT_CHECKING);
    fake.shutdown = SHUTDOWN_NONE;
    assert_int_equal(departure_load(tree->root), 0);
    assert_true(exists(tree, STATE_ATTEMPT));
    fake.shutdown = SHUTDOWN_OFF; /* on purpose, not a sign of a bad kernel */
    assert_int_equal(departure_load(tree->root), 0);
    assert_false(exists(tree, STATE_ATTEMPT));
    write_attempt(tree, ATTEMPT_LOADED);
    fake.shutdown = SHUTDOWN_NONE;
    assert_int_equal(departure_load(tree->root), 0);
    assert_false(exists(tree, STATE_ATTEMPT));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_reboot_is_fast),
        TEST(a_traced_reboot_is_noted),
        TEST(a_firmware_reboot_is_not_traced),
        TEST(data_disks_are_planned_for_the_end),
        TEST(what_systemd_has_not_read_again_counts),
        TEST(what_an_automount_stands_for_is_mounted),
        TEST(what_is_mounted_is_not_asked_for),
        TEST(without_the_mount_it_goes_on),
        TEST(the_script_for_the_end_is_looked_at_when_it_is_there),
        TEST(a_reason_is_written_down),
        TEST(a_kernel_that_does_not_load_is_dropped),
        TEST(without_pid_1_nothing_is_loaded),
        TEST(a_load_that_did_not_end_twice_is_not_begun_again),
        TEST(without_a_place_to_write_nothing_is_loaded),
        TEST(another_programs_kernel_is_started),
        TEST(a_reason_is_one_for_another_programs_kernel_too),
        TEST(what_cannot_be_dropped_is_left_to_the_jump),
        TEST(an_early_kernel_goes_with_the_service),
        TEST(an_early_kernel_is_not_loaded_again),
        TEST(another_programs_kernel_outlives_the_service),
        TEST(a_check_outlives_the_service),
    };

    return RUN_TESTS(tests);
}
