/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Mounts /boot, /boot/efi and /efi where an automount stands for them. For the shutdown: as soon as
 * an automount is about to stop, and then all are, PID 1 refuses what looks below it (EHOSTDOWN).
 * What does not get mounted within seconds stays as it is, and the files below it count as missing.
 */
void automounts_mount(int root);
