/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/drivers.h"

#include <errno.h>

#include "discover/hardware/devices.h"
#include "test.h"
#include "tree.h"

#define DISK "sys/devices/pci0000:00/0000:03:00.0"
#define CARD "sys/devices/pci0000:00/0000:04:00.0"
#define NEXT "6.1.0-50"
#define DISK_ALIAS "pci:v00001000d0000005Fsv"
#define MOUNTS(number, source)                                                                     \
    "1 1 0:2 / / rw - rootfs rootfs rw\n"                                                          \
    "25 1 " number " / / rw,relatime shared:1 - ext4 " source " rw\n"                              \
    "30 25 8:2 / /boot rw,relatime - ext4 /dev/sda2 rw\n"

static void bind(const struct tree *tree, const char *device, const char *driver,
                 const char *modalias)
{
    AUTOFREE char *link = format("%s/driver", device), *target = NULL, *module = NULL, *at = NULL;
    AUTOFREE char *state = format("sys/module/%s/initstate", driver), *alias = NULL;

    at = format("sys/bus/pci/drivers/%s/module", driver);
    target = format("/sys/bus/pci/drivers/%s", driver);
    module = format("/sys/module/%s", driver);
    tree_link(tree, link, target);
    tree_link(tree, at, module);
    tree_write(tree, state, "live\n");
    alias = format("%s/modalias", device);
    tree_write(tree, alias, modalias);
}

/* The root file system on a disk of a controller that module "fooraid" drives. */
static void make_machine(const struct tree *tree)
{
    tree_write(tree, "proc/self/mountinfo", MOUNTS("8:1", "/dev/sda1"));
    tree_mkdir(tree, DISK "/host0/block/sda/sda1");
    tree_link(tree, "sys/dev/block/8:1",
              "../../devices/pci0000:00/0000:03:00.0/host0/block/sda/sda1");
    bind(tree, DISK, "fooraid", DISK_ALIAS "x\n");
    tree_modules(tree, NEXT, 2);
}

static void make_card(const struct tree *tree)
{
    tree_link(tree, "sys/class/net/eth0", "/" CARD "/net/eth0");
    tree_link(tree, CARD "/net/eth0/device", "../..");
    bind(tree, CARD, "foonet", "pci:v000015B3x\n");
    tree_index(tree, NEXT, "alias", DISK_ALIAS "*", "fooraid");
}

static void expect(const struct tree *tree, const char *words)
{
    CLEANUP(answer_clear) struct answer missing = drivers_missing(tree->root, "/lib/modules/" NEXT);

    assert_answer(&missing, words ? 1 : 0, words);
}

static void a_module_of_the_old_kernel_only(void **state)
{
    make_machine(*state);
    expect(*state, "kernel " NEXT " has no driver for device 0000:03:00.0, on which the root file "
                   "system depends and which module fooraid drives now");
}

static void another_module_may_claim_it(void **state)
{
    make_machine(*state);
    tree_index(*state, NEXT, "alias", DISK_ALIAS "*", "b");
    expect(*state, NULL);
}

static void the_driver_may_have_no_alias(void **state)
{
    make_machine(*state);
    tree_index(*state, NEXT, "dep", "fooraid", "updates/dkms/fooraid.ko:");
    expect(*state, NULL);
}

static void the_driver_may_be_built_in(void **state)
{
    make_machine(*state);
    tree_index(*state, NEXT, "builtin", "fooraid", "kernel/drivers/fooraid.ko");
    expect(*state, NULL);
    tree_index(*state, NEXT, "builtin", "fooraidx", "kernel/drivers/fooraidx.ko");
    expect(*state, "fooraid");
    tree_index(*state, NEXT, "builtin.alias", DISK_ALIAS "*", "fooraid2");
    expect(*state, NULL);
}

/* A driver that is built into the running kernel, a device without a modalias, one without a
 * driver. */
static void nothing_to_say_of(void **state)
{
    make_machine(*state);
    tree_remove(*state, "sys/module/fooraid/initstate");
    expect(*state, NULL);
    tree_write(*state, "sys/module/fooraid/initstate", "live\n");
    expect(*state, "fooraid");
    tree_remove(*state, DISK "/modalias");
    expect(*state, NULL);
    tree_write(*state, DISK "/modalias", DISK_ALIAS "x\n");
    tree_remove(*state, DISK "/driver");
    expect(*state, NULL);
}

