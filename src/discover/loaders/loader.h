/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <string.h>
#include <strings.h>

#include "facts/boot-entries.h"
#include "facts/started.h"

/* Whether a file's name has something before `end`, in upper or lower case, as loaders see names on
 * FAT. */
static inline bool loader_name_ends(const char *name, const char *end)
{
    size_t length = strlen(name), n = strlen(end);

    return length > n && strcasecmp(name + length - n, end) == 0;
}

/* What readers may have to know of the running system. */
struct running {
    const char *cmdline; /* of its kernel, for entries that inherit it */
    const struct started *started;
    const char *esp_grub; /* the directory of esp_grub_home() or esp_bls_home(), or NULL */
    bool embedded;        /* it is that of esp_bls_home() */
};

/* A reader of boot entries: of a boot loader's configuration, or of what stands in for one. */
struct loader {
    const char *name;      /* "grub", "links" */
    bool inherits_cmdline; /* its entries have the running kernel's command line */

    /* Reads below `root`. 1 when this loader is there, with its entries and the chosen one, or in
     * ->problem why there is none; 0 when it is not there. */
    int (*read)(int root, const struct running *running, struct boot_entries *entries);
};

extern const struct loader loader_grub;
extern const struct loader loader_systemd_boot;
extern const struct loader loader_syslinux;
extern const struct loader loader_proxmox;
extern const struct loader loader_grub_elsewhere; /* a configuration that is not read */
extern const struct loader loader_firmware;       /* starts a kernel by itself */
extern const struct loader loader_unsupported;
extern const struct loader loader_links;
extern const struct loader loader_newest;
