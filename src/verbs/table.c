/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "verbs/verb.h"

#include "base/util.h"

extern const struct verb verb_status, verb_check, verb_list, verb_load, verb_unload, verb_normal,
    verb_enable, verb_disable, verb_uninstall, verb_history, verb_retry, verb_record, verb_explain,
    verb_wait, verb_cancel, verb_metrics, verb_early, verb_reboot, verb_set_next, verb_test,
    verb_booted, verb_trace, verb_why, verb_detach, verb_health, verb_hook, verb_jump, verb_times,
    verb_unlock;

static const struct verb *const VERBS[] = {
    &verb_status, &verb_check,   &verb_test,     &verb_list,      &verb_history, &verb_explain,
    &verb_wait,   &verb_metrics,

    &verb_reboot, &verb_normal,  &verb_set_next, &verb_trace,     &verb_load,    &verb_unload,

    &verb_why,    &verb_cancel,  &verb_retry,    &verb_record,

    &verb_enable, &verb_disable, &verb_unlock,   &verb_uninstall,

    &verb_booted, &verb_detach,  &verb_early,    &verb_health,    &verb_hook,    &verb_jump,
    &verb_times,
};

static const struct group GROUPS[] = {
    {"See what a reboot will be, and how the last ones went", &verb_status},
    {"Reboot", &verb_reboot},
    {"After something went wrong", &verb_why},
    {"Turn on and off", &verb_enable},
};

static const char *const JSON_MODES[] = {
    [JSON_PRETTY] = "pretty", [JSON_SHORT] = "short", [JSON_OFF] = "off", NULL};

static const struct option_help OPTIONS[] = {
    {OPTION_JSON, "json", 0, "MODE", "print JSON: pretty (the default), short, or off",
     .optional = true, .words = JSON_MODES},
    {OPTION_ROOT, "root", 0, "DIR", "look at the machine whose files are below DIR"},
    {OPTION_QUIET, "quiet", 'q', NULL, "print only errors; the exit status says the rest"},
    {OPTION_VERBOSE, "verbose", 'v', NULL, "print more; check takes it twice, to print all"},
    {OPTION_NO_LEGEND, "no-legend", 0, NULL, "print neither titles nor a summary"},
    {OPTION_NO_PAGER, "no-pager", 0, NULL, "for compatibility: there never is a pager"},
    {OPTION_KERNEL, "kernel", 0, "RELEASE", "only check the drivers of that kernel"},
    {OPTION_NUMBER, "lines", 'n', "N", "only the last N reboots"},
    {OPTION_TIMEOUT, "timeout", 0, "TIME", "wait no longer than that"},
    {OPTION_NAGIOS, "nagios", 0, NULL, "as a plugin for Nagios: one line, exit 0, 1, 2 or 3"},
    {OPTION_OUTPUT, "output", 0, "FILE", "write into that file, replacing it at once"},
    {OPTION_PLOT, "plot", 0, "FILE", "draw where the time went, as an SVG, into that file"},
    {OPTION_KEY_FILE, "key-file", 0, "FILE", "a key file that opens the volumes now"},
    {OPTION_FAST, "fast", 0, NULL, "only if the reboot will not go through the firmware"},
    {OPTION_FIRMWARE, "firmware", 0, NULL, "through the firmware, once"},
    {OPTION_WHEN, "when", 0, "TIME", "not now: +MINUTES, +2h, HH:MM, a date; or cancel"},
    {OPTION_DRY_RUN, "dry-run", 0, NULL, "change nothing"},
    {OPTION_PURGE, "purge", 0, NULL, "remove the settings, too"},
    {OPTION_ARM, "arm", 0, NULL, "do not reboot now; the next reboot is not fast"},
    {OPTION_CANCEL, "cancel", 0, NULL, "take back the request for the next reboot"},
    {OPTION_EFI, "efi", 0, NULL, "write the trace to EFI variables, which are flash memory"},
    {OPTION_AT_SHUTDOWN, "at-shutdown", 0, NULL, "as fastreboot.service calls it", .hidden = true},
};

/* What differs from one build to another. */
static const struct feature FEATURES[] = {
#if defined(__x86_64__)
    {"X86_64", true},
    {"AARCH64", false},
#elif defined(__aarch64__)
    {"X86_64", false},
    {"AARCH64", true},
#else
    {"X86_64", false},
    {"AARCH64", false},
#endif
/* Unpacks kernels for arm64 that are compressed by it. */
#ifdef HAVE_ZSTD
    {"ZSTD", true},
#else
    {"ZSTD", false},
#endif
/* `unlock` can add and remove keys. */
#ifdef HAVE_CRYPTSETUP
    {"CRYPTSETUP", true},
#else
    {"CRYPTSETUP", false},
#endif
    {"PACKAGE", sizeof(UNINSTALL) > 1}, /* a package manager removes it, not `uninstall` */
    {"SANITIZER", HAS_ASAN},
};

const struct table TABLE = {
    .verbs = VERBS,
    .n_verbs = ELEMENTS(VERBS),
    .options = OPTIONS,
    .n_options = ELEMENTS(OPTIONS),
    .groups = GROUPS,
    .n_groups = ELEMENTS(GROUPS),
    .features = FEATURES,
    .n_features = ELEMENTS(FEATURES),
};
