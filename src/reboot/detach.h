/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Writes down what the quirks say is to be detached before the jump, for detaching_run(), or that
 * it is nothing. 0 or a negative errno. */
int detaching_plan(int root, const struct quirk_facts *quirk);

/* Does it, and tells each step on standard output, which the unit gives to the journal and the
 * console. 0 or a negative errno when the plan cannot be read. */
int detaching_run(int root);
