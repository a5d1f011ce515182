/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/reason-hardware.h"

#include <errno.h>

#include "base/util.h"
#include "decide/reason-files.h"

/* What was found is told, even where not everything could be looked at. */
static int if_found(const char *found, int error, char **ret_text)
{
    return found ? reason_applies(ret_text, strdup(found)) : -error;
}

int reason_quirks_invalid(const struct facts *facts, char **ret_text)
{
    return if_found(facts->quirk.error, 0, ret_text);
}

int reason_quirk(const struct facts *facts, char **ret_text)
{
    return if_found(facts->quirk.firmware, facts->quirk.error_number, ret_text);
}

int reason_quirk_applied(const struct facts *facts, char **ret_text)
{
    return if_found(facts->quirk.applied, 0, ret_text);
}

/* The severity of a reason is fixed, so the setting chooses between two. */
static int driver(const struct facts *facts, enum config_missing_driver wanted, char **ret_text)
{
    if (facts->config.missing_driver != wanted)
        return 0;
    return if_found(facts->driver.missing, facts->driver.error, ret_text);
}

int reason_driver_missing(const struct facts *facts, char **ret_text)
{
    return driver(facts, MISSING_DRIVER_WARN, ret_text);
}

int reason_driver_required(const struct facts *facts, char **ret_text)
{
    return driver(facts, MISSING_DRIVER_BLOCK, ret_text);
}

int reason_array_degraded(const struct facts *facts, char **ret_text)
{
    return if_found(facts->storage.degraded, facts->storage.degraded_error, ret_text);
}

int reason_filesystem_errors(const struct facts *facts, char **ret_text)
{
    return if_found(facts->storage.damaged, facts->storage.damaged_error, ret_text);
}

int reason_disk_errors(const struct facts *facts, char **ret_text)
{
    return if_found(facts->storage.failing, facts->storage.failing_error, ret_text);
}
