/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A storage server is as fast as any other machine, and is right. What counts is the work that is
 * done, in calls of the kernel and bytes, and the memory; not the time. */

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "act/systemd.h"
#include "base/paths.h"
#include "fakes.h"
#include "reboot/departure.h"
#include "reboot/records.h"
#include "test.h"

enum {
    MEBIBYTE = 1024 * 1024,
    MOST_CALLS = 75 * 1000, /* 0.05 s on a slow processor */
    MOST_CALLS_OF_ORDINARY = 2000,
    MOST_CALLS_FOR_A_DEVICE = 20, /* of PCI, which the health check compares */
    MOST_MEMORY = 32 * MEBIBYTE,
    MOST_MEMORY_OF_ORDINARY = 8 * MEBIBYTE,
    INITRD_BLOCK = 128 * 1024,
    INITRD_BLOCKS = 512,
};

/* How many of everything. */
struct size {
    int disks;
    int links;
    int mounts;
    int routes;
    int blocks; /* of memory, of 128 MiB each */
};

static const struct size ORDINARY = {4, 4, 32, 32, 64}, SMALL = {100, 16, 1024, 11000, 2048},
                         LARGE = {400, 64, 4096, 44000, 8192};

static size_t calls, bytes;

int __real_openat64(int directory, const char *path, int flags, ...);
int __real_fstatat64(int directory, const char *path, struct stat *st, int flags);
ssize_t __real_readlinkat(int directory, const char *path, char *target, size_t size);
ssize_t __real_pread64(int fd, void *buffer, size_t size, off_t offset);
int __wrap_openat64(int directory, const char *path, int flags, mode_t mode);
int __wrap_fstatat64(int directory, const char *path, struct stat *st, int flags);
ssize_t __wrap_readlinkat(int directory, const char *path, char *target, size_t size);
ssize_t __wrap_pread64(int fd, void *buffer, size_t size, off_t offset);
long __real_syscall(long number, ...);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f);

long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    calls++;
    return __real_syscall(number, a, b, c, d, e, f);
}

int __wrap_openat64(int directory, const char *path, int flags, mode_t mode)
{
    calls++;
    return __real_openat64(directory, path, flags, mode);
}

int __wrap_fstatat64(int directory, const char *path, struct stat *st, int flags)
{
    calls++;
    return __real_fstatat64(directory, path, st, flags);
}

ssize_t __wrap_readlinkat(int directory, const char *path, char *target, size_t size)
{
    calls++;
    return __real_readlinkat(directory, path, target, size);
}

ssize_t __wrap_pread64(int fd, void *buffer, size_t size, off_t offset)
{
    ssize_t n = __real_pread64(fd, buffer, size, offset);

    calls++;
    bytes += n > 0 ? (size_t)n : 0;
    return n;
}

/* A text that grows. */
struct text {
    char *all;
    size_t n, room;
};

static void add(struct text *text, const char *line)
{
    size_t length = strlen(line);

    if (text->n + length >= text->room) {
        text->room = 2 * (text->room + length);
        text->all = xreallocarray(text->all, text->room, 1);
    }
    memcpy(text->all + text->n, line, length + 1);
    text->n += length;
}

static void write_text(const struct tree *tree, const char *path, struct text *text)
{
    tree_write(tree, path, text->all);
    free(text->all);
}

static void write_at(const struct tree *tree, const char *directory, const char *name,
                     const char *text)
{
    AUTOFREE char *path = format("%s/%s", directory, name);

    tree_write(tree, path, text);
}

static void link_at(const struct tree *tree, const char *directory, const char *name,
                    const char *target)
{
    AUTOFREE char *path = format("%s/%s", directory, name), *absolute = format("/%s", target);

    tree_link(tree, path, absolute);
}

