/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/efivar.h"
#include "discover/system/requests.h"
#include "test.h"
#include "tree.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)
#define VARIABLE(name) EFIVARS_DIR "/" name
#define ONE_SHOT VARIABLE("LoaderEntryOneShot-" EFI_GUID_LOADER)
#define INDICATIONS VARIABLE("OsIndications-" EFI_GUID_GLOBAL)
#define FWUPD VARIABLE("fwupd-0a1b2c3d-0000-0000-0000-000000000000-0-" EFI_GUID_FWUPD)

/* A variable as efivarfs shows it: four bytes of attributes, then the data. */
static void variable(const struct tree *tree, const char *path, const void *data, size_t n)
{
    unsigned char bytes[512] = {7};

    assert_true(n + 4 <= sizeof(bytes));
    memcpy(bytes + 4, data, n);
    tree_write_bytes(tree, path, bytes, n + 4);
}

static void text_variable(const struct tree *tree, const char *path, const char *text)
{
    char wide[256] = {0};

    for (size_t i = 0; text[i]; i++)
        wide[2 * i] = text[i];
    variable(tree, path, wide, 2 * strlen(text) + 2);
}

/* Asserts that only `kind` is requested, described with `words`. */
static void expect_only(const struct tree *tree, enum request_kind kind, const char *words)
{
    struct answer requests[N_REQUESTS];

    requests_read(tree->root, requests);
    for (enum request_kind i = 0; i < N_REQUESTS; i++) {
        bool asked = i == kind && words;

        assert_answer(&requests[i], asked, asked ? words : NULL);
    }
    requests_clear(requests);
}

static void expect_nothing(const struct tree *tree)
{
    expect_only(tree, N_REQUESTS, NULL);
}

static void nothing_was_asked_for(void **state)
{
    expect_nothing(*state);
    /* What every machine with EFI has. */
    variable(*state, INDICATIONS, "\0\0\0\0\0\0\0\0", 8);
    variable(*state, VARIABLE("BootOrder-" EFI_GUID_GLOBAL), "\0", 2);
    variable(*state, VARIABLE("OsIndicationsSupported-" EFI_GUID_GLOBAL), "\5\0\0\0\0\0\0\0", 8);
    text_variable(*state, VARIABLE("LoaderEntryDefault-" EFI_GUID_LOADER), "debian");
    tree_write(*state, "boot/efi/EFI/UpdateCapsule/readme.txt", "");
    expect_nothing(*state);
}

static void bits_of_os_indications(void **state)
{
    static const struct {
        const char *byte;
        enum request_kind kind;
    } CASES[] = {
        {"\x01", REQUEST_SETUP},  {"\x04", REQUEST_UPDATE}, {"\x20", REQUEST_UPDATE},
        {"\x40", REQUEST_UPDATE}, {"\x80", REQUEST_UPDATE},
    };
    struct answer requests[N_REQUESTS];

    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        unsigned char data[8] = {(unsigned char)CASES[i].byte[0]};

        variable(*state, INDICATIONS, data, sizeof(data));
        expect_only(*state, CASES[i].kind, "OsIndications");
    }
    variable(*state, INDICATIONS, "\x1a\0\0\0\0\0\0\0", 8); /* bits that are not requests */
    expect_nothing(*state);
    variable(*state, INDICATIONS, "\x05\0\0\0\0\0\0\0", 8);
    requests_read(((struct tree *)*state)->root, requests);
    assert_answer(&requests[REQUEST_SETUP], 1, NULL);
    assert_answer(&requests[REQUEST_UPDATE], 1, NULL);
    requests_clear(requests);
}

static void a_bit_that_is_not_known_may_ask_for_anything(void **state)
{
    variable(*state, INDICATIONS, "\0\1\0\0\0\0\0\0", 8);
    expect_only(*state, REQUEST_UPDATE, "bits 0x100");
    variable(*state, INDICATIONS, "\x02\0\0\0\0\0\0\x80", 8);
    expect_only(*state, REQUEST_UPDATE, "bits 0x8000000000000000");
    variable(*state, INDICATIONS, "\0\1", 2);
    expect_only(*state, REQUEST_UPDATE, "bits 0x100");
}

static void a_cut_variable_is_unknown(void **state)
{
    const struct tree *tree = *state;
    struct answer requests[N_REQUESTS];

    tree_write_bytes(tree, INDICATIONS, "\7\0", 2);
    requests_read(tree->root, requests);
    assert_answer(&requests[REQUEST_SETUP], -EBADMSG, "OsIndications");
    assert_answer(&requests[REQUEST_UPDATE], -EBADMSG, "OsIndications");
    requests_clear(requests);
}

