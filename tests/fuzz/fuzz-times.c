/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: the file with the times of all reboots; what is made of each. */

#include "facts/times.h"

#include <errno.h>
#include <string.h>

#include "base/root.h"
#include "decide/phases.h"
#include "fuzz.h"

static void check_phases(const struct reboot_times *times)
{
    struct phases phases;
    char **advice;

    phases_of(times, &phases);
    must(phases.n <= N_PHASE_KINDS && phases.total >= 0);
    for (size_t i = 0; i < phases.n; i++) {
        must(phases.all[i].start >= 0 && phases.all[i].duration >= -1);
        must(phases.all[i].start + phases.all[i].duration <= phases.total);
    }
    advice = phases_advice(times, &phases);
    names_free(advice);
    must(times_away(times) >= -1);
}

/* Written and read again, it must be the same. */
static void round_trip(const struct reboot_times *times)
{
    char *text = times_with(NULL, times);
    struct times_list again;

    must(times_parse(text, &again) == 0 && again.n == 1);
    must(memcmp(again.all[0].at, times->at, sizeof(times->at)) == 0);
    must(again.all[0].stopping.n == times->stopping.n);
    must(again.all[0].clock_set == times->clock_set);
    times_list_clear(&again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct reboot_times MORE = {.boot_id = (char *)"one more"};
    char *text = fuzz_string(&data, &size), *longer;
    struct times_list list, more;
    int r = times_parse(text, &list);

    must(r == 0 || r == -EBADMSG);
    for (size_t i = 0; i < list.n; i++) {
        check_phases(&list.all[i]);
        round_trip(&list.all[i]);
    }
    if (r == 0) {
        longer = times_with(text, &MORE);
        must(times_parse(longer, &more) == 0 && times_of(&more, "one more"));
        must(more.n <= TIMES_LINES);
        times_list_clear(&more);
        free(longer);
    }
    times_list_clear(&list);
    free(text);
    return 0;
}
