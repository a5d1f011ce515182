/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/quirk-keys.h"

#include "base/util.h"
#include "discover/hardware/detachable.h"

static int find_devices(int root, const struct quirk *quirk, const char *drivers, char **devices)
{
    return detachable_add(root, drivers, quirk_value(quirk, "MatchModalias"), devices);
}

#define FACT(member) offsetof(struct quirk_facts, member)

const struct quirk_key QUIRK_KEYS[] = {
    {.name = "MatchDMIModalias", .matches = quirk_match_dmi},
    {.name = "MatchModalias", .matches = quirk_match_modalias},
    {.name = "MatchDriver", .matches = quirk_match_driver},
    {.name = "Action", .does = "", .only = "firmware"},
    {.name = "CmdlineAppend", .does = "appends to the command line: ", .fact = FACT(cmdline)},
    {.name = "UnloadModules", .does = "unloads before the jump: ", .fact = FACT(unload)},
    {.name = "UnbindDriver",
     .does = "detaches before the jump: ",
     .fact = FACT(unbind),
     .expand = find_devices},
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
