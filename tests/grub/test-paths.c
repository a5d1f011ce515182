/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "helper.h"

#include <unistd.h>

#include "base/util.h"
#include "discover/loaders/choose.h"

#define ROOT_ONLY "21 1 8:2 / / rw - ext4 /dev/sda2 rw\n"
#define SEPARATE ROOT_ONLY "22 21 8:1 / /boot rw - ext4 /dev/sda1 rw\n"

/* What an entry with `lines` starts on a machine with these mounts. */
static const char *on(void **state, const char *mounts, const char *lines)
{
    AUTOFREE char *config = format("timeout=0\nmenuentry A {\n%s\n}\n", lines);

    if (mounts)
        tree_write(*state, "proc/self/mountinfo", mounts);
    return started(*state, config);
}

static void one_file_system(void **state)
{
    assert_string_equal(on(state, ROOT_ONLY, "linux /boot/k1"), "/boot/k1 ");
    assert_string_equal(on(state, ROOT_ONLY, "linux ($root)/boot/k1"), "/boot/k1 ");
    /* Missing, but it is known where it should be. */
    assert_string_equal(on(state, ROOT_ONLY, "linux /k1"), "/k1 ");
}

static void separate_boot(void **state)
{
    assert_string_equal(on(state, SEPARATE, "linux /k1; initrd /i1"), "/boot/k1  [/boot/i1]");
    assert_string_equal(on(state, SEPARATE, "linux /boot/k1"), "/boot/boot/k1 ");
}

static void subvolume(void **state)
{
    static const char MOUNTS[] = "21 1 0:30 /@ / rw - btrfs /dev/sda2 rw,subvol=/@\n"
                                 "22 21 0:30 /@home /home rw - btrfs /dev/sda2 rw\n";

    assert_string_equal(on(state, MOUNTS, "linux /@/boot/k1"), "/boot/k1 ");
    assert_string_equal(on(state, MOUNTS, "linux /boot/k1"),
                        "? /boot/k1: this part of its file system is not mounted");
}

/* What is nested in a subvolume for GRUB may be hidden here by what is mounted over it. */
static void nested_subvolume(void **state)
{
    static const char MOUNTS[] = "21 1 0:30 /@ / rw - btrfs /dev/sda2 rw,subvol=/@\n"
                                 "22 21 0:30 /@boot /boot/x rw - btrfs /dev/sda2 rw\n";

    assert_string_equal(on(state, MOUNTS, "linux /@boot/k1"), "/boot/x/k1 ");
    assert_string_equal(on(state, MOUNTS, "linux /@/boot/x/k1"),
                        "? /boot/x/k1: another part of its file system is mounted over it");
}

#define POOLS                                                                                      \
    "21 1 0:30 / / rw - zfs rpool/ROOT/a rw\n"                                                     \
    "22 21 0:31 / /boot rw - zfs bpool/BOOT/a rw\n"

static void pools(void **state)
{
    static const char BY_GUID[] = "search --fs-uuid --set=root 00000000000004d2\nlinux /BOOT/a@/k1";
    static const char MEMBER[] = "S:x\nE:ID_FS_LABEL=%s\nE:ID_FS_TYPE=zfs_member\n"
                                 "E:ID_FS_UUID=%s\n";
    AUTOFREE char *boot = format(MEMBER, "bpool", "1234"), *other = format(MEMBER, "bpool", "77");

    tree_write(*state, "dev/disk/by-uuid/x", "");
    assert_string_equal(on(state, POOLS, BY_GUID),
                        "? no file system has the UUID 00000000000004d2");
    tree_write(*state, "proc/spl/kstat/zfs/rpool/guid", "7\n");
    tree_write(*state, "proc/spl/kstat/zfs/bpool/guid", "1234\n");
    tree_write(*state, "proc/spl/kstat/zfs/arcstats", "x\n");
    assert_string_equal(on(state, POOLS, BY_GUID), "/boot/k1 ");
    tree_write(*state, "proc/spl/kstat/zfs/bpool/guid", ""); /* as with an older OpenZFS */
    tree_write(*state, "run/udev/data/b8:1", boot);
    tree_write(*state, "run/udev/data/b8:17", boot);
    assert_string_equal(on(state, POOLS, BY_GUID), "/boot/k1 ");
    tree_write(*state, "run/udev/data/b8:33", other); /* of another machine, not imported */
    assert_string_equal(
        on(state, POOLS, BY_GUID),
        "? two pools are called bpool, and the kernel does not say which of them is imported");
}

