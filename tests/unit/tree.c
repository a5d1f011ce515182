/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tree.h"

#include <endian.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "test.h"

int tree_setup(void **state)
{
    struct tree *tree = calloc(1, sizeof(*tree));

    (void)umask(022);
    assert_non_null(tree);
    strcpy(tree->path, "/tmp/fastreboot-test-XXXXXX");
    assert_non_null(mkdtemp(tree->path));
    assert_int_equal(chmod(tree->path, 0755), 0);
    tree->root = open(tree->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(tree->root >= 0);
    *state = tree;
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)st, (void)type, (void)walk;
    return remove(path);
}

int tree_teardown(void **state)
{
    struct tree *tree = *state;

    (void)close(tree->root);
    (void)nftw(tree->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(tree);
    return 0;
}

static void make_parents(const struct tree *tree, const char *path)
{
    AUTOFREE char *copy = strdup(path);

    for (char *slash = strchr(copy, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdirat(tree->root, copy, 0755) < 0)
            assert_int_equal(errno, EEXIST);
        *slash = '/';
    }
}

void tree_mkdir(const struct tree *tree, const char *path)
{
    AUTOFREE char *with_slash = format("%s/", path);

    make_parents(tree, with_slash);
}

void tree_write_bytes(const struct tree *tree, const char *path, const void *bytes, size_t n)
{
    AUTOCLOSE int fd = -1;

    make_parents(tree, path);
    fd = openat(tree->root, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, n), n);
}

void tree_write(const struct tree *tree, const char *path, const char *text)
{
    tree_write_bytes(tree, path, text, strlen(text));
}

void tree_link(const struct tree *tree, const char *path, const char *target)
{
    make_parents(tree, path);
    assert_int_equal(symlinkat(target, tree->root, path), 0);
}

void tree_mode(const struct tree *tree, const char *path, mode_t mode)
{
    assert_int_equal(fchmodat(tree->root, path, mode, 0), 0);
}

void tree_remove(const struct tree *tree, const char *path)
{
    assert_int_equal(unlinkat(tree->root, path, 0), 0);
}

char *tree_read(const struct tree *tree, const char *path)
{
    AUTOCLOSE int fd = openat(tree->root, path, O_RDONLY | O_CLOEXEC);
    char *text = calloc(1, 1024 * 1024);
    ssize_t n = fd < 0 ? -1 : read(fd, text, 1024 * 1024 - 1);

    if (n >= 0)
        return text;
    free(text);
    return NULL;
}

static void put16(unsigned char *at, uint16_t value)
{
    value = htole16(value);
    memcpy(at, &value, sizeof(value));
}

static void put32(unsigned char *at, uint32_t value)
{
    value = htole32(value);
    memcpy(at, &value, sizeof(value));
}

void kernel_header(unsigned char image[KERNEL_SIZE], const char *release)
{
    memset(image, 0, KERNEL_SIZE);
    image[0x1f1] = 4;                 /* sectors of setup code after the first */
    put32(image + 0x1f4, 64);         /* size of the kernel after them, in units of 16 bytes */
    put16(image + 0x1fe, 0xaa55);     /* boot sector signature */
    memcpy(image + 0x202, "HdrS", 4); /* magic */
    put16(image + 0x206, 0x020f);     /* protocol */
    put16(image + 0x20e, KERNEL_VERSION_OFFSET - 0x200);
    image[0x211] = 1;           /* bzImage */
    put16(image + 0x236, 0x3f); /* 64-bit entry point, loadable above 4 GiB */
    put32(image + 0x238, 2047); /* longest command line */
    sprintf((char *)image + KERNEL_VERSION_OFFSET, "%s (builder@host) #1 SMP", release);
}

void tree_kernel(const struct tree *tree, const char *path, const char *release)
{
    unsigned char image[KERNEL_SIZE];

    kernel_header(image, release);
    tree_write_bytes(tree, path, image, sizeof(image));
}

/* kmod's index: a header and a trie of nodes (libkmod-index.c). This one has one letter per
 * module. */
enum {
    INDEX_MAGIC = 0xb007f457,
    INDEX_VERSION = 0x00020001,
    INDEX_CHILDREN = 0x20000000,
    INDEX_VALUES = 0x40000000,
};

static size_t add32(unsigned char *index, size_t at, uint32_t value)
{
    value = htobe32(value);
    memcpy(index + at, &value, sizeof(value));
    return at + sizeof(value);
}

static size_t write_header(unsigned char *index, uint32_t root)
{
    size_t at = add32(index, 0, INDEX_MAGIC);

    at = add32(index, at, INDEX_VERSION);
    return add32(index, at, root);
}

