/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The choice of the kernel, with the readers of all boot loaders. */

#include <errno.h>

#include "base/efivar.h"
#include "discover/loaders/choose.h"
#include "discover/system/started.h"
#include "test.h"
#include "tree.h"

static struct boot_entries read_with(const struct tree *tree, const struct config *config)
{
    CLEANUP(started_clear) struct started started;
    struct boot_entries entries;

    started_read(tree->root, &started);
    boot_entries_read(tree->root, config, &started, &entries);
    if (entries.chosen >= entries.n)
        assert_non_null(entries.problem);
    return entries;
}

static struct boot_entries read_entries(const struct tree *tree)
{
    return read_with(tree, &(struct config){0});
}

static void expect_kernel(const struct tree *tree, const char *loader, const char *kernel,
                          const char *initrd)
{
    CLEANUP(boot_entries_clear) struct boot_entries entries = read_entries(tree);
    const struct boot_entry *entry = &entries.entries[entries.chosen];

    assert_true(entries.chosen < entries.n);
    assert_null(entries.problem);
    assert_string_equal(entries.loader, loader);
    assert_non_null(entries.chosen_reason);
    assert_string_equal(entry->kernel, kernel);
    assert_int_equal(entry->n_initrds, 1);
    assert_string_equal(entry->initrds[0], initrd);
}

static void expect_none(const struct tree *tree, const struct config *config, const char *problem)
{
    CLEANUP(boot_entries_clear) struct boot_entries entries = read_with(tree, config);

    assert_true(entries.chosen >= entries.n);
    if (!strstr(entries.problem, problem))
        fail_msg("\"%s\" does not say \"%s\"", entries.problem, problem);
}

static void expect_chosen(const struct tree *tree, bool chosen)
{
    CLEANUP(boot_entries_clear) struct boot_entries entries = read_entries(tree);

    assert_int_equal(entries.chosen < entries.n && !entries.entries[entries.chosen].problem,
                     chosen);
}

/* A kernel in /boot with initrd and modules. */
static void add_kernel(const struct tree *tree, const char *version)
{
    AUTOFREE char *kernel = format("boot/vmlinuz-%s", version);
    AUTOFREE char *initrd = format("boot/initrd.img-%s", version);
    AUTOFREE char *modules = format("lib/modules/%s", version);

    tree_write(tree, kernel, "");
    tree_write(tree, initrd, "");
    tree_mkdir(tree, modules);
}

static void links_go_in_order(void **state)
{
    tree_write(*state, "proc/cmdline", "ro\n");
    add_kernel(*state, "9");
    expect_kernel(*state, "newest", "/boot/vmlinuz-9", "/boot/initrd.img-9");
    tree_write(*state, "boot/vmlinuz-linux", "");
    expect_kernel(*state, "links", "/boot/vmlinuz-linux", "/boot/initramfs-linux.img");
    tree_link(*state, "boot/vmlinuz", "vmlinuz-6.1");
    expect_kernel(*state, "links", "/boot/vmlinuz", "/boot/initrd.img");
    tree_link(*state, "vmlinuz", "boot/vmlinuz-6.1");
    expect_kernel(*state, "links", "/vmlinuz", "/initrd.img");
}

/* Its configuration is not read, so the links are no answer either. */
static void a_loader_that_is_not_read_is_no_guess(void **state)
{
    tree_write(*state, "proc/cmdline", "ro\n");
    tree_link(*state, "vmlinuz", "boot/vmlinuz-6.1");
    expect_kernel(*state, "links", "/vmlinuz", "/initrd.img");
    tree_write(*state, "boot/extlinux/extlinux.conf", "DEFAULT x\n");
    expect_none(*state, &(struct config){0}, "extlinux (/boot/extlinux/extlinux.conf exists)");
    tree_write_bytes(*state, "sys/firmware/efi/efivars/LoaderInfo-" EFI_GUID_LOADER,
                     "\6\0\0\0r\0E\0F\0\0", 12);
    expect_none(*state, &(struct config){0}, "rEF started this machine (LoaderInfo)");
}

