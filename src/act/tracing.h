/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What makes the kernel tell how long its devices take to shut down, and keep that over a reboot.
 * All functions return 0 or a negative errno. */

/* Lets a record of the store take that many bytes of the log, until the next boot. `flags` are
 * those of its mount, which stay. */
int tracing_set_maximum(int root, const char *flags, unsigned long bytes);

/* Lets the kernel log each device that it shuts down, from now on. */
int tracing_log_devices(int root);

/* Lets the kernel write its log to the store at each reboot, not only when it dies. */
int tracing_keep_log(int root);

/* Writes a line into the kernel's log. */
int tracing_write(int root, const char *text);

/* Removes a record from the store. */
int tracing_remove(int root, const char *path);
