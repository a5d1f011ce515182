/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ends.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "fakes.h"
#include "test.h"

enum {
    KILLED = 77,
};

static bool counting;
static int countdown; /* points left until the process is killed; never if negative */

/* Shared by all processes. */
static struct seen {
    int changes;
    int allocations;
    int wrong; /* allocations after which the program did not end at once */
} * seen;

/* Called before and after each change. */
void ends_point(void)
{
    if (!counting || fake.inside)
        return;
    seen->changes++;
    if (countdown-- == 0)
        _exit(KILLED);
}

int __real_renameat(int from, const char *old, int to, const char *new);
int __wrap_renameat(int from, const char *old, int to, const char *new);
int __wrap_renameat(int from, const char *old, int to, const char *new)
{
    int r;

    ends_point();
    r = __real_renameat(from, old, to, new);
    ends_point();
    return r;
}

int __real_unlinkat(int directory, const char *name, int flags);
int __wrap_unlinkat(int directory, const char *name, int flags);
int __wrap_unlinkat(int directory, const char *name, int flags)
{
    int r;

    ends_point();
    r = __real_unlinkat(directory, name, flags);
    ends_point();
    return r;
}

int __real_mkdirat(int directory, const char *name, mode_t mode);
int __wrap_mkdirat(int directory, const char *name, mode_t mode);
int __wrap_mkdirat(int directory, const char *name, mode_t mode)
{
    int r;

    ends_point();
    r = __real_mkdirat(directory, name, mode);
    ends_point();
    return r;
}

ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size)
{
    ssize_t n;

    if (fd == STDERR_FILENO)
        return __real_write(fd, data, size);
    ends_point();
    n = __real_write(fd, data, size);
    ends_point();
    return n;
}

/* Does nothing: waiting for the disk would take most of this test's time. */
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    (void)fd;
    return 0;
}

static bool trying; /* trying what happens without memory */

/* Forks, and returns true in the child, which must end without changing anything more: then it is
 * as if it had been killed here. */
static bool is_out(void)
{
    int changes = seen ? seen->changes : 0, status = 0;
    pid_t pid;

    if (!counting || !trying || fake.inside)
        return false;
    trying = false;
    pid = fork();
    if (pid == 0)
        return true;
    seen->allocations++;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
        WEXITSTATUS(status) != 1 || seen->changes != changes)
        seen->wrong++;
    trying = true;
    return false;
}

/* Wraps below base/memory.c, so that libraries run out of memory, too. */
void *__real___libc_malloc(size_t size);
void *__wrap___libc_malloc(size_t size);
void *__wrap___libc_malloc(size_t size)
{
    return is_out() ? NULL : __real___libc_malloc(size);
}

void *__real___libc_calloc(size_t n, size_t size);
void *__wrap___libc_calloc(size_t n, size_t size);
void *__wrap___libc_calloc(size_t n, size_t size)
{
    return is_out() ? NULL : __real___libc_calloc(n, size);
}

void *__real___libc_realloc(void *old, size_t size);
void *__wrap___libc_realloc(void *old, size_t size);
void *__wrap___libc_realloc(void *old, size_t size)
{
    return is_out() ? NULL : __real___libc_realloc(old, size);
}

void ends_setup(void)
{
    seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(seen, MAP_FAILED);
}

/* Silently, as there are many points. Returns the child's status. */
static int run(int (*step)(int root), int root)
{
    int status;
    pid_t pid;

    (void)fflush(NULL);
    pid = fork();
    if (pid == 0) {
        (void)signal(SIGSEGV, SIG_DFL); /* otherwise cmocka would continue with the next test */
        (void)signal(SIGABRT, SIG_DFL);
        (void)dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
        counting = true;
        (void)step(root);
        counting = false;
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

bool ends_at(int at, int (*step)(int root), int root)
{
    countdown = at;
    return run(step, root) == KILLED;
}

int ends_without_memory(int (*step)(int root), int root)
{
    *seen = (struct seen){0};
    countdown = -1;
    trying = true;
    assert_int_equal(run(step, root), 0);
    trying = false;
    assert_int_equal(seen->wrong, 0);
    return seen->allocations;
}
