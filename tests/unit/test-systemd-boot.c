/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/efivar.h"
#include "base/version.h"
#include "discover/loaders/bls/bls-entry.h"
#include "discover/loaders/loader.h"
#include "discover/loaders/systemd-boot/smbios.h"
#include "facts/facts.h"
#include "test.h"
#include "tree.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)
#define VARIABLE(name) EFIVARS_DIR "/" name "-" EFI_GUID_LOADER

static void variable(const struct tree *tree, const char *path, const char *text)
{
    char wide[256] = {7};

    for (size_t i = 0; text[i]; i++)
        wide[4 + 2 * i] = text[i];
    tree_write_bytes(tree, path, wide, 4 + 2 * strlen(text) + 2);
}

/* Three kernels; 6.10 is the newest. */
static void setup_menu(const struct tree *tree)
{
    variable(tree, VARIABLE("LoaderInfo"), "systemd-boot 252.38-1");
    tree_write(tree, "boot/k", "");
    tree_write(tree, "boot/loader/entries/a.conf",
               "# comment\n\ntitle   A \nversion 6.9\nsort-key debian\nlinux /k\ninitrd /ucode\n"
               "initrd\t/i\noptions root=x\noptions  ro quiet \n");
    tree_write(tree, "boot/loader/entries/b.conf",
               "title B\nversion 6.10\nsort-key debian\nlinux \\k\n");
    tree_write(tree, "boot/loader/entries/Z.conf", "title Z\nlinux /k\n");
}

/* Asserts that the entry `id` is chosen, for a reason with `words`; NULL: that none is. */
static void expect(const struct tree *tree, const char *id, const char *words)
{
    CLEANUP(boot_entries_clear) struct boot_entries entries = {0};

    assert_int_equal(loader_systemd_boot.read(tree->root, NULL, &entries), 1);
    if (!id) {
        assert_int_equal(entries.chosen, entries.n);
        if (!entries.problem || !strstr(entries.problem, words))
            fail_msg("\"%s\" does not say \"%s\"", entries.problem, words);
        return;
    }
    if (entries.problem)
        fail_msg("%s", entries.problem);
    assert_true(entries.chosen < entries.n);
    assert_string_equal(entries.entries[entries.chosen].id, id);
    assert_non_null(strstr(entries.chosen_reason, words));
}

static void another_loader_is_not_ours(void **state)
{
    const struct tree *tree = *state;
    struct boot_entries entries = {0};

    setup_menu(tree);
    variable(tree, VARIABLE("LoaderInfo"), "GRUB 2.12");
    assert_int_equal(loader_systemd_boot.read(tree->root, NULL, &entries), 0);
    tree_remove(tree, VARIABLE("LoaderInfo"));
    assert_int_equal(loader_systemd_boot.read(tree->root, NULL, &entries), 0);
    assert_int_equal(entries.n, 0);
}

static void an_entry_is_read_whole(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(boot_entries_clear) struct boot_entries entries = {0};
    const struct boot_entry *a;

    setup_menu(tree);
    assert_int_equal(loader_systemd_boot.read(tree->root, NULL, &entries), 1);
    assert_int_equal(entries.n, 3);
    assert_string_equal(entries.entries[0].id, "b.conf");
    assert_string_equal(entries.entries[0].kernel, "/boot/k");
    assert_string_equal(entries.entries[0].cmdline, "");
    assert_string_equal(entries.entries[2].id, "z.conf");
    a = &entries.entries[1];
    assert_string_equal(a->title, "A");
    assert_string_equal(a->source, "/boot/loader/entries/a.conf");
    assert_string_equal(a->cmdline, "root=x ro quiet");
    assert_int_equal(a->n_initrds, 2);
    assert_string_equal(a->initrds[0], "/boot/ucode");
    assert_string_equal(a->initrds[1], "/boot/i");
}

