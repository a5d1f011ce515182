/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "helper.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/util.h"
#include "discover/loaders/choose.h"

int tree_setup(void **state)
{
    struct tree *tree = calloc(1, sizeof(*tree));

    assert_non_null(tree);
    strcpy(tree->path, "/tmp/fastreboot-test-XXXXXX");
    assert_non_null(mkdtemp(tree->path));
    tree->root = open(tree->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(tree->root >= 0);
    tree_write(tree, "proc/cmdline", "root=/dev/running\n");
    tree_write(tree, "boot/k1", "k");
    tree_write(tree, "boot/k2", "k");
    tree_write(tree, "boot/i1", "i");
    tree_write(tree, "boot/i2", "i");
    *state = tree;
    return 0;
}

int tree_teardown(void **state)
{
    struct tree *tree = *state;
    AUTOFREE char *command = format("rm -rf %s", tree->path);

    assert_int_equal(system(command), 0);
    (void)close(tree->root);
    free(tree);
    return 0;
}

void tree_write(const struct tree *tree, const char *path, const char *text)
{
    AUTOFREE char *copy = strdup(path);
    int fd;

    for (char *slash = strchr(copy, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        (void)mkdirat(tree->root, copy, 0755);
        *slash = '/';
    }
    fd = openat(tree->root, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    (void)close(fd);
}

void tree_read(const struct tree *tree, struct boot_entries *ret_entries)
{
    boot_entries_read(tree->root, &(struct config){0}, &(struct started){.by = STARTER_GRUB},
                      ret_entries);
    assert_string_equal(ret_entries->loader, "grub");
}

const char *started(const struct tree *tree, const char *config)
{
    static char text[4096];
    struct boot_entries entries;
    const struct boot_entry *entry;

    tree_write(tree, "boot/grub/grub.cfg", config);
    tree_read(tree, &entries);
    entry = entries.chosen < entries.n ? &entries.entries[entries.chosen] : NULL;
    if (!entry || entry->problem) {
        snprintf(text, sizeof(text), "? %s", entry ? entry->problem : entries.problem);
    } else {
        size_t n = (size_t)snprintf(text, sizeof(text), "%s %s", entry->kernel, entry->cmdline);

        for (size_t i = 0; i < entry->n_initrds; i++)
            n += (size_t)snprintf(text + n, sizeof(text) - n, " [%s]", entry->initrds[i]);
    }
    boot_entries_clear(&entries);
    return text;
}