static void arrays_and_volumes_are_followed(void **state)
{
    const struct tree *tree = *state;

    make_machine(tree);
    tree_write(tree, "proc/self/mountinfo", MOUNTS("253:0", "/dev/mapper/vg-root"));
    tree_link(tree, "sys/dev/block/253:0", "../../devices/virtual/block/dm-0");
    tree_link(tree, "sys/devices/virtual/block/dm-0/slaves/md0", "../../md0");
    tree_link(tree, "sys/devices/virtual/block/md0/slaves/sda1", "/" DISK "/host0/block/sda/sda1");
    expect(tree, "fooraid");
    /* A ring of them, which no kernel creates. */
    tree_link(tree, "sys/devices/virtual/block/md0/slaves/dm-0", "../../dm-0");
    expect(tree, "fooraid");
}

/* Each has its own controller, and the last one's driver is missing. */
static void arrays_may_have_many_disks(void **state)
{
    const struct tree *tree = *state;

    make_machine(tree);
    tree_write(tree, "proc/self/mountinfo", MOUNTS("9:0", "/dev/md0"));
    tree_link(tree, "sys/dev/block/9:0", "../../devices/virtual/block/md0");
    for (int i = 0; i < 300; i++) {
        AUTOFREE char *disk = format("sys/devices/pci0000:01/0000:01:%02x.0/ata%d/host%d/"
                                     "target%d:0:0/%d:0:0:0/block/sd%d",
                                     i, i, i, i, i, i);
        AUTOFREE char *link = format("sys/devices/virtual/block/md0/slaves/sd%d", i);
        AUTOFREE char *target = format("/%s", disk);

        tree_mkdir(tree, disk);
        tree_link(tree, link, target);
    }
    expect(tree, NULL);
    tree_link(tree, "sys/devices/virtual/block/md0/slaves/sdz", "/" DISK "/host0/block/sda");
    expect(tree, "fooraid");
}

/* Layers of arrays: each disk of a layer is on all disks of the next. */
static void every_device_is_looked_at_once(void **state)
{
    const struct tree *tree = *state;

    make_machine(tree);
    tree_write(tree, "proc/self/mountinfo", MOUNTS("253:0", "/dev/mapper/vg-root"));
    tree_link(tree, "sys/dev/block/253:0", "../../devices/virtual/block/l0d0");
    for (int layer = 0; layer < 24; layer++)
        for (int i = 0; i < 64; i++) {
            AUTOFREE char *link = format("sys/devices/virtual/block/l%dd%d/slaves/l%dd%d", layer,
                                         i / 8, layer + 1, i % 8);
            AUTOFREE char *target = format("../../l%dd%d", layer + 1, i % 8);

            tree_link(tree, link, target);
        }
    tree_link(tree, "sys/devices/virtual/block/l24d7/slaves/sda1",
              "/" DISK "/host0/block/sda/sda1");
    for (int i = 0; i < 8; i++) {
        AUTOFREE char *last = format("sys/devices/virtual/block/l24d%d", i);

        tree_mkdir(tree, last);
    }
    expect(tree, "fooraid");
}

static void btrfs_may_have_several_disks(void **state)
{
    const struct tree *tree = *state;

    make_machine(tree);
    tree_write(tree, "dev/sdb", "");
    tree_link(tree, "sys/class/block/sdb", "/sys/devices/pci0000:00/0000:00:17.0/block/sdb");
    tree_mkdir(tree, "sys/devices/pci0000:00/0000:00:17.0/block/sdb");
    tree_write(tree, "proc/self/mountinfo", "25 1 0:31 / / rw - btrfs /dev/sdb rw\n");
    tree_link(tree, "sys/fs/btrfs/0123/devices/sdb", "x");
    expect(tree, NULL);
    tree_link(tree, "sys/fs/btrfs/0123/devices/sda1", "x");
    tree_link(tree, "sys/class/block/sda1", "/" DISK "/host0/block/sda/sda1");
    expect(tree, "fooraid");
}

/* None of them is above the disk in /sys. */
static void nvme_disks_have_several_controllers(void **state)
{
    const struct tree *tree = *state;

    make_machine(tree);
    tree_remove(tree, "sys/dev/block/8:1");
    tree_link(tree, "sys/dev/block/8:1", "/sys/devices/virtual/nvme-subsystem/nvme-subsys0/n1/p1");
    tree_write(tree, "sys/devices/virtual/nvme-subsystem/nvme-subsys0/n1/p1/partition", "1\n");
    expect(tree, NULL);
    tree_mkdir(tree, DISK "/nvme/nvme0");
    tree_link(tree, "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0",
              "/" DISK "/nvme/nvme0");
    expect(tree, "fooraid");
}

