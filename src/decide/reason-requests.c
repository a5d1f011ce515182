/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/reason-requests.h"

#include <errno.h>

#include "base/util.h"
#include "decide/reason-files.h"

static int requested(const struct facts *facts, enum request_kind kind, char **ret_text)
{
    return reason_answer(&facts->requests[kind], ret_text);
}

int reason_firmware_setup(const struct facts *facts, char **ret_text)
{
    return requested(facts, REQUEST_SETUP, ret_text);
}

int reason_firmware_update(const struct facts *facts, char **ret_text)
{
    return requested(facts, REQUEST_UPDATE, ret_text);
}

int reason_boot_next(const struct facts *facts, char **ret_text)
{
    return requested(facts, REQUEST_BOOT_NEXT, ret_text);
}

int reason_loader_menu(const struct facts *facts, char **ret_text)
{
    return requested(facts, REQUEST_LOADER_MENU, ret_text);
}

int reason_loader_entry(const struct facts *facts, char **ret_text)
{
    return requested(facts, REQUEST_LOADER_ENTRY, ret_text);
}

int reason_reboot_parameter(const struct facts *facts, char **ret_text)
{
    return requested(facts, REQUEST_PARAMETER, ret_text);
}

int reason_mok_request(const struct facts *facts, char **ret_text)
{
    return requested(facts, REQUEST_MOK, ret_text);
}

int reason_offline_update(const struct facts *facts, char **ret_text)
{
    return requested(facts, REQUEST_OFFLINE, ret_text);
}

int reason_staged_deployment(const struct facts *facts, char **ret_text)
{
    return requested(facts, REQUEST_DEPLOYMENT, ret_text);
}

int reason_hibernated(const struct facts *facts, char **ret_text)
{
    return requested(facts, REQUEST_RESUME, ret_text);
}
