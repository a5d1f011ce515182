/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The settings of fastreboot.conf(5). */

#define CONFIG_FILE "etc/fastreboot.conf"
#define CONFIG_DIR "etc/fastreboot.conf.d"

enum config_mode {
    MODE_FAST,
    MODE_FIRMWARE,
};

enum config_load {
    LOAD_AT_SHUTDOWN,
    LOAD_EARLY,
};

enum {
    SECONDS_OFF = -1,     /* of any number of seconds */
    HEALTH_TIMEOUT = 300, /* seconds, unless set */
};

enum config_ima {
    IMA_BLOCK,
    IMA_IGNORE,
};

enum config_missing_driver {
    MISSING_DRIVER_WARN,
    MISSING_DRIVER_BLOCK,
};

/* Strings are NULL, and seconds 0, unless set. */
struct config {
    enum config_mode mode;
    enum config_load load;
    enum config_missing_driver missing_driver;
    enum config_ima ima;  /* what to do where IMA measures for an attestation */
    char *mode_source;    /* "/etc/fastreboot.conf", where mode was set last */
    char *kernel;         /* absolute path; set exactly when initrd is */
    char *kernel_source;  /* the file that set it */
    char *initrd;         /* absolute paths separated by blanks, or "none" */
    char *cmdline;        /* instead of the boot loader's */
    char *cmdline_append; /* behind it */
    char *cmdline_remove; /* parameters to leave out of it */
    int health_timeout;   /* seconds from the kernel's start, or SECONDS_OFF */
    char *health_unit;    /* a unit that has to be active by then */
    int panic;            /* seconds after which a kernel that panics reboots, or SECONDS_OFF */
    int watchdog;         /* seconds after which a kernel that hangs is reset, or SECONDS_OFF */
    char *error;          /* what is wrong, with file and line; then nothing else counts */
    int error_number;     /* the errno behind it if a file could not be read, or 0 */
};
