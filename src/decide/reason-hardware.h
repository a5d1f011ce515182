/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* For the table in reasons.c: the tests of what the machine is made of, as of struct reason. */
int reason_quirks_invalid(const struct facts *facts, char **ret_text);
int reason_quirk(const struct facts *facts, char **ret_text);
int reason_quirk_applied(const struct facts *facts, char **ret_text);
int reason_driver_missing(const struct facts *facts, char **ret_text);
int reason_driver_required(const struct facts *facts, char **ret_text);
int reason_array_degraded(const struct facts *facts, char **ret_text);
int reason_filesystem_errors(const struct facts *facts, char **ret_text);
int reason_disk_errors(const struct facts *facts, char **ret_text);
