/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/attempt.h"
#include "reboot/survey.h"

/* What is written down before a fast reboot. */

/* A new attempt of the machine as it is: 0 or a negative errno; release it in any case. */
int recording_begin(int root, struct attempt *ret_attempt);

/* Adds what is loaded and what the machine has. 0 or -ENOMEM. */
int recording_complete(int root, const struct survey *survey, struct attempt *attempt);