static void the_default_is_found(void **state)
{
    const struct tree *tree = *state;

    setup_menu(tree);
    expect(tree, "b.conf", "first entry");
    tree_write(tree, "boot/loader/loader.conf", "timeout 3\n#default b*\ndefault A.*\n");
    expect(tree, "a.conf", "/boot/loader/loader.conf:3)");
    tree_write(tree, "boot/loader/loader.conf", "default nothing\n");
    expect(tree, "b.conf", "first entry");
    variable(tree, VARIABLE("LoaderEntryDefault"), "[zy].conf");
    expect(tree, "z.conf", "LoaderEntryDefault");
    variable(tree, VARIABLE("LoaderEntryDefault"), "@saved");
    expect(tree, NULL, "LoaderEntryLastBooted");
    variable(tree, VARIABLE("LoaderEntryLastBooted"), "a.conf");
    expect(tree, "a.conf", "LoaderEntryLastBooted");
}

/* The firmware stays on the file system. */
static void no_path_leads_out_of_the_file_system(void **state)
{
    static const char *const LINES[] = {"linux /../vmlinuz", "linux \\..\\vmlinuz", "linux a/../k",
                                        "linux /k\ninitrd /x/.."};
    static const char *const FINE[] = {"linux /k\ninitrd /..x", "linux /k\ninitrd /x..",
                                       "linux /k\ninitrd /x../y"};
    const struct tree *tree = *state;

    setup_menu(tree);
    for (size_t i = 0; i < ELEMENTS(LINES) + ELEMENTS(FINE); i++) {
        bool fine = i >= ELEMENTS(LINES);
        AUTOFREE char *text = format("version 6.10\nsort-key debian\n%s\n",
                                     fine ? FINE[i - ELEMENTS(LINES)] : LINES[i]);

        CLEANUP(boot_entries_clear) struct boot_entries entries = {0};
        const char *problem;

        tree_write(tree, "boot/loader/entries/b.conf", text);
        assert_int_equal(loader_systemd_boot.read(tree->root, NULL, &entries), 1);
        assert_string_equal(entries.entries[entries.chosen].id, "b.conf");
        problem = entries.entries[entries.chosen].problem;
        if (fine)
            assert_null(problem);
        else
            assert_non_null(strstr(problem, "\"..\""));
    }
}

/* Others may write to a directory on the way to the entries, to an entry, or to loader.conf. */
static void what_others_may_write_is_not_followed(void **state)
{
    static const char *const PATHS[] = {"boot", "boot/loader", "boot/loader/entries",
                                        "boot/loader/entries/a.conf", "boot/loader/loader.conf"};
    const struct tree *tree = *state;

    setup_menu(tree);
    tree_write(tree, "boot/loader/loader.conf", "timeout 3\n");
    for (size_t i = 0; i < ELEMENTS(PATHS); i++) {
        AUTOFREE char *words = format("/%s is writable by users other", PATHS[i]);
        mode_t mode = strstr(PATHS[i], ".conf") ? 0644 : 0755;

        tree_mode(tree, PATHS[i], mode | 0002);
        expect(tree, NULL, words);
        tree_mode(tree, PATHS[i], mode | 0020);
        expect(tree, NULL, words);
        tree_mode(tree, PATHS[i], mode);
        expect(tree, "b.conf", "first entry");
    }
}

/* It is empty now, but may contain anything at the boot. */
static void where_others_may_put_something(void **state)
{
    const struct tree *tree = *state;

    setup_menu(tree);
    tree_mkdir(tree, "boot/EFI/Linux");
    expect(tree, "b.conf", "first entry");
    tree_mode(tree, "boot/EFI/Linux", 0777);
    expect(tree, NULL, "/boot/EFI/Linux is writable by users other");
    tree_mode(tree, "boot/EFI/Linux", 0755);
    tree_mode(tree, "boot/EFI", 0775);
    expect(tree, NULL, "/boot/EFI is writable by users other");
    tree_mode(tree, "boot/EFI", 0755);
    tree_write(tree, "efi/EFI/BOOT/BOOTX64.EFI", "");
    expect(tree, "b.conf", "first entry");
    tree_mode(tree, "efi", 0777); /* it has no loader/ yet */
    expect(tree, NULL, "/efi is writable by users other");
}

