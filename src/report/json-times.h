/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/boot-record.h"

/* Where the time of a reboot went, of a record that has times: a new object. */
struct json_object *json_times(const struct boot_record *record);
