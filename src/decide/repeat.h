/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"
#include "facts/history.h"

/* Whether the last reboots all went through the firmware for the same reason: then later ones will
 * too, whatever that reason usually means. */

enum {
    REPEATS_TO_TELL = 3, /* of a reason that one reboot should end */
    REFUSALS_TO_TELL = 2 /* of a load that the running kernel refused */
};

/* Release with repeat_clear(). */
void repeat_find(const struct history *history, struct repeat_facts *ret);

/* Since when the firmware has not run. What started a kernel without fastreboot's doing may have
 * been the firmware: it counts as that. */
void row_find(const struct history *history, int64_t now, struct row_facts *ret);

void repeat_clear(struct repeat_facts *repeat);

/* Whether that was the reason `id`, which is told with `text`. */
bool repeat_is_about(const struct repeat_facts *repeat, const char *id, const char *text);

/* What to do about a reason that should have ended with a reboot and has outlived `n` of them, for
 * free(). `advice` is what helps in that case, or NULL. */
char *repeat_advice(size_t n, const char *advice);