static void a_link_into_a_home_is_not_followed(void **state)
{
    const struct tree *tree = *state;

    variable(tree, VARIABLE("LoaderInfo"), "systemd-boot 252.38-1");
    tree_write(tree, "boot/k", "");
    tree_write(tree, "home/eve/entries/a.conf", "title A\nlinux /k\n");
    tree_mkdir(tree, "boot/loader");
    tree_link(tree, "boot/loader/entries", "/home/eve/entries");
    expect(tree, "a.conf", "first entry");
    tree_mode(tree, "home/eve", 0775);
    expect(tree, NULL, "/home/eve is writable by users other");
    tree_remove(tree, "home/eve/entries/a.conf");
    expect(tree, NULL, "/home/eve is writable by users other");
}

/* The boot loader uses the variable, then the file, then the first entry. */
static void a_default_that_is_gone(void **state)
{
    const struct tree *tree = *state;

    setup_menu(tree);
    tree_write(tree, "boot/loader/loader.conf", "default a.*\n");
    variable(tree, VARIABLE("LoaderEntryDefault"), "gone.conf");
    expect(tree, "a.conf", "/boot/loader/loader.conf");
    variable(tree, VARIABLE("LoaderEntryDefault"), "");
    expect(tree, "a.conf", "/boot/loader/loader.conf");
    variable(tree, VARIABLE("LoaderEntryDefault"), "z.conf");
    expect(tree, "z.conf", "LoaderEntryDefault");
    variable(tree, VARIABLE("LoaderEntryDefault"), "@saved");
    variable(tree, VARIABLE("LoaderEntryLastBooted"), "gone.conf");
    expect(tree, "a.conf", "/boot/loader/loader.conf");
    variable(tree, VARIABLE("LoaderEntryDefault"), "gone.conf");
    variable(tree, VARIABLE("LoaderEntryLastBooted"), "z.conf");
    tree_write(tree, "boot/loader/loader.conf", "default @saved\n");
    expect(tree, "z.conf", "LoaderEntryLastBooted");
    tree_write(tree, "boot/loader/loader.conf", "default gone.*\n");
    expect(tree, "b.conf", "first entry");
}

/* Windows and the like, which the boot loader finds without an entry file. */
static void an_automatic_entry_as_default(void **state)
{
    static const char *const PATTERNS[] = {"auto-windows", "AUTO-*", "*-shell",
                                           "secure-boot-keys-mine", "auto-reboot*"};
    const struct tree *tree = *state;

    setup_menu(tree);
    for (size_t i = 0; i < ELEMENTS(PATTERNS); i++) {
        variable(tree, VARIABLE("LoaderEntryDefault"), PATTERNS[i]);
        expect(tree, NULL, "LoaderEntryDefault");
    }
    variable(tree, VARIABLE("LoaderEntryDefault"), "*");
    expect(tree, "b.conf", "LoaderEntryDefault");
    tree_write(tree, "boot/loader/loader.conf", "default auto-windows\n");
    expect(tree, "b.conf", "LoaderEntryDefault");
    tree_remove(tree, VARIABLE("LoaderEntryDefault"));
    expect(tree, NULL, "/boot/loader/loader.conf:1 may be auto-windows");
}

static void what_is_not_known_is_not_guessed(void **state)
{
    const struct tree *tree = *state;

    setup_menu(tree);
    tree_write(tree, "boot/loader/loader.conf", "preferred a.conf\n");
    expect(tree, NULL, "/boot/loader/loader.conf:1: fastreboot does not support \"preferred\"");
    tree_remove(tree, "boot/loader/loader.conf");
    variable(tree, VARIABLE("LoaderInfo"), "systemd-boot 247.3-7");
    expect(tree, NULL, "older than 250");
    variable(tree, VARIABLE("LoaderInfo"), "systemd-boot 257");
    tree_write_bytes(tree, "boot/loader/entries/nul.conf", "linux\0/k", 8);
    expect(tree, NULL, "nul.conf");
}

