/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "reboot/survey.h"

/* Everything that a fast reboot does but the reboot. */

enum trial_result {
    TRIAL_PASSED,
    TRIAL_FIRMWARE, /* the reboot would go through the firmware */
    TRIAL_REFUSED,  /* there was no trial, or its end failed: it is not known */
};

struct trial {
    struct survey survey;
    enum trial_result result;
    char *error;  /* why it did not pass; NULL if the verdict says it */
    int64_t load; /* how long the load took, in microseconds; -1 if nothing was loaded */
};

/* Surveys the machine; if the verdict is a fast reboot, loads the kernel, writes an attempt, and
 * takes both back. A kernel of fastreboot's that was loaded before stays, or the current one takes
 * its place. Nothing is done while a shutdown is under way, in place of another program's kernel,
 * or with one of the last loads that the running kernel takes. Release with trial_clear(). */
void trial_run(int root, struct trial *ret);
void trial_clear(struct trial *trial);

/* Removes what a trial that was killed has left on the disk. */
void trial_clean(int root);
