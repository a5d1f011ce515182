/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* On EFI a GRUB may first read a grub.cfg beside itself on the EFI system partition: that of the
 * distributions. Why that is not the grub.cfg in /boot/grub or /boot/grub2, or does not lead to it,
 * in words for free(); or NULL. `vendor` is the directory there from which the firmware started
 * something, "/EFI/debian", or NULL when that is not known: then each counts. */
char *esp_grub_problem(int root, const char *vendor);
