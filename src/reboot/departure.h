/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/attempt.h"
#include "reboot/survey.h"

/* At shutdown: what fastreboot.service does as it stops (`fastreboot load --at-shutdown`). Where
 * this is a reboot, decides, loads a kernel and gives the go-ahead for the jump. A reboot without a
 * go-ahead goes through the firmware, whatever happens here. 0, or -ECANCELED where something kept
 * it from being fast that should not have. */
int departure_load(int root);

/* A new attempt of the machine as it is, not written yet: 0 or a negative errno. Release with
 * attempt_clear() in any case. */
int departure_begin(int root, struct attempt *ret_attempt);

/* Adds what is loaded and what the machine has: the attempt is one that a kernel is loaded for. */
void departure_describe(int root, const struct survey *survey, struct attempt *attempt);

/* In which time the load at shutdown must end, in microseconds: well below TimeoutStopSec= of
 * fastreboot.service. */
extern const int64_t DEPARTURE_LIMIT;