static void one_boot_entry(void **state)
{
    text_variable(*state, ONE_SHOT, "windows.conf");
    expect_only(*state, REQUEST_LOADER_ENTRY, "\"windows.conf\"");
    text_variable(*state, ONE_SHOT, "");
    expect_nothing(*state);
    /* What the kernel leaves at each kexec, and similar values. */
    text_variable(*state, ONE_SHOT, "kexec reboot");
    expect_nothing(*state);
    text_variable(*state, ONE_SHOT, "kexec reboot2");
    expect_only(*state, REQUEST_LOADER_ENTRY, "kexec reboot2");
}

static void other_variables(void **state)
{
    static const struct {
        const char *path;
        enum request_kind kind;
    } CASES[] = {
        {VARIABLE("BootNext-" EFI_GUID_GLOBAL), REQUEST_BOOT_NEXT},
        {VARIABLE("LoaderConfigTimeoutOneShot-" EFI_GUID_LOADER), REQUEST_LOADER_MENU},
        {VARIABLE("HibernateLocation-8cf2644b-4b0b-428f-9387-6d876050dc67"), REQUEST_RESUME},
    };

    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        variable(*state, CASES[i].path, "\1\0", 2);
        expect_only(*state, CASES[i].kind, "(");
        tree_remove(*state, CASES[i].path);
    }
}

static void fwupd_has_one_to_do(void **state)
{
    unsigned char update[60] = {7};

    update[48] = 1;
    variable(*state, FWUPD, update, sizeof(update));
    expect_only(*state, REQUEST_UPDATE, "fwupd");
    update[48] = 2; /* done */
    variable(*state, FWUPD, update, sizeof(update));
    expect_nothing(*state);
    update[48] = 1;
    variable(*state, FWUPD, update, 48); /* ends before the field */
    expect_nothing(*state);
}

static void fwupd_wants_a_reboot(void **state)
{
    tree_write(*state, "run/reboot-required.pkgs", "linux-image-6.1.0-34-amd64\nfwupd-signed\n");
    expect_nothing(*state);
    tree_write(*state, "run/reboot-required.pkgs", "linux-image-6.1.0-34-amd64\nfwupd\n");
    expect_only(*state, REQUEST_UPDATE, "/run/reboot-required.pkgs");
}

/* A swap device of four pages; the first page ends in `signature`. */
static void swap(const struct tree *tree, size_t page, const char *signature)
{
    static char image[4 * 65536];

    memset(image, 0, sizeof(image));
    memcpy(image + page - 10, signature, strlen(signature));
    tree_write_bytes(tree, "dev/sda2", image, sizeof(image));
}

static void a_hibernated_system(void **state)
{
    const struct tree *tree = *state;

    swap(tree, 4096, "S1SUSPEND");
    expect_nothing(tree);
    tree_write(tree, "proc/cmdline", "root=/dev/sda1 resume=UUID=1234 ro\n");
    expect_nothing(tree); /* no such device */
    tree_link(tree, "dev/disk/by-uuid/1234", "../../sda2");
    expect_only(tree, REQUEST_RESUME, "(/dev/disk/by-uuid/1234)");
    swap(tree, 65536, "S1SUSPEND");
    expect_only(tree, REQUEST_RESUME, "resumed");
    swap(tree, 4096, "SWAPSPACE2");
    expect_nothing(tree);
    /* A file in a file system, three pages from the start of its device. */
    swap(tree, 3 * 4096 + 4096, "S1SUSPEND");
    expect_only(tree, REQUEST_RESUME, "resumed"); /* at the end of a page of 16 KiB */
    swap(tree, 4 * 4096 + 4096, "S1SUSPEND");
    expect_nothing(tree);
    tree_write(tree, "proc/cmdline", "resume=/dev/sda2 resume_offset=4\n");
    expect_only(tree, REQUEST_RESUME, "(/dev/sda2)");
}

static int swap_is_unknown(void *argument)
{
    const struct tree *tree = argument;
    struct answer requests[N_REQUESTS];
    int error;

    requests_read(tree->root, requests);
    error = requests[REQUEST_RESUME].error;
    requests_clear(requests);
    return error == EACCES;
}

static void a_swap_in_use_has_no_image(void **state)
{
    const struct tree *tree = *state;

    swap(tree, 4096, "S1SUSPEND");
    tree_mode(tree, "dev/sda2", 0600);
    tree_write(tree, "proc/cmdline", "resume=/dev/sda2\n");
    assert_int_equal(as_nobody(swap_is_unknown, *state), 1);
    tree_write(tree, "proc/swaps", "Filename Type Size\n/dev/sda2   partition 1 0 -2\n");
    assert_int_equal(as_nobody(swap_is_unknown, *state), 0);
    expect_nothing(tree);
}