/* Asserts that the links are no answer while `path` exists, for a reason with `words`. */
static void expect_no_guess(const struct tree *tree, const char *path, const char *words)
{
    tree_write(tree, path, "something\n");
    expect_none(tree, &(struct config){0}, words);
    tree_remove(tree, path);
    expect_kernel(tree, "links", "/vmlinuz", "/initrd.img");
}

static void a_configuration_that_nobody_reads_is_no_guess(void **state)
{
    static const char *const PATHS[] = {
        "boot/efi/EFI/redhat/grub.cfg", "efi/EFI/debian/grub.cfg",
        "boot/EFI/BOOT/grub.cfg",       "efi/grub/grub.cfg",
        "boot/loader/loader.conf",      "efi/loader/loader.conf",
        "boot/loader/entries/a.conf",   "boot/efi/loader/entries/B.CONF",
        "boot/efi/EFI/Linux/a.efi",     "etc/kernel/proxmox-boot-uuids",
    };

    tree_write(*state, "proc/cmdline", "ro\n");
    tree_link(*state, "vmlinuz", "boot/vmlinuz-6.1");
    for (size_t i = 0; i < ELEMENTS(PATHS); i++)
        expect_no_guess(*state, PATHS[i], PATHS[i]);
    /* Files that no boot loader takes for entries, and files that a boot loader's package leaves on
     * the partition. */
    tree_write(*state, "boot/loader/entries/a.conf.old", "");
    tree_write(*state, "boot/loader/random-seed", "");
    tree_write(*state, "boot/efi/EFI/debian/grubx64.efi", "");
    tree_write(*state, "boot/efi/EFI/Linux/.a.efi", "");
    tree_write(*state, "etc/kernel/proxmox-boot-uuids", "\n");
    expect_kernel(*state, "links", "/vmlinuz", "/initrd.img");
    tree_write(*state, "sys/firmware/efi/fw_platform_size", "64\n");
    expect_none(*state, &(struct config){0}, "neither GRUB nor systemd-boot started this machine");
}

static int read_without_esp(void *argument)
{
    const struct tree *tree = argument;
    CLEANUP(boot_entries_clear) struct boot_entries entries = read_entries(tree);

    return entries.problem_error == EACCES && strstr(entries.problem, "/boot/efi/");
}

static void a_closed_partition_is_no_guess(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "proc/cmdline", "ro\n");
    tree_link(tree, "vmlinuz", "boot/vmlinuz-6.1");
    tree_mkdir(tree, "boot/efi/EFI");
    tree_mode(tree, "boot/efi", 0700);
    if (geteuid() == 0)
        assert_int_equal(as_nobody(read_without_esp, *state), 1);
}

static void write_variable(const struct tree *tree, const char *path, const char *text)
{
    char wide[128] = {6};

    for (size_t i = 0; text[i]; i++)
        wide[4 + 2 * i] = text[i];
    tree_write_bytes(tree, path, wide, 4 + 2 * strlen(text) + 2);
}

static void write_grub(const struct tree *tree)
{
    tree_write(tree, "proc/cmdline", "BOOT_IMAGE=/boot/k ro\n");
    tree_write(tree, "boot/k", "");
    tree_write(tree, "boot/grub/grub.cfg",
               "timeout=1\nmenuentry A {\nlinux /boot/k ro\ninitrd /boot/k\n}\n");
}

/* A leftover grub.cfg does not say what the firmware starts by itself. */
static void what_grub_did_not_start(void **state)
{
    static const char STUB[] = EFIVARS_DIR "/StubInfo-" EFI_GUID_LOADER;
    static const char INFO[] = EFIVARS_DIR "/LoaderInfo-" EFI_GUID_LOADER;
    const struct tree *tree = *state;

    write_grub(tree);
    expect_kernel(tree, "grub", "/boot/k", "/boot/k");
    write_variable(tree, STUB, "systemd-stub 257.9-1");
    expect_none(tree, &(struct config){0}, "StubInfo: systemd-stub 257.9-1");
    write_variable(tree, STUB, "ubustub 1");
    expect_kernel(tree, "grub", "/boot/k", "/boot/k");
    write_variable(tree, STUB, "systemd-stub 257.9-1");
    write_variable(tree, INFO, "GRUB 2.12");
    expect_kernel(tree, "grub", "/boot/k", "/boot/k");
    tree_write(tree, "etc/kernel/proxmox-boot-uuids", "\n");
    expect_kernel(tree, "grub", "/boot/k", "/boot/k");
    tree_write(tree, "etc/kernel/proxmox-boot-uuids", "ABCD-1234\n");
    expect_none(tree, &(struct config){0}, "/etc/kernel/proxmox-boot-uuids");
    tree_write(tree, "etc/kernel/proxmox-boot-uuids", "\n");
    tree_mode(tree, "etc/kernel/proxmox-boot-uuids", 0666);
    expect_none(tree, &(struct config){0}, "proxmox-boot-uuids is writable by users other");
}

