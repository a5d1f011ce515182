/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Everything that is found out about a machine before the decision. Only data: this header is all
 * that decide/ and the printer know of discover/. */

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
#include "facts/unlock.h"
#include "facts/watchdogs.h"

/* A file that a boot entry needs. */
struct boot_file {
    char *path;        /* as the entry names it */
    int fd;            /* open for reading, or -1 */
    int error;         /* the errno if it could not be opened, or 0 */
    char *untrusted;   /* who else could change it, or NULL */
    char *signature;   /* device, inode, size and ctime: changes if the file does */
    uint64_t size;     /* in bytes */
    int64_t changed;   /* the time of its last change (ctime), in seconds since 1970 */
    char *problem;     /* of an initrd: why the kernel could not unpack it, or NULL */
    int content_error; /* the errno that prevented knowing that, or 0 */
};

/* An entry with its files opened and examined: what is checked is what will be loaded. */
struct boot_payload {
    const struct boot_entry *entry;
    struct boot_file kernel;
    struct boot_file *initrds;
    size_t n_initrds;
    struct image image; /* zeroed if image_problem or image_error is set */
    char *kernel_id; /* identifies this kernel file, also in later boots; NULL without an image */
    char *image_problem;
    bool image_damaged; /* that is that the file is empty or cut off */
    int image_error;
    int unpacked;           /* the Image of a compressed kernel, open for reading, or -1 */
    bool unpacked_unsigned; /* that has no signature of its own */
    char *modules;          /* the path of its modules directory; NULL without an image */
    uint64_t memory;        /* bytes that loading all this takes, at the most at a time */
    char *modules_problem;  /* what its modules directory lacks for the next kernel */
    int modules_error;
};

/* What the running kernel says about kexec. */
struct kexec_facts {
    struct answer supported;
    struct answer disabled;  /* kernel.kexec_load_disabled */
    struct answer exhausted; /* kernel.kexec_load_limit_reboot has reached 0 */
    int64_t left;            /* the loads that it allows; -1 if they are not counted */
    struct answer loaded;
    char *lockdown; /* "none", "integrity", "confidentiality", or NULL */
    /* What it needs so that the jump neither copies what is loaded nor hashes it again. */
    bool can_skip; /* it is new enough; without this, the rest is not read */
    bool has_cma;  /* it sets memory aside that a load can use */
    uint64_t cma;  /* so many bytes of it */
    bool has_kho;  /* it has Kexec HandOver, with which it does not hash it again */
    bool kho;      /* and that is on */
};

/* Memory that a load could have. */
struct memory_facts {
    uint64_t available; /* in bytes, with swap */
    bool known;
    int error; /* the errno that prevented knowing, or 0 */
};

/* fastreboot's note of the kernel that it loaded; all NULL without one. */
struct loaded_facts {
    char *id; /* the mark on its command line */
    char *release;
    char *signature; /* of everything that was loaded, see payload_signature() */
    char *added;     /* what fastreboot added to the command line; NULL in a note without it */
    char *blocks;    /* memory that the machine had, see memory_blocks(); NULL likewise */
    uint64_t memory; /* bytes that it takes, see loaded_bytes(); 0 if that is not known */
    int64_t left;    /* the loads that the kernel allowed right after this one; -1 if not counted */
    bool current;    /* it is exactly the payload that would be loaded now */
    bool proven;     /* and so is the rest, and nothing was loaded over it since */
};

/* Whether the units will run at the next reboot. */
struct unit_facts {
    struct answer enabled; /* reboot.target and kexec.target want fastreboot-jump.service */
    struct answer active;  /* fastreboot.service is active: its ExecStop= runs at a reboot */
    struct answer armed;   /* one firmware reboot was requested */
    struct answer masked;  /* one of the units is masked */
    struct answer changed; /* one of the units does not run what it is there for */
};

enum boot_way {
    BOOT_BY_FIRMWARE,
    BOOT_BY_KEXEC,
    BOOT_UNKNOWN,
};

/* How the running kernel was started. */
struct boot_facts {
    enum boot_way way;
    char *release; /* of the running kernel, or NULL */
    char *boot_id; /* or NULL */
    char *mark;    /* the id of the attempt that started it, or NULL */
};

/* Requests to the firmware or the boot loader for the next reboot. */
enum request_kind {
    REQUEST_SETUP,        /* the firmware's setup */
    REQUEST_UPDATE,       /* a firmware update or recovery */
    REQUEST_BOOT_NEXT,    /* another boot entry of the firmware, once */
    REQUEST_LOADER_MENU,  /* the boot loader's menu */
    REQUEST_LOADER_ENTRY, /* another boot entry of the boot loader, once */
    REQUEST_PARAMETER,    /* a parameter for the firmware or a kernel driver */
    REQUEST_MOK,          /* shim's MokManager */
    REQUEST_OFFLINE,      /* a system update that runs in its own boot */
    REQUEST_DEPLOYMENT,   /* a new ostree deployment whose boot entry is not written yet */
    REQUEST_RESUME,       /* a hibernated system is waiting to be resumed */
    N_REQUESTS,
};

/* The environment that this system runs in. */
struct environment_facts {
    struct answer container;
    struct answer xen;            /* the control domain of a Xen host */
    struct answer capture;        /* the kernel that kdump starts after a crash */
    struct answer no_variables;   /* an EFI machine, whose variables cannot be read */
    struct answer volatile_state; /* what fastreboot writes down is lost at the reboot */
    struct answer stuck; /* the shutdown ends in an initrd's script that could not start a kernel */
    struct answer kexec_tools; /* Debian's kexec-tools are set to load a kernel at reboots, too */
    struct answer ima;         /* the running system is measured for a remote verifier */
};

