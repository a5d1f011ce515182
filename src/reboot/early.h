/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "reboot/health.h"

/* In a boot that has not come as far as fastreboot.service: where it waits for something without a
 * time limit (a passphrase, a mount, a job) nobody else would ever look at it. */

/* Judges this boot where it has hung for longer than the settings allow, so that the health check
 * can go on with it. Before that nothing is written, as /var may not be mounted yet.
 * HEALTH_WAIT when it is too early or this boot is none to look at; HEALTH_OVER when it is judged
 * now; HEALTH_REBOOT after a kexec whose record cannot be reached, because what the boot waits for
 * is the disk with it: the next boot, which has no mark, is then left alone. *ret_notice is for
 * everybody who is logged in, or NULL; for free(). */
int early_judge(int root, const struct config *config, const struct health_seen *seen,
                char **ret_notice);
