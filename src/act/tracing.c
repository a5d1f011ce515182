/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/tracing.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>

#include "base/fd.h"
#include "base/mounts.h"
#include "base/root.h"
#include "base/util.h"

#define POINT "/sys/fs/pstore"

static unsigned long mount_flags(const char *flags)
{
    static const struct {
        const char *name;
        unsigned long flag;
    } FLAGS[] = {
        {"ro", MS_RDONLY}, {"nosuid", MS_NOSUID}, {"nodev", MS_NODEV}, {"noexec", MS_NOEXEC}};
    unsigned long all = MS_REMOUNT;

    for (size_t i = 0; i < ELEMENTS(FLAGS); i++)
        if (mounts_has_option(flags, FLAGS[i].name))
            all |= FLAGS[i].flag;
    return all;
}

int tracing_set_maximum(int root, const char *flags, unsigned long bytes)
{
    AUTOFREE char *option = format("kmsg_bytes=%lu", bytes);

    if (!root_is_live(root))
        return -EOPNOTSUPP;
    return mount("pstore", POINT, NULL, mount_flags(flags), option) < 0 ? -errno : 0;
}

static int set(int root, const char *path, const char *value)
{
    AUTOCLOSE int fd = openat(root, path, O_WRONLY | O_CLOEXEC);

    return fd < 0 ? -errno : fd_write(fd, value, strlen(value));
}

int tracing_log_devices(int root)
{
    return set(root, "sys/module/kernel/parameters/initcall_debug", "Y");
}

int tracing_keep_log(int root)
{
    return set(root, "sys/module/printk/parameters/always_kmsg_dump", "Y");
}

/* Without a wait, should /dev/kmsg be something else. */
int tracing_write(int root, const char *text)
{
    AUTOCLOSE int fd = openat(root, "dev/kmsg", O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    AUTOFREE char *line = format("<6>%s\n", text);

    return fd < 0 ? -errno : fd_write(fd, line, strlen(line));
}

int tracing_remove(int root, const char *path)
{
    return unlinkat(root, path, 0) < 0 && errno != ENOENT ? -errno : 0;
}
