/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What only shows when a reboot is under way, and is never asked before: departure.c gives these
 * ids. */

#include "base/util.h"
#include "decide/reason-rows.h"

static const struct reason ROWS[] = {
    {"load-failed", GROUP_KEXEC, SEVERITY_BLOCK, KIND_FAULT, .passed = "the kernel can be loaded",
     .advice = "`fastreboot test` tries it again and quotes the error; a key that was rejected "
               "means that the kernel is not signed by one that this machine trusts",
     .about = "The running kernel refused to load the next one; its error is in the journal of the "
              "boot before (`journalctl -b -1 -t fastreboot`)."},
    {"state-unwritable", GROUP_SYSTEM, SEVERITY_BLOCK, KIND_FAULT,
     .passed = "the attempt can be written down",
     .advice = "see whether its file system is full or read-only: `findmnt -T "
               "/var/lib/fastreboot`, `df -h /var/lib/fastreboot`",
     .about = "The attempt could not be written to /var/lib/fastreboot, or what to detach not to "
              "/run: a kernel that failed would be tried again and again."},
    {"manager-unreachable", GROUP_SYSTEM, SEVERITY_BLOCK, KIND_FAULT,
     .passed = "systemd says whether this is a reboot",
     .advice = "no action needed unless it happens again; the journal has systemd's error",
     .about = "systemd could not be asked whether the machine was going down for a reboot, and not "
              "for good."},
};

const struct reason_list LATE_REASONS = {ROWS, ELEMENTS(ROWS)};