/* Disk `i`, with one partition that the array below the root file system is on. */
static void add_disk(const struct tree *tree, int i)
{
    AUTOFREE char *name = format("d%d", i),
                  *device = format("sys/devices/pci0/host%d/0:%d", i / 16, i);
    AUTOFREE char *disk = format("%s/block/%s", device, name), *node = format("dev/%s", name);
    AUTOFREE char *wwid = format("naa.5000c500%08x\n", i), *id = format("ata-DISK_%d", i);
    AUTOFREE char *part = format("%s/%s-1", disk, name), *part_name = format("%s-1", name);

    write_at(tree, device, "modalias", "scsi:t-0x00\n");
    link_at(tree, device, "driver", "sys/bus/scsi/drivers/sd");
    write_at(tree, disk, "size", "1953525168\n");
    write_at(tree, disk, "wwid", wwid);
    link_at(tree, disk, "device", device);
    write_at(tree, part, "partition", "1\n");
    link_at(tree, "sys/block", name, disk);
    link_at(tree, "sys/class/block", name, disk);
    link_at(tree, "sys/class/block", part_name, part);
    link_at(tree, "sys/devices/virtual/block/md0/slaves", part_name, part);
    tree_write(tree, node, "");
    link_at(tree, "dev/disk/by-id", id, node);
}

static void add_disks(const struct tree *tree, const struct size *size)
{
    tree_write(tree, "sys/bus/scsi/drivers/sd/module/initstate", "live\n");
    tree_write(tree, "sys/devices/virtual/block/md0/md/degraded", "0\n");
    tree_write(tree, "sys/devices/virtual/block/md0/md/uuid", "1:2:3:4\n");
    tree_write(tree, "sys/devices/virtual/block/md0/size", "1000\n");
    for (int i = 0; i < size->disks; i++)
        add_disk(tree, i);
    link_at(tree, "sys/block", "md0", "sys/devices/virtual/block/md0");
    link_at(tree, "sys/class/block", "md0", "sys/devices/virtual/block/md0");
    link_at(tree, "sys/dev/block", "9:0", "sys/devices/virtual/block/md0");
}

/* The table of a router, and a default route over each port. */
static void add_network(const struct tree *tree, const struct size *size)
{
    struct text table = {0};

    tree_write(tree, "sys/module/igb/initstate", "live\n");
    link_at(tree, "sys/bus/pci/drivers/igb", "module", "sys/module/igb");
    tree_index(tree, "6.1.0-33-amd64", "alias", "pci:v00008086*", "igb");
    for (int i = 0; i < size->links; i++) {
        AUTOFREE char *name = format("eth%d", i), *device = format("sys/devices/pci0/0000:%02x", i);
        AUTOFREE char *link = format("%s/net/%s", device, name);
        AUTOFREE char *address = format("02:00:00:00:00:%02x\n", i);
        AUTOFREE char *modalias = format("pci:v00008086d00001533sv%08x\n", i);
        AUTOFREE char *slot = format("0000:%02x", i);
        AUTOFREE char *route =
            format("%s\t00000000\t0100000A\t0003\t0\t0\t%d\t00000000\t0\t0\t0\n", name, i);

        write_at(tree, device, "modalias", modalias);
        link_at(tree, device, "driver", "sys/bus/pci/drivers/igb");
        link_at(tree, "sys/bus/pci/devices", slot, device);
        write_at(tree, link, "address", address);
        write_at(tree, link, "carrier", "1\n");
        link_at(tree, link, "device", device);
        link_at(tree, "sys/class/net", name, link);
        add(&table, route);
    }
    for (int i = 0; i < size->routes; i++)
        add(&table, "eth0\t0000FEA9\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n");
    tree_write(tree, "proc/1/net/route", table.all);
    write_text(tree, "proc/net/route", &table);
}

static void add_memory(const struct tree *tree, const struct size *size)
{
    tree_mkdir(tree, "sys/bus/memory/devices");
    for (int i = 0; i < size->blocks; i++) {
        AUTOFREE char *block = format("sys/bus/memory/devices/memory%d", i);

        tree_link(tree, block, "../../../devices/system/memory/memory");
    }
    tree_write(tree, "sys/devices/system/memory/memory/state", "online\n");
}

