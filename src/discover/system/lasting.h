/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/answer.h"

/* Whether what is written below /var/lib/fastreboot is lost at every reboot: then nobody could tell
 * afterwards how a fast reboot went, nor remember a kernel that failed. */
struct answer state_is_lost(int root);
