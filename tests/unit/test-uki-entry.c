/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/bls/uki-entry.h"

#include "base/efivar.h"
#include "discover/kernel/payload.h"
#include "discover/loaders/choose.h"
#include "discover/loaders/loader.h"
#include "facts/facts.h"
#include "test.h"
#include "uki-made.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)
#define SECURE_BOOT EFIVARS_DIR "/SecureBoot-" EFI_GUID_GLOBAL
#define DEBIAN "PRETTY_NAME=\"Debian 13\"\nID=debian\nVERSION_ID='13'\n"

static unsigned char KERNEL[KERNEL_SIZE];

static void loader_info(const struct tree *tree, const char *text)
{
    char wide[256] = {7};

    for (size_t i = 0; text[i]; i++)
        wide[4 + 2 * i] = text[i];
    tree_write_bytes(tree, EFIVARS_DIR "/LoaderInfo-" EFI_GUID_LOADER, wide, 6 + 2 * strlen(text));
}

static void image(const struct tree *tree, const char *path, const char *release,
                  const char *cmdline)
{
    const struct made_section sections[] = {
        MADE_STUB("257"),         {".osrel", release, 0},          {".cmdline", cmdline, 0},
        {".initrd", "initrd", 0}, {".linux", KERNEL, KERNEL_SIZE}, {NULL, NULL, 0}};

    tree_pe(tree, path, sections);
}

static struct boot_entries menu(const struct tree *tree)
{
    struct boot_entries entries = {0};

    assert_int_equal(loader_systemd_boot.read(tree->root, NULL, &entries), 1);
    return entries;
}

static void expect_entry(const struct boot_entries *entries, size_t i, const char *id,
                         const char *title, const char *cmdline)
{
    assert_true(i < entries->n);
    assert_string_equal(entries->entries[i].id, id);
    assert_string_equal(entries->entries[i].title, title);
    if (entries->entries[i].problem)
        assert_null(cmdline);
    else
        assert_string_equal(entries->entries[i].cmdline, cmdline);
}

static void names_and_order(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(boot_entries_clear) struct boot_entries entries = {0};

    loader_info(tree, "systemd-boot 257.9-1");
    image(tree, "efi/EFI/Linux/Debian-6.9.EFI", DEBIAN, " ro\n");
    image(tree, "efi/EFI/Linux/debian-6.10.efi", DEBIAN, "rw");
    image(tree, "efi/EFI/Linux/a.efi", "NAME=A\nIMAGE_ID=a\nIMAGE_VERSION=1\n", "a");
    image(tree, "efi/EFI/Linux/auto-x.efi", DEBIAN, "x");
    image(tree, "efi/EFI/Linux/nameless.efi", "VERSION=1\n", "x");
    tree_write(tree, "efi/EFI/Linux/empty.efi", "");
    tree_write(tree, "efi/k", "");
    tree_write(tree, "efi/loader/entries/debian.conf",
               "title T\nsort-key debian\nversion 12\nlinux /k\n");
    entries = menu(tree);
    assert_int_equal(entries.n, 4);
    expect_entry(&entries, 0, "a.efi", "a", "a");
    expect_entry(&entries, 1, "debian-6.10.efi", "Debian 13", "rw");
    expect_entry(&entries, 2, "debian-6.9.efi", "Debian 13", "ro");
    expect_entry(&entries, 3, "debian.conf", "T", "");
    assert_int_equal(entries.chosen, 0);
    assert_true(entries.entries[0].uki);
    assert_string_equal(entries.entries[0].kernel, "/efi/EFI/Linux/a.efi");
}

/* Its version sets its place in the menu, so whoever can write it can make it the first. */
static void an_image_that_others_may_write(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(boot_entries_clear) struct boot_entries entries = {0};

    loader_info(tree, "systemd-boot 257.9-1");
    image(tree, "efi/EFI/Linux/debian-6.9.efi", DEBIAN, "ro");
    image(tree, "efi/EFI/Linux/debian-6.10.efi", DEBIAN, "ro");
    tree_mode(tree, "efi/EFI/Linux/debian-6.9.efi", 0666);
    entries = menu(tree);
    assert_int_equal(entries.chosen, entries.n);
    assert_non_null(strstr(entries.problem, "/debian-6.9.efi is writable by users other"));
}

