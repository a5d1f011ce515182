/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/boot-record.h"

/* Prints where the time of a reboot went, and what the administrator could change about that;
 * nothing if it is not known. */
void report_waterfall(const struct boot_record *record);