/* Nor do links next to it, wherever the kernel came from. */
static void what_nothing_here_started(void **state)
{
    const struct tree *tree = *state;

    write_grub(tree);
    tree_link(tree, "vmlinuz", "boot/k");
    tree_write(tree, "proc/sys/kernel/bootloader_type", "70\n");
    expect_none(tree, &(struct config){0}, "iPXE started this machine (boot loader type 0x46)");
    tree_write(tree, "proc/sys/kernel/bootloader_type", "208\n");
    expect_none(tree, &(struct config){0}, "kexec started the running kernel");
    tree_write(tree, "proc/sys/kernel/bootloader_type", "114\n");
    expect_kernel(tree, "grub", "/boot/k", "/boot/k");
    tree_write(tree, "proc/cmdline", "ro\n");
    expect_none(tree, &(struct config){0}, "BOOT_IMAGE=");
    tree_remove(tree, "boot/grub/grub.cfg");
    expect_none(tree, &(struct config){0}, "neither GRUB nor systemd-boot started this machine");
    tree_remove(tree, "proc/sys/kernel/bootloader_type");
    expect_kernel(tree, "links", "/vmlinuz", "/initrd.img");
}

/* On EFI, GRUB may read another configuration before the one in /boot. */
static void grub_on_the_efi_partition(void **state)
{
    static const char LEADS[] = "search.fs_uuid 01234567-89ab root hd0,gpt2\n"
                                "set prefix=($root)'/boot/grub'\nconfigfile $prefix/grub.cfg\n";
    static const char CONFIG[] = "boot/efi/EFI/anybody/grub.cfg";
    const struct tree *tree = *state;

    write_grub(tree);
    tree_mkdir(tree, "sys/firmware/efi");
    tree_write(tree, "proc/self/mountinfo", "22 1 8:2 / / rw - ext4 /dev/sda2 rw\n");
    tree_write(tree, "dev/sda2", "");
    tree_write(tree, "dev/sdb2", "");
    tree_link(tree, "dev/disk/by-uuid/01234567-89ab", "../../sda2");
    tree_write(tree, CONFIG, LEADS);
    expect_kernel(tree, "grub", "/boot/k", "/boot/k");
    tree_write(tree, CONFIG, "set prefix=($root)/grub2/\nconfigfile $prefix/grub.cfg\n");
    expect_none(tree, &(struct config){0}, "leads GRUB to ($root)/grub2, which is not /boot/grub");
    tree_write(tree, CONFIG, "set timeout=1\n  menuentry A {\n}\n");
    expect_none(tree, &(struct config){0}, "has menu entries");
    tree_write(tree, CONFIG, LEADS);
    tree_remove(tree, "dev/disk/by-uuid/01234567-89ab");
    expect_none(tree, &(struct config){0}, "which is not on this machine");
    tree_link(tree, "dev/disk/by-uuid/01234567-89ab", "../../sdb2");
    expect_none(tree, &(struct config){0}, "to another file system");
    tree_remove(tree, "dev/disk/by-uuid/01234567-89ab");
    tree_link(tree, "dev/disk/by-uuid/01234567-89ab", "../../sda2");
    expect_kernel(tree, "grub", "/boot/k", "/boot/k");
    tree_mode(tree, CONFIG, 0664);
    expect_none(tree, &(struct config){0}, "anybody/grub.cfg is writable by users other");
    tree_mode(tree, CONFIG, 0644);
    tree_mode(tree, "boot/efi/EFI/anybody", 0777);
    expect_none(tree, &(struct config){0}, "/boot/efi/EFI/anybody is writable by users other");
    tree_mode(tree, "boot/efi/EFI/anybody", 0755);
    tree_remove(tree, CONFIG);
    expect_kernel(tree, "grub", "/boot/k", "/boot/k");
    tree_write(tree, "efi/EFI/opensuse/installed_by_sdbootutil", "");
    expect_none(tree, &(struct config){0}, "installed_by_sdbootutil");
}

