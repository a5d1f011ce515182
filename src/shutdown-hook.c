/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* If there is a shutdown script in /run/initramfs (dracut unpacks its initrd there),
 * systemd-shutdown switches to that directory as its new root and leaves the end of the shutdown to
 * the script. The script starts the loaded kernel with `kexec -e`, if it has a program of that
 * name. This is one, in two roles:
 *
 * - As a hook: systemd-shutdown runs all programs of its directory system-shutdown, after it has
 *   unmounted what it can and before it switches, with the kind of shutdown as their argument. If
 *   that is "kexec", this program copies itself to the script's directory, unless a kexec is there.
 * - As `kexec -e` it starts the loaded kernel.
 *
 * It uses no libc, because the initrd need not have the libraries of the installed system. No call
 * here can block, so it cannot hold up a shutdown. */

#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/reboot.h>

#define INITRD "/run/initramfs"

enum {
    EXECUTABLE = 1, /* X_OK */
    MAX_COPIES = 1024,
    PORTION = 65536,
};

#if defined(__x86_64__)

__asm__(".globl _start\n"
        "_start:\n"
        "    xor %ebp, %ebp\n"
        "    mov %rsp, %rdi\n"
        "    and $-16, %rsp\n"
        "    call start\n");

static long system_call(long number, long a, long b, long c, long d)
{
    register long r10 __asm__("r10") = d;
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
                     : "rcx", "r11", "memory");
    return result;
}

#elif defined(__aarch64__)

__asm__(".globl _start\n"
        "_start:\n"
        "    mov x0, sp\n"
        "    b start\n");

static long system_call(long number, long a, long b, long c, long d)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;

    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
    return x0;
}

#elif defined(__riscv) && __riscv_xlen == 64

__asm__(".globl _start\n"
        "_start:\n"
        "    mv a0, sp\n"
        "    andi sp, sp, -16\n"
        "    call start\n");

static long system_call(long number, long a, long b, long c, long d)
{
    register long a7 __asm__("a7") = number;
    register long a0 __asm__("a0") = a;
    register long a1 __asm__("a1") = b;
    register long a2 __asm__("a2") = c;
    register long a3 __asm__("a3") = d;

    __asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2), "r"(a3) : "memory");
    return a0;
}

#else
#error "the start of a program and its system calls are missing for this machine"
#endif

static long open_file(const char *path, long flags, long mode)
{
    return system_call(__NR_openat, AT_FDCWD, (long)path, flags | O_CLOEXEC, mode);
}

static int is_executable(const char *path)
{
    return system_call(__NR_faccessat, AT_FDCWD, (long)path, EXECUTABLE, 0) == 0;
}

static int same(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

static const char *last_name(const char *path)
{
    const char *name = path;

    while (*path)
        if (*path++ == '/')
            name = path;
    return name;
}

/* Adds `text` at `end`, and returns the new end. */
static char *add(char *end, const char *text)
{
    while (*text)
        *end++ = *text++;
    return end;
}

/* Writes a line: the message, and the number of `error` unless it is 0. In one piece, because each
 * write to /dev/kmsg is a message. */
static void say(long fd, const char *message, long error)
{
    char text[256], digits[24], *end = add(text, message);
    int n = 0;

    for (long rest = -error; rest > 0; rest /= 10)
        digits[n++] = (char)('0' + rest % 10);
    while (n > 0)
        *end++ = digits[--n];
    *end++ = '\n';
    system_call(__NR_write, fd, (long)text, end - text, 0);
}

static int start_kernel(void)
{
    long r = system_call(__NR_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
                         LINUX_REBOOT_CMD_KEXEC, 0);

    say(2, "kexec: the loaded kernel could not be started: error ", r);
    return 1;
}

/* 0 or a negative errno; then there is no file. */
static long copy_to(const char *path, long from)
{
    long to = open_file(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0755), r = 1;
    long offset = 0; /* where sendfile() continues; the file is read for each try from its start */

    if (to < 0)
        return to;
    for (int i = 0; i < MAX_COPIES && r > 0; i++)
        r = system_call(__NR_sendfile, to, from, (long)&offset, PORTION);
    if (r == 0)
        r = system_call(__NR_fchmod, to, 0755, 0, 0); /* whatever the umask */
    system_call(__NR_close, to, 0, 0, 0);
    if (r != 0)
        system_call(__NR_unlinkat, AT_FDCWD, (long)path, 0, 0);
    return r;
}

/* Where dracut's script looks, in its order. */
static const char PATHS[4][16] = {"/usr/sbin/kexec", "/usr/bin/kexec", "/sbin/kexec", "/bin/kexec"};

/* The initrd is the root directory by now, so links lead where they will for the script. */
static long place(long self)
{
    long r = 0;

    for (int i = 0; i < 4; i++)
        if (is_executable(PATHS[i]))
            return 0;
    for (int i = 0; i < 4; i++) {
        r = copy_to(PATHS[i], self);
        if (r == 0)
            break;
    }
    return r;
}

static int run_hook(const char *program)
{
    long self = open_file(program, O_RDONLY, 0), log = open_file("/dev/kmsg", O_WRONLY, 0);
    long r = system_call(__NR_chroot, (long)INITRD, 0, 0, 0);

    /* systemd-shutdown checks the same, and starts the kernel itself without such a script. */
    if (r < 0 || !is_executable("/shutdown"))
        return 0;
    r = self < 0 ? self : place(self);
    if (r == 0)
        return 0;
    say(log < 0 ? 2 : log,
        "<4>fastreboot: no kexec program for the initrd in " INITRD
        ", this reboot goes through the firmware: error ",
        r);
    return 1;
}

static int usage(void)
{
    say(2, "usage: kexec -e (this is fastreboot's kexec, which only starts a loaded kernel)", 0);
    return 2;
}

static int run(long argc, const char *const *argv)
{
    int is_kexec = argc > 0 && same(last_name(argv[0]), "kexec");

    if (is_kexec && argc == 2 && same(argv[1], "-e"))
        return start_kernel();
    if (is_kexec)
        return usage();
    /* The other words are reboot, poweroff, halt and exit. */
    return argc == 2 && same(argv[1], "kexec") ? run_hook(argv[0]) : 0;
}

/* `stack`: the number of arguments and then they, as the kernel leaves them. */
__attribute__((used, noreturn)) void start(const long *stack);
void start(const long *stack)
{
    int status = run(stack[0], (const char *const *)(stack + 1));

    for (;;)
        system_call(__NR_exit_group, status, 0, 0, 0);
}
