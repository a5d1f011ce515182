/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/started.h"

/* On EFI a GRUB may first read a grub.cfg beside itself on the EFI system partition: that of the
 * distributions. Where something started GRUB from, ->vendor, is not known, each directory there
 * counts. */

/* The directory with that grub.cfg where it is the whole configuration, with menu entries
 * ("/boot/efi/EFI/redhat"), for free(); or NULL: GRUB reads another one, or it is not known which.
 */
char *esp_grub_home(int root, const struct started *started);

/* The directory with openSUSE's GRUB for boot entries on this partition, which has its
 * configuration in itself, for free(); or NULL: there is none, or another GRUB as well that may
 * have started the machine. */
char *esp_bls_home(int root, const struct started *started);

/* Why that grub.cfg is not `own`, what esp_grub_home() or esp_bls_home()
 * gave, or that in /boot/grub or /boot/grub2,
 * or does not lead to it, in words for free(); or NULL. */
char *esp_grub_problem(int root, const struct started *started, const char *own);