/* kernel-install leaves entries that GRUB does not read. */
static void entries_beside_grub(void **state)
{
    write_grub(*state);
    tree_write(*state, "boot/loader/entries/a.conf", "linux /k\n");
    tree_write(*state, "boot/loader/loader.conf", "timeout 3\n");
    tree_write(*state, "boot/efi/EFI/debian/grub.cfg", "configfile $prefix/grub.cfg\n");
    expect_kernel(*state, "grub", "/boot/k", "/boot/k");
}

/* The boot loader does not read the files that are seen here. */
static void files_out_of_reach(void **state)
{
    static const char *const FAR[] = {
        "22 1 0:30 / / rw - overlay overlay rw,upperdir=/media/root-rw\n",
        "22 1 0:26 / / rw - nfs4 10.0.0.1:/srv rw\n",
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n23 22 0:40 / /boot rw - tmpfs tmpfs rw\n",
        ("22 1 8:1 / / rw - ext4 /dev/sda1 rw\n23 22 8:2 / /boot rw - ext4 /dev/sda2 rw\n"
         "24 22 0:41 / /boot rw - overlay overlay rw\n"),
    };
    static const char *const NEAR[] = {
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n23 22 0:40 / /b rw - tmpfs tmpfs rw\n",
        "22 1 0:25 / / rw - zfs rpool/ROOT rw\n",
        "22 1 0:25 / / rw - overlay overlay rw\n23 22 8:2 / /boot rw - ext4 /dev/sda2 rw\n",
    };

    write_grub(*state);
    tree_write(*state, "proc/self/mountinfo", NEAR[0]);
    for (size_t i = 0; i < ELEMENTS(FAR); i++) {
        tree_write(*state, "proc/self/mountinfo", FAR[i]);
        expect_chosen(*state, false);
    }
    tree_write(*state, "proc/cmdline", "ro\n");
    tree_remove(*state, "boot/grub/grub.cfg");
    tree_link(*state, "vmlinuz", "boot/k");
    for (size_t i = 0; i < ELEMENTS(FAR); i++) {
        tree_write(*state, "proc/self/mountinfo", FAR[i]);
        expect_none(*state, &(struct config){0}, "which no boot loader reads");
    }
    for (size_t i = 0; i < ELEMENTS(NEAR); i++) {
        tree_write(*state, "proc/self/mountinfo", NEAR[i]);
        expect_kernel(*state, "links", "/vmlinuz", "/initrd.img");
    }
}

static void the_newest_is_so_by_number(void **state)
{
    static const char *const VERSIONS[] = {"6.1.0-9-amd64", "6.1.0-10-amd64", "6.1.0-2-amd64"};

    tree_write(*state, "proc/cmdline", "ro\n");
    for (size_t i = 0; i < ELEMENTS(VERSIONS); i++) {
        add_kernel(*state, VERSIONS[i]);
    }
    expect_kernel(*state, "newest", "/boot/vmlinuz-6.1.0-10-amd64",
                  "/boot/initrd.img-6.1.0-10-amd64");
}

