/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: the records of /dev/kmsg. */

#include "discover/hardware/kernel-log.h"

#include <string.h>

#include "fuzz.h"

static void check(const struct log_count *counts, size_t n)
{
    must(n <= LOG_NAMES);
    for (size_t i = 0; i < n; i++) {
        must(counts[i].name[0] && counts[i].errors > 0);
        for (size_t j = 0; j < i; j++)
            must(strcmp(counts[i].name, counts[j].name) != 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct log_counts counts;

    fuzz_write("dev/kmsg", data, size);
    must(kernel_log_count(fuzz_root(), &counts) == 0);
    check(counts.disks, counts.n_disks);
    check(counts.file_systems, counts.n_file_systems);
    return 0;
}
