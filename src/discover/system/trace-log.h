/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/log-line.h"
#include "facts/trace.h"

/* What the kernel logs with initcall_debug of how long something took. */

/* Whether it is the line with which the trace of attempt `id` begins. */
bool trace_log_is_mark(const struct log_line *line, const char *id);

/* Reads how long the devices took to shut down, from the old kernel's log, or "". What is missing
 * is said in ret->problem, as the mark is. */
void trace_log_read_shutdown(const char *log, const char *id, struct reboot_trace *ret);

/* Takes what a line of the new kernel's log says: drivers and parts of the kernel that took long,
 * the unpacking of the initrd, and the first network link. Lines come newest first. */
struct trace_startup {
    struct reboot_trace *trace;
    int64_t unpacked; /* 0 at the beginning */
};
void trace_log_take_startup(struct trace_startup *startup, int64_t time, const char *text);