/* Whether the root file system can be unlocked after a kexec as after a firmware reboot. */
struct crypt_facts {
    struct answer tpm; /* one of its volumes needs a TPM that would no longer release the key */
    bool encrypted;    /* it is on an encrypted volume and may have to be unlocked by hand */
    struct unlock_volume *volumes; /* all that the boot waits for */
    size_t n_volumes;
    enum initrd_way way; /* known only if fastreboot has a key for a volume */
    const char *program; /* systemd's, in the initrd; NULL without one. Never freed */
};

/* What the quirk files say about this machine. */
struct quirk_facts {
    struct answer invalid;  /* a quirk file has an error */
    bool untrusted;         /* that is that others than root could change it */
    struct answer firmware; /* a quirk requires firmware reboots */
    struct answer applied;  /* quirks with other actions apply */
    struct answer ignored;  /* quirks would apply if quirk-ignore did not name them */
    struct answer unknown;  /* quirk-ignore names quirks that do not exist */
    char *name;             /* the section of the quirk in `firmware`, or NULL */
    char *file;             /* its file, "/usr/lib/fastreboot/quirks.d/10-boards.conf", or NULL */
    char *cmdline;          /* parameters that they add to the command line, or NULL */
    char *unload;           /* globs of the modules to unload before the jump, or NULL */
    char *keep;     /* modules that stay loaded for the root file system, one per line, or NULL */
    char *unbind;   /* devices to detach, "BUS/drivers/DRIVER/DEVICE", one per line, or NULL */
    char *disks;    /* globs of drivers: their disks are detached together if unused, or NULL */
    char *together; /* such devices, one per line, or NULL: only found for a fast reboot */
};

/* What is known about failed fast reboots. */
struct failure_facts {
    struct failures failures;
    char *firmware; /* the machine's current firmware version, or NULL */
    int error;      /* the errno of json_read(), or 0 */
};

/* The last reboots, as far back as they went through the firmware for the same reason. */
struct repeat_facts {
    char *id;          /* of the reason, or NULL */
    size_t n;          /* how many they are */
    size_t of_release; /* how many of them, the last ones, came up with kernel `release` */
    char *release;     /* of the kernel that came up last, or NULL */
    char *text;        /* how the last one went, in words, or NULL */
};

/* Since when the firmware has not run, as far as the history goes. */
struct row_facts {
    size_t fast;      /* so many reboots in a row were fast, the last ones */
    int64_t firmware; /* when a boot through the firmware was last judged, in microseconds since
                         1970; 0 if that is not known */
    int64_t now;      /* likewise; 0 for a recorded machine, where no time passes */
};

/* The health check of this boot, a fast one, while it is under way. */
struct health_facts {
    bool under_way;
    char *asked;             /* what is missing, if the reboot for it is requested; or NULL */
    char *told;              /* what is missing by the countdown that runs; or NULL */
    char *release;           /* of the kernel that was started, or NULL */
    struct inventory before; /* what the machine had before the reboot */
    struct inventory now;
    int64_t deadline; /* until when devices may appear, in microseconds since 1970; or 0 */
    int error;        /* the errno that prevented knowing, or 0 */
};

/* Problems of arrays, file systems and disks. */
struct storage_facts {
    struct answer degraded;
    struct answer damaged;
    struct answer failing;
};

/* The watchdog that PID 1 uses if it uses one: the first. */
struct watchdog_facts {
    char *identity; /* the driver's name for it; NULL if unknown, or without a watchdog */
    const struct watchdog_kind *kind; /* NULL if it is not a known kind */
    struct answer running;            /* it is running, and something feeds it */
    struct answer nowayout;           /* it cannot be stopped once started */
    struct answer kept;  /* drivers leave it running at a reboot: watchdog.stop_on_reboot=0 */
    struct answer fed;   /* systemd is configured to feed it: RuntimeWatchdogSec= */
    struct answer comes; /* the kernel to start has its driver */
    char *other_device;  /* the line by which systemd uses another one; or NULL */
    bool ipmi;           /* ipmi_watchdog is loaded, which does not show its state */
    long max;            /* its longest timeout in seconds; 0 if the driver does not say */
    int error;           /* the errno that prevented knowing whether there is one, or 0 */
};

/* The kernel's store for its last messages. */
struct store_facts {
    struct answer mute; /* a kernel that does not come up would leave none there, or perhaps none */
    char *advice;       /* what to do about it, or NULL */
};

struct facts {
    struct config config;
    struct kexec_facts kexec;
    struct memory_facts memory;
    struct loaded_facts loaded;
    struct unit_facts units;
    bool traced; /* the next fast reboot is traced: `fastreboot trace` */
    struct boot_facts boot;
    struct started started;
    struct answer boot_order; /* the firmware would now start something other than it did */
    struct answer requests[N_REQUESTS];
    struct environment_facts environment;
    struct crypt_facts crypt;
    struct quirk_facts quirk;
    struct answer pinned; /* the settings name an older kernel than would otherwise be started */
    struct answer driver_missing; /* the next kernel lacks a driver that this machine needs */
    struct storage_facts storage;
    struct failure_facts failure;
    struct repeat_facts repeat;
    struct row_facts row;
    struct health_facts health;
    struct answer device_lost; /* it was there at the last boot through the firmware */
    struct watchdog_facts watchdog;
    struct store_facts store;
    struct boot_entries boot_entries;
    struct boot_payload payload; /* of the chosen entry; .entry is NULL if there is none */
    enum image_arch arch;        /* of this machine */
};
