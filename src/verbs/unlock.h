/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "verbs/verb.h"

/* Removes all keys and keyslots, or only says so in a dry run. Returns the number of failures,
 * which it reports. */
int unlock_drop_all(const struct call *call);
