/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/quirk-keys.h"

#include <ctype.h>

#include "base/cmdline.h"
#include "base/util.h"
#include "discover/hardware/detachable.h"
#include "discover/hardware/globs.h"

static int find_devices(int root, const struct quirk *quirk, const char *drivers, char **devices)
{
    return detachable_add(root, drivers, quirk_value(quirk, "match-modalias"), devices);
}

#define FACT(member) offsetof(struct quirk_facts, member)

#define MATCH(key, function)                                                                       \
    {                                                                                              \
        .name = key, .matches = function, .check = globs_check                                     \
    }

const struct quirk_key QUIRK_KEYS[] = {
    MATCH("match-dmi-modalias", quirk_match_dmi),
    MATCH("match-modalias", quirk_match_modalias),
    MATCH("match-driver", quirk_match_driver),
    MATCH("match-hypervisor", quirk_match_hypervisor),
    MATCH("match-cpu", quirk_match_cpu),
    MATCH("match-architecture", quirk_match_architecture),
    MATCH("match-path", quirk_match_path),
    {.name = "action", .does = "", .only = "firmware"},
    {.name = "cmdline-append",
     .does = "appends to the command line: ",
     .fact = FACT(cmdline),
     .check = cmdline_problem},
    {.name = "unload-modules",
     .does = "unloads before the jump: ",
     .fact = FACT(unload),
     .check = globs_check},
    {.name = "unbind-driver",
     .does = "detaches before the jump: ",
     .fact = FACT(unbind),
     .expand = find_devices,
     .check = globs_check},
    {.name = "detach-disks",
     .does = "detaches unused disks together before the jump: ",
     .fact = FACT(disks),
     .check = globs_check},
    {.name = "reason"},
    {.name = "source"},
};

const size_t N_QUIRK_KEYS = ELEMENTS(QUIRK_KEYS);

_Static_assert(ELEMENTS(QUIRK_KEYS) <= MAX_QUIRK_KEYS, "every key has its place in struct quirk");

/* "MatchDMIModalias" is an earlier spelling of "match-dmi-modalias". */
static bool is_earlier_spelling(const char *text, const char *name)
{
    if (!isupper((unsigned char)*text))
        return false;
    for (; *name; name++) {
        if (*name == '-')
            continue;
        if (tolower((unsigned char)*text) != *name)
            return false;
        text++;
    }
    return !*text;
}

bool quirk_key_is(const struct quirk_key *key, const char *text)
{
    return streq(text, key->name) || is_earlier_spelling(text, key->name);
}

const char *quirk_value(const struct quirk *quirk, const char *name)
{
    for (size_t i = 0; i < N_QUIRK_KEYS; i++)
        if (streq(QUIRK_KEYS[i].name, name))
            return quirk->values[i];
    return NULL;
}
