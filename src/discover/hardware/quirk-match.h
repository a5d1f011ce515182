/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"

/* Texts of a machine: each once. */
struct quirk_texts {
    char **all;
    size_t n;
    struct map seen;
    bool read;
    int result; /* 0, or the negative errno that kept others from being read */
};

enum {
    QUIRK_BUSES = 4, /* that are read on their own */
};

/* What quirks are held against. It is read when the first quirk wants it. Start with the root
 * directory alone and release with quirk_machine_clear(). */
struct quirk_machine {
    int root;
    struct quirk_texts dmi;
    struct quirk_texts modaliases[QUIRK_BUSES + 1]; /* the last: of all other buses */
    struct quirk_texts cpu;
};

void quirk_machine_clear(struct quirk_machine *machine);

/* Each: 1 when one of the globs matches, 0 when none does, or a negative errno when the machine
 * does not tell. */
int quirk_match_dmi(struct quirk_machine *machine, const char *globs);
int quirk_match_modalias(struct quirk_machine *machine, const char *globs);
/* "xen", and "xen:HVM" with the kind of the guest, from /sys/hypervisor. */
int quirk_match_hypervisor(struct quirk_machine *machine, const char *globs);
/* What the first CPU of /proc/cpuinfo says of itself, in its order with a comma around each:
 * ",fp,asimd,implementer:0x61," or ",fpu,hypervisor,tdx_guest,". */
int quirk_match_cpu(struct quirk_machine *machine, const char *globs);
/* As uname -m has it. */
int quirk_match_architecture(struct quirk_machine *machine, const char *globs);
/* Whether one of the paths, which are no globs, is there. */
int quirk_match_path(struct quirk_machine *machine, const char *paths);
/* A driver counts when it has a device. */
int quirk_match_driver(struct quirk_machine *machine, const char *globs);