static void a_menu_that_waits(void **state)
{
    const struct tree *tree = *state;

    setup_menu(tree);
    tree_write(tree, "boot/loader/loader.conf", "# a\n\nx\n timeout  menu-force\n");
    expect(tree, NULL, "timeout menu-force in /boot/loader/loader.conf:4)");
    tree_write(tree, "boot/loader/loader.conf", "timeout 4294967295\n");
    expect(tree, NULL, "timeout 4294967295");
    tree_write(tree, "boot/loader/loader.conf", "timeout menu-hidden\n");
    variable(tree, VARIABLE("LoaderConfigTimeout"), "menu-force");
    expect(tree, NULL, "timeout menu-force in LoaderConfigTimeout");
    variable(tree, VARIABLE("LoaderConfigTimeout"), "4294967295");
    expect(tree, NULL, "timeout 4294967295");
    for (const char *const *ends =
             (const char *const[]){"3600", "0", "menu-hidden", "", "-1", "menu-disabled", NULL};
         *ends; ends++) {
        variable(tree, VARIABLE("LoaderConfigTimeout"), *ends);
        expect(tree, "b.conf", "first entry");
    }
    variable(tree, VARIABLE("LoaderEntryPreferred"), "a.conf");
    expect(tree, NULL, "LoaderEntryPreferred");
}

static void without_a_partition(void **state)
{
    variable(*state, VARIABLE("LoaderInfo"), "systemd-boot 257");
    expect(*state, NULL, "mounted");
}

static void what_the_loader_passes_over(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(boot_entries_clear) struct boot_entries entries = {0};

    setup_menu(tree);
    tree_write(tree, "boot/loader/entries/c.conf", "title no kernel\nversion 9\n");
    tree_write(tree, "boot/loader/entries/d.conf", "linux /gone\nsort-key a\n");
    tree_write(tree, "boot/loader/entries/e.conf", "linux /k\narchitecture ia32\nsort-key a\n");
    tree_write(tree, "boot/loader/entries/f.txt", "linux /k\nsort-key a\n");
    assert_int_equal(loader_systemd_boot.read(tree->root, NULL, &entries), 1);
    assert_int_equal(entries.n, 3);
}

static void what_cannot_be_kexecd(void **state)
{
    const struct tree *tree = *state;

    setup_menu(tree);
    tree_write(tree, "boot/loader/entries/b.conf", "title B\nsort-key a\nefi /shell.efi\n");
    expect(tree, "a.conf", "first"); /* that program does not exist */
    tree_write(tree, "boot/shell.efi", "MZ");
    {
        CLEANUP(boot_entries_clear) struct boot_entries entries = {0};

        assert_int_equal(loader_systemd_boot.read(tree->root, NULL, &entries), 1);
        assert_int_equal(entries.chosen, 0);
        assert_non_null(strstr(entries.entries[0].problem, "EFI program"));
        assert_null(entries.entries[0].kernel);
    }
}

static void tries(void **state)
{
    const struct tree *tree = *state;

    setup_menu(tree);
    tree_remove(tree, "boot/loader/entries/b.conf");
    tree_write(tree, "boot/loader/entries/b+0-3.conf", "version 6.10\nsort-key debian\nlinux /k\n");
    expect(tree, "a.conf", "first entry"); /* the bad one is last */
    tree_write(tree, "boot/loader/entries/c+2-1.conf", "version 6.11\nsort-key debian\nlinux /k\n");
    expect(tree, NULL, "on trial");
    tree_write(tree, "boot/loader/loader.conf", "default c.conf\n");
    expect(tree, NULL, "on trial");
    tree_write(tree, "boot/loader/loader.conf",
               "default c+2-1.conf\n"); /* in the boot loader's notation */
    expect(tree, NULL, "on trial");
    tree_write(tree, "boot/loader/loader.conf", "default a.conf\n");
    expect(tree, "a.conf", "loader.conf");
}

