/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Holds this machine against the list of what does not survive a kexec, except for the quirks that
 * `config` ignores. What is wrong with a file of the list is in ret->invalid. Release with
 * quirk_facts_clear(). */
void quirk_facts_read(int root, const struct config *config, struct quirk_facts *ret);
void quirk_facts_clear(struct quirk_facts *facts);
