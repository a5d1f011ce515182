/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/initrd-shutdown.h"

#include <errno.h>

#include "base/fd.h"
#include "base/root.h"
#include "base/util.h"

#define INITRD "run/initramfs"
#define SCRIPT INITRD "/shutdown"
/* dracut asks for the initrd with this file, and removes it when the initrd is unpacked. That is
 * done by dracut-shutdown.service when it stops, at the same time as fastreboot.service. */
#define REQUEST INITRD "/.need_shutdown"
#define ELF "\177ELF"

enum {
    MAX_SCRIPT = 64 * 1024,
    MAX_PROGRAM = 16 * 1024 * 1024,
};

enum script {
    SCRIPT_NONE,    /* systemd-shutdown starts the kernel itself */
    SCRIPT_DRACUT,  /* calls `kexec -e` */
    SCRIPT_SYSTEMD, /* another systemd-shutdown, which needs no kexec program */
    SCRIPT_UNKNOWN,
};

/* A command and the pattern of `case` before it: `kexec -e` must be what the word "kexec" leads to.
 * dracut has a case for it; mkinitcpio has one for all but poweroff and halt, but older versions of
 * it power off then. */
static bool calls_kexec(char *text)
{
    const char *pattern = "";
    char *rest;

    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        size_t length;

        line += strspn(line, " \t");
        length = strlen(line);
        if (length >= 8 && streq(line + length - 8, "kexec -e") && *line != '#' &&
            (streq(pattern, "kexec)") || streq(pattern, "*)")))
            return true;
        if (length > 0 && line[length - 1] == ')')
            pattern = line;
    }
    return false;
}

/* mkinitcpio and NixOS put systemd-shutdown there. */
static int read_program(int fd, enum script *ret_script)
{
    static const char MESSAGE[] = "Rebooting with kexec";
    int r = fd_find(fd, MESSAGE, sizeof(MESSAGE) - 1, 0, MAX_PROGRAM, NULL);

    if (r < 0 && r != -ENOENT && r != -EFBIG)
        return r;
    *ret_script = r < 0 ? SCRIPT_UNKNOWN : SCRIPT_SYSTEMD;
    return 0;
}

static int read_start(int fd, size_t max, char **ret_text)
{
    size_t n;
    int r = fd_read_start(fd, max, ret_text, &n);

    if (r >= 0)
        fd_tell(fd, *ret_text, n);
    return r;
}

/* An empty file is being unpacked. */
static int read_script(int root, enum script *ret_script)
{
    AUTOCLOSE int fd = root_open(root, SCRIPT, NULL);
    AUTOFREE char *text = NULL;
    int r = fd < 0 ? fd : read_start(fd, MAX_SCRIPT, &text);

    if (r < 0)
        return r;
    if (after_prefix(text, ELF))
        return read_program(fd, ret_script);
    *ret_script = !*text || calls_kexec(text) ? SCRIPT_DRACUT : SCRIPT_UNKNOWN;
    return 0;
}

/* 0 or a negative errno. */
static int find_script(int root, enum script *ret_script)
{
    int r = root_exists(root, REQUEST);

    *ret_script = r > 0 ? SCRIPT_DRACUT : SCRIPT_NONE;
    if (r != 0)
        return r;
    r = root_exists(root, SCRIPT);
    return r > 0 ? read_script(root, ret_script) : r;
}

/* kexec-tools: dracut puts their program into its initrd, or copies it at shutdown. */
static bool has_kexec_program(int root)
{
    static const char *const DIRS[] = {"usr/sbin", "usr/bin", "sbin", "bin"};

    for (size_t i = 0; i < ELEMENTS(DIRS); i++) {
        AUTOFREE char *path = format("%s/kexec", DIRS[i]);
        AUTOFREE char *in_initrd = format(INITRD "/%s", path);

        if (root_exists(root, path) > 0 || root_exists(root, in_initrd) > 0)
            return true;
    }
    return false;
}

/* NULL if the file can be the hook, or what is wrong with it. */
static const char *hook_problem(int root, const char *path)
{
    AUTOCLOSE int fd = root_open(root, path, NULL);
    AUTOFREE char *start = NULL;
    struct stat st;

    if (fd < 0)
        return fd == -ENOENT ? "missing" : "unreadable";
    if (fstat(fd, &st) < 0 || !(st.st_mode & 0100))
        return "not executable";
    if (read_start(fd, 4, &start) < 0 || !after_prefix(start, ELF))
        return "not a program";
    return NULL;
}

/* systemd-shutdown runs the hooks that are beside it: below /lib where /usr is not merged. */
static struct answer lacks_hook(int root)
{
    bool in_lib = root_exists(root, "usr/lib/systemd/systemd-shutdown") == 0 &&
                  root_exists(root, "lib/systemd/systemd-shutdown") > 0;
    AUTOFREE char *path =
        format("%slib/systemd/system-shutdown/fastreboot.shutdown", in_lib ? "" : "usr/");
    const char *problem = hook_problem(root, path);

    if (!problem)
        return (struct answer){.is = ANSWER_NO};
    return answer_yes(
        format("the shutdown ends in a script of the initrd (/" INITRD
               "), which needs a kexec program, and the hook that places it, /%s, is %s",
               path, problem));
}

bool initrd_shutdown_is_requested(int root)
{
    return root_exists(root, REQUEST) > 0;
}

/* systemd-shutdown does not switch to a script that it may not execute, and starts the kernel
 * itself, as it does if dracut cannot unpack the initrd. Nothing here depends on that: where /run
 * is mounted noexec (dracut without systemd in the initrd), Debian 12's mdadm-shutdown.service
 * remounts it during the shutdown. */
struct answer initrd_shutdown_is_stuck(int root)
{
    enum script script;
    int r = find_script(root, &script);

    if (r < 0)
        return answer_of(r);
    if (script == SCRIPT_UNKNOWN)
        return answer_yes(xstrdup("the shutdown ends in /" SCRIPT
                                  ", a script that is not known to start a kernel"));
    if (script != SCRIPT_DRACUT || has_kexec_program(root))
        return (struct answer){.is = ANSWER_NO};
    return lacks_hook(root);
}
