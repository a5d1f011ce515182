/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/payload.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/kernel/image.h"
#include "discover/kernel/modules.h"
#include "discover/kernel/uki.h"

static int file_open(int root, const char *path, struct boot_file *file)
{
    struct stat st;

    file->fd = -1;
    file->path = strdup(path);
    if (!file->path)
        return -ENOMEM;
    file->fd = root_open(root, path, &file->untrusted);
    if (file->fd == -ENOMEM)
        return -ENOMEM;
    if (file->fd < 0) {
        file->error = -file->fd;
        file->fd = -1;
        return 0;
    }
    if (fstat(file->fd, &st) < 0) {
        file->error = errno;
        return 0;
    }
    if (!S_ISREG(st.st_mode)) {
        file->error = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
        return 0;
    }
    file->size = (uint64_t)st.st_size;
    file->changed = st.st_ctim.tv_sec;
    file->signature = format("%llx:%llx:%llx:%llx.%lx", (unsigned long long)st.st_dev,
                             (unsigned long long)st.st_ino, (unsigned long long)st.st_size,
                             (unsigned long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
    return file->signature ? 0 : -ENOMEM;
}

static void file_clear(struct boot_file *file)
{
    closep(&file->fd);
    free(file->path);
    free(file->untrusted);
    free(file->signature);
    *file = (struct boot_file){.fd = -1};
}

static int open_initrds(int root, struct boot_payload *payload)
{
    const struct boot_entry *entry = payload->entry;

    if (entry->n_initrds == 0)
        return 0;
    payload->initrds = calloc(entry->n_initrds, sizeof(*payload->initrds));
    if (!payload->initrds)
        return -ENOMEM;
    for (; payload->n_initrds < entry->n_initrds; payload->n_initrds++) {
        struct boot_file *initrd = &payload->initrds[payload->n_initrds];
        int r = file_open(root, entry->initrds[payload->n_initrds], initrd);

        if (r < 0) {
            file_clear(initrd);
            return r;
        }
    }
    return 0;
}

/* Keeps apart what was found wrong from what could not be found out. */
static int split_error(int r, int *ret_error)
{
    if (r == -ENOMEM)
        return r;
    *ret_error = r < 0 && r != -ENOEXEC ? -r : 0;
    return 0;
}

/* The initrd that came out of the image. */
static int keep_unpacked(struct boot_payload *payload, int initrd)
{
    struct boot_file *file;
    struct stat st;

    payload->initrds = calloc(1, sizeof(*payload->initrds));
    if (!payload->initrds || fstat(initrd, &st) < 0) {
        closep(&initrd);
        return -ENOMEM;
    }
    file = &payload->initrds[payload->n_initrds++];
    file->fd = initrd;
    file->size = (uint64_t)st.st_size;
    file->changed = payload->kernel.changed;
    file->path = strdup(payload->kernel.path);
    file->signature = strdup(payload->kernel.signature);
    return file->path && file->signature ? 0 : -ENOMEM;
}

/* Puts the kernel within the image in the place of the image, whose path, size and times stay, and
 * its initrd beside. */
static int unpack(struct boot_payload *payload)
{
    AUTOFREE char *signature = payload->kernel.signature;
    int kernel = -1, initrd = -1, r;

    payload->kernel.signature = format("%s@%u", signature, payload->entry->profile);
    if (!payload->kernel.signature)
        return -ENOMEM;
    r = uki_unpack(payload->kernel.fd, payload->entry->profile, &kernel, &initrd,
                   &payload->image_problem);
    if (r < 0)
        return r;
    closep(&payload->kernel.fd);
    payload->kernel.fd = kernel;
    return initrd < 0 ? 0 : keep_unpacked(payload, initrd);
}

static int read_kernel(struct boot_payload *payload)
{
    int r = payload->entry->uki ? unpack(payload) : 0;

    return r < 0 ? r : image_read(payload->kernel.fd, &payload->image, &payload->image_problem);
}

static int look_inside(int root, struct boot_payload *payload)
{
    int r;

    if (payload->kernel.error)
        return 0;
    r = split_error(read_kernel(payload), &payload->image_error);
    if (r < 0 || !payload->image.release)
        return r;
    /* Without its device, whose number may be another one in the next boot. */
    payload->kernel_id =
        format("%s %llu %lld", payload->image.release, (unsigned long long)payload->kernel.size,
               (long long)payload->kernel.changed);
    if (!payload->kernel_id)
        return -ENOMEM;
    return split_error(modules_check(root, payload->image.release, &payload->modules_problem),
                       &payload->modules_error);
}

int payload_open(int root, const struct boot_entry *entry, struct boot_payload *ret_payload)
{
    int r;

    *ret_payload = (struct boot_payload){.entry = entry, .kernel.fd = -1};
    if (entry->problem)
        return 0;
    r = file_open(root, entry->kernel, &ret_payload->kernel);
    if (r >= 0)
        r = open_initrds(root, ret_payload);
    return r < 0 ? r : look_inside(root, ret_payload);
}

char *payload_signature(const struct boot_payload *payload)
{
    char *text = format("%s %s", payload->kernel.signature, payload->entry->cmdline);

    for (size_t i = 0; text && i < payload->n_initrds; i++) {
        AUTOFREE char *shorter = text;

        text = format("%s %s", payload->initrds[i].signature, shorter);
    }
    return text;
}

void payload_clear(struct boot_payload *payload)
{
    if (!payload->entry)
        return;
    file_clear(&payload->kernel);
    for (size_t i = 0; i < payload->n_initrds; i++)
        file_clear(&payload->initrds[i]);
    free(payload->initrds);
    image_clear(&payload->image);
    free(payload->image_problem);
    free(payload->kernel_id);
    free(payload->modules_problem);
    *payload = (struct boot_payload){0};
}