static void datasets(void **state)
{
    /* grub.cfg itself is in a pool */
    assert_string_equal(on(state, POOLS, "linux /BOOT/a@/k1"), "/boot/k1 ");
    assert_string_equal(on(state, POOLS, "linux $prefix/k1"), "/boot/grub/k1 ");
    assert_string_equal(on(state, POOLS, "linux /BOOT/b@/k1"),
                        "? /BOOT/b@/k1: no dataset of pool bpool that is mounted has this file");
    assert_true(on(state, POOLS, "linux /BOOT/a@old/k1")[0] == '?');
    assert_true(on(state, POOLS, "linux /@/k1")[0] == '?');
    assert_true(on(state, POOLS, "linux /BOOT/a/k1")[0] == '?');
    assert_true(on(state, POOLS, "linux /ROOT/a@/k1")[0] == '?'); /* of the other pool */
    assert_string_equal(on(state, "21 1 0:30 / / rw - zfs rpool rw\n", "linux /@/boot/k1"),
                        "/boot/k1 ");
    assert_string_equal(
        on(state, POOLS "23 22 0:32 / /boot/x rw - zfs bpool/x rw\n", "linux /BOOT/a@/x/k1"),
        "? /boot/x/k1: another file system is mounted over it");
}

static void devices(void **state)
{
    assert_string_equal(on(state, SEPARATE, "set root=hd0,gpt1\nlinux /k1"),
                        "? /k1: only GRUB knows which device (hd0,gpt1) is");
    assert_string_equal(on(state, SEPARATE, "set root='(hd0,gpt1)'\nlinux /k1"),
                        "? /k1: only GRUB knows which device (hd0,gpt1) is");
    assert_string_equal(on(state, SEPARATE, "linux (hd0,gpt1)/k1"),
                        "? /k1: only GRUB knows which device (hd0,gpt1) is");
    assert_string_equal(on(state, SEPARATE, "search --set=root --file /k1\nlinux /k1"),
                        "? /boot/grub/grub.cfg:3: what a search for \"/k1\" finds");
}

/* As Fedora CoreOS asks for it, where a disk may be part of an array that is not assembled. */
static void arrays(void **state)
{
    static const char LINES[] =
        "if [ -d (md/md-boot)/grub2 ]; then\nlinux /k2\nelse\nlinux /k1\nfi";

    assert_string_equal(on(state, SEPARATE, LINES), "/boot/k1 ");
    tree_write(*state, "run/udev/data/b8:1", "S:x\nE:ID_FS_TYPE=ext4\n");
    assert_string_equal(on(state, SEPARATE, LINES), "/boot/k1 ");
    tree_write(*state, "run/udev/data/b8:2", "S:x\nE:ID_FS_TYPE=linux_raid_member\n");
    assert_true(on(state, SEPARATE, LINES)[0] == '?');
    tree_write(*state, "run/udev/data/b8:2", "S:x\n");
    assert_string_equal(on(state, SEPARATE, LINES), "/boot/k1 ");
    tree_write(*state, "sys/class/block/md127/dev", "9:127\n");
    assert_true(on(state, SEPARATE, LINES)[0] == '?');
}

