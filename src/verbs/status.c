/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/paths.h"
#include "base/util.h"
#include "verbs/complain.h"
#include "verbs/report.h"
#include "verbs/verb.h"

/* 1 when it is known how the last reboot went, 0 when not, or a negative errno. */
static int read_last(int root, struct boot_record *ret_record)
{
    AUTOJSON struct json_object *object = NULL;
    int r = json_read(root, RUN_BOOT, &object);

    *ret_record = (struct boot_record){0};
    if (r == -ENOENT)
        return 0;
    if (r >= 0)
        r = boot_record_from_json(object, ret_record);
    return r < 0 ? r : 1;
}

static int run(const struct call *call)
{
    CLEANUP(survey_clear) struct survey survey;
    CLEANUP(boot_record_clear) struct boot_record last;
    int known = read_last(call->root, &last);

    if (survey_make(call->root, PURPOSE_NEXT_REBOOT, &survey) < 0)
        return complain(NULL, -ENOMEM);
    if (known < 0)
        (void)complain("/" RUN_BOOT, known); /* the rest is worth telling all the same */
    report_status(&survey, known > 0 ? &last : NULL, given(call, OPTION_JSON));
    return known < 0 ? EXIT_FAILED : EXIT_FINE;
}

const struct verb verb_status = {
    .name = "status",
    .summary = "what the next reboot will be and why, and how the last one went",
    .options = OPTION_JSON | OPTION_ROOT,
    .run = run,
};
