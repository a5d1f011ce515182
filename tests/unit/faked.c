/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The program, for screens of the verbs that act: on a recorded machine as its root directory, with
 * fakes.c for the kernel, PID 1 and logind, which for a screen can neither load a kernel nor reboot
 * the machine. All else is real, also what is written. The environment says the rest:
 *
 * FAKED_ROOT   the machine
 * FAKED_USER   whom to become, a number
 * FAKED_WORDS  members of struct fake: "load_error=28 scheduled=1"
 */

#include <fcntl.h>
#include <grp.h>
#include <time.h>

#include "fakes.h"
#include "test.h"

static struct tree tree;

static int word(const char *name)
{
    const char *words = getenv("FAKED_WORDS");
    AUTOFREE char *start = format("%s=", name);
    const char *found = words ? strstr(words, start) : NULL;

    return found ? atoi(found + strlen(start)) : 0;
}

static void become(const char *user)
{
    gid_t id = (gid_t)atoi(user);

    assert_int_equal(setgroups(0, NULL), 0);
    assert_int_equal(setgid(id), 0);
    assert_int_equal(setuid(id), 0);
}

__attribute__((constructor)) static void enter(void)
{
    const char *root = getenv("FAKED_ROOT"), *user = getenv("FAKED_USER");

    if (!root) /* the build asks for --version */
        return;
    assert_int_equal(chroot(root), 0);
    assert_int_equal(chdir("/"), 0);
    tree.root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    fake = (struct fake){.tree = &tree,
                         .shutdown = word("shutdown"),
                         .load_error = word("load_error"),
                         .unload_error = word("unload_error"),
                         .reboot_error = word("reboot_error"),
                         .run_status = word("run_status"),
                         .scheduled = (uint64_t)word("scheduled")};
    if (user)
        become(user);
}

bool systemd_is_starting_us(void);

bool systemd_is_starting_us(void)
{
    return false;
}

/* 2026-01-13 19:46:40 UTC, and one second later with each look. */
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret);

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret)
{
    static time_t seconds;

    *ret = (struct timespec){.tv_sec = (clock == CLOCK_REALTIME ? 1768333600 : 100000) + seconds++};
    return 0;
}

/* What is asked of the running kernel is not in the machine's files. */
bool __wrap_root_is_live(int root);

bool __wrap_root_is_live(int root)
{
    (void)root;
    return false;
}