/* With udev's links it is known which file system a search finds. */
static void searches(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "dev/sda1", "");
    tree_write(tree, "dev/sda2", "");
    tree_write(tree, "dev/sdb1", "");
    tree_write(tree, "dev/disk/by-uuid/.keep", "");
    assert_int_equal(symlinkat("../../sda1", tree->root, "dev/disk/by-uuid/AA"), 0);
    assert_int_equal(symlinkat("../../sda2", tree->root, "dev/disk/by-uuid/BB"), 0);
    assert_int_equal(symlinkat("../../sdb1", tree->root, "dev/disk/by-uuid/CC"), 0);
    assert_string_equal(on(state, SEPARATE, "search --fs-uuid --set=root AA\nlinux /k1"),
                        "/boot/k1 ");
    assert_string_equal(on(state, SEPARATE, "search --fs-uuid --set=root BB\nlinux /k1"), "/k1 ");
    assert_string_equal(on(state, SEPARATE, "search.fs_uuid BB x\nlinux ($x)/k1"), "/k1 ");
    /* --set takes the key as its value, and gives it back if there is no other one. */
    assert_string_equal(on(state, SEPARATE, "search --fs-uuid --set BB\nlinux /k1"), "/k1 ");
    assert_string_equal(on(state, SEPARATE, "search --set BB -u\nlinux /k1"), "/k1 ");
    assert_string_equal(on(state, SEPARATE, "search --set=BB -u --no-floppy\nlinux /k1"), "/k1 ");
    assert_string_equal(on(state, SEPARATE, "search -u -s x BB\nlinux ($x)/k1"), "/k1 ");
    assert_string_equal(on(state, SEPARATE, "search --set x --hint hd0 -u BB\nlinux ($x)/k1"),
                        "/k1 ");
    assert_string_equal(on(state, SEPARATE, "search BB --set=x\nlinux /k1 [$x]"), "/boot/k1 []");
    assert_string_equal(on(state, SEPARATE, "search -u --set=root\nlinux /k1"),
                        "? no file system has the UUID root");
    /* GRUB removes parentheses from $root, and from no other variable. */
    assert_string_equal(on(state, SEPARATE, "search -u -s x BB\nroot=($x)\nlinux /k1"), "/k1 ");
    assert_string_equal(on(state, SEPARATE, "search -u -s x BB\ny=($x)\nlinux $y/k1"), "/k1 ");
    assert_string_equal(on(state, SEPARATE, "search --fs-uuid --set=root CC\nlinux /k1"),
                        "? the file system with the UUID CC is not mounted");
    assert_string_equal(on(state, SEPARATE, "search --fs-uuid --set=root DD\nlinux /k1"),
                        "? no file system has the UUID DD");
    assert_string_equal(on(state, SEPARATE, "search --fs-uuid --set=root BB\nlinux /boot/k1"),
                        "? /boot/k1: another file system is mounted over it");
}

/* Both disks of a btrfs have its UUID: udev's link is to one, and mountinfo may have the other. */
static void btrfs_on_two_disks(void **state)
{
    static const char MOUNTS[] = "21 1 0:30 /@ / rw - btrfs /dev/sda2 rw,subvol=/@\n";
    static const char LINES[] = "search --fs-uuid --set=root AA\nlinux /@/boot/k1";
    const struct tree *tree = *state;

    tree_write(tree, "dev/sda2", "");
    tree_write(tree, "dev/sdb2", "");
    tree_write(tree, "dev/disk/by-uuid/.keep", "");
    assert_int_equal(symlinkat("../../sdb2", tree->root, "dev/disk/by-uuid/AA"), 0);
    assert_string_equal(on(state, MOUNTS, LINES),
                        "? the file system with the UUID AA is not mounted");
    tree_write(tree, "sys/fs/btrfs/features/none", "");
    tree_write(tree, "sys/fs/btrfs/BB/devices/sdb2", "");
    tree_write(tree, "sys/fs/btrfs/AA/devices/sda2", "");
    assert_string_equal(on(state, MOUNTS, LINES),
                        "? the file system with the UUID AA is not mounted");
    tree_write(tree, "sys/fs/btrfs/AA/devices/sdb2", "");
    assert_string_equal(on(state, MOUNTS, LINES), "/boot/k1 ");
}

static void links(void **state)
{
    const struct tree *tree = *state;

    assert_int_equal(symlinkat("k1", tree->root, "boot/near"), 0);
    assert_int_equal(symlinkat("/k1", tree->root, "boot/far"), 0);
    assert_int_equal(symlinkat("/boot/k1", tree->root, "boot/round"), 0);
    tree_write(tree, "k1", "k");
    assert_string_equal(on(state, SEPARATE, "linux /near"), "/boot/near ");
    assert_string_equal(on(state, SEPARATE, "linux /far"),
                        "? /boot/far: a link to another file system");
    assert_string_equal(on(state, SEPARATE, "linux /round"),
                        "? /boot/round: an absolute link, which GRUB follows to another file");
}

/* A recorded machine without mounts: the one file that exists. */
static void without_mounts(void **state)
{
    assert_string_equal(on(state, NULL, "linux /boot/k1"), "/boot/k1 ");
    assert_string_equal(on(state, NULL, "linux /k1"), "/boot/k1 ");
    assert_string_equal(on(state, NULL, "linux /k3"), "? neither /k3 nor /boot/k3 exists");
    tree_write(*state, "k1", "k");
    assert_string_equal(on(state, NULL, "linux /k1"),
                        "? /k1: which file system it is on is not known");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)
    const struct CMUnitTest tests[] = {
        TEST(one_file_system),  TEST(separate_boot), TEST(subvolume),          TEST(devices),
        TEST(arrays),           TEST(searches),      TEST(btrfs_on_two_disks), TEST(links),
        TEST(nested_subvolume), TEST(pools),         TEST(datasets),           TEST(without_mounts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
