/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Times as shutdown(8) and systemd.time(7) write them: "now", "+MINUTES", "+1h30min", "HH:MM" (the
 * next time that it is that late), or "YYYY-MM-DD HH:MM", the last two in the local time zone and
 * also with seconds. *ret is in microseconds since 1970, like `now`, or 0 for "now" and "+0". False
 * if it is none of these, or not in the future. */
bool when_parse(const char *text, int64_t now, int64_t *ret);