static void profiles(void **state)
{
    static const struct made_section SECTIONS[] = {
        MADE_STUB("257"),
        {".osrel", DEBIAN, 0},
        {".cmdline", "base", 0},
        {".linux", KERNEL, KERNEL_SIZE},
        {".profile", "ID=main\n", 0},
        {".profile", "ID=Rescue\nTITLE=To the rescue\n", 0},
        {".cmdline", "rescue", 0},
        {".profile", "x\n", 0},
        {NULL, NULL, 0}};
    const struct tree *tree = *state;

    tree_pe(tree, "boot/EFI/Linux/x.efi", SECTIONS);
    tree_write(tree, "boot/loader/loader.conf", "default x.efi@*\n");
    loader_info(tree, "systemd-boot 257");
    {
        CLEANUP(boot_entries_clear) struct boot_entries entries = menu(tree);

        assert_int_equal(entries.n, 3);
        expect_entry(&entries, 0, "x.efi", "Debian 13", "base");
        expect_entry(&entries, 1, "x.efi@rescue", "Debian 13 (To the rescue)", "rescue");
        expect_entry(&entries, 2, "x.efi@2", "Debian 13 (Profile #3)", "base");
        assert_int_equal(entries.chosen, 1);
        assert_int_equal(entries.entries[1].profile, 1);
    }
    loader_info(tree, "systemd-boot 256");
    {
        CLEANUP(boot_entries_clear) struct boot_entries entries = menu(tree);

        assert_int_equal(entries.n, 1);
        assert_int_equal(entries.chosen, 0);
    }
}

static void expect_problem(const struct tree *tree, const char *words)
{
    CLEANUP(boot_entries_clear) struct boot_entries entries = menu(tree);

    assert_true(entries.chosen < entries.n);
    if (!words)
        assert_null(entries.entries[entries.chosen].problem);
    else if (!entries.entries[entries.chosen].problem ||
             !strstr(entries.entries[entries.chosen].problem, words))
        fail_msg("\"%s\" does not say \"%s\"", entries.entries[entries.chosen].problem, words);
}

/* Files that the stub would add are never silently ignored. */
static void companions(void **state)
{
    static const char *const FILES[] = {"efi/EFI/Linux/x.efi.extra.d/y.addon.efi",
                                        "efi/EFI/Linux/x.efi.extra.d/y.CRED",
                                        "efi/EFI/Linux/x.efi.extra.d/y.sysext.raw",
                                        "efi/loader/addons/y.addon.efi",
                                        "efi/loader/credentials/y.cred",
                                        "efi/loader/extensions/y.confext.raw"};
    const struct tree *tree = *state;

    loader_info(tree, "systemd-boot 257");
    image(tree, "efi/EFI/Linux/x.efi", DEBIAN, "ro");
    tree_write(tree, "efi/loader/addons/readme", "");
    tree_write(tree, "efi/loader/addons/.y.addon.efi", "");
    expect_problem(tree, NULL);
    for (size_t i = 0; i < ELEMENTS(FILES); i++) {
        tree_write(tree, FILES[i], "");
        expect_problem(tree, FILES[i] + strlen("efi/"));
        tree_remove(tree, FILES[i]);
    }
    expect_problem(tree, NULL);
}

static void odd_command_lines(void **state)
{
    const struct tree *tree = *state;

    loader_info(tree, "systemd-boot 257");
    image(tree, "efi/EFI/Linux/x.efi", DEBIAN, "root=\xc3\xa4");
    expect_problem(tree, "ASCII");
}

/* Which command line counts for an entry of type 1. */
static void expect_options(const struct tree *tree, const char *key, const char *options,
                           const char *cmdline)
{
    AUTOFREE char *text = format("%s /x.efi\n%s", key, options);
    CLEANUP(boot_entries_clear) struct boot_entries entries = {0};

    tree_write(tree, "efi/loader/entries/a.conf", text);
    entries = menu(tree);
    assert_int_equal(entries.n, 1);
    if (cmdline && entries.entries[0].problem)
        fail_msg("%s", entries.entries[0].problem);
    if (cmdline)
        assert_string_equal(entries.entries[0].cmdline, cmdline);
    else
        assert_non_null(entries.entries[0].problem);
}

