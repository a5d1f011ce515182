/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "verbs/verb.h"

#include "base/util.h"

extern const struct verb verb_status, verb_check, verb_list, verb_load, verb_unload, verb_normal,
    verb_enable, verb_disable, verb_uninstall, verb_history, verb_retry, verb_record, verb_explain,
    verb_wait, verb_cancel, verb_booted, verb_detach, verb_health, verb_jump;

static const struct verb *const VERBS[] = {
    &verb_status, &verb_check,  &verb_list,    &verb_load,      &verb_unload,
    &verb_normal, &verb_enable, &verb_disable, &verb_uninstall, &verb_history,
    &verb_retry,  &verb_record, &verb_explain, &verb_wait,      &verb_cancel,

    &verb_booted, &verb_detach, &verb_health,  &verb_jump,
};

static const struct option_help OPTIONS[] = {
    {OPTION_JSON, "json", 0, NULL, "print JSON", false},
    {OPTION_ROOT, "root", 0, "DIR", "look at the machine whose files are below DIR", false},
    {OPTION_VERBOSE, "verbose", 'v', NULL, "print more", false},
    {OPTION_DRY_RUN, "dry-run", 0, NULL, "change nothing", false},
    {OPTION_ARM, "arm", 0, NULL, "do not reboot now, but send the next reboot there", false},
    {OPTION_CANCEL, "cancel", 0, NULL, "undo --arm", false},
    {OPTION_KERNEL, "kernel", 0, "RELEASE", "only check the drivers of that kernel", false},
    {OPTION_NUMBER, "lines", 'n', "N", "only the last N reboots", false},
    {OPTION_TIMEOUT, "timeout", 0, "SECONDS", "wait no longer than that", false},
    {OPTION_AT_SHUTDOWN, "at-shutdown", 0, NULL, "as fastreboot.service calls it", true},
};

const struct table TABLE = {
    .verbs = VERBS,
    .n_verbs = ELEMENTS(VERBS),
    .options = OPTIONS,
    .n_options = ELEMENTS(OPTIONS),
};
