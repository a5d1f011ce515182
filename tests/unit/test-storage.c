/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/storage.h"
#include "test.h"
#include "tree.h"

/* What is reported about arrays, file systems and disks. */
static void expect(const struct tree *tree, const char *degraded, const char *damaged,
                   const char *failing)
{
    CLEANUP(storage_facts_clear) struct storage_facts facts;

    storage_facts_read(tree->root, &facts);
    assert_answer(&facts.degraded, degraded ? 1 : 0, degraded);
    assert_answer(&facts.damaged, damaged ? 1 : 0, damaged);
    assert_answer(&facts.failing, failing ? 1 : 0, failing);
}

static void a_machine_without_any_of_it(void **state)
{
    expect(*state, NULL, NULL, NULL);
}

static void arrays(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "sys/block/md0/md/degraded", "0\n");
    tree_write(tree, "sys/block/md0/md/raid_disks", "2\n");
    tree_write(tree, "sys/block/md0/md/array_state", "clean\n");
    tree_write(tree, "sys/block/md1/md/array_state", "clean\n"); /* RAID0 has no redundancy */
    tree_mkdir(tree, "sys/block/sda");
    expect(tree, NULL, NULL, NULL);
    tree_write(tree, "sys/block/md0/md/degraded", "1\n");
    expect(tree, "md0 lacks 1 of 2 disks", NULL, NULL);
    tree_write(tree, "sys/block/md1/md/array_state", "broken\n");
    expect(tree, "md0 lacks 1 of 2 disks; md1 is broken", NULL, NULL);
}

static void ext4(void **state)
{
    const struct tree *tree = *state;

    tree_mkdir(tree, "sys/fs/ext4/features");
    tree_write(tree, "sys/fs/ext4/sda1/errors_count", "0\n");
    expect(tree, NULL, NULL, NULL);
    tree_write(tree, "sys/fs/ext4/sda1/errors_count", "3\n");
    expect(tree, NULL, "ext4 on sda1 has recorded 3 errors", NULL);
    tree_write(tree, "sys/fs/ext4/sda1/first_error_time", "1767225600\n");
    expect(tree, NULL, "has recorded 3 errors, the first on 2026-01-01", NULL);
}

static void btrfs(void **state)
{
    const struct tree *tree = *state;

    tree_mkdir(tree, "sys/fs/btrfs/features");
    tree_write(tree, "sys/fs/btrfs/0000-1111/devinfo/1/missing", "0\n");
    tree_write(tree, "sys/fs/btrfs/0000-1111/devinfo/1/error_stats",
               "write_errs 0\nread_errs 0\nflush_errs 0\ncorruption_errs 0\ngeneration_errs 0\n");
    expect(tree, NULL, NULL, NULL);
    tree_write(tree, "sys/fs/btrfs/0000-1111/devinfo/1/error_stats", "write_errs 2\nread_errs 3\n");
    expect(tree, NULL, "btrfs 0000-1111 has counted 5 errors on device 1", NULL);
    tree_write(tree, "sys/fs/btrfs/0000-1111/devinfo/1/error_stats",
               "write_errs 18446744073709551615\nread_errs 1\n");
    expect(tree, NULL, "errors on device 1", NULL);
    tree_write(tree, "sys/fs/btrfs/0000-1111/devinfo/2/missing", "1\n");
    expect(tree, NULL, "btrfs 0000-1111 lacks device 2", NULL);
}

static void disks_in_the_log(void **state)
{
    const struct tree *tree = *state;

    tree_mkdir(tree, "sys/class/block/sda");
    tree_mkdir(tree, "sys/class/block/nvme0n1");
    tree_write(tree, "sys/class/block/sdb/removable", "1\n");
    tree_write(tree, "dev/kmsg",
               "6,339,5140900,-;sd 0:0:0:0: [sda] Attached SCSI disk\n"
               " SUBSYSTEM=scsi\n DEVICE=+scsi:0:0:0:0\n"
               "3,500,9000000,-;I/O error, dev sdb, sector 8 op 0x0:(READ) flags 0x0\n"
               "3,501,9000000,-;I/O error, dev sdz, sector 8 op 0x0:(READ) flags 0x0\n"
               "3,502,9000000,-;I/O error, dev sda, sector 8 op 0x3:(DISCARD) flags 0x800\n"
               "3,503,9000000,-;critical target error, dev sda, sector 8 op 0x9:(WRITE_ZEROES)\n"
               "14,504,9000000,-;somebody: I/O error, dev sda, sector 8\n"
               " I/O error, dev sda, sector 8\n");
    expect(tree, NULL, NULL, NULL);
    tree_write(tree, "dev/kmsg",
               "3,502,9,-;blk_update_request: I/O error, dev sda, sector 8 op 0x0:(READ) flags\n"
               "3,503,9,-;print_req_error: I/O error, dev sda, sector 8\n"
               "3,504,9,-;critical medium error, dev nvme0n1, sector 8 op 0x0:(READ)\n");
    expect(tree, NULL, NULL, "sda had 2 I/O errors since the machine started; nvme0n1 had 1 ");
}

