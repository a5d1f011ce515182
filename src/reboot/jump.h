/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The last step of a shutdown (fastreboot-jump.service), when all file systems but the root are
 * gone: asks PID 1 for the jump into the loaded kernel if departure gave the go-ahead for this very
 * reboot. In any doubt it does nothing, and systemd-reboot.service reboots through the firmware. 0,
 * or -ECANCELED when the reboot should have been fast; that was told and written down. */
int jump_run(int root);
