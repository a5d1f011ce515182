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
    HEALTH_OFF = -1,
    HEALTH_TIMEOUT = 300, /* seconds, where nothing is set */
};

enum config_missing_driver {
    MISSING_DRIVER_WARN,
    MISSING_DRIVER_BLOCK,
};

/* What a number of seconds may be where it is set. */
enum {
    SECONDS_OFF = -1,
    SECONDS_MIN = 5,
    SECONDS_MAX = 3600,
};

/* Strings are NULL, and seconds 0, where nothing is set. */
struct config {
    enum config_mode mode;
    enum config_load load;
    enum config_missing_driver missing_driver;
    char *mode_source;    /* "/etc/fastreboot.conf", where mode was set last */
    char *kernel;         /* absolute path; set exactly when initrd is */
    char *kernel_source;  /* the file that set it */
    char *initrd;         /* absolute paths separated by blanks, or "none" */
    char *cmdline;        /* instead of the boot loader's */
    char *cmdline_append; /* behind it */
    char *cmdline_remove; /* parameters to leave out of it */
    int health_timeout;   /* seconds from the kernel's start; 0 where not set, or HEALTH_OFF */
    char *health_unit;    /* a unit that has to be active by then */
    int panic;            /* after how many seconds a kernel that panics is to reboot */
    int watchdog;         /* after how many seconds the hardware is to reset a kernel that hangs */
    char *error;          /* what is wrong, with file and line; then nothing else counts */
    int error_number;     /* the errno behind it where a file could not be read, else 0 */
};
