/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/spare-disks.h"

#include <errno.h>

#include "base/util.h"
#include "test.h"
#include "tree.h"

#define NVME "pci/drivers/nvme/"

/* NVMe disk `i` with two partitions: nvme0n1 of device 0000:00:00.0 is 259:0 to 259:2. */
static void make_disk(const struct tree *tree, int i)
{
    AUTOFREE char *device = format("sys/devices/pci0000:00/0000:0%d:00.0", i);
    AUTOFREE char *disk = format("%s/nvme/nvme%d/nvme%dn1", device, i, i);
    AUTOFREE char *link = format("sys/bus/pci/drivers/nvme/0000:0%d:00.0", i);
    AUTOFREE char *target = format("/%s", device);

    tree_link(tree, link, target);
    for (int part = 0; part <= 2; part++) {
        AUTOFREE char *name = part ? format("nvme%dn1p%d", i, part) : format("nvme%dn1", i);
        AUTOFREE char *path = part ? format("%s/%s", disk, name) : xstrdup(disk);
        AUTOFREE char *number = format("sys/dev/block/259:%d", 10 * i + part);
        AUTOFREE char *class = format("sys/class/block/%s", name), *node = format("dev/%s", name);
        AUTOFREE char *holders = format("%s/holders", path), *partition = NULL;
        AUTOFREE char *absolute = format("/%s", path);

        tree_mkdir(tree, holders);
        partition = part ? format("%s/partition", path) : NULL;
        if (partition)
            tree_write(tree, partition, "1\n");
        tree_link(tree, number, absolute);
        tree_link(tree, class, absolute);
        tree_write(tree, node, "");
    }
}

/* Six disks, with the root file system on the first. */
static void make(const struct tree *tree, const char *more)
{
    AUTOFREE char *mounts = format("25 1 259:2 / / rw - ext4 /dev/nvme0n1p2 rw\n%s", more);

    for (int i = 0; i < 6; i++)
        make_disk(tree, i);
    tree_write(tree, "proc/self/mountinfo", mounts);
}

static void expect(const struct tree *tree, const char *wanted)
{
    AUTOFREE char *list = NULL;
    const char *problem;

    assert_int_equal(spare_disks_add(tree->root, "nvme", &list, &problem), 0);
    assert_int_equal(!problem, *wanted != 0);
    assert_string_equal(list ? list : "", wanted);
}

static void disks_of_the_system_are_left_out(void **state)
{
    const struct tree *tree = *state;

    make(tree, "26 25 259:11 / /boot rw - ext4 /dev/nvme1n1p1 rw\n"
               "27 25 259:21 / /var rw - xfs /dev/nvme2n1p1 rw\n"
               "28 25 259:31 / /srv/data rw - xfs /dev/nvme3n1p1 rw\n");
    tree_write(tree, "proc/swaps",
               "Filename Type Size Used Priority\n/dev/nvme4n1p2 partition 1000 0 -2\n");
    expect(tree, NVME "0000:03:00.0\n" NVME "0000:05:00.0");
}

static void through_volumes_and_arrays(void **state)
{
    const struct tree *tree = *state;

    make(tree, "27 25 253:0 / /var rw - xfs /dev/mapper/var rw\n");
    tree_link(tree, "sys/dev/block/253:0", "/sys/devices/virtual/block/dm-0");
    tree_link(tree, "sys/devices/virtual/block/dm-0/slaves/md0", "/sys/devices/virtual/block/md0");
    tree_link(tree, "sys/class/block/md0", "/sys/devices/virtual/block/md0");
    for (int i = 3; i < 5; i++) {
        AUTOFREE char *slave = format("sys/devices/virtual/block/md0/slaves/nvme%dn1p1", i);
        AUTOFREE char *target = format("/sys/class/block/nvme%dn1p1", i);

        tree_link(tree, slave, target);
    }
    expect(tree, NVME "0000:01:00.0\n" NVME "0000:02:00.0\n" NVME "0000:05:00.0");
}

static void a_swap_file_is_on_a_file_system(void **state)
{
    const struct tree *tree = *state;

    make(tree, "28 25 259:31 / /srv rw - xfs /dev/nvme3n1p1 rw\n");
    tree_write(tree, "proc/swaps", "Filename\n/srv/swap\\040file file 1000 0 -2\n");
    expect(tree,
           NVME "0000:01:00.0\n" NVME "0000:02:00.0\n" NVME "0000:04:00.0\n" NVME "0000:05:00.0");
}

static void what_is_not_known_is_left_alone(void **state)
{
    const struct tree *tree = *state;

    make(tree, "27 25 0:40 / /var rw - zfs pool/var rw\n");
    expect(tree, "");
    tree_write(tree, "proc/self/mountinfo", "25 1 0:40 / / rw - nfs server:/root rw\n");
    expect(tree, "");
    tree_write(tree, "proc/self/mountinfo", "");
    expect(tree, "");
}