static void type_1(void **state)
{
    const struct tree *tree = *state;

    loader_info(tree, "systemd-boot 258");
    image(tree, "efi/x.efi", DEBIAN, "own\n");
    expect_options(tree, "efi", "", "own");
    expect_options(tree, "uki", "options a\noptions b\n", "a b");
    expect_options(tree, "linux", "options a\n", "a");
    expect_options(tree, "linux", "options a\ninitrd /x.efi\n", NULL);
    expect_options(tree, "efi", "options @1 a\n", NULL);
    expect_options(tree, "efi", "linux /x.efi\n", NULL);
    expect_options(tree, "uki", "profile 1\n", NULL);
    tree_write_bytes(tree, SECURE_BOOT, "\6\0\0\0\1", 5);
    expect_options(tree, "efi", "options a\n", "own");
    tree_write_bytes(tree, SECURE_BOOT, "\6\0\0\0\0", 5);
    expect_options(tree, "efi", "options a\n", "a");
    loader_info(tree, "systemd-boot 257");
    expect_options(tree, "efi", "options a\n", "a");
    expect_options(tree, "uki", "options a\n", NULL);
}

static void without_a_command_line(void **state)
{
    static const struct made_section SECTIONS[] = {
        MADE_STUB("257"), {".osrel", DEBIAN, 0}, {".linux", KERNEL, KERNEL_SIZE}, {NULL, NULL, 0}};
    const struct tree *tree = *state;

    loader_info(tree, "systemd-boot 258");
    tree_pe(tree, "efi/x.efi", SECTIONS);
    expect_options(tree, "efi", "", "");
    expect_options(tree, "efi", "options a\n", "a");
    tree_write_bytes(tree, SECURE_BOOT, "\6\0\0\0\1", 5);
    expect_options(tree, "efi", "options a\n", NULL);
}

static void the_payload(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(payload_clear) struct boot_payload payload = {0};
    struct boot_entry entry = {.kernel = (char *)"/x.efi", .cmdline = (char *)"ro", .uki = true};
    AUTOFREE char *first = NULL, *second = NULL;

    tree_modules(tree, "6.9.2", 2);
    image(tree, "x.efi", DEBIAN, "ro");
    payload_open(tree->root, &entry, &payload);
    assert_string_equal(payload.image.release, "6.9.2");
    assert_string_equal(payload.kernel.path, "/x.efi");
    assert_int_equal(lseek(payload.kernel.fd, 0, SEEK_END), payload.kernel.size); /* no copy */
    assert_int_equal(payload.n_initrds, 1);
    assert_true(payload.initrds[0].size > 0);
    assert_null(payload.modules_problem);
    first = payload_signature(&payload);
    payload_clear(&payload);
    entry.profile = 1;
    payload_open(tree->root, &entry, &payload);
    assert_non_null(strstr(payload.image_problem, "profile"));
    second = payload_signature(&payload);
    assert_string_not_equal(first, second);
}

static void named_in_the_settings(void **state)
{
    const struct tree *tree = *state;
    struct config config = {.kernel = (char *)"/x.efi",
                            .initrd = (char *)"none",
                            .kernel_source = (char *)"/etc/fastreboot.conf"};

    tree_write(tree, "proc/cmdline", "running\n");
    image(tree, "x.efi", DEBIAN, "own");
    {
        CLEANUP(boot_entries_clear) struct boot_entries entries;

        boot_entries_read(tree->root, &config, &(struct started){.by = STARTER_SYSTEMD_BOOT},
                          &entries);
        assert_true(entries.entries[0].uki);
        assert_string_equal(entries.entries[0].cmdline, "own");
    }
    config.initrd = (char *)"/initrd";
    {
        CLEANUP(boot_entries_clear) struct boot_entries entries;

        boot_entries_read(tree->root, &config, &(struct started){.by = STARTER_SYSTEMD_BOOT},
                          &entries);
        assert_non_null(strstr(entries.entries[0].problem, "initrd = none"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_and_order),
        TEST(an_image_that_others_may_write),
        TEST(profiles),
        TEST(companions),
        TEST(odd_command_lines),
        TEST(type_1),
        TEST(without_a_command_line),
        TEST(the_payload),
        TEST(named_in_the_settings),
    };

    kernel_header(KERNEL, "6.9.2");
    return RUN_TESTS(tests);
}
