/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/quirk-keys.h"

#include "base/cmdline.h"
#include "base/util.h"
#include "discover/hardware/detachable.h"
#include "discover/hardware/globs.h"

static int find_devices(int root, const struct quirk *quirk, const char *drivers, char **devices)
{
    return detachable_add(root, drivers, quirk_value(quirk, "MatchModalias"), devices);
}

#define FACT(member) offsetof(struct quirk_facts, member)

#define MATCH(key, function)                                                                       \
    {                                                                                              \
        .name = key, .matches = function, .check = globs_check                                     \
    }

const struct quirk_key QUIRK_KEYS[] = {
    MATCH("MatchDMIModalias", quirk_match_dmi),
    MATCH("MatchModalias", quirk_match_modalias),
    MATCH("MatchDriver", quirk_match_driver),
    MATCH("MatchHypervisor", quirk_match_hypervisor),
    MATCH("MatchCPU", quirk_match_cpu),
    MATCH("MatchArchitecture", quirk_match_architecture),
    MATCH("MatchPath", quirk_match_path),
    {.name = "Action", .does = "", .only = "firmware"},
    {.name = "CmdlineAppend",
     .does = "appends to the command line: ",
     .fact = FACT(cmdline),
     .check = cmdline_problem},
    {.name = "UnloadModules",
     .does = "unloads before the jump: ",
     .fact = FACT(unload),
     .check = globs_check},
    {.name = "UnbindDriver",
     .does = "detaches before the jump: ",
     .fact = FACT(unbind),
     .expand = find_devices,
     .check = globs_check},
    {.name = "Reason"},
    {.name = "Source"},
};

const size_t N_QUIRK_KEYS = ELEMENTS(QUIRK_KEYS);

_Static_assert(ELEMENTS(QUIRK_KEYS) <= MAX_QUIRK_KEYS, "every key has its place in struct quirk");

const char *quirk_value(const struct quirk *quirk, const char *name)
{
    for (size_t i = 0; i < N_QUIRK_KEYS; i++)
        if (streq(QUIRK_KEYS[i].name, name))
            return quirk->values[i];
    return NULL;
}
