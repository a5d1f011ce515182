/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Mounts /boot, /boot/efi and /efi if they are automounts. For the shutdown: once an automount is
 * about to stop, as all of them are, PID 1 refuses accesses below it (EHOSTDOWN). If mounting takes
 * more than a few seconds, this gives up, and the files below count as missing. */
void automounts_mount(int root);
