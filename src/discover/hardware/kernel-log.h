/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* What the kernel has logged of disks and file systems since the machine started. */

enum {
    LOG_NAMES = 16,
    LOG_NAME = 64,
};

struct log_count {
    char name[LOG_NAME]; /* "sda", "XFS on sda1" */
    unsigned errors;
};

/* The first LOG_NAMES of each. */
struct log_counts {
    struct log_count disks[LOG_NAMES];
    size_t n_disks;
    struct log_count file_systems[LOG_NAMES];
    size_t n_file_systems;
};

/* Reads /dev/kmsg, or a file of its records, to its present end. 0, also without a log; or a
 * negative errno, -EPERM where only root may read it. */
int kernel_log_count(int root, struct log_counts *ret);
