/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All that is found out about a machine before anything is decided. Only data: decide/ and the
 * printer know no more of discover/ than this header. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/config.h"
#include "discover/image.h"

/* The answer to a question that can be answered by yes, by no, or by neither. */
struct fact {
    enum { FACT_NO, FACT_YES, FACT_UNKNOWN } is;
    int error; /* the errno that kept us from knowing */
};

/* One kernel that can be started, as a loader or a configuration names it. */
struct boot_entry {
    char *id;
    char *title;
    char *kernel; /* absolute paths below the root */
    char **initrds;
    size_t n_initrds;
    char *cmdline; /* as the kernel is to get it, but for our own mark */
    char *source;  /* who names it: "/vmlinuz", "/etc/fastreboot.conf", "/boot/grub/grub.cfg:99" */
    char *problem; /* why kexec cannot start it, or NULL; where it is set no file counts */
};

/* What the loader, or what stands in for one, has to offer. */
struct boot_entries {
    struct boot_entry *entries;
    size_t n;
    size_t chosen;       /* index of the one to start; n when there is none */
    const char *loader;  /* name of the reader that found them, or NULL */
    char *chosen_reason; /* in words: why this one */
    char *problem;       /* why none could be chosen, or NULL */
    int problem_error;   /* the errno behind that, or 0 */
    char *one_time;      /* what the loader was asked to do once, or NULL */
};

/* One file that an entry needs. */
struct boot_file {
    char *path;      /* as the entry names it */
    int fd;          /* open for reading, or -1 */
    int error;       /* the errno of opening it, or 0 */
    char *untrusted; /* who else could change it, or NULL */
    char *signature; /* device, inode, size, time of change: another file, another signature */
    uint64_t size;   /* in bytes */
};

/* An entry whose files were opened and looked at: what is checked is what is loaded. */
struct boot_payload {
    const struct boot_entry *entry;
    struct boot_file kernel;
    struct boot_file *initrds;
    size_t n_initrds;
    struct image image; /* all zero unless image_problem and image_error say nothing */
    char *image_problem;
    int image_error;
    char *modules_problem; /* what the next kernel would miss in its modules directory */
    int modules_error;
};

/* What the running kernel says of kexec. */
struct kexec_facts {
    struct fact supported;
    struct fact disabled;  /* kernel.kexec_load_disabled */
    struct fact exhausted; /* kernel.kexec_load_limit_reboot has come to 0 */
    struct fact loaded;
    char *lockdown; /* "none", "integrity", "confidentiality", or NULL */
};

/* Who loaded what is loaded: our own note of it, all NULL where there is none. */
struct loaded_facts {
    char *id; /* the mark on its command line */
    char *release;
    char *kernel;
    char *signature; /* of everything that was loaded, see payload_signature() */
    bool current;    /* it is the very payload that would be loaded now */
};

/* Whether the units will be there at the next reboot. */
struct hook_facts {
    struct fact enabled; /* fastreboot-jump.service is wanted by reboot.target */
    struct fact active;  /* fastreboot.service was started in this boot and not stopped */
    struct fact armed;   /* one firmware reboot was asked for */
    char *masked;        /* the mask in the way, or NULL */
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

struct facts {
    struct config config;
    struct kexec_facts kexec;
    struct loaded_facts loaded;
    struct hook_facts hook;
    struct boot_facts boot;
    struct boot_entries boot_entries;
    struct boot_payload payload; /* of the chosen entry; .entry is NULL without one */
    enum image_arch arch;        /* of this machine */
};
