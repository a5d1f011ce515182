/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/storage.h"

/* What the kernel itself says of arrays, file systems and disks: a disk may call itself healthy to
 * its end. */

#include <errno.h>
#include <inttypes.h>
#include <time.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/hardware/kernel-log.h"

enum {
    MAX_NAMES = 8192,
};

static int any_name(const char *name)
{
    return name[0] != '.';
}

static int is_array(const char *name)
{
    return after_prefix(name, "md") != NULL;
}

/* Not every kind of array, file system or kernel has every file, and what is there may go while we
 * look: 0 then, and 1 where there is a number. */
static int read_number(int root, const char *directory, const char *name, long *ret_number)
{
    AUTOFREE char *path = format("%s/%s", directory, name);
    int r = path ? root_read_number(root, path, ret_number) : -ENOMEM;

    if (r == -ENOENT || r == -ENODEV || r == -ENOTDIR || r == -EBADMSG)
        return 0;
    return r < 0 ? r : 1;
}

static int look_at_array(int root, const char *name, struct answer *answer)
{
    AUTOFREE char *directory = format("sys/block/%s/md", name), *file = NULL, *state = NULL;
    long degraded, disks = 0;
    int r = directory ? read_number(root, directory, "degraded", &degraded) : -ENOMEM;

    if (r > 0 && degraded > 0) {
        r = read_number(root, directory, "raid_disks", &disks);
        if (r >= 0)
            answer_add(answer, format("%s lacks %ld of %ld disks", name, degraded, disks));
    }
    if (r < 0)
        return r;
    file = format("%s/array_state", directory);
    r = file ? root_read_line(root, file, 64, &state) : -ENOMEM;
    if (r < 0)
        return r == -ENOENT || r == -ENODEV ? 0 : r;
    if (streq(state, "broken"))
        answer_add(answer, format("%s is broken", name));
    return 0;
}

static int look_at_ext4(int root, const char *name, struct answer *answer)
{
    AUTOFREE char *directory = format("sys/fs/ext4/%s", name);
    long errors, first = 0;
    char when[32] = "";
    time_t seconds;
    struct tm utc;
    int r = directory ? read_number(root, directory, "errors_count", &errors) : -ENOMEM;

    if (r <= 0 || errors <= 0)
        return r;
    r = read_number(root, directory, "first_error_time", &first);
    if (r < 0)
        return r;
    seconds = first;
    if (first > 0 && gmtime_r(&seconds, &utc))
        strftime(when, sizeof(when), ", the first on %Y-%m-%d", &utc);
    answer_add(answer, format("ext4 on %s has recorded %ld error%s%s", name, errors,
                              errors > 1 ? "s" : "", when));
    return 0;
}

/* "write_errs 0\nread_errs 3\n..." */
static uint64_t sum_of_errors(char *stats)
{
    uint64_t sum = 0;
    char *rest = NULL;

    for (char *line = strtok_r(stats, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        const char *number = strchr(line, ' ');

        if (number && strstr(line, "_errs "))
            sum += strtoull(number, NULL, 10);
    }
    return sum;
}

static int look_at_btrfs_device(int root, const char *file_system, const char *directory,
                                const char *name, struct answer *answer)
{
    AUTOFREE char *file = format("%s/%s/error_stats", directory, name), *stats = NULL;
    AUTOFREE char *own = format("%s/%s", directory, name);
    uint64_t errors;
    long missing;
    int r = own ? read_number(root, own, "missing", &missing) : -ENOMEM;

    if (r > 0 && missing)
        answer_add(answer, format("btrfs %s lacks device %s", file_system, name));
    if (r >= 0)
        r = file ? root_read(root, file, 4096, &stats, NULL) : -ENOMEM;
    if (r < 0)
        return r == -ENOENT || r == -ENODEV ? 0 : r;
    errors = sum_of_errors(stats);
    if (!errors)
        return 0;
    answer_add(answer, format("btrfs %s has counted %" PRIu64 " error%s on device %s", file_system,
                              errors, errors > 1 ? "s" : "", name));
    return 0;
}

static int look_at_btrfs(int root, const char *name, struct answer *answer)
{
    AUTOFREE char *directory = format("sys/fs/btrfs/%s/devinfo", name);
    CLEANUP(names_freep) char **devices = NULL;
    int r = directory ? root_names(root, directory, any_name, MAX_NAMES, &devices) : -ENOMEM;

    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    for (char **device = devices; r >= 0 && *device; device++)
        r = look_at_btrfs_device(root, name, directory, *device, answer);
    return r;
}

/* Looks at everything in `directory`. */
static int look_at_all(int root, const char *directory, int (*wanted)(const char *),
                       int (*look)(int root, const char *name, struct answer *answer),
                       struct answer *answer)
{
    CLEANUP(names_freep) char **names = NULL;
    int r = root_names(root, directory, wanted, MAX_NAMES, &names);

    if (r == -ENOENT)
        return 0;
    for (char **name = names; r >= 0 && *name; name++)
        r = look(root, *name, answer);
    return r;
}

/* Where there is no disk of this name any more, as with what was pulled out, or it is one that
 * comes and goes, there is nothing to warn of. */
static int stays(int root, const char *disk)
{
    AUTOFREE char *directory = format("sys/class/block/%s", disk), *real = NULL;
    long removable;
    int r = directory ? root_resolve(root, directory, &real, NULL, NULL) : -ENOMEM;

    if (r == -ENOENT)
        return 0;
    if (r >= 0)
        r = read_number(root, real, "removable", &removable);
    return r < 0 ? r : r == 0 || removable == 0;
}

static int look_at_disk(int root, const struct log_count *count, struct answer *answer)
{
    int r = stays(root, count->name);

    if (r <= 0)
        return r;
    answer_add(answer, format("%s had %u I/O error%s since the start of the machine", count->name,
                              count->errors, count->errors > 1 ? "s" : ""));
    return 0;
}

static int look_at_log(int root, struct storage_facts *facts)
{
    struct log_counts log;
    int r = kernel_log_count(root, &log);

    for (size_t i = 0; r >= 0 && i < log.n_disks; i++)
        r = look_at_disk(root, &log.disks[i], &facts->failing);
    for (size_t i = 0; r >= 0 && i < log.n_file_systems; i++)
        answer_add(&facts->damaged,
                   format("%s has had errors since the start of the machine, says the kernel log",
                          log.file_systems[i].name));
    return r;
}

/* Keeps what could not be found out; what was found is told even then. */
static int note(int result, struct answer *answer)
{
    if (result == -ENOMEM)
        return result;
    if (result < 0)
        answer_note_unknown(answer, -result, NULL);
    return 0;
}

int storage_facts_read(int root, struct storage_facts *ret)
{
    int r;

    *ret = (struct storage_facts){0};
    r = note(look_at_all(root, "sys/block", is_array, look_at_array, &ret->degraded),
             &ret->degraded);
    if (r >= 0)
        r = note(look_at_all(root, "sys/fs/ext4", any_name, look_at_ext4, &ret->damaged),
                 &ret->damaged);
    if (r >= 0)
        r = note(look_at_all(root, "sys/fs/btrfs", any_name, look_at_btrfs, &ret->damaged),
                 &ret->damaged);
    if (r >= 0)
        r = note(look_at_log(root, ret), &ret->failing);
    return r;
}

void storage_facts_clear(struct storage_facts *facts)
{
    answer_clear(&facts->degraded);
    answer_clear(&facts->damaged);
    answer_clear(&facts->failing);
}