/* One half is in fstab; the others are containers'. */
static void add_mounts(const struct tree *tree, const struct size *size)
{
    struct text mounts = {0}, fstab = {0};

    add(&mounts, "22 1 9:0 / / rw - ext4 /dev/md0 rw\n");
    for (int i = 0; i < size->mounts; i++) {
        bool in_fstab = i < size->mounts / 2;
        AUTOFREE char *mount =
            in_fstab ? format("%d 22 8:%d / /srv/%d rw - xfs /dev/d%d-1 rw\n", i + 30, i, i,
                              i % size->disks)
                     : format("%d 22 0:%d / /var/lib/containers/%064x/merged rw - overlay overlay "
                              "rw,lowerdir=%0300d\n",
                              i + 30, i, i, i);
        AUTOFREE char *line = format("LABEL=l%d /srv/%d xfs nofail\n", i, i);

        add(&mounts, mount);
        if (in_fstab)
            add(&fstab, line);
    }
    tree_write(tree, "proc/1/mountinfo", mounts.all);
    write_text(tree, "proc/self/mountinfo", &mounts);
    write_text(tree, "etc/fstab", &fstab);
}

static void make_server(const struct tree *tree, const struct size *size)
{
    tree_debian(tree);
    tree_mkdir(tree, STATE_DIR);
    add_disks(tree, size);
    add_network(tree, size);
    add_mounts(tree, size);
    add_memory(tree, size);
    tree_write(tree, "sys/devices/system/cpu/vulnerabilities/meltdown", "Not affected\n");
}

/* The reboot is fast, and all that the machine has is written down. */
static void depart(const struct tree *tree, const struct size *size)
{
    CLEANUP(attempt_clear) struct attempt attempt;
    const struct items *items = attempt.inventory.items;

    fake_reset(tree);
    fake.shutdown = SHUTDOWN_REBOOT;
    assert_int_equal(departure_load(tree->root), 0);
    assert_int_equal(records_read_attempt(tree->root, STATE_ATTEMPT, &attempt), 1);
    if (attempt.state != ATTEMPT_LOADED)
        fail_msg("%s", attempt.reason);
    assert_true(attempt.has_inventory);
    for (int kind = 0; kind < N_ITEM_KINDS; kind++)
        assert_true(items[kind].known);
    assert_int_equal(items[ITEM_DISK].n, size->disks + 1);
    assert_int_equal(items[ITEM_LINK].n, size->links);
    assert_int_equal(items[ITEM_MOUNT].n, size->mounts / 2 + 1);
    assert_string_equal(attempt.inventory.ipv4.link, "eth0");
}

/* `more`, if it is not NULL, adds to the machine. */
static size_t calls_with(const struct size *size, void (*more)(const struct tree *tree))
{
    void *state;
    size_t n;

    assert_int_equal(tree_setup(&state), 0);
    make_server(state, size);
    if (more)
        more(state);
    calls = bytes = 0;
    depart(state, size);
    n = calls;
    assert_int_equal(tree_teardown(&state), 0);
    return n;
}

static size_t calls_for(const struct size *size)
{
    return calls_with(size, NULL);
}

static void four_times_the_machine_is_four_times_the_work(void **state)
{
    size_t small = calls_for(&SMALL), large = calls_for(&LARGE);

    (void)state;
    print_message("%zu calls, %zu for four times as much\n", small, large);
    assert_true(large < 5 * small);
    assert_true(large < MOST_CALLS);
}

/* What an ordinary server takes. */
static size_t ordinary_calls, ordinary_bytes;

static void an_ordinary_server_takes_little(void **state)
{
    (void)state;
    ordinary_calls = calls_for(&ORDINARY);
    ordinary_bytes = bytes;
    print_message("%zu calls, %zu bytes read\n", ordinary_calls, bytes);
    assert_true(ordinary_calls < MOST_CALLS_OF_ORDINARY);
}

enum {
    DEVICES = 200,
};

static void add_devices(const struct tree *tree, const char *bus)
{
    for (int i = 0; i < DEVICES; i++) {
        AUTOFREE char *device = format("sys/devices/%s/a/b/c/%d", bus, i);
        AUTOFREE char *modalias = format("%s:v%08Xd0000\n", bus, i);
        AUTOFREE char *link = format("sys/bus/%s/devices/%d", bus, i);
        AUTOFREE char *target = format("../../../devices/%s/a/b/c/%d", bus, i);

        write_at(tree, device, "modalias", modalias);
        tree_link(tree, link, target);
    }
}

