/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* What was asked of the firmware, the loader or the next boot. 0 or -ENOMEM; release with
 * requests_clear() in any case. */
int requests_read(int root, struct answer ret[N_REQUESTS]);
void requests_clear(struct answer requests[N_REQUESTS]);
