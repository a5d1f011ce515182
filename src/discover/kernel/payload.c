/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/payload.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/kernel/image.h"
#include "discover/kernel/initrd.h"
#include "discover/kernel/modules.h"
#include "discover/kernel/pe.h"
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
    free(file->problem);
    *file = (struct boot_file){.fd = -1};
}

/* The errno that prevented knowing, or 0: a -ENOEXEC is described in words. */
static int error_of(int r)
{
    return r < 0 && r != -ENOEXEC ? -r : 0;
}

/* What `r` and `problem`, which it frees, say of the file's content. */
static void note_content(struct boot_file *file, int r, char *problem)
{
    if (!file->problem)
        file->problem = xstrdup(problem);
    if (!file->content_error)
        file->content_error = error_of(r);
    free(problem);
}

/* The initrd inside the image, which only a load takes out of it. */
static void look_at_own_initrd(struct boot_payload *payload, const struct uki_content *content)
{
    struct boot_file *file = APPEND(payload->initrds, payload->n_initrds);

    *file = (struct boot_file){.path = xstrdup(payload->kernel.path),
                               .signature = xstrdup(payload->kernel.signature),
                               .changed = payload->kernel.changed,
                               .size = content->initrd_size,
                               .fd = -1};
    for (size_t i = 0; i < ELEMENTS(content->archives); i++) {
        char *problem;
        int r = initrd_check(payload->kernel.fd, content->archives[i].start,
                             content->archives[i].end, &problem);

        note_content(file, r, problem);
    }
}

/* Kernel and initrd are inside the image; path, size and times are the image's. */
static int read_image(struct boot_payload *payload)
{
    struct uki_content content;
    int r;

    set_text(&payload->kernel.signature,
             format("%s@%u", payload->kernel.signature, payload->entry->profile));
    r = uki_look(payload->kernel.fd, payload->entry->profile, &content, &payload->image_problem);
    if (r < 0)
        return r;
    if (content.initrd_size > 0)
        look_at_own_initrd(payload, &content);
    return image_read_packed(payload->kernel.fd, content.kernel, content.kernel_size,
                             &payload->image, &payload->unpacked, &payload->image_problem);
}

/* The size of the kernel that is unpacked into memory; 0 if it is not compressed. */
static uint64_t unpacked_size(const struct boot_payload *payload)
{
    struct stat st;

    return payload->unpacked >= 0 && fstat(payload->unpacked, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static int read_kernel(struct boot_payload *payload)
{
    const struct boot_file *kernel = &payload->kernel;
    int r = payload->entry->uki ? read_image(payload)
                                : image_read_packed(kernel->fd, 0, kernel->size, &payload->image,
                                                    &payload->unpacked, &payload->image_problem);

    payload->image_damaged = payload->image_problem && image_is_damaged(payload->image_problem);
    if (r < 0 || payload->unpacked < 0)
        return r;
    r = pe_is_signed(payload->unpacked, 0, unpacked_size(payload));
    payload->unpacked_unsigned = r == 0;
    return r;
}

/* What the kernel reads is there twice until the load has ended: as read, and in its place. Copies
 * come before that, of what is inside an image or behind each other. */
static uint64_t memory_for(const struct boot_payload *payload)
{
    uint64_t kernel = payload->kernel.size, unpacked = unpacked_size(payload), initrds = 0;
    bool copied = payload->entry->uki || payload->n_initrds > 1;

    for (size_t i = 0; i < payload->n_initrds; i++)
        initrds += payload->initrds[i].size;
    if (payload->entry->uki)
        kernel = kernel > initrds ? kernel - initrds : 0;
    if (unpacked > 0)
        kernel = unpacked;
    return kernel + (payload->image.memory > kernel ? payload->image.memory : kernel) +
           2 * initrds + (copied ? initrds : 0) +
           (payload->entry->uki || unpacked > 0 ? kernel : 0);
}

static const char *version_in(const char *name)
{
    static const char *const BEFORE[] = {"initrd.img-", "initrd-", "initramfs-"};

    for (size_t i = 0; i < ELEMENTS(BEFORE); i++) {
        const char *version = after_prefix(name, BEFORE[i]);

        if (version)
            return *version >= '0' && *version <= '9' ? version : NULL;
    }
    return NULL;
}

/* Behind two links there may be files that do not belong together: one of them was not updated. */
static void look_at_pair(int root, const char *release, struct boot_file *initrd)
{
    AUTOFREE char *path = NULL;
    const char *name, *version;
    size_t length;

    if (initrd->error || root_resolve(root, initrd->path, &path, NULL, NULL) < 0)
        return;
    name = basename(path);
    version = streq(name, basename(initrd->path)) ? NULL : version_in(name);
    if (!version)
        return;
    length = strlen(version);
    if (length > 4 && streq(version + length - 4, ".img"))
        length -= 4;
    if (strncmp(version, release, length < strlen(release) ? length : strlen(release)) != 0)
        note_content(
            initrd, 0,
            format("it is for kernel %.*s, and the kernel is %s", (int)length, version, release));
}

static void look_at_initrds(int root, struct boot_payload *payload)
{
    for (size_t i = 0; i < payload->n_initrds; i++) {
        struct boot_file *file = &payload->initrds[i];
        char *problem;
        int r;

        if (file->fd < 0)
            continue;
        r = initrd_check(file->fd, 0, file->size, &problem);
        note_content(file, r, problem);
        if (payload->image.release)
            look_at_pair(root, payload->image.release, file);
    }
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
    *ret_payload = (struct boot_payload){.entry = entry, .kernel.fd = -1, .unpacked = -1};
    if (entry->problem)
        return;
    file_open(root, entry->kernel, &ret_payload->kernel);
    for (size_t i = 0; i < entry->n_initrds; i++)
        file_open(root, entry->initrds[i], APPEND(ret_payload->initrds, ret_payload->n_initrds));
    if (!ret_payload->kernel.error)
        look_inside(root, ret_payload);
    look_at_initrds(root, ret_payload);
    ret_payload->memory = memory_for(ret_payload);
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
    closep(&payload->unpacked);
    free(payload->image_problem);
    free(payload->kernel_id);
    free(payload->modules);
    free(payload->modules_problem);
    *payload = (struct boot_payload){0};
}