static void leftovers_are_no_kernels(void **state)
{
    static const char *const NONE[] = {"9.old", "9.bak", "9~", "9.dpkg-new",
                                       "0-rescue-0123456789abcdef"};

    tree_write(*state, "proc/cmdline", "ro\n");
    tree_write(*state, "boot/vmlinuz-", "");
    for (size_t i = 0; i < ELEMENTS(NONE); i++)
        add_kernel(*state, NONE[i]);
    expect_none(*state, &(struct config){0}, "no kernel was found");
    tree_write(*state, "boot/vmlinuz-8", ""); /* no initrd */
    tree_mkdir(*state, "lib/modules/8");
    tree_write(*state, "boot/vmlinuz-7", "");
    tree_write(*state, "boot/initrd.img-7", ""); /* no modules */
    expect_none(*state, &(struct config){0}, "no kernel in /boot has both");
    add_kernel(*state, "6");
    expect_kernel(*state, "newest", "/boot/vmlinuz-6", "/boot/initrd.img-6");
}

static void initrds_have_three_names(void **state)
{
    tree_write(*state, "proc/cmdline", "ro\n");
    tree_write(*state, "boot/vmlinuz-6", "");
    tree_mkdir(*state, "lib/modules/6");
    tree_write(*state, "boot/initrd-6", "");
    expect_kernel(*state, "newest", "/boot/vmlinuz-6", "/boot/initrd-6");
    tree_write(*state, "boot/initramfs-6.img", "");
    expect_kernel(*state, "newest", "/boot/vmlinuz-6", "/boot/initramfs-6.img");
    tree_write(*state, "boot/initrd.img-6", "");
    expect_kernel(*state, "newest", "/boot/vmlinuz-6", "/boot/initrd.img-6");
}

static void without_a_kernel_it_says_so(void **state)
{
    tree_write(*state, "proc/cmdline", "ro\n");
    expect_none(*state, &(struct config){0}, "no kernel was found");
    tree_write(*state, "boot", "not a directory");
    expect_none(*state, &(struct config){0}, "no kernel was found");
}

static void more_kernels_than_anybody_has(void **state)
{
    tree_write(*state, "proc/cmdline", "ro\n");
    for (int i = 0; i < 65; i++) {
        AUTOFREE char *path = format("boot/vmlinuz-%d", i);

        tree_write(*state, path, "");
    }
    expect_none(*state, &(struct config){0}, "/boot: too many kernels");
}

static int read_without_boot(void *argument)
{
    const struct tree *tree = argument;
    CLEANUP(boot_entries_clear) struct boot_entries entries = read_entries(tree);

    return entries.chosen >= entries.n &&
           strstr(entries.problem, "/boot: Permission denied") != NULL;
}

static void a_closed_boot_is_no_empty_one(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "proc/cmdline", "ro\n");
    tree_mkdir(tree, "boot");
    tree_mode(tree, "boot", 0311);
    if (geteuid() == 0) {
        assert_int_equal(as_nobody(read_without_boot, *state), 1);
    }
}

static void expect_cmdline(const struct tree *tree, const struct config *config,
                           const char *expected)
{
    CLEANUP(boot_entries_clear) struct boot_entries entries = read_with(tree, config);

    assert_true(entries.chosen < entries.n);
    assert_string_equal(entries.entries[entries.chosen].cmdline, expected);
}

static void the_command_line_is_the_running_one(void **state)
{
    const struct config append = {.cmdline_append = (char *)"nomodeset",
                                  .cmdline_remove = (char *)"quiet"};
    const struct config own = {.cmdline = (char *)"root=LABEL=x quiet",
                               .cmdline_append = (char *)"nomodeset",
                               .cmdline_remove = (char *)"quiet"};

    tree_link(*state, "vmlinuz", "boot/vmlinuz-6");
    tree_write(*state, "proc/cmdline", "root=/dev/sda1 ro quiet\n");
    expect_cmdline(*state, &(struct config){0}, "root=/dev/sda1 ro quiet");
    expect_cmdline(*state, &append, "root=/dev/sda1 ro nomodeset");
    expect_cmdline(*state, &own, "root=LABEL=x nomodeset");
    tree_remove(*state, "proc/cmdline");
    expect_none(*state, &append, "/proc/cmdline: No such file or directory");
    expect_cmdline(*state, &own, "root=LABEL=x nomodeset");
    tree_write_bytes(*state, "proc/cmdline", "a\0b", 3);
    expect_none(*state, &append, "/proc/cmdline: ");
}

