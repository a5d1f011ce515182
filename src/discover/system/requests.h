/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* What was requested of the firmware, the boot loader or the next boot. Release with
 * requests_clear(). */
void requests_read(int root, struct answer ret[N_REQUESTS]);
void requests_clear(struct answer requests[N_REQUESTS]);
