/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: what the kernel says of an array, an ext4 and a btrfs, each ended by a NUL, in the order
 * of FILES. */

#include "discover/hardware/storage.h"

#include <string.h>

#include "fuzz.h"

static const char *const FILES[] = {
    "sys/block/md0/md/degraded",
    "sys/block/md0/md/raid_disks",
    "sys/block/md0/md/array_state",
    "sys/fs/ext4/sda1/errors_count",
    "sys/fs/ext4/sda1/first_error_time",
    "sys/fs/btrfs/0000-1111/devinfo/1/missing",
    "sys/fs/btrfs/0000-1111/devinfo/1/error_stats",
};

static void check(const struct answer *answer)
{
    must((answer->is == ANSWER_YES) == (answer->text && *answer->text));
    must((answer->is == ANSWER_UNKNOWN) == (answer->error != 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct storage_facts facts;

    for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++) {
        char *text = fuzz_string(&data, &size);

        fuzz_write(FILES[i], text, strlen(text));
        free(text);
    }
    storage_facts_read(fuzz_root(), &facts);
    check(&facts.degraded);
    check(&facts.damaged);
    check(&facts.failing);
    storage_facts_clear(&facts);
    return 0;
}
