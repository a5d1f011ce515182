/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "record/identities.h"
#include "record/traces.h"

/* Removes secrets from what was read, and replaces what identifies the machine in paths, links and
 * contents. `host` is the name of the machine, or NULL. Returns what was replaced, for
 * redact_text() and identities_free(). */
struct identities *redact(struct traces *traces, const char *host);

/* Does the same to text derived from it. */
void redact_text(const struct identities *identities, char *text);