/* Parameters for one boot must not be passed on to the next. */
static void one_time_words_are_not_inherited(void **state)
{
    static const char *const WORDS[] = {
        "\"init=/bin/sh\"",
        "init=\"/bin/sh\"",
        "\"systemd.unit=rescue.target\"",
        "'systemd.unit=rescue.target'",
        "systemd.\"unit\"=rescue.target",
        "\"single\"",
        "single",
        "S",
        "1",
        "rescue",
        "emergency",
        "rd.break",
        "break=mount",
        "init=/bin/sh",
        "rdinit=/bin/sh",
        "systemd.run=/x",
        "recovery",
        "systemd.unit=rescue.target",
        "rd.systemd.unit=emergency.target",
    };
    static const char *const OTHERS[] = {"singles",  "init=/sbin/init", "rescue=1", "breakx=1",
                                         "x=single", "systemd.unit",    "-- single"};
    const struct config kernel = {.kernel = (char *)"/vmlinuz",
                                  .kernel_source = (char *)"/etc/fastreboot.conf",
                                  .initrd = (char *)"/initrd.img"};
    struct config removed = kernel, own = kernel;

    removed.cmdline_remove = (char *)"single";
    own.cmdline = (char *)"ro single";
    tree_link(*state, "vmlinuz", "boot/vmlinuz-6");
    for (size_t i = 0; i < ELEMENTS(WORDS) + ELEMENTS(OTHERS); i++) {
        bool once = i < ELEMENTS(WORDS);
        const char *word = once ? WORDS[i] : OTHERS[i - ELEMENTS(WORDS)];
        AUTOFREE char *line = format("root=/dev/sda1 %s ro\n", word);

        tree_write(*state, "proc/cmdline", line);
        expect_chosen(*state, !once);
        if (once)
            expect_none(*state, &kernel, word);
    }
    tree_write(*state, "proc/cmdline", "ro single\n");
    expect_cmdline(*state, &removed, "ro");
    expect_cmdline(*state, &own, "ro single");
}

static void the_configuration_comes_first(void **state)
{
    struct config config = {.kernel = (char *)"/boot/k",
                            .kernel_source = (char *)"/etc/fastreboot.conf",
                            .initrd = (char *)"/boot/a  /boot/b"};
    CLEANUP(boot_entries_clear) struct boot_entries entries = {0};
    AUTOFREE char *many = strdup("/0");

    tree_debian(*state);
    entries = read_with(*state, &config);
    assert_int_equal(entries.n, 1);
    assert_string_equal(entries.loader, "configuration");
    assert_string_equal(entries.entries[0].kernel, "/boot/k");
    assert_string_equal(entries.entries[0].source, "/etc/fastreboot.conf");
    assert_int_equal(entries.entries[0].n_initrds, 2);
    assert_string_equal(entries.entries[0].initrds[1], "/boot/b");
    boot_entries_clear(&entries);
    config.initrd = (char *)"none";
    entries = read_with(*state, &config);
    assert_int_equal(entries.entries[0].n_initrds, 0);
    for (int i = 0; i < 16; i++) {
        AUTOFREE char *shorter = many;

        many = format("%s /%d", shorter, i);
    }
    config.initrd = many;
    expect_none(*state, &config, "initrd names more than 16 files");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(links_go_in_order),
        TEST(a_loader_that_is_not_read_is_no_guess),
        TEST(a_configuration_that_nobody_reads_is_no_guess),
        TEST(a_closed_partition_is_no_guess),
        TEST(what_grub_did_not_start),
        TEST(what_nothing_here_started),
        TEST(grub_on_the_efi_partition),
        TEST(entries_beside_grub),
        TEST(files_out_of_reach),
        TEST(the_newest_is_so_by_number),
        TEST(leftovers_are_no_kernels),
        TEST(initrds_have_three_names),
        TEST(without_a_kernel_it_says_so),
        TEST(more_kernels_than_anybody_has),
        TEST(a_closed_boot_is_no_empty_one),
        TEST(the_command_line_is_the_running_one),
        TEST(one_time_words_are_not_inherited),
        TEST(the_configuration_comes_first),
    };

    return RUN_TESTS(tests);
}