static void capsules(void **state)
{
    static const char *const PATHS[] = {
        "boot/efi/EFI/UpdateCapsule/bios.cap",
        "efi/EFI/UpdateCapsule/BIOS.CAP",
        "boot/EFI/UpdateCapsule/x.Cap",
    };

    for (size_t i = 0; i < ELEMENTS(PATHS); i++) {
        tree_write(*state, PATHS[i], "x");
        expect_only(*state, REQUEST_UPDATE, PATHS[i]);
        tree_remove(*state, PATHS[i]);
    }
}

static void files_of_logind(void **state)
{
    static const struct {
        const char *path, *text;
        enum request_kind kind;
        const char *words;
    } CASES[] = {
        {"run/systemd/reboot-to-firmware-setup", "", REQUEST_SETUP, "setup"},
        {"run/systemd/reboot-to-boot-loader-menu", "5000000", REQUEST_LOADER_MENU, "menu"},
        {"run/systemd/reboot-to-boot-loader-entry", "old", REQUEST_LOADER_ENTRY, "\"old\""},
        {"run/systemd/reboot-boot-to-loader-entry", "old", REQUEST_LOADER_ENTRY, "\"old\""},
        {"run/systemd/reboot-param", "recovery\n", REQUEST_PARAMETER, "\"recovery\""},
    };

    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        tree_write(*state, CASES[i].path, CASES[i].text);
        expect_only(*state, CASES[i].kind, CASES[i].words);
        tree_remove(*state, CASES[i].path);
    }
}

static int capsules_are_unknown(void *argument)
{
    const struct tree *tree = argument;
    struct answer requests[N_REQUESTS];
    int error;

    requests_read(tree->root, requests);
    error = requests[REQUEST_UPDATE].error;
    requests_clear(requests);
    return error == EACCES;
}

static void what_may_not_be_read_is_unknown(void **state)
{
    tree_mkdir(*state, "boot/efi/EFI");
    tree_mode(*state, "boot/efi", 0700);
    assert_int_equal(as_nobody(capsules_are_unknown, *state), 1);
    expect_nothing(*state);
}

static void text_of_a_variable(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *text = NULL;

    variable(tree, VARIABLE("x"),
             "a\0\xe4\0\0\x20"
             "b",
             7); /* odd length, two non-ASCII characters */
    assert_int_equal(efivar_read_text(tree->root, "x", &text), 1);
    assert_string_equal(text, "a??");
    assert_int_equal(efivar_read_text(tree->root, "y", &text), 0);
}

static void shim_is_to_ask(void **state)
{
    const struct tree *tree = *state;

    variable(tree, VARIABLE("MokListRT-" EFI_GUID_SHIM), "x", 1); /* no request */
    expect_only(tree, REQUEST_MOK, NULL);
    variable(tree, VARIABLE("MokNew-" EFI_GUID_SHIM), "key", 3);
    expect_only(tree, REQUEST_MOK, "confirmed at the console (MokNew)");
}

static void updates_that_come_in_between(void **state)
{
    const struct tree *tree = *state;

    tree_link(tree, "system-update", "/var/lib/nowhere");
    expect_only(tree, REQUEST_OFFLINE, "installs updates, and reboots by itself (/system-update)");
    tree_remove(tree, "system-update");
    tree_write(tree, "run/ostree/staged-deployment", "variant");
    expect_only(tree, REQUEST_DEPLOYMENT, "ostree writes the next boot entry");
    tree_remove(tree, "run/ostree/staged-deployment");
    tree_write(tree, "run/composefs/staged-deployment", "{}");
    expect_only(tree, REQUEST_DEPLOYMENT, "bootc writes the next boot entry");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_was_asked_for),
        TEST(bits_of_os_indications),
        TEST(a_bit_that_is_not_known_may_ask_for_anything),
        TEST(a_cut_variable_is_unknown),
        TEST(one_boot_entry),
        TEST(other_variables),
        TEST(shim_is_to_ask),
        TEST(updates_that_come_in_between),
        TEST(fwupd_has_one_to_do),
        TEST(fwupd_wants_a_reboot),
        TEST(a_hibernated_system),
        TEST(a_swap_in_use_has_no_image),
        TEST(capsules),
        TEST(files_of_logind),
        TEST(what_may_not_be_read_is_unknown),
        TEST(text_of_a_variable),
    };

    return RUN_TESTS(tests);
}
