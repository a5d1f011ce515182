/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/kexec.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/kexec.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/util.h"

#ifndef KEXEC_FILE_UNLOAD
#define KEXEC_FILE_UNLOAD 1
#endif
#ifndef KEXEC_FILE_NO_INITRAMFS
#define KEXEC_FILE_NO_INITRAMFS 4
#endif

enum {
    BLOCK = 512, /* an archive may start at its multiples */
};

static int kexec_file_load(int kernel, int initrd, const char *cmdline, unsigned long flags)
{
    /* glibc has no wrapper. The length counts the NUL. */
    long r = syscall(SYS_kexec_file_load, kernel, initrd, cmdline ? strlen(cmdline) + 1 : 0,
                     cmdline, flags);

    return r < 0 ? -errno : 0;
}

static int append(int to, int from)
{
    struct stat st;
    int r = fstat(from, &st) < 0 ? -errno : fd_copy(to, from, 0, (uint64_t)st.st_size);

    return r < 0 ? r : fd_write(to, "\0\0\0", (size_t)(-st.st_size & 3));
}

/* Concatenates initrds, each padded to 4 bytes as the kernel's unpacker requires. */
static int join(const int *initrds, size_t n)
{
    AUTOCLOSE int joined = memfd_create("initrd", MFD_CLOEXEC);
    int r = joined < 0 ? -errno : 0;

    for (size_t i = 0; r >= 0 && i < n; i++)
        r = append(joined, initrds[i]);
    return r < 0 ? r : steal_fd(&joined);
}

/* The pages of a closed memfd keep what is in them until they are used for something else. */
static void overwrite(int fd, off_t from, size_t size)
{
    static const char ZEROS[4096];

    for (size_t done = 0, n; done < size; done += n) {
        n = size - done < sizeof(ZEROS) ? size - done : sizeof(ZEROS);
        (void)pwrite(fd, ZEROS, n, from + (off_t)done);
    }
}

/* Pages of a memfd may be swapped out, to a disk that may not be encrypted. Without effect, this is
 * only the chance of a moment. */
static void keep_in_memory(int fd, off_t from, size_t size)
{
    size_t before = (size_t)from % (size_t)sysconf(_SC_PAGESIZE);
    void *pages;

    if (ftruncate(fd, from + (off_t)size) < 0)
        return;
    pages = mmap(NULL, before + size, PROT_READ, MAP_SHARED, fd, from - (off_t)before);
    if (pages != MAP_FAILED)
        (void)mlock(pages, before + size); /* until the program ends */
}

/* Returns where the secret starts, or a negative errno. */
static off_t append_secret(int fd, const struct kexec_secret *secret)
{
    static const char ZEROS[BLOCK];
    off_t end = lseek(fd, 0, SEEK_CUR);
    int r = fd_write(fd, ZEROS, (size_t)(-end & (BLOCK - 1)));

    end = lseek(fd, 0, SEEK_CUR);
    if (r >= 0) {
        keep_in_memory(fd, end, secret->size);
        r = fd_write(fd, secret->data, secret->size);
    }
    if (r < 0)
        overwrite(fd, end, secret->size);
    return r < 0 ? r : end;
}

static int load_joined(int kernel, const int *initrds, size_t n_initrds,
                       const struct kexec_secret *secret, const char *cmdline)
{
    AUTOCLOSE int joined = join(initrds, n_initrds);
    off_t at = joined >= 0 && secret ? append_secret(joined, secret) : 0;
    int r = joined < 0 ? joined : at < 0 ? (int)at : 0;

    if (r >= 0)
        r = kexec_file_load(kernel, joined, cmdline, 0);
    if (joined >= 0 && secret && at >= 0)
        overwrite(joined, at, secret->size);
    return r;
}

int kexec_load(int kernel, const int *initrds, size_t n_initrds, const struct kexec_secret *secret,
               const char *cmdline)
{
    if (n_initrds == 0)
        return kexec_file_load(kernel, -1, cmdline, KEXEC_FILE_NO_INITRAMFS);
    if (n_initrds == 1 && !secret)
        return kexec_file_load(kernel, initrds[0], cmdline, 0);
    return load_joined(kernel, initrds, n_initrds, secret, cmdline);
}

int kexec_unload(void)
{
    return kexec_file_load(-1, -1, NULL, KEXEC_FILE_UNLOAD | KEXEC_FILE_NO_INITRAMFS);
}

int kexec_count_loads(int root)
{
    AUTOCLOSE int fd = openat(root, "proc/sys/kernel/kexec_load_limit_reboot", O_RDWR | O_CLOEXEC);
    AUTOFREE char *most = format("%d\n", INT_MAX);
    char text[16] = "";

    if (fd < 0)
        return errno == ENOENT ? 0 : -errno;
    if (read(fd, text, sizeof(text) - 1) < 0)
        return -errno;
    /* The kernel takes a larger number only while it does not count. */
    if (!streq(text, "-1\n"))
        return 0;
    return pwrite(fd, most, strlen(most), 0) < 0 ? -errno : 0;
}

const char *kexec_error(int error, const char *lockdown)
{
    bool locked = lockdown && !streq(lockdown, "none");

    switch (error < 0 ? -error : error) {
    case EPERM:
        return locked ? "not permitted: under lockdown the kernel takes signed kernels only"
                      : "not permitted: no CAP_SYS_BOOT, kernel.kexec_load_disabled is 1, or "
                        "kernel.kexec_load_limit_reboot is used up";
    case ENOEXEC:
        return "the running kernel does not know how to start this image";
    case EKEYREJECTED:
    case ENOKEY:
    case ENOPKG:
    case EBADMSG:
    case ELIBBAD:
    case ENODATA:
        return "the kernel refused the image's signature, or it has none";
    case EBUSY:
        return "another kexec load is under way";
    case ENOSYS:
        return "the running kernel is built without CONFIG_KEXEC_FILE";
    case EINVAL:
        return "the kernel refused the command line or the image";
    case ENOMEM:
    case EADDRNOTAVAIL:
        return "not enough memory in one piece for kernel and initrd";
    default:
        return strerror(error < 0 ? -error : error);
    }
}
