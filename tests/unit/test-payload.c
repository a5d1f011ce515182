/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/payload.h"

#include <sys/stat.h>

#include "test.h"
#include "tree.h"

static char *INITRDS[] = {(char *)"/initrd.img", NULL};
static const struct boot_entry ENTRY = {
    .kernel = (char *)"/vmlinuz", .initrds = INITRDS, .n_initrds = 1, .cmdline = (char *)"ro"};

static struct boot_payload open_payload(const struct tree *tree)
{
    struct boot_payload payload;

    payload_open(tree->root, &ENTRY, &payload);
    assert_ptr_equal(payload.entry, &ENTRY);
    return payload;
}

static void files_are_open_and_looked_at(void **state)
{
    CLEANUP(payload_clear) struct boot_payload payload = {0};
    struct stat st;

    tree_debian(*state);
    payload = open_payload(*state);
    assert_int_equal(payload.kernel.error, 0);
    assert_null(payload.kernel.untrusted);
    assert_int_equal(fstat(payload.kernel.fd, &st), 0);
    assert_int_equal(payload.kernel.size, st.st_size);
    assert_string_equal(payload.image.release, "6.1.0-33-amd64");
    assert_int_equal(payload.n_initrds, 1);
    assert_int_equal(payload.initrds[0].size, strlen(TREE_INITRD));
    assert_null(payload.modules_problem);
    assert_int_equal(payload.modules_error, 0);
}

/* What was checked is what is loaded, although the name now means another file. */
static void the_descriptor_outlives_the_name(void **state)
{
    CLEANUP(payload_clear) struct boot_payload payload = {0};
    unsigned char bytes[KERNEL_SIZE + 1];

    tree_debian(*state);
    payload = open_payload(*state);
    tree_remove(*state, "boot/vmlinuz-6.1.0-33-amd64");
    tree_write(*state, "boot/vmlinuz-6.1.0-33-amd64", "another");
    assert_int_equal(pread(payload.kernel.fd, bytes, sizeof(bytes), 0), KERNEL_SIZE);
}

static void what_is_missing_has_an_errno(void **state)
{
    CLEANUP(payload_clear) struct boot_payload payload = {0};

    tree_link(*state, "vmlinuz", "boot/nothing");
    tree_mkdir(*state, "initrd.img");
    payload = open_payload(*state);
    assert_int_equal(payload.kernel.error, ENOENT);
    assert_int_equal(payload.kernel.fd, -1);
    assert_int_equal(payload.initrds[0].error, EISDIR);
    assert_null(payload.image.release);
    assert_null(payload.image_problem);
}

static void odd_files_do_not_block(void **state)
{
    CLEANUP(payload_clear) struct boot_payload payload = {0};
    const struct tree *tree = *state;

    assert_int_equal(mkfifoat(tree->root, "vmlinuz", 0644), 0);
    tree_write(tree, "initrd.img", "");
    payload = open_payload(tree);
    assert_int_equal(payload.kernel.error, EINVAL);
    assert_int_equal(payload.initrds[0].error, 0);
    assert_int_equal(payload.initrds[0].size, 0);
}

static void what_is_wrong_inside_is_told(void **state)
{
    CLEANUP(payload_clear) struct boot_payload payload = {0};

    tree_debian(*state);
    tree_remove(*state, "lib/modules/6.1.0-33-amd64/kernel/a.ko");
    tree_mode(*state, "boot", 0775);
    payload = open_payload(*state);
    assert_non_null(payload.kernel.untrusted);
    assert_non_null(payload.initrds[0].untrusted);
    assert_non_null(payload.modules_problem);
    assert_int_equal(payload.modules_error, 0);
    payload_clear(&payload);
    tree_write(*state, "boot/vmlinuz-6.1.0-33-amd64", "#!/bin/sh\n");
    payload = open_payload(*state);
    assert_non_null(payload.image_problem);
    assert_int_equal(payload.image_error, 0);
    assert_null(payload.modules_problem);
}

static void an_initrd_is_looked_at(void **state)
{
    CLEANUP(payload_clear) struct boot_payload payload = {0};

    tree_debian(*state);
    payload = open_payload(*state);
    assert_null(payload.initrds[0].problem);
    assert_int_equal(payload.initrds[0].content_error, 0);
    /* Both twice: as they are read, and where they go. */
    assert_int_equal(payload.memory, 2 * (KERNEL_SIZE + strlen(TREE_INITRD)));
    payload_clear(&payload);
    tree_write(*state, "boot/initrd.img-6.1.0-33-amd64", "garbage");
    payload = open_payload(*state);
    assert_string_equal(payload.initrds[0].problem, "it does not start with an archive");
}

