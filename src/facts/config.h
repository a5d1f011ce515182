/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The settings of fastreboot.conf(5). */

/* In any of the directories of base/search.h. */
#define CONFIG_NAME "fastreboot.conf"
#define CONFIG_DIR_NAME CONFIG_NAME ".d"

/* The administrator's. */
#define CONFIG_FILE "etc/" CONFIG_NAME
#define CONFIG_DIR "etc/" CONFIG_DIR_NAME

enum config_mode {
    MODE_FAST,
    MODE_FIRMWARE,
};

enum config_load {
    LOAD_AT_SHUTDOWN,
    LOAD_EARLY,
};

enum {
    SECONDS_OFF = -1,     /* as a number of seconds */
    HEALTH_TIMEOUT = 300, /* the default, in seconds */
};

enum config_ima {
    IMA_BLOCK,
    IMA_IGNORE,
};

enum config_missing_driver {
    MISSING_DRIVER_WARN,
    MISSING_DRIVER_BLOCK,
};

enum config_data_disks {
    DATA_DISKS_KEEP,
    DATA_DISKS_DETACH,
};

/* A quirk that is to be ignored. */
struct ignored_quirk {
    char *name;   /* of its section */
    char *source; /* the line that says so, "/etc/fastreboot.conf:1" */
};

/* Unset strings are NULL, unset numbers of seconds 0. */
struct config {
    enum config_mode mode;
    enum config_load load;
    enum config_missing_driver missing_driver;
    enum config_data_disks data_disks;
    enum config_ima ima; /* what to do if IMA measures for attestation */
    char *mode_source;   /* the line that sets it, "/etc/fastreboot.conf:1"; likewise below */
    char *missing_driver_source;
    char *kernel; /* absolute path; set if and only if initrd is */
    char *kernel_source;
    char *initrd; /* absolute paths separated by blanks, or "none" */
    char *initrd_source;
    char *cmdline;           /* instead of the boot loader's */
    char *cmdline_append;    /* added at its end */
    char *cmdline_remove;    /* parameters to leave out of it */
    int health_timeout;      /* seconds from the kernel's start, or SECONDS_OFF */
    char *health_unit;       /* a unit that must be active by then */
    char *health_hook;       /* a program to run before the machine reboots itself */
    int health_hook_timeout; /* seconds that it may take, or SECONDS_OFF */
    int panic;               /* seconds after which a panicked kernel reboots, or SECONDS_OFF */
    int watchdog;            /* seconds after which a hung kernel is reset, or SECONDS_OFF */
    int max_fast; /* fast reboots in a row, then one through the firmware; 0: any number */
    int max_age;  /* days after which a reboot goes through the firmware; 0: never */
    char *max_fast_source;
    char *max_age_source;
    char *cmdline_source;
    char *cmdline_append_source;
    char *health_unit_source;
    char *watchdog_source;
    struct ignored_quirk *ignored;
    size_t n_ignored;
    char *error;      /* what is wrong, with file and line; if set, nothing else counts */
    bool untrusted;   /* that is that others than root could change a file */
    int error_number; /* the errno if a file could not be read, or 0 */
};