/* With a quirk that has to look at those of PCI. */
static void add_devices_of_all_kinds(const struct tree *tree)
{
    tree_write(tree, "etc/fastreboot/quirks.d/test.conf",
               "[a]\nmatch-modalias = pci:v12345678*\naction = firmware\n");
    add_devices(tree, "pci");
    add_devices(tree, "acpi");
    add_devices(tree, "cpu");
    add_devices(tree, "usb");
}

/* Those that no quirk names are not looked at. */
static void a_device_takes_few_calls(void **state)
{
    size_t n = calls_with(&ORDINARY, add_devices_of_all_kinds);

    (void)state;
    print_message("%zu more calls with %d devices\n", n - ordinary_calls, DEVICES);
    assert_true(n > ordinary_calls + DEVICES);
    assert_true(n < ordinary_calls + MOST_CALLS_FOR_A_DEVICE * DEVICES);
}

/* 64 MiB, packed by zstd: blocks that say how long they are. */
static void add_initrd(const struct tree *tree)
{
    static const unsigned char HEAD[] = {0x28, 0xb5, 0x2f, 0xfd, 0, 0};
    AUTOCLOSE int fd = openat(tree->root, "boot/initrd.img-6.1.0-33-amd64", O_WRONLY | O_CLOEXEC);
    off_t at = sizeof(HEAD);

    assert_int_equal(pwrite(fd, HEAD, sizeof(HEAD), 0), sizeof(HEAD));
    for (int i = 1; i <= INITRD_BLOCKS; i++) {
        unsigned header = INITRD_BLOCK << 3 | (i == INITRD_BLOCKS);
        unsigned char bytes_of[] = {header & 0xff, header >> 8 & 0xff, header >> 16 & 0xff};

        assert_int_equal(pwrite(fd, bytes_of, sizeof(bytes_of), at), sizeof(bytes_of));
        at += INITRD_BLOCK + (off_t)sizeof(bytes_of);
    }
    assert_int_equal(ftruncate(fd, at), 0);
}

/* The kernel reads it from its file: not a page of it is copied here. */
static void a_large_initrd_is_not_read(void **state)
{
    size_t n = calls_with(&ORDINARY, add_initrd);

    (void)state;
    print_message("%zu more calls, %zu more bytes\n", n - ordinary_calls, bytes - ordinary_bytes);
    assert_true(bytes < ordinary_bytes + 16 * INITRD_BLOCKS);
    assert_true(n < ordinary_calls + 2 * INITRD_BLOCKS);
}

static void in_a_process(const struct tree *tree, const struct size *size,
                         void (*step)(const struct tree *, const struct size *))
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        step(tree, size);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* What does not fit ends the program with exit status 1. */
static void depart_within(const struct tree *tree, const struct size *size, rlim_t most)
{
    const struct rlimit limit = {most, most};

    if (!HAS_ASAN && setrlimit(RLIMIT_DATA, &limit) < 0)
        _exit(2);
    depart(tree, size);
}

static void depart_with_little(const struct tree *tree, const struct size *size)
{
    depart_within(tree, size, MOST_MEMORY);
}

static void depart_with_very_little(const struct tree *tree, const struct size *size)
{
    depart_within(tree, size, MOST_MEMORY_OF_ORDINARY);
}

/* Making the machine takes memory, too, and what is freed could be used again: so that is another
 * process, and this test is the first. */
static void in_thirty_two_mebibytes(void **state)
{
    in_a_process(*state, &LARGE, make_server);
    in_a_process(*state, &LARGE, depart_with_little);
}

static void an_ordinary_server_in_eight(void **state)
{
    in_a_process(*state, &ORDINARY, make_server);
    add_initrd(*state);
    in_a_process(*state, &ORDINARY, depart_with_very_little);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(in_thirty_two_mebibytes),
        TEST(an_ordinary_server_in_eight),
        cmocka_unit_test(an_ordinary_server_takes_little),
        cmocka_unit_test(a_device_takes_few_calls),
        cmocka_unit_test(a_large_initrd_is_not_read),
        cmocka_unit_test(four_times_the_machine_is_four_times_the_work),
    };

    return RUN_TESTS(tests);
}
