/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/boot-record.h"
#include "reboot/survey.h"

/* What monitoring reads. `last` is how the last reboot went, or NULL if that is not known; `now` is
 * the time in microseconds since 1970, or 0 for a recorded machine. */

/* Metrics in Prometheus' text format. The caller frees the text. */
char *metrics_text(const struct survey *survey, const struct boot_record *last, int64_t now);

/* The exit status of a plugin for Nagios. */
enum nagios_state {
    NAGIOS_OK,       /* the next reboot is fast */
    NAGIOS_WARNING,  /* there are warnings, or the next reboot goes through the firmware */
    NAGIOS_CRITICAL, /* the last reboot failed, or something is missing since */
    NAGIOS_UNKNOWN,  /* only root can tell */
};

/* The plugin's line, without its end; the caller frees it. */
char *nagios_text(const struct survey *survey, const struct boot_record *last, int64_t now,
                  enum nagios_state *ret_state);
