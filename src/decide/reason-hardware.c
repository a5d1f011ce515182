/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/reason-hardware.h"

#include <errno.h>

#include "base/util.h"
#include "decide/reason-files.h"

int reason_quirks_invalid(const struct facts *facts, char **ret_text)
{
    return reason_answer(&facts->quirk.invalid, ret_text);
}

int reason_quirk(const struct facts *facts, char **ret_text)
{
    return reason_answer(&facts->quirk.firmware, ret_text);
}

int reason_quirk_applied(const struct facts *facts, char **ret_text)
{
    return reason_answer(&facts->quirk.applied, ret_text);
}

/* The severity of a reason is fixed, so the setting chooses between two. */
static int driver(const struct facts *facts, enum config_missing_driver wanted, char **ret_text)
{
    if (facts->config.missing_driver != wanted)
        return 0;
    return reason_answer(&facts->driver_missing, ret_text);
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
    return reason_answer(&facts->storage.degraded, ret_text);
}

int reason_filesystem_errors(const struct facts *facts, char **ret_text)
{
    return reason_answer(&facts->storage.damaged, ret_text);
}

int reason_disk_errors(const struct facts *facts, char **ret_text)
{
    return reason_answer(&facts->storage.failing, ret_text);
}
