/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/times.h"

/* What the journal says of the shutdown that ended the boot times->before: when it began, if that
 * was before the load at shutdown, when the last service stopped, and which took longest. Nothing
 * where that boot or its load is not known, or its journal is gone. */
void boot_log_read_shutdown(int root, struct reboot_times *times);

/* When the kernel of this boot started the program in its initrd, in microseconds since it started
 * itself; 0 if the journal does not say. */
int64_t boot_log_initrd(int root, const char *boot_id);

/* What the processor had on the last reset, as Linux 6.16 and later log it on AMD's: the bits of
 * its register; -1 if the journal does not say. */
int64_t boot_log_reset_status(int root, const char *boot_id);

/* What the journal says of the start of this boot's kernel with initcall_debug, of its first
 * network link, and of DHCP: for the members of `trace` about them. */
void boot_log_read_startup(int root, const char *boot_id, struct reboot_trace *trace);