/* The boot loader cannot see entries in a directory on the root file system. */
static void what_is_no_partition(void **state)
{
    static const char ROOT[] = "21 1 8:2 / / rw - ext4 /dev/sda2 rw\n";
    static const char ESP[] = "21 1 8:2 / / rw - ext4 /dev/sda2 rw\n"
                              "22 21 8:1 / /efi rw - vfat /dev/sda1 rw\n";
    static const char BOTH[] = "21 1 8:2 / / rw - ext4 /dev/sda2 rw\n"
                               "22 21 8:1 / /efi rw - vfat /dev/sda1 rw\n"
                               "23 21 0:40 / /boot rw - autofs systemd-1 rw\n"
                               "24 23 8:3 / /boot rw - ext4 /dev/sda3 rw\n";
    static const char BOUND[] = "21 1 8:2 / / rw - ext4 /dev/sda2 rw\n"
                                "22 21 8:1 / /efi rw - vfat /dev/sda1 rw\n"
                                "23 21 8:1 /EFI/arch /boot rw - vfat /dev/sda1 rw\n";
    const struct tree *tree = *state;

    setup_menu(tree);
    tree_write(tree, "efi/k", "");
    tree_write(tree, "efi/loader/entries/y.conf", "title Y\nlinux /k\n");
    tree_write(tree, "boot/loader/loader.conf", "default z.conf\n");
    expect(tree, "z.conf", "loader.conf"); /* mounts are not known */
    tree_write(tree, "proc/self/mountinfo", BOTH);
    expect(tree, NULL, "XBOOTLDR");
    tree_write(tree, "run/udev/data/b8:3",
               "I:1\nE:ID_PART_ENTRY_TYPE=bc13c2ff-59e6-4262-a352-b275fd6f7172\n");
    expect(tree, "b.conf", "first entry"); /* loader.conf does not count there */
    tree_mode(tree, "run/udev/data/b8:3", 0666);
    expect(tree, NULL, "XBOOTLDR");
    tree_mode(tree, "run/udev/data/b8:3", 0644);
    tree_write(tree, "efi/loader/loader.conf", "default z.conf\n");
    expect(tree, "z.conf", "/efi/loader/loader.conf");
    tree_write(tree, "run/udev/data/b8:3",
               "I:1\nE:ID_PART_ENTRY_TYPE=0fc63daf-8483-4772-8e79-3d69d8477de4\n");
    tree_write(tree, "efi/loader/loader.conf", "");
    expect(tree, "y.conf", "first entry");
    tree_write(tree, "proc/self/mountinfo", ESP);
    expect(tree, "y.conf", "first entry");
    tree_write(tree, "proc/self/mountinfo", BOUND);
    expect(tree, "y.conf", "first entry");
    tree_write(tree, "proc/self/mountinfo", ROOT);
    expect(tree, NULL, "is the EFI system partition mounted?");
}

