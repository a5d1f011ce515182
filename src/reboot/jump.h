/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The last step of a shutdown (fastreboot-jump.service), when all file systems but the root are
 * gone, for reboot.target and for kexec.target: asks PID 1 for the jump into the loaded kernel if
 * departure gave the go-ahead for this very reboot. Without one it drops the kernel that fastreboot
 * has loaded, which systemd-kexec.service would start otherwise; with kexec.target that is how
 * systemd from 255 on reboots while a kernel is loaded. 0, or -ECANCELED when the reboot should
 * have been fast or the kernel cannot be dropped: then the unit fails, and PID 1 reboots through
 * the firmware at once. */
int jump_run(int root);
