/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "record/identities.h"
#include "record/traces.h"

/* Takes secrets out of what was read and replaces what tells one machine from others, in paths,
 * links and contents. `host` is the name of the machine, or NULL. Gives what was replaced, for
 * redact_text() and identities_free(). */
struct identities *redact(struct traces *traces, const char *host);

/* The same for what was made of it. */
void redact_text(const struct identities *identities, char *text);
