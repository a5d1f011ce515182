/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/esp-copy.h"

#include <sys/stat.h>

#include "base/root.h"
#include "test.h"
#include "tree.h"

#define IMAGES SOURCE_ROOT "/tests/fuzz/corpus/fat/"
#define KERNEL "EFI/proxmox/6.8/vmlinuz-6.8"

/* A device with one of the file systems of the fuzzer's corpus, or its first `n` bytes. */
static void plug_in(const struct tree *tree, const char *image, size_t n)
{
    AUTOFREE char *path = format("%s%s", IMAGES, image), *bytes = calloc(1, n);
    FILE *file = fopen(path, "re");

    assert_non_null(file);
    n = fread(bytes, 1, n, file);
    fclose(file);
    tree_write_bytes(tree, "dev/sda2", bytes, n);
    if (root_exists(tree->root, "dev/disk/by-uuid/5B7E-1A2C") == 0)
        tree_link(tree, "dev/disk/by-uuid/5B7E-1A2C", "../../sda2");
}

static void expect_problem(const struct tree *tree, int result, const char *words)
{
    CLEANUP(esp_copy_remove) struct esp_copy copy;
    AUTOFREE char *problem = NULL;

    assert_int_equal(esp_copy_make(tree->root, "5B7E-1A2C", NULL, &copy, &problem), result);
    if (!strstr(problem, words))
        fail_msg("\"%s\" does not say \"%s\"", problem, words);
}

static void what_a_boot_loader_sees_is_there(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *problem = NULL, *text = NULL, *mounts = NULL, *place = NULL;
    struct esp_copy copy;
    struct stat st;

    plug_in(tree, "small", 65536);
    tree_write(tree, "sys/firmware/efi/efivars/LoaderInfo-x", "info");
    tree_write(tree, "sys/firmware/efi/efivars/Boot0000-x", "other");
    assert_int_equal(esp_copy_make(tree->root, "5B7E-1A2C", "aa-bb", &copy, &problem), 0);
    assert_null(problem);
    assert_int_equal(root_read(copy.root, "boot/loader/loader.conf", 100, &text, NULL), 0);
    assert_string_equal(text, "default proxmox-*\n");
    assert_int_equal(root_resolve(copy.root, "boot/" KERNEL, &place, &st, NULL), 0);
    assert_int_equal(st.st_size, 1300);
    assert_int_equal(root_exists(copy.root, "boot/empty"), 1);
    assert_int_equal(root_exists(copy.root, "dev/disk/by-partuuid/aa-bb"), 1);
    assert_int_equal(root_exists(copy.root, "sys/firmware/efi/efivars/LoaderInfo-x"), 1);
    assert_int_equal(root_exists(copy.root, "sys/firmware/efi/efivars/Boot0000-x"), 0);
    assert_int_equal(root_read(copy.root, "proc/self/mountinfo", 1000, &mounts, NULL), 0);
    assert_non_null(strstr(mounts, " /boot "));
    set_text(&place, xstrdup(copy.directory));
    esp_copy_remove(&copy);
    assert_int_equal(access(place, F_OK), -1);
}

static void contents_are_compared(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(esp_copy_remove) struct esp_copy copy;
    AUTOFREE char *problem = NULL;
    char same[1300];

    memset(same, 'k', sizeof(same));
    plug_in(tree, "small", 65536);
    assert_int_equal(esp_copy_make(tree->root, "5B7E-1A2C", NULL, &copy, &problem), 0);
    assert_int_equal(esp_copy_is_same(&copy, "/boot/" KERNEL, tree->root, "/boot/k"), 0);
    tree_write_bytes(tree, "boot/k", same, sizeof(same));
    assert_int_equal(esp_copy_is_same(&copy, "/boot/" KERNEL, tree->root, "/boot/k"), 1);
    assert_int_equal(esp_copy_is_same(&copy, "/boot/other", tree->root, "/boot/k"), 0);
    assert_int_equal(esp_copy_is_same(&copy, "/" KERNEL, tree->root, "/boot/k"), 0);
    same[1299] = 'x';
    tree_write_bytes(tree, "boot/k", same, sizeof(same));
    assert_int_equal(esp_copy_is_same(&copy, "/boot/" KERNEL, tree->root, "/boot/k"), 0);
}

static void what_cannot_be_read_is_said(void **state)
{
    const struct tree *tree = *state;

    expect_problem(tree, -ENOENT, "UUID 5B7E-1A2C: No such file");
    plug_in(tree, "dirty", 65536);
    expect_problem(tree, -EBUSY, "is mounted, or was not unmounted cleanly");
    for (size_t n = 0; n < 23552; n += 256) {
        plug_in(tree, "small", n);
        expect_problem(tree, -EBADMSG, "not FAT32, or damaged");
        n += n == 18432 ? 1 << 16 : 0; /* the last clusters are the kernel's, and are not read */
    }
}

static int make_as_nobody(void *argument)
{
    const struct tree *tree = argument;

    expect_problem(tree, -EACCES, "Permission denied");
    return 0;
}

static void who_may_not_read_is_told_so(void **state)
{
    struct tree *tree = *state;

    plug_in(tree, "small", 65536);
    tree_mode(tree, "dev/sda2", 0600);
    if (geteuid() == 0)
        assert_int_equal(as_nobody(make_as_nobody, tree), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_a_boot_loader_sees_is_there),
        TEST(contents_are_compared),
        TEST(what_cannot_be_read_is_said),
        TEST(who_may_not_read_is_told_so),
    };

    return RUN_TESTS(tests);
}