static void btrfs_is_found_by_its_source(void **state)
{
    const struct tree *tree = *state;

    make_machine(tree);
    tree_write(tree, "proc/self/mountinfo", MOUNTS("0:31", "/dev/mapper/vg-root"));
    expect(tree, NULL);
    tree_link(tree, "dev/mapper/vg-root", "../sda1");
    tree_link(tree, "sys/class/block/sda1", "/" DISK "/host0/block/sda/sda1");
    expect(tree, NULL); /* this tree has no such node */
    tree_write(tree, "dev/sda1", "");
    expect(tree, "fooraid");
    tree_write(tree, "proc/self/mountinfo", MOUNTS("0:31", "/dev/sda1"));
    expect(tree, "fooraid");
    tree_write(tree, "proc/self/mountinfo", MOUNTS("0:31", "rpool/root"));
    expect(tree, NULL);
}

/* ZFS has no device of its own: only the module can be looked for. */
static void the_file_system_itself_counts(void **state)
{
    const struct tree *tree = *state;

    make_machine(tree);
    tree_index(tree, NEXT, "alias", DISK_ALIAS "*", "fooraid");
    tree_write(tree, "proc/self/mountinfo", "25 1 0:31 / / rw - zfs rpool/root rw\n");
    expect(tree, NULL); /* built into the running kernel */
    tree_write(tree, "sys/module/zfs/initstate", "live\n");
    expect(tree, "kernel " NEXT " has no module zfs for the root file system");
    tree_write(tree, "proc/self/mountinfo", "25 1 0:31 / / rw - a rpool/root rw\n");
    tree_write(tree, "sys/module/a/initstate", "live\n");
    expect(tree, NULL); /* the next kernel has a.ko */
}

static void the_default_route_counts(void **state)
{
    const struct tree *tree = *state;

    make_machine(tree);
    make_card(tree);
    tree_write(tree, "proc/net/route", "Iface\tDestination\tGateway\neth0\t0000FEA9\t00000000\n");
    expect(tree, NULL);
    tree_write(tree, "proc/net/route", "Iface\tDestination\tGateway\neth0\t00000000\t0202000A\n");
    expect(tree, "device 0000:04:00.0, on which the default route by eth0 depends");
    tree_remove(tree, "proc/net/route");
    tree_write(tree, "proc/net/ipv6_route",
               "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
               "fe80 00000400 00000001 00000000 00000003     eth0\n");
    expect(tree, "default route by eth0");
}

/* As many default routes as somebody may have made, each over an interface of its own. If what is
 * done for each grew with their number, the test would not end in its time. */
static void every_default_route_is_looked_at(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *text = xstrdup("Iface\tDestination\tGateway\n");
    size_t length = strlen(text), size = 0;
    CLEANUP(answer_clear) struct answer missing;

    make_machine(tree);
    for (int i = 0; i < 45000; i++) {
        if (length + 64 > size)
            text = xreallocarray(text, size = length + 1024 * 1024, 1);
        length += (size_t)sprintf(text + length, "eth%d\t00000000\t0202000A\n", i);
    }
    tree_write(tree, "proc/net/route", text);
    missing = drivers_missing(tree->root, "/lib/modules/" NEXT);
    assert_answer(&missing, -E2BIG, NULL); /* behind the first mebibyte there may be more */
}

/* A router may have more routes than are read: IPv4's default routes come first. */
static void long_tables_are_read_as_far_as_they_matter(void **state)
{
    static const char OTHER[] = "eth1\t0000FEA9\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n";
    static const char DEFAULT[] = "eth0\t00000000\t00000000\t0003\t0\t0\t0\t00000000\t0\t0\t0\n";
    enum {
        ROUTES = 45000,
    };
    const struct tree *tree = *state;
    size_t length = strlen(OTHER);
    AUTOFREE char *table = malloc(ROUTES * length);

    assert_int_equal(length, strlen(DEFAULT));
    make_machine(tree);
    make_card(tree);
    for (size_t i = 0; i < ROUTES; i++)
        memcpy(table + i * length, i ? OTHER : DEFAULT, length);
    tree_write_bytes(tree, "proc/net/route", table, ROUTES * length);
    expect(tree, "default route by eth0");
    tree_index(tree, NEXT, "alias", "pci:v000015B3*", "foonet");
    tree_index(tree, NEXT, "dep", "fooraid", "fooraid.ko:");
    expect(tree, NULL);
    tree_index(tree, NEXT, "alias", "pci:v00008086*", "foonet");
    memcpy(table, OTHER, length); /* a router of the Internet has no default route */
    tree_write_bytes(tree, "proc/net/route", table, ROUTES * length);
    expect(tree, NULL);
    for (size_t i = 0; i < ROUTES; i++)
        memcpy(table + i * length, DEFAULT, length);
    tree_write_bytes(tree, "proc/net/route", table, ROUTES * length);
    {
        CLEANUP(answer_clear)
        struct answer missing = drivers_missing(tree->root, "/lib/modules/" NEXT);

        assert_answer(&missing, -E2BIG, NULL);
    }
}

