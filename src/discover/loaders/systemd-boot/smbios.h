/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#define SMBIOS_TABLES "sys/firmware/dmi/tables/DMI"

/* Returns 1 if the SMBIOS of this (virtual) machine has strings with which systemd-boot and
 * systemd-stub add to boot entries and command lines ("io.systemd.boot.…", "io.systemd.stub.…"); 0
 * if not, or without SMBIOS; or a negative errno. */
int smbios_adds_to_boot(int root);
