/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/payload.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/kernel/image.h"
#include "discover/kernel/modules.h"
#include "discover/kernel/uki.h"

static void file_open(int root, const char *path, struct boot_file *file)
{
    struct stat st;

    *file = (struct boot_file){.path = xstrdup(path)};
    file->fd = root_open(root, path, &file->untrusted);
    if (file->fd < 0) {
        file->error = -file->fd;
        file->fd = -1;
    } else if (fstat(file->fd, &st) < 0) {
        file->error = errno;
    } else if (!S_ISREG(st.st_mode)) {
        file->error = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
    } else {
        file->size = (uint64_t)st.st_size;
        file->changed = st.st_ctim.tv_sec;
        file->signature = format("%llx:%llx:%llx:%llx.%lx", (unsigned long long)st.st_dev,
                                 (unsigned long long)st.st_ino, (unsigned long long)st.st_size,
                                 (unsigned long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
    }
}

static void file_clear(struct boot_file *file)
{
    closep(&file->fd);
    free(file->path);
    free(file->untrusted);
    free(file->signature);
    *file = (struct boot_file){.fd = -1};
}

/* The errno that prevented knowing, or 0: a -ENOEXEC is described in words. */
static int error_of(int r)
{
    return r < 0 && r != -ENOEXEC ? -r : 0;
}

/* The initrd that was inside the image. */
static int keep_unpacked(struct boot_payload *payload, int initrd)
{
    struct boot_file *file = APPEND(payload->initrds, payload->n_initrds);
    struct stat st;

    *file = (struct boot_file){.path = xstrdup(payload->kernel.path),
                               .signature = xstrdup(payload->kernel.signature),
                               .changed = payload->kernel.changed,
                               .fd = initrd};
    if (fstat(initrd, &st) < 0)
        return -errno;
    file->size = (uint64_t)st.st_size;
    return 0;
}

/* Kernel and initrd from inside the image replace it; path, size and times stay the image's. */
static int unpack(struct boot_payload *payload)
{
    int kernel = -1, initrd = -1, r;

    set_text(&payload->kernel.signature,
             format("%s@%u", payload->kernel.signature, payload->entry->profile));
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

static void look_inside(int root, struct boot_payload *payload)
{
    payload->image_error = error_of(read_kernel(payload));
    if (!payload->image.release)
        return;
    /* Without its device, whose number may differ in the next boot. */
    payload->kernel_id =
        format("%s %llu %lld", payload->image.release, (unsigned long long)payload->kernel.size,
               (long long)payload->kernel.changed);
    payload->modules = modules_directory(root, payload->image.release, payload->entry->cmdline);
    payload->modules_error =
        error_of(modules_check(root, payload->modules, &payload->modules_problem));
}

void payload_open(int root, const struct boot_entry *entry, struct boot_payload *ret_payload)
{
    *ret_payload = (struct boot_payload){.entry = entry, .kernel.fd = -1};
    if (entry->problem)
        return;
    file_open(root, entry->kernel, &ret_payload->kernel);
    for (size_t i = 0; i < entry->n_initrds; i++)
        file_open(root, entry->initrds[i], APPEND(ret_payload->initrds, ret_payload->n_initrds));
    if (!ret_payload->kernel.error)
        look_inside(root, ret_payload);
}

char *payload_signature(const struct boot_payload *payload)
{
    char *text = format("%s %s", payload->kernel.signature, payload->entry->cmdline);

    for (size_t i = 0; i < payload->n_initrds; i++)
        set_text(&text, format("%s %s", payload->initrds[i].signature, text));
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
    free(payload->modules);
    free(payload->modules_problem);
    *payload = (struct boot_payload){0};
}
