/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/storage.h"

/* What the kernel says of arrays, file systems and disks: a disk may call itself healthy until it
 * dies. */

#include <errno.h>
#include <inttypes.h>
#include <time.h>

#include "base/root.h"
#include "base/sysfs.h"
#include "base/util.h"
#include "discover/hardware/kernel-log.h"

enum {
    MAX_STATS = 4096,
};

static int look_at_array(int root, const char *path, void *data)
{
    const char *name = basename(path);
    AUTOFREE char *state = NULL;
    long degraded, disks = 0;
    int r;

    if (!after_prefix(name, "md"))
        return 0;
    r = sysfs_number(root, path, "md/degraded", &degraded);
    if (r > 0 && degraded > 0) {
        r = sysfs_number(root, path, "md/raid_disks", &disks);
        answer_add(data, format("%s lacks %ld of %ld disks", name, degraded, disks));
    }
    if (r >= 0)
        r = sysfs_line(root, path, "md/array_state", &state);
    if (r > 0 && streq(state, "broken"))
        answer_add(data, format("%s is broken", name));
    return r < 0 ? r : 0;
}

static int look_at_ext4(int root, const char *path, void *data)
{
    long errors, first = 0;
    char when[64] = "";
    time_t seconds;
    struct tm utc;
    int r = sysfs_number(root, path, "errors_count", &errors);

    if (r <= 0 || errors <= 0)
        return r < 0 ? r : 0;
    r = sysfs_number(root, path, "first_error_time", &first);
    seconds = first;
    if (r > 0 && first > 0 && gmtime_r(&seconds, &utc))
        strftime(when, sizeof(when), ", the first on %Y-%m-%d", &utc);
    answer_add(data, format("ext4 on %s has recorded %ld error%s%s", basename(path), errors,
                            errors > 1 ? "s" : "", when));
    return r < 0 ? r : 0;
}

/* "write_errs 0\nread_errs 3\n..." */
static uint64_t sum_of_errors(char *stats)
{
    uint64_t sum = 0;
    char *rest = NULL;

    for (char *line = strtok_r(stats, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        const char *number = strchr(line, ' ');

        if (number && strstr(line, "_errs ") &&
            __builtin_add_overflow(sum, (uint64_t)strtoull(number, NULL, 10), &sum))
            return UINT64_MAX;
    }
    return sum;
}

struct btrfs {
    const char *name;
    struct answer *answer;
};

static int look_at_btrfs_device(int root, const char *path, void *data)
{
    const struct btrfs *btrfs = data;
    AUTOFREE char *file = format("%s/error_stats", path), *stats = NULL;
    const char *device = basename(path);
    uint64_t errors = 0;
    long missing;
    int r = sysfs_number(root, path, "missing", &missing);

    if (r > 0 && missing)
        answer_add(btrfs->answer, format("btrfs %s lacks device %s", btrfs->name, device));
    if (r >= 0)
        r = root_read(root, file, MAX_STATS, &stats, NULL);
    if (r >= 0)
        errors = sum_of_errors(stats);
    if (errors)
        answer_add(btrfs->answer, format("btrfs %s has counted %" PRIu64 " error%s on device %s",
                                         btrfs->name, errors, errors > 1 ? "s" : "", device));
    return r == -ENOENT || r == -ENODEV ? 0 : r;
}

static int look_at_btrfs(int root, const char *path, void *data)
{
    AUTOFREE char *devices = format("%s/devinfo", path);

    return sysfs_walk(root, devices, look_at_btrfs_device,
                      &(struct btrfs){.name = basename(path), .answer = data});
}

/* Where the disk is gone, as after it was pulled out, or comes and goes, there is nothing to warn
 * of. 1, 0 or a negative errno. */
static int stays(int root, const char *disk)
{
    AUTOFREE char *path = NULL;
    long removable = 0;
    int r = sysfs_resolve(root, "sys/class/block", disk, &path);

    if (r > 0)
        r = sysfs_number(root, path, "removable", &removable);
    return r < 0 ? r : path && removable == 0;
}

static int look_at_log(int root, struct storage_facts *facts)
{
    struct log_counts log;
    int r = kernel_log_count(root, &log);

    for (size_t i = 0; r >= 0 && i < log.n_disks; i++) {
        const struct log_count *disk = &log.disks[i];

        r = stays(root, disk->name);
        if (r > 0)
            answer_add(&facts->failing,
                       format("%s had %u I/O error%s since the machine started", disk->name,
                              disk->errors, disk->errors > 1 ? "s" : ""));
    }
    for (size_t i = 0; r >= 0 && i < log.n_file_systems; i++)
        answer_add(&facts->damaged,
                   format("%s has had errors since the machine started, says the kernel log",
                          log.file_systems[i].name));
    return r;
}

static void note(int result, struct answer *answer)
{
    if (result < 0)
        answer_note_unknown(answer, -result, NULL);
}

void storage_log_facts_read(int root, struct storage_facts *ret)
{
    *ret = (struct storage_facts){0};
    note(look_at_log(root, ret), &ret->failing);
}

void storage_facts_read(int root, struct storage_facts *ret)
{
    *ret = (struct storage_facts){0};
    note(sysfs_walk(root, "sys/block", look_at_array, &ret->degraded), &ret->degraded);
    note(sysfs_walk(root, "sys/fs/ext4", look_at_ext4, &ret->damaged), &ret->damaged);
    note(sysfs_walk(root, "sys/fs/btrfs", look_at_btrfs, &ret->damaged), &ret->damaged);
    note(look_at_log(root, ret), &ret->failing);
}

void storage_facts_clear(struct storage_facts *facts)
{
    answer_clear(&facts->degraded);
    answer_clear(&facts->damaged);
    answer_clear(&facts->failing);
}