/* A server may have a hundred ports. */
static void a_module_is_named_once(void **state)
{
    static const char CAUSE[] = "which module foonet drives now";
    const struct tree *tree = *state;
    AUTOFREE char *routes = strdup("");

    make_machine(tree);
    make_card(tree);
    for (int i = 0; i < 4; i++) {
        AUTOFREE char *device = format("sys/devices/pci0000:00/0000:05:0%d.0", i);
        AUTOFREE char *modalias = format("%s/modalias", device),
                      *driver = format("%s/driver", device);
        AUTOFREE char *kind = format("pci:v000015B3d0000%04d\n", i);
        AUTOFREE char *link = format("sys/class/net/p%d", i);
        AUTOFREE char *target = format("../../devices/pci0000:00/0000:05:0%d.0/net/p%d", i, i);
        AUTOFREE char *its = format("%s/net/p%d/device", device, i);
        AUTOFREE char *line = format("p%d\t00000000\t0202000A\n", i);

        tree_write(tree, modalias, kind);
        tree_link(tree, driver, "/sys/bus/pci/drivers/foonet");
        tree_link(tree, its, "../..");
        tree_link(tree, link, target);
        append_text(&routes, "", line);
    }
    tree_write(tree, "proc/net/route", routes);
    {
        CLEANUP(answer_clear)
        struct answer missing = drivers_missing(tree->root, "/lib/modules/" NEXT);
        const char *cause;

        assert_answer(&missing, 1, "device 0000:05:00.0, on which the default route by p0 depends");
        cause = strstr(missing.text, CAUSE);
        assert_string_equal(cause, "which module foonet drives now, and others with it");
    }
}

static void bonds_are_followed(void **state)
{
    const struct tree *tree = *state;

    make_machine(tree);
    make_card(tree);
    tree_write(tree, "proc/net/route", "br0\t00000000\t0202000A\n");
    tree_link(tree, "sys/class/net/br0", "../../devices/virtual/net/br0");
    tree_link(tree, "sys/devices/virtual/net/br0/lower_eth0", "/" CARD "/net/eth0");
    expect(tree, "the default route by br0");
}

static void a_machine_that_says_nothing(void **state)
{
    CLEANUP(devices_clear) struct devices devices;
    const struct tree *tree = *state;

    expect(tree, NULL);
    assert_int_equal(devices_of_root(tree->root, &devices), 0);
    assert_int_equal(devices.n, 0);
    make_machine(tree);
    tree_write(tree, "proc/self/mountinfo", "25 1 8:1 / /mnt rw - ext4\n25 1 8:1 / / rw - ext4\n");
    expect(tree, "fooraid");
    tree_write(tree, "proc/self/mountinfo", "25 1 8:1 / /mnt rw - ext4 /dev/sda1 rw\n");
    expect(tree, NULL);
}

static void iscsi_and_loops_are_not_local(void **state)
{
    static const char *const PATHS[] = {"platform/host3/session1/target3:0:0/block/sda",
                                        "virtual/block/loop0"};
    const struct tree *tree = *state;

    make_machine(tree);
    for (size_t i = 0; i < ELEMENTS(PATHS); i++) {
        CLEANUP(devices_clear) struct devices devices;
        AUTOFREE char *path = format("sys/devices/%s", PATHS[i]);
        AUTOFREE char *target = format("/%s", path);

        tree_mkdir(tree, path);
        tree_remove(tree, "sys/dev/block/8:1");
        tree_link(tree, "sys/dev/block/8:1", target);
        assert_int_equal(devices_of_root(tree->root, &devices), 0);
        assert_int_equal(devices.n, 0);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_module_of_the_old_kernel_only),
        TEST(another_module_may_claim_it),
        TEST(the_driver_may_have_no_alias),
        TEST(the_driver_may_be_built_in),
        TEST(nothing_to_say_of),
        TEST(arrays_and_volumes_are_followed),
        TEST(arrays_may_have_many_disks),
        TEST(every_device_is_looked_at_once),
        TEST(every_default_route_is_looked_at),
        TEST(btrfs_may_have_several_disks),
        TEST(nvme_disks_have_several_controllers),
        TEST(btrfs_is_found_by_its_source),
        TEST(the_file_system_itself_counts),
        TEST(the_default_route_counts),
        TEST(long_tables_are_read_as_far_as_they_matter),
        TEST(a_module_is_named_once),
        TEST(bonds_are_followed),
        TEST(a_machine_that_says_nothing),
        TEST(iscsi_and_loops_are_not_local),
    };

    return RUN_TESTS(tests);
}
