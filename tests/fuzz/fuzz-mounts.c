/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: fstab, and after a NUL mountinfo. */

#include <errno.h>
#include <string.h>

#include "base/mounts.h"
#include "discover/hardware/fstab.h"
#include "discover/hardware/inventory.h"
#include "discover/hardware/volumes.h"
#include "discover/loaders/reach.h"
#include "fuzz.h"

static void check_fstab(void)
{
    struct fstab fstab;

    must(fstab_read(fuzz_root(), &fstab) == 0);
    for (size_t i = 0; i < fstab.n; i++) {
        const struct fstab_line *line = fstab_at(&fstab, fstab.all[i].point);

        must(line && strcmp(line->point, fstab.all[i].point) == 0);
        must(line->automatic || !fstab.all[i].automatic);
        must(*fstab.all[i].type);
    }
    fstab_clear(&fstab);
}

static void check_mounts(void)
{
    struct mount_point *mounts;
    size_t n;
    int r = mounts_read(fuzz_root(), MOUNTS_OF_SELF, &mounts, &n);

    must(r == 0 || r == -EBADMSG || r == -E2BIG);
    for (size_t i = 0; i < n; i++) {
        const struct mount_point *last = mounts_at(mounts, n, mounts[i].point);

        must(mounts[i].device && mounts[i].root && mounts[i].source && mounts[i].type);
        must(last >= &mounts[i]);
    }
    mounts_free(mounts, n);
}

static void check_volumes(void)
{
    struct volume *volumes;
    size_t n;

    (void)volumes_read(fuzz_root(), &volumes, &n);
    for (size_t i = 0; i < n; i++)
        must(volumes[i].block && volumes[i].name && volumes[i].kind && volumes[i].uuid);
    volumes_free(volumes, n);
}

static void check_inventory(void)
{
    struct items items = {0}, disks = {0};

    inventory_read_mounts(fuzz_root(), &items, &disks);
    for (size_t i = 0; i < items.n; i++)
        for (size_t j = 0; j < i; j++)
            must(strcmp(items.all[i].id, items.all[j].id) != 0);
    items_clear(&items);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *fstab = fuzz_string(&data, &size), *problem;

    fuzz_write("sys/devices/pci0/block/sda/sda1/partition", "1\n", 2);
    fuzz_write("sys/class/block/dm-0/dm/uuid", "CRYPT-LUKS2-0a1b2c3d00014002800300112233aabb-x",
               46);
    fuzz_write("sys/class/block/dm-0/slaves/sda1", "", 0);
    fuzz_write("sys/fs/btrfs/0000-1111/devices/sda1", "", 0);
    fuzz_write("dev/mapper/x", "", 0);
    fuzz_write("etc/fstab", fstab, strlen(fstab));
    fuzz_write("proc/self/mountinfo", data, size);
    fuzz_write("proc/1/mountinfo", data, size);
    check_fstab();
    check_mounts();
    check_volumes();
    check_inventory();
    problem = reach_problem(fuzz_root(), "/boot/vmlinuz");
    must(!problem || *problem);
    free(problem);
    free(fstab);
    return 0;
}
