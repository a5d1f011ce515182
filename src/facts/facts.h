/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All that is found out about a machine before anything is decided. Only data: decide/ and the
 * printer know no more of discover/ than this header. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/answer.h"
#include "facts/boot-entries.h"
#include "facts/config.h"
#include "facts/failures.h"
#include "facts/image.h"
#include "facts/inventory.h"
#include "facts/started.h"
#include "facts/watchdogs.h"

/* One file that an entry needs. */
struct boot_file {
    char *path;      /* as the entry names it */
    int fd;          /* open for reading, or -1 */
    int error;       /* the errno of opening it, or 0 */
    char *untrusted; /* who else could change it, or NULL */
    char *signature; /* device, inode, size, time of change: another file, another signature */
    uint64_t size;   /* in bytes */
    int64_t changed; /* the time of its last change (ctime), in seconds since 1970 */
};

/* An entry whose files were opened and looked at: what is checked is what is loaded. */
struct boot_payload {
    const struct boot_entry *entry;
    struct boot_file kernel;
    struct boot_file *initrds;
    size_t n_initrds;
    struct image image; /* all zero unless image_problem and image_error say nothing */
    char *kernel_id; /* names this very kernel file, also in a later boot; NULL without an image */
    char *image_problem;
    int image_error;
    char *modules_problem; /* what the next kernel would miss in its modules directory */
    int modules_error;
};

/* What the running kernel says of kexec. */
struct kexec_facts {
    struct answer supported;
    struct answer disabled;  /* kernel.kexec_load_disabled */
    struct answer exhausted; /* kernel.kexec_load_limit_reboot has come to 0 */
    struct answer loaded;
    char *lockdown; /* "none", "integrity", "confidentiality", or NULL */
};

/* fastreboot's note of the kernel that it has loaded; all NULL without one. */
struct loaded_facts {
    char *id; /* the mark on its command line */
    char *release;
    char *signature; /* of everything that was loaded, see payload_signature() */
    char *added;     /* to the entry's command line, see additions_decide(); NULL in an old note */
    bool current;    /* it is the very payload that would be loaded now */
};

/* Whether the units will be there at the next reboot. */
struct unit_facts {
    struct answer enabled; /* reboot.target and kexec.target want fastreboot-jump.service */
    struct answer active;  /* fastreboot.service was started in this boot and not stopped */
    struct answer armed;   /* one firmware reboot was requested */
    struct answer masked;  /* one of the units is masked */
};

enum boot_way {
    BOOT_BY_FIRMWARE,
    BOOT_BY_KEXEC,
    BOOT_UNKNOWN,
};

/* How the running kernel came to run. */
struct boot_facts {
    enum boot_way way;
    char *release; /* of the running kernel, or NULL */
    char *boot_id; /* or NULL */
    char *mark;    /* the attempt that started it, or NULL */
};

/* What was requested of the firmware or the boot loader for the next reboot. */
enum request_kind {
    REQUEST_SETUP,        /* the firmware's setup */
    REQUEST_UPDATE,       /* a firmware update or recovery */
    REQUEST_BOOT_NEXT,    /* another boot entry of the firmware, once */
    REQUEST_LOADER_MENU,  /* the boot loader's menu */
    REQUEST_LOADER_ENTRY, /* another boot entry of the boot loader, once */
    REQUEST_PARAMETER,    /* a parameter for the firmware or a kernel driver */
    REQUEST_MOK,          /* shim's MokManager */
    REQUEST_OFFLINE,      /* a system update in a boot of its own */
    REQUEST_DEPLOYMENT,   /* a new tree of ostree, whose boot entry is not written yet */
    REQUEST_RESUME,       /* a hibernated system is waiting to be resumed */
    N_REQUESTS,
};

/* What this system runs in and beside. */
struct environment_facts {
    struct answer container;
    struct answer xen;   /* the control domain of a Xen machine */
    struct answer stuck; /* the shutdown ends in an initrd's script, which has no kexec program */
    struct answer kexec_tools; /* Debian's kexec-tools are set to load a kernel at reboots too */
    struct answer ima;         /* what runs is measured, for a verifier elsewhere */
};

/* Whether the root file system can be unlocked after a kexec as after a firmware boot. */
struct crypt_facts {
    struct answer tpm; /* a volume of it needs a TPM that would not give out the key any more */
    bool encrypted;    /* it is on an encrypted volume, and it may have to be unlocked by hand */
};

/* What the list of quirks says of this machine. */
struct quirk_facts {
    struct answer invalid;  /* something is wrong with a file of the list */
    struct answer firmware; /* a quirk wants it to reboot through the firmware */
    struct answer applied;  /* there are quirks that do something else */
    char *cmdline;          /* what they add to the command line, or NULL */
    char *unload;           /* globs of the modules to unload before the jump, or NULL */
    char *keep;   /* modules that stay for the root file system's sake, a line each, or NULL */
    char *unbind; /* devices to detach, "BUS/drivers/DRIVER/DEVICE", a line each, or NULL */
};

/* What is remembered of fast reboots that failed. */
struct failure_facts {
    struct failures failures;
    char *firmware; /* the version that the machine has now, or NULL */
    int error;      /* the errno of reading it, EBADMSG when it is damaged, or 0 */
};

/* The health check that is under way since this boot, a fast one. */
struct health_facts {
    bool under_way;
    char *release;           /* of the kernel that was started, or NULL */
    struct inventory before; /* what there was before the reboot */
    struct inventory now;
    int64_t deadline; /* until when something may appear, in microseconds since 1970; or 0 */
    int error;        /* the errno that prevented knowing, or 0 */
};

/* Trouble with arrays, file systems and disks. */
struct storage_facts {
    struct answer degraded;
    struct answer damaged;
    struct answer failing;
};

/* The watchdog that PID 1 uses where it uses one: the first. */
struct watchdog_facts {
    char *identity; /* as its driver calls it; NULL if there is none, or it does not say */
    const struct watchdog_kind *kind; /* or NULL if it is not a known one */
    struct answer running;            /* it is started, and something feeds it */
    struct answer nowayout;           /* it cannot be stopped again */
    struct answer kept;  /* drivers are not to stop it at a reboot: watchdog.stop_on_reboot=0 */
    struct answer fed;   /* systemd is set to feed it: RuntimeWatchdogSec= */
    struct answer comes; /* the kernel to start has its driver */
    bool other_device;   /* systemd is set to use another one */
    bool ipmi;           /* ipmi_watchdog is loaded, which shows nothing of its state */
    long max;            /* what it can count to, in seconds; 0 where it does not say */
    int error;           /* the errno that prevented knowing whether there is one, or 0 */
};

struct facts {
    struct config config;
    struct kexec_facts kexec;
    struct loaded_facts loaded;
    struct unit_facts units;
    struct boot_facts boot;
    struct started started;
    struct answer boot_order; /* the firmware would start something else than it did */
    struct answer requests[N_REQUESTS];
    struct environment_facts environment;
    struct crypt_facts crypt;
    struct quirk_facts quirk;
    struct answer pinned; /* the settings name an older kernel than would be started otherwise */
    struct answer driver_missing; /* the next kernel cannot drive everything that it must */
    struct storage_facts storage;
    struct failure_facts failure;
    struct health_facts health;
    struct watchdog_facts watchdog;
    struct boot_entries boot_entries;
    struct boot_payload payload; /* of the chosen entry; .entry is NULL without one */
    enum image_arch arch;        /* of this machine */
};
