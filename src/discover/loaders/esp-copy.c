/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/esp-copy.h"

#include <errno.h>
#include <fcntl.h>

#include "base/fd.h"
#include "base/paths.h"
#include "base/root.h"
#include "base/util.h"

enum {
    MAX_CONTENT = 1024 * 1024, /* of a configuration */
    MAX_VARIABLES = 256,
};

#define EFIVARS "sys/firmware/efi/efivars"

/* Making the tree */

static void note_made(struct esp_copy *copy, const char *path)
{
    *APPEND(copy->made, copy->n_made) = xstrdup(path);
}

static int make_directory(struct esp_copy *copy, const char *path)
{
    if (mkdirat(copy->root, path, 0755) < 0)
        return errno == EEXIST ? 0 : -errno;
    note_made(copy, path);
    return 0;
}

static int make_parents(struct esp_copy *copy, const char *path)
{
    int r = 0;

    for (const char *slash = strchr(path, '/'); r >= 0 && slash; slash = strchr(slash + 1, '/')) {
        AUTOFREE char *parent = xstrndup(path, (size_t)(slash - path));

        r = make_directory(copy, parent);
    }
    return r;
}

/* A file with this content, or `size` zeros. */
static int make_file(struct esp_copy *copy, const char *path, const char *content, size_t size)
{
    int r = make_parents(copy, path);
    AUTOCLOSE int fd =
        r < 0 ? r : openat(copy->root, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

    if (r < 0)
        return r;
    if (fd < 0)
        return -errno;
    note_made(copy, path);
    if (content)
        return fd_write(fd, content, size);
    return ftruncate(fd, (off_t)size) < 0 ? -errno : 0;
}

static int make_link(struct esp_copy *copy, const char *path, const char *target)
{
    int r = make_parents(copy, path);

    if (r < 0)
        return r;
    if (symlinkat(target, copy->root, path) < 0)
        return -errno;
    note_made(copy, path);
    return 0;
}

static bool ends_in(const char *path, const char *end)
{
    size_t length = strlen(path), n = strlen(end);

    return length >= n && strcasecmp(path + length - n, end) == 0;
}

/* What a boot loader reads before it chooses. */
static bool is_configuration(const char *path)
{
    static const char *const ENDS[] = {".cfg", ".conf", ".lst", "/grubenv", "/entries.srel"};

    for (size_t i = 0; i < ELEMENTS(ENDS); i++)
        if (ends_in(path, ENDS[i]))
            return true;
    return false;
}

static int add_file(struct esp_copy *copy, const struct fat_file *file)
{
    AUTOFREE char *path = format("boot/%s", file->path), *text = NULL;
    int r;

    if (file->directory)
        return make_directory(copy, path);
    if (!is_configuration(path) || file->size > MAX_CONTENT)
        return make_file(copy, path, NULL, file->size);
    r = fat_read(&copy->fat, file, MAX_CONTENT, &text);
    return r < 0 ? r : make_file(copy, path, text, file->size);
}

/* The same as below the other root; what is not there is not there either. */
static int add_live(struct esp_copy *copy, int root, const char *path)
{
    AUTOFREE char *text = NULL;
    size_t length;
    int r = root_read(root, path, MAX_CONTENT, &text, &length);

    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    return r < 0 ? r : make_file(copy, path, text, length);
}

static int is_wanted_variable(const char *name)
{
    return after_prefix(name, "Loader") || after_prefix(name, "SecureBoot-");
}

static int add_firmware(struct esp_copy *copy, int root)
{
    CLEANUP(names_freep) char **names = NULL;
    int n = root_names(root, EFIVARS, is_wanted_variable, MAX_VARIABLES, &names), r;

    r = n < 0 && n != -ENOENT && n != -ENOTDIR ? n : 0;
    for (int i = 0; r >= 0 && i < n; i++) {
        AUTOFREE char *path = format("%s/%s", EFIVARS, names[i]);

        r = add_live(copy, root, path);
    }
    if (r >= 0 && root_exists(root, "sys/firmware/efi") == 1)
        r = make_file(copy, "sys/firmware/efi/x", NULL, 0);
    if (r >= 0 && root_exists(root, "sys/firmware/acpi") == 1)
        r = make_file(copy, "sys/firmware/acpi/x", NULL, 0);
    return r < 0 ? r : add_live(copy, root, "sys/firmware/dmi/tables/DMI");
}

/* That the partition is mounted at /boot. */
static int add_mount(struct esp_copy *copy, const char *partition)
{
    static const char MOUNTS[] = "1 0 0:1 / / rw - ext4 /dev/root rw\n"
                                 "2 1 0:2 / /boot rw - vfat /dev/esp rw\n";
    AUTOFREE char *by_uuid = format("dev/disk/by-uuid/%s", copy->uuid),
                  *by_partuuid = partition ? format("dev/disk/by-partuuid/%s", partition) : NULL;
    int r = make_file(copy, "proc/self/mountinfo", MOUNTS, strlen(MOUNTS));

    if (r >= 0)
        r = make_file(copy, "dev/esp", NULL, 0);
    if (r >= 0)
        r = make_link(copy, by_uuid, "../../esp");
    return r >= 0 && by_partuuid ? make_link(copy, by_partuuid, "../../esp") : r;
}

static int open_tree(struct esp_copy *copy)
{
    static const char *const PLACES[] = {"/" RUN_DIR, "/tmp"};

    for (size_t i = 0; i < ELEMENTS(PLACES) && copy->root < 0; i++) {
        AUTOFREE char *path = format("%s/esp-XXXXXX", PLACES[i]);

        if (!mkdtemp(path))
            continue;
        copy->root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        copy->directory = steal(&path);
    }
    return copy->root < 0 ? -errno : 0;
}

static int fill_tree(int root, const char *partition, struct esp_copy *copy)
{
    int r = make_directory(copy, "boot");

    for (size_t i = 0; r >= 0 && i < copy->n; i++)
        r = add_file(copy, &copy->files[i]);
    if (r >= 0)
        r = add_firmware(copy, root);
    return r < 0 ? r : add_mount(copy, partition);
}

static char *describe(const char *uuid, int r)
{
    if (r == -EBUSY)
        return format("the partition with UUID %s is mounted, or was not unmounted cleanly: if "
                      "nothing uses it, run fsck.vfat -a on it",
                      uuid);
    return format("the partition with UUID %s: %s", uuid,
                  r == -EBADMSG ? "not FAT32, or damaged" : strerror(-r));
}

int esp_copy_make(int root, const char *uuid, const char *partition, struct esp_copy *ret_copy,
                  char **ret_problem)
{
    AUTOFREE char *link = format("dev/disk/by-uuid/%s", uuid);
    int r;

    *ret_copy = (struct esp_copy){.root = -1, .uuid = xstrdup(uuid), .fat.fd = -1};
    ret_copy->device = r = root_open_device(root, link);
    if (r >= 0)
        r = fat_open(ret_copy->device, &ret_copy->fat);
    if (r >= 0)
        r = fat_list(&ret_copy->fat, &ret_copy->files, &ret_copy->n);
    if (r >= 0)
        r = open_tree(ret_copy);
    if (r >= 0)
        r = fill_tree(root, partition, ret_copy);
    *ret_problem = r < 0 ? describe(uuid, r) : NULL;
    return r < 0 ? r : 0;
}

void esp_copy_remove(struct esp_copy *copy)
{
    while (copy->n_made > 0) {
        char *path = copy->made[--copy->n_made];

        if (unlinkat(copy->root, path, 0) < 0)
            (void)unlinkat(copy->root, path, AT_REMOVEDIR);
        free(path);
    }
    if (copy->directory)
        (void)rmdir(copy->directory);
    closep(&copy->root);
    closep(&copy->device);
    fat_clear(&copy->fat);
    fat_free(copy->files, copy->n);
    free(copy->made);
    free(copy->directory);
    free(copy->uuid);
    *copy = (struct esp_copy){.root = -1, .device = -1};
}

int esp_copy_is_same(const struct esp_copy *copy, const char *path, int root, const char *real)
{
    const char *name = after_prefix(path, "/boot/");
    AUTOCLOSE int fd = root_open(root, real, NULL);

    if (!name || fd == -ENOENT || fd == -ENOTDIR)
        return 0;
    for (size_t i = 0; fd >= 0 && i < copy->n; i++)
        if (strcasecmp(copy->files[i].path, name) == 0 && !copy->files[i].directory)
            return fat_is_same(&copy->fat, &copy->files[i], fd, !root_is_live(root));
    return fd < 0 ? fd : 0;
}