static void file_systems_in_the_log(void **state)
{
    tree_write(*state, "dev/kmsg",
               "6,339,5140900,-;XFS (sda1): Mounting V5 Filesystem\n"
               "6,340,5140900,-;XFS (sda1): Ending clean mount\n");
    expect(*state, NULL, NULL, NULL);
    tree_write(
        *state, "dev/kmsg",
        "1,339,5140900,-;XFS (sda1): Metadata corruption detected at xfs_inode_buf_verify\n"
        "1,339,5140900,-;XFS (sdb1): metadata I/O error in \"xfs_trans_read\" at daddr 0x1\n");
    expect(*state, NULL, "XFS on sda1 has had errors", NULL);
    expect(*state, NULL, "XFS on sdb1 has had errors", NULL);
}

static void the_log_alone(void **state)
{
    CLEANUP(storage_facts_clear) struct storage_facts facts;

    tree_write(*state, "sys/block/md0/md/degraded", "1\n");
    tree_write(*state, "dev/kmsg", "1,339,9,-;XFS (sda1): Metadata corruption detected\n");
    storage_log_facts_read(((const struct tree *)*state)->root, &facts);
    assert_answer(&facts.degraded, 0, NULL);
    assert_answer(&facts.damaged, 1, "XFS on sda1");
    assert_answer(&facts.failing, 0, NULL);
}

/* Records on the boundary between two reads are still complete. */
static void a_long_log(void **state)
{
    enum {
        LINES = 3000,
    };
    static const char LINE[] = "3,502,9,-;I/O error, dev sda, sector 8 op 0x0:(READ) flags 0x0\n";
    char *text = malloc(LINES * sizeof(LINE)), *end = text;

    assert_non_null(text);
    for (int i = 0; i < LINES; i++)
        end = stpcpy(end, LINE);
    tree_mkdir(*state, "sys/class/block/sda");
    tree_write(*state, "dev/kmsg", text);
    free(text);
    expect(*state, NULL, NULL, "sda had 3000 I/O errors");
}

static void more_disks_than_are_told(void **state)
{
    char text[4096], *end = text;

    for (char c = 'a'; c <= 'z'; c++) {
        AUTOFREE char *disk = format("sys/class/block/sd%c", c);

        tree_mkdir(*state, disk);
        end += sprintf(end, "3,1,9,-;I/O error, dev sd%c, sector 8 op 0x0:(READ)\n", c);
    }
    tree_write(*state, "dev/kmsg", text);
    expect(*state, NULL, NULL, "sdp had 1 I/O error ");
}

static int is_unknown(void *argument)
{
    const struct tree *tree = argument;
    CLEANUP(storage_facts_clear) struct storage_facts facts;

    storage_facts_read(tree->root, &facts);
    return facts.failing.is == ANSWER_UNKNOWN && facts.failing.error == EACCES &&
           !facts.failing.text && facts.degraded.is == ANSWER_UNKNOWN &&
           facts.degraded.error == EACCES && facts.damaged.is == ANSWER_NO;
}

static void what_may_not_be_read_is_unknown(void **state)
{
    tree_write(*state, "dev/kmsg", "");
    tree_mode(*state, "dev/kmsg", 0600);
    tree_write(*state, "sys/block/md0/md/degraded", "1\n");
    tree_mode(*state, "sys/block/md0/md/degraded", 0600);
    assert_int_equal(as_nobody(is_unknown, *state), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_machine_without_any_of_it),
        TEST(arrays),
        TEST(ext4),
        TEST(btrfs),
        TEST(disks_in_the_log),
        TEST(file_systems_in_the_log),
        TEST(the_log_alone),
        TEST(a_long_log),
        TEST(more_disks_than_are_told),
        TEST(what_may_not_be_read_is_unknown),
    };

    return RUN_TESTS(tests);
}