static void expect_pair(const struct tree *tree, const char *name, const char *words)
{
    CLEANUP(payload_clear) struct boot_payload payload = {0};
    AUTOFREE char *path = format("boot/%s", name);

    tree_write(tree, path, TREE_INITRD);
    tree_remove(tree, "initrd.img");
    tree_link(tree, "initrd.img", path);
    payload = open_payload(tree);
    if (!words)
        assert_null(payload.initrds[0].problem);
    else
        assert_string_equal(payload.initrds[0].problem, words);
}

/* One link was updated and the other was not. */
static void links_lead_to_the_same_version(void **state)
{
    const struct tree *tree = *state;
    char *path[] = {(char *)"/boot/initrd.img-6.1.0-32-amd64"};
    struct boot_entry entry = {
        .kernel = (char *)"/vmlinuz", .initrds = path, .n_initrds = 1, .cmdline = (char *)"ro"};
    CLEANUP(payload_clear) struct boot_payload payload = {0};

    tree_debian(tree);
    expect_pair(tree, "initrd.img-6.1.0-32-amd64",
                "it is for kernel 6.1.0-32-amd64, and the kernel is 6.1.0-33-amd64");
    expect_pair(tree, "initramfs-6.1.0-3-amd64.img",
                "it is for kernel 6.1.0-3-amd64, and the kernel is 6.1.0-33-amd64");
    expect_pair(tree, "initrd-6.1.0-33-amd64", NULL);
    expect_pair(tree, "initrd.img-6.1.0-33-amd64", NULL);
    expect_pair(tree, "initramfs-6.1.0-33-amd64-fallback.img", NULL);
    expect_pair(tree, "initramfs-6.1.img", NULL); /* of a series */
    expect_pair(tree, "initramfs-linux.img", NULL);
    expect_pair(tree, "initrd.old", NULL);
    payload_open(tree->root, &entry, &payload); /* named without a link, somebody meant it */
    assert_null(payload.initrds[0].problem);
}

static char *signature(const struct tree *tree, const struct boot_entry *entry)
{
    CLEANUP(payload_clear) struct boot_payload payload;

    payload_open(tree->root, entry, &payload);
    return payload_signature(&payload);
}

static void expect_change(const struct tree *tree, const struct boot_entry *entry, char **before)
{
    char *now = signature(tree, entry);

    assert_string_not_equal(now, *before);
    free(*before);
    *before = now;
}

static void every_change_changes_the_signature(void **state)
{
    struct boot_entry entry = ENTRY;
    AUTOFREE char *before = NULL, *again = NULL;

    tree_debian(*state);
    before = signature(*state, &entry);
    again = signature(*state, &entry);
    assert_string_equal(before, again);
    entry.cmdline = (char *)"rw";
    expect_change(*state, &entry, &before);
    entry.n_initrds = 0;
    expect_change(*state, &entry, &before);
    entry.n_initrds = 1;
    expect_change(*state, &entry, &before);
    tree_write(*state, "boot/initrd.img-6.1.0-33-amd64", TREE_INITRD "x");
    expect_change(*state, &entry, &before);
    tree_kernel(*state, "boot/vmlinuz-new", "6.1.0-33-amd64"); /* identical to the byte */
    tree_remove(*state, "vmlinuz");
    tree_link(*state, "vmlinuz", "boot/vmlinuz-new");
    expect_change(*state, &entry, &before);
}

static int is_secret(void *argument)
{
    CLEANUP(payload_clear) struct boot_payload payload = open_payload(argument);

    return payload.kernel.error == EACCES;
}

static void a_secret_kernel_is_known_as_such(void **state)
{
    struct boot_payload none = {0};

    payload_clear(&none); /* harmless */
    tree_debian(*state);
    tree_mode(*state, "boot/vmlinuz-6.1.0-33-amd64", 0600);
    assert_int_equal(as_nobody(is_secret, *state), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(files_are_open_and_looked_at),     TEST(the_descriptor_outlives_the_name),
        TEST(what_is_missing_has_an_errno),     TEST(odd_files_do_not_block),
        TEST(what_is_wrong_inside_is_told),     TEST(every_change_changes_the_signature),
        TEST(a_secret_kernel_is_known_as_such), TEST(an_initrd_is_looked_at),
        TEST(links_lead_to_the_same_version),
    };

    return RUN_TESTS(tests);
}