/* There are two EFI system partitions; the boot loader was started from one. */
static void which_partition(void **state)
{
    static const char MOUNTED[] = "21 1 8:2 / / rw - ext4 /dev/sda2 rw\n"
                                  "22 21 8:1 / /efi rw - vfat /dev/sda1 rw\n"
                                  "23 21 8:17 / /boot rw - vfat /dev/sdb1 rw\n";
    const struct tree *tree = *state;

    setup_menu(tree);
    tree_write(tree, "proc/self/mountinfo", MOUNTED);
    tree_write(tree, "efi/k", "");
    tree_write(tree, "efi/loader/entries/y.conf", "title Y\nlinux /k\n");
    tree_write(tree, "dev/sda1", "");
    tree_write(tree, "dev/sdb1", "");
    tree_write(tree, "dev/sdc1", "");
    tree_link(tree, "dev/disk/by-partuuid/aaaa", "../../sda1");
    tree_link(tree, "dev/disk/by-partuuid/bbbb", "../../sdb1");
    tree_link(tree, "dev/disk/by-partuuid/cccc", "../../sdc1");
    tree_write(tree, "run/udev/data/b8:1", "E:X=\nE:ID_PART_ENTRY_TYPE=c12a7328-f81f\n");
    tree_write(tree, "run/udev/data/b8:17", "E:X=\nE:ID_PART_ENTRY_TYPE=c12a7328-f81f\n");
    variable(tree, VARIABLE("LoaderDevicePartUUID"), "AAAA");
    expect(tree, "y.conf", "first entry");
    variable(tree, VARIABLE("LoaderDevicePartUUID"), "bbbb");
    expect(tree, "b.conf", "first entry");
    variable(tree, VARIABLE("LoaderDevicePartUUID"), "cccc");
    expect(tree, NULL, "by-partuuid/cccc");
    variable(tree, VARIABLE("LoaderDevicePartUUID"), "dddd");
    expect(tree, NULL, "by-partuuid/dddd");
}

static void two_of_one_name(void **state)
{
    const struct tree *tree = *state;

    setup_menu(tree);
    tree_write(tree, "efi/k", "");
    tree_write(tree, "efi/loader/entries/b.conf", "version 6.10\nsort-key debian\nlinux /k\n");
    expect(tree, NULL, "two boot entries b.conf");
}

static void strings_of_the_machine(void **state)
{
    static const char TABLES[] = "\13\5\0\0\1io.systemd.stub.kernel-cmdline-extra=quiet\0";
    const struct tree *tree = *state;

    setup_menu(tree);
    tree_write(tree, SMBIOS_TABLES, "\13 io.systemd.credential:x=y");
    expect(tree, "b.conf", "first");
    tree_write_bytes(tree, SMBIOS_TABLES, TABLES, sizeof(TABLES));
    expect(tree, NULL, "SMBIOS");
}

/* From the specification: each is greater than the previous one. */
static void versions_of_the_uapi_group(void **state)
{
    static const char *const ASCENDING[] = {
        "~",      "~a",      "",          "_",       "122.1~rc1-1", "122.1", "122.1-1", "122.1-2",
        "122.1^", "122.1.0", "122.1a",    "122.1b",  "123~rc1-1",   "123",   "123-a",   "123-a.1",
        "123-1",  "123-1.1", "123^post1", "123.a-1", "123.1-1",     "124-1",
    };
    int ignored = 0;

    (void)state;
    for (size_t i = 0; i + 1 < ELEMENTS(ASCENDING); i++) {
        int order = version_compare_uapi(ASCENDING[i], ASCENDING[i + 1]);

        ignored += order == 0;
        assert_true(order <= 0);
        assert_true(version_compare_uapi(ASCENDING[i + 1], ASCENDING[i]) >= 0);
    }
    assert_int_equal(ignored, 1); /* "" and "_" */
    assert_true(version_compare_uapi("6.10", "6.9") > 0);
    assert_int_equal(version_compare_uapi("6.01", "6.1"), 0);
    assert_true(version_compare_uapi("aB", "aa") < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(another_loader_is_not_ours),
        TEST(an_entry_is_read_whole),
        TEST(the_default_is_found),
        TEST(no_path_leads_out_of_the_file_system),
        TEST(what_others_may_write_is_not_followed),
        TEST(where_others_may_put_something),
        TEST(a_link_into_a_home_is_not_followed),
        TEST(a_default_that_is_gone),
        TEST(an_automatic_entry_as_default),
        TEST(what_is_not_known_is_not_guessed),
        TEST(a_menu_that_waits),
        TEST(without_a_partition),
        TEST(what_the_loader_passes_over),
        TEST(what_cannot_be_kexecd),
        TEST(tries),
        TEST(what_is_no_partition),
        TEST(which_partition),
        TEST(two_of_one_name),
        TEST(strings_of_the_machine),
        TEST(versions_of_the_uapi_group),
    };

    return RUN_TESTS(tests);
}