static size_t module_index(unsigned char *index, size_t n)
{
    size_t node = write_header(index, 12 | INDEX_CHILDREN);
    size_t at = node + 2 + 4 * n;

    index[node++] = 'a';
    index[node++] = (unsigned char)('a' + n - 1);
    for (size_t i = 0; i < n; i++, node += 4) {
        (void)add32(index, node, (uint32_t)at | INDEX_VALUES);
        at = add32(index, at, 1); /* one value */
        at = add32(index, at, 0); /* of priority 0 */
        at += (size_t)sprintf((char *)index + at, "kernel/%c.ko:", (char)('a' + i)) + 1;
    }
    return at;
}

void tree_modules(const struct tree *tree, const char *release, size_t n)
{
    static const char *const EMPTY[] = {"alias", "symbols", "builtin", "builtin.alias"};
    unsigned char index[4096];
    char path[256];

    snprintf(path, sizeof(path), "lib/modules/%s/modules.dep.bin", release);
    tree_write_bytes(tree, path, index, n ? module_index(index, n) : write_header(index, 0));
    for (size_t i = 0; i < ELEMENTS(EMPTY); i++) {
        snprintf(path, sizeof(path), "lib/modules/%s/modules.%s.bin", release, EMPTY[i]);
        tree_write_bytes(tree, path, index, write_header(index, 0));
    }
    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof(path), "lib/modules/%s/kernel/%c.ko", release, (char)('a' + i));
        tree_write(tree, path, "");
    }
}

void tree_index(const struct tree *tree, const char *release, const char *name, const char *key,
                const char *value)
{
    enum {
        INDEX_PREFIX = 0x80000000,
    };
    unsigned char index[4096];
    char path[256];
    size_t at = write_header(index, 12 | INDEX_PREFIX | INDEX_VALUES);

    at += (size_t)sprintf((char *)index + at, "%s", key) + 1;
    at = add32(index, at, 1);
    at = add32(index, at, 0);
    at += (size_t)sprintf((char *)index + at, "%s", value) + 1;
    snprintf(path, sizeof(path), "lib/modules/%s/modules.%s.bin", release, name);
    tree_write_bytes(tree, path, index, at);
}

void tree_debian(const struct tree *tree)
{
    tree_kernel(tree, "boot/vmlinuz-6.1.0-33-amd64", "6.1.0-33-amd64");
    tree_write(tree, "boot/initrd.img-6.1.0-33-amd64", TREE_INITRD);
    tree_modules(tree, "6.1.0-33-amd64", 2);
    tree_link(tree, "vmlinuz", "boot/vmlinuz-6.1.0-33-amd64");
    tree_link(tree, "initrd.img", "boot/initrd.img-6.1.0-33-amd64");
    tree_write(tree, "boot/grub/grub.cfg",
               "timeout=5\nmenuentry Debian {\nlinux /vmlinuz root=/dev/sda1 ro quiet\n"
               "initrd /initrd.img\n}\n");
    tree_write(tree, "proc/cmdline",
               "BOOT_IMAGE=/vmlinuz-6.1.0-33-amd64 root=/dev/sda1 ro quiet\n");
    tree_write(tree, "proc/sys/kernel/arch", "x86_64\n");
    tree_write(tree, "proc/sys/kernel/osrelease", "6.1.0-33-amd64\n");
    tree_write(tree, "proc/sys/kernel/bootloader_type", "114\n");
    tree_write(tree, "proc/sys/kernel/kexec_load_disabled", "0\n");
    tree_write(tree, "proc/sys/kernel/kexec_load_limit_reboot", "-1\n");
    tree_write(tree, "proc/sys/kernel/random/boot_id", "9b6ef4a6-0e4e-4d7a-9d2c-9c0b4f3e2d10\n");
    tree_write(tree, "sys/kernel/kexec_loaded", "0\n");
    tree_write(tree, "sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
    tree_link(tree, "etc/systemd/system/reboot.target.wants/fastreboot-jump.service",
              "/usr/lib/systemd/system/fastreboot-jump.service");
    tree_link(tree, "etc/systemd/system/kexec.target.wants/fastreboot-jump.service",
              "/usr/lib/systemd/system/fastreboot-jump.service");
    tree_link(tree, "run/systemd/units/invocation:fastreboot.service",
              "0123456789abcdef0123456789abcdef");
}

int as_nobody(int (*function)(void *), void *argument)
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        /* _exit(): the child must not report the parent's allocations as leaks. */
        if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setgid(65534) < 0 || setuid(65534) < 0))
            _exit(255);
        _exit(function(argument));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

unsigned dice(unsigned sides)
{
    static uint64_t state = 20240229;

    state = state * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)(state >> 33) % sides;
}