#define SUBSYSTEM "sys/devices/virtual/nvme-subsystem/nvme-subsys9/"

/* Has the controllers nvme1 and nvme2, and is used as the root file system or not. */
static void make_subsystem(const struct tree *tree)
{
    make(tree, "");
    tree_mkdir(tree, SUBSYSTEM "nvme9n1/holders");
    tree_link(tree, "sys/dev/block/259:90", "/" SUBSYSTEM "nvme9n1");
    tree_link(tree, "sys/class/block/nvme9n1", "/" SUBSYSTEM "nvme9n1");
    tree_write(tree, "dev/nvme9n1", "");
}

static void link_controllers(const struct tree *tree)
{
    tree_link(tree, SUBSYSTEM "nvme1", "/sys/devices/pci0000:00/0000:01:00.0/nvme/nvme1");
    tree_link(tree, SUBSYSTEM "nvme2", "/sys/devices/pci0000:00/0000:02:00.0/nvme/nvme2");
}

static void a_disk_of_several_controllers_keeps_them_all(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *list = NULL;
    const char *problem;

    make_subsystem(tree);
    tree_write(tree, "proc/self/mountinfo", "25 1 259:90 / / rw - ext4 /dev/nvme9n1 rw\n");
    assert_int_equal(spare_disks_add(tree->root, "nvme", &list, &problem), -ENODEV);
    assert_null(list);
    link_controllers(tree);
    expect(tree,
           NVME "0000:00:00.0\n" NVME "0000:03:00.0\n" NVME "0000:04:00.0\n" NVME "0000:05:00.0");
}

static void expect_left(const struct tree *tree, const char *wanted, const char *words)
{
    AUTOFREE char *list = xstrdup(NVME "0000:03:00.0\n" NVME "0000:05:00.0"), *why = NULL;

    spare_disks_leave_used(tree->root, &list, &why);
    assert_string_equal(list ? list : "", wanted);
    if (words)
        assert_true(why && strstr(why, words));
    else
        assert_null(why);
}

static void what_is_used_at_the_end_stays(void **state)
{
    const struct tree *tree = *state;

    make(tree, "");
    expect_left(tree, NVME "0000:03:00.0\n" NVME "0000:05:00.0", NULL);
    tree_mkdir(tree,
               "sys/devices/pci0000:00/0000:05:00.0/nvme/nvme5/nvme5n1/nvme5n1p2/holders/md0");
    expect_left(tree, NVME "0000:03:00.0", NVME "0000:05:00.0 stays attached: md0 is on nvme5n1p2");
    tree_remove(tree, "dev/nvme3n1p1");
    expect_left(tree, "", NVME "0000:03:00.0 stays attached: /dev/nvme3n1p1: No such file");
}

static void a_used_disk_keeps_all_of_its_controllers(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *list = xstrdup(NVME "0000:02:00.0\n" NVME "0000:05:00.0"), *why = NULL;

    make_subsystem(tree);
    link_controllers(tree);
    /* The way to the disk by one of them has no node. */
    tree_write(tree, "sys/devices/pci0000:00/0000:02:00.0/nvme/nvme2/nvme9c2n1/hidden", "1\n");
    tree_link(tree, "sys/class/block/nvme9c2n1",
              "/sys/devices/pci0000:00/0000:02:00.0/nvme/nvme2/nvme9c2n1");
    spare_disks_leave_used(tree->root, &list, &why);
    assert_null(why);
    assert_string_equal(list, NVME "0000:02:00.0\n" NVME "0000:05:00.0");
    tree_mkdir(tree, SUBSYSTEM "nvme9n1/holders/md0");
    spare_disks_leave_used(tree->root, &list, &why);
    assert_string_equal(list, NVME "0000:05:00.0");
    assert_string_equal(why, NVME "0000:02:00.0 stays attached: md0 is on nvme9n1");
}

static void a_device_that_is_gone_stays(void **state)
{
    const struct tree *tree = *state;

    make(tree, "");
    tree_remove(tree, "sys/bus/pci/drivers/nvme/0000:03:00.0");
    expect_left(tree, NVME "0000:05:00.0", "0000:03:00.0 stays attached: it is gone");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(disks_of_the_system_are_left_out),
        TEST(through_volumes_and_arrays),
        TEST(a_swap_file_is_on_a_file_system),
        TEST(what_is_not_known_is_left_alone),
        TEST(what_is_used_at_the_end_stays),
        TEST(a_device_that_is_gone_stays),
        TEST(a_disk_of_several_controllers_keeps_them_all),
        TEST(a_used_disk_keeps_all_of_its_controllers),
    };

    return RUN_TESTS(tests);
}
