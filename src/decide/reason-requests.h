/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Tests of the reasons for what was asked of the firmware, the loader or the next boot, as struct
 * reason has them. */

int reason_firmware_setup(const struct facts *facts, char **ret_text);
int reason_firmware_update(const struct facts *facts, char **ret_text);
int reason_boot_next(const struct facts *facts, char **ret_text);
int reason_loader_menu(const struct facts *facts, char **ret_text);
int reason_loader_entry(const struct facts *facts, char **ret_text);
int reason_reboot_parameter(const struct facts *facts, char **ret_text);
int reason_mok_request(const struct facts *facts, char **ret_text);
int reason_offline_update(const struct facts *facts, char **ret_text);
int reason_staged_deployment(const struct facts *facts, char **ret_text);
int reason_hibernated(const struct facts *facts, char **ret_text);
