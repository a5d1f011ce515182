/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Syslinux' configuration, and what it starts by itself. The expected answers follow from
 * com32/elflink/ldlinux and com32/menu in its source. */

#include <endian.h>

#include "discover/loaders/loader.h"
#include "discover/loaders/syslinux/adv.h"
#include "facts/boot-entries.h"
#include "test.h"
#include "tree.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)
#define CONFIG "boot/extlinux/extlinux.conf"
#define LABELS "LABEL a\nLINUX /k\nAPPEND ro\nLABEL b\nLINUX /k\nAPPEND rw\n"

enum {
    ADV_SIZE = 512,
};

/* Writes the end of ldlinux.sys with one item, or none for tag 0; `damaged` copies do not count. */
static void write_adv(const struct tree *tree, unsigned char tag, const char *value,
                      unsigned damaged)
{
    unsigned char file[100 + 2 * ADV_SIZE] = {0}, *copy = file + 100;
    uint32_t sum = 0xa3041767, word;

    copy[8] = tag;
    copy[9] = (unsigned char)strlen(value);
    memcpy(copy + 10, value, strlen(value));
    for (size_t i = 8; i < ADV_SIZE - 4; i += 4) {
        memcpy(&word, copy + i, 4);
        sum -= le32toh(word);
    }
    sum = htole32(sum);
    memcpy(copy, "\xa5\x2f\x2d\x5a", 4);
    memcpy(copy + 4, &sum, 4);
    memcpy(copy + ADV_SIZE - 4, "\x64\xbf\x28\xdd", 4);
    memcpy(copy + ADV_SIZE, copy, ADV_SIZE);
    for (unsigned i = 0; i < damaged; i++)
        copy[i * ADV_SIZE + 300] ^= 1;
    tree_write_bytes(tree, "boot/extlinux/ldlinux.sys", file, sizeof(file));
}

static void setup(const struct tree *tree, const char *running)
{
    tree_write(tree, "proc/self/mountinfo", "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n");
    tree_write(tree, "proc/sys/kernel/bootloader_type", "48\n");
    tree_write(tree, "proc/cmdline", running);
    tree_write(tree, "boot/extlinux/menu.c32", "");
    tree_write(tree, "boot/extlinux/vesamenu.c32", "");
    tree_write(tree, "k", "");
    write_adv(tree, 0, "", 0);
}

static void read_as(const struct tree *tree, const struct started *started,
                    struct boot_entries *entries)
{
    *entries = (struct boot_entries){0};
    assert_int_equal(
        loader_syslinux.read(tree->root, &(struct running){.started = started}, entries), 1);
    assert_true(!entries->problem == (entries->chosen < entries->n));
}

static void read_entries(const struct tree *tree, struct boot_entries *entries)
{
    read_as(tree, &(struct started){.boot = {.loader_type = 0x30}}, entries);
}

/* Asserts the command line of the entry that `config` chooses; NULL: `config` is the one written
 * before. */
static void expect(const struct tree *tree, const char *config, const char *cmdline)
{
    CLEANUP(boot_entries_clear) struct boot_entries entries;

    if (config)
        tree_write(tree, CONFIG, config);
    read_entries(tree, &entries);
    if (entries.problem)
        fail_msg("%s", entries.problem);
    if (entries.entries[entries.chosen].problem)
        fail_msg("%s", entries.entries[entries.chosen].problem);
    assert_string_equal(entries.entries[entries.chosen].cmdline, cmdline);
}

/* Asserts that `config` chooses nothing, or something that cannot be started. */
static void expect_none(const struct tree *tree, const char *config, const char *words)
{
    CLEANUP(boot_entries_clear) struct boot_entries entries;
    const char *problem;

    if (config)
        tree_write(tree, CONFIG, config);
    read_entries(tree, &entries);
    problem = entries.problem ? entries.problem : entries.entries[entries.chosen].problem;
    if (!problem || !strstr(problem, words))
        fail_msg("\"%s\" does not say \"%s\"", problem, words);
}

static void the_default(void **state)
{
    const struct tree *tree = *state;

    setup(tree, "BOOT_IMAGE=/k ro\n");
    expect(tree, "DEFAULT a\n" LABELS, "ro");
    expect(tree, "default b\n" LABELS, "rw");
    expect(tree, "DEFAULT b quiet\n" LABELS, "rw quiet");
    expect(tree, "DEFAULT a\nDEFAULT b\n" LABELS, "rw");
    expect(tree, "DEFAULT a\n" LABELS "\tdefault\tb\r\n", "rw");
    expect(tree, "DEFAULT b\n#DEFAULT a\nONTIMEOUT a\nTIMEOUT 0\n" LABELS, "rw");
    expect(tree, "DEFAULT a\nPROMPT 1\nTIMEOUT 50\nONTIMEOUT b\n" LABELS, "rw");
    expect_none(tree, "DEFAULT a\nPROMPT 1\nTIMEOUT 0\n" LABELS, "waits");
    expect_none(tree, "DEFAULT a\nPROMPT 1\nNOESCAPE 1\nTIMEOUT 5\n" LABELS, "NOESCAPE");
    expect_none(tree, "DEFAULT /k\n" LABELS, "not a LABEL");
    expect_none(tree, LABELS, "neither DEFAULT nor UI");
    expect_none(tree, "DEFAULT a\nTIMEOUT 5x\nPROMPT 1\n" LABELS, ":2: not a number");
}

static void the_menu(void **state)
{
    const struct tree *tree = *state;

    setup(tree, "BOOT_IMAGE=/k ro\n");
    expect(tree, "UI menu.c32\nTIMEOUT 5\nDEFAULT b\n" LABELS, "rw");
    expect(tree, "UI vesamenu.c32\nTIMEOUT 5\n" LABELS, "ro");
    expect(tree, "UI menu.c32\nTIMEOUT 5\n" LABELS "MENU DEFAULT\n", "rw");
    expect(tree, "UI menu.c32\nTIMEOUT 5\nDEFAULT a\n" LABELS "MENU DEFAULT\n", "ro");
    expect(tree, "UI menu.c32\nTOTALTIMEOUT 5\nONTIMEOUT b x\nDEFAULT a\n" LABELS, "rw x");
    expect(tree, "UI menu.c32\nMENU SHIFTKEY\nONTIMEOUT b\nDEFAULT a\n" LABELS, "ro");
    /* Without UI, DEFAULT names the menu. */
    expect(tree, "DEFAULT menu.c32\nTIMEOUT 5\n" LABELS "MENU DEFAULT\n", "rw");
    expect(tree, "DEFAULT menu.c32\nTIMEOUT 5\nMENU HIDDEN\n" LABELS, "ro");
    expect(tree, "UI menu.c32\nTIMEOUT 5\nLABEL h\nLINUX /h\nMENU HIDE\n" LABELS, "ro");
    expect(tree, "UI menu.c32\nTIMEOUT 5\nDEFAULT h\nLABEL h\nMENU HIDE\n" LABELS, "ro");
    expect_none(tree, "UI menu.c32\nDEFAULT b\n" LABELS, "waits");
    expect_none(tree, "DEFAULT menu.c32\nTIMEOUT 5\nPROMPT 1\nNOESCAPE 1\n" LABELS, "waits");
    expect_none(tree, "UI menu.c32\nTIMEOUT 5\nMENU SEPARATOR\n" LABELS, "no default");
    expect_none(tree, "UI menu.c32\nTIMEOUT 5\nLABEL h\nMENU DISABLE\n" LABELS, "no default");
    expect_none(tree, "UI menu.c32 other.cfg\nTIMEOUT 5\n" LABELS, "UI menu.c32 other.cfg");
    expect_none(tree, "UI hdt.c32\nTIMEOUT 5\n" LABELS, "UI hdt.c32");
    expect_none(tree, "DEFAULT a\nMENU BEGIN x\n" LABELS, "submenus");
    expect_none(tree, "DEFAULT a\nINCLUDE x.cfg Title\n" LABELS, "submenu");
    tree_remove(tree, "boot/extlinux/menu.c32");
    expect_none(tree, "UI menu.c32\nTIMEOUT 5\nDEFAULT b\n" LABELS, "menu.c32");
}

static void what_is_written_into_the_loader(void **state)
{
    static const char MENU[] = "UI menu.c32\nMENU SAVE\nTIMEOUT 5\nDEFAULT a\n" LABELS;
    const struct tree *tree = *state;
    CLEANUP(boot_entries_clear) struct boot_entries entries = {0};
    CLEANUP(syslinux_adv_clear) struct syslinux_adv adv = {0};

    setup(tree, "BOOT_IMAGE=/k ro\n");
    write_adv(tree, 2, "b", 0);
    tree_mode(tree, "boot/extlinux/ldlinux.sys", 0666);
    expect_none(tree, MENU, "ldlinux.sys is writable by users other");
    tree_mode(tree, "boot/extlinux/ldlinux.sys", 0644);
    expect(tree, MENU, "rw");
    expect(tree, "DEFAULT a\nMENU SAVE\n" LABELS, "ro");
    expect(tree, "UI menu.c32\nTIMEOUT 5\nDEFAULT a\n" LABELS, "ro");
    write_adv(tree, 2, "gone", 0);
    expect(tree, MENU, "ro");
    write_adv(tree, 2, "b", 1);
    expect(tree, MENU, "rw");
    write_adv(tree, 2, "b", 2);
    expect_none(tree, MENU, "damaged");
    tree_write(tree, "boot/extlinux/ldlinux.sys", "short");
    expect_none(tree, MENU, "ldlinux.sys");
    write_adv(tree, 1, "b x", 0);
    read_entries(tree, &entries);
    assert_non_null(strstr(entries.one_time, "\"b x\""));
    assert_null(syslinux_adv_read(tree->root, "boot/extlinux/ldlinux.sys", &adv));
    assert_string_equal(adv.once, "b x");
    assert_null(adv.save);
}

static void the_command_line(void **state)
{
    const struct tree *tree = *state;

    setup(tree, "BOOT_IMAGE=/k ro\n");
    expect(tree, "APPEND all\nDEFAULT c\n" LABELS "LABEL c\nLINUX /k\n", "all");
    expect(tree, "APPEND all\nDEFAULT c\n" LABELS "LABEL c\nLINUX /k\nAPPEND -\n", "");
    expect(tree, "DEFAULT c\n" LABELS "LABEL c\nKERNEL /k x=1\nAPPEND y\nAPPEND z\n", "x=1 z");
    expect(tree, "DEFAULT c\n" LABELS "LABEL c\nLINUX /k-6.0\n", "");
    expect_none(tree, "DEFAULT c\n" LABELS "LABEL c\nKERNEL /k-6.0\n", "by the end of its name");
    expect_none(tree, "DEFAULT c\n" LABELS "LABEL c\nKERNEL mboot.c32\n", "by the end of");
    expect_none(tree, "DEFAULT c\n" LABELS "LABEL c\nKERNEL .com32\n", "by the end of its name");
    expect_none(tree, "DEFAULT c\n" LABELS "LABEL c\nLOCALBOOT 0\n", "(localboot)");
    expect_none(tree, "DEFAULT c\n" LABELS "LABEL c\nLINUX /k\nIPAPPEND 2\n", "SYSAPPEND");
    expect_none(tree, "SYSAPPEND 0x10\nDEFAULT c\n" LABELS "LABEL c\nLINUX /k\n", "SYSAPPEND");
    expect(tree, "SYSAPPEND 1\nDEFAULT c\n" LABELS "LABEL c\nLINUX /k\nSYSAPPEND 0\n", "");
    expect(tree, "DEFAULT a\n" LABELS "TEXT HELP\nDEFAULT b\nENDTEXT\n", "ro");
}

static void expect_initrds(const struct tree *tree, const char *line, const char *first,
                           const char *second)
{
    AUTOFREE char *config = format("DEFAULT c\n" LABELS "LABEL c\nLINUX /k\n%s\n", line);
    CLEANUP(boot_entries_clear) struct boot_entries entries;
    const struct boot_entry *entry;

    tree_write(tree, CONFIG, config);
    read_entries(tree, &entries);
    assert_true(entries.chosen < entries.n);
    entry = &entries.entries[entries.chosen];
    assert_null(entry->problem);
    assert_int_equal(entry->n_initrds, !!first + !!second);
    if (first)
        assert_string_equal(entry->initrds[0], first);
    if (second)
        assert_string_equal(entry->initrds[1], second);
}

static void initrds(void **state)
{
    const struct tree *tree = *state;

    setup(tree, "BOOT_IMAGE=/k ro\n");
    expect_initrds(tree, "", NULL, NULL);
    expect_initrds(tree, "INITRD /i", "/i", NULL);
    expect_initrds(tree, "INITRD ucode.img,../i", "/boot/extlinux/ucode.img", "/boot/i");
    expect_initrds(tree, "APPEND initrd=/i ro\nINITRD /j", "/i", NULL);
    expect_initrds(tree, "APPEND ro xinitrd=/i,/j", "/i", "/j");
    expect_none(tree, "DEFAULT c\n" LABELS "LABEL c\nLINUX /k\nINITRD /i,\n", "without a name");
}

static void what_it_includes(void **state)
{
    const struct tree *tree = *state;

    setup(tree, "BOOT_IMAGE=/k ro\n");
    tree_write(tree, "boot/extlinux/more.cfg", LABELS "TEXT HELP\n");
    tree_write(tree, "boot/extlinux/loop.cfg", "INCLUDE loop.cfg\n");
    expect(tree, "INCLUDE more.cfg\nMENU LABEL x\nDEFAULT b\n", "rw");
    expect(tree, "INCLUDE /boot/extlinux/more.cfg\nDEFAULT b\nINCLUDE missing\n", "rw");
    expect_none(tree, "INCLUDE loop.cfg\nDEFAULT b\n" LABELS, "too many files");
    tree_mode(tree, "boot/extlinux/more.cfg", 0666);
    expect_none(tree, "INCLUDE more.cfg\nDEFAULT b\n", "more.cfg");
    tree_write_bytes(tree, "boot/extlinux/nul.cfg", "a\0b", 3);
    expect_none(tree, "INCLUDE nul.cfg\nDEFAULT b\n", "not a text");
    tree_mode(tree, CONFIG, 0602);
    expect_none(tree, NULL, "extlinux.conf");
}

static void bounds(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *many = NULL, *file = NULL, *longer = xcalloc(5000, 1);

    setup(tree, "BOOT_IMAGE=/k ro\n");
    for (int i = 0; i < 257; i++)
        append_text(&many, "\n", "LABEL x");
    expect_none(tree, many, "too many entries");
    memset(longer, 'x', 4095);
    file = format("DEFAULT a\n" LABELS "%s\n", longer);
    expect_none(tree, file, ":8: too long");
    longer[3000] = 0;
    set_text(&file, format("DEFAULT c\n" LABELS "LABEL c\nLINUX /k\nAPPEND %s\n", longer));
    expect_none(tree, file, "too long for Syslinux");
}

/* /boot is a file system of its own. */
static void paths(void **state)
{
    const struct tree *tree = *state;

    setup(tree, "BOOT_IMAGE=/k ro\n");
    tree_write(tree, "proc/self/mountinfo",
               "21 1 8:2 / / rw - ext4 /dev/sda2 rw\n22 21 8:1 / /boot rw - ext4 /dev/sda1 rw\n");
    expect_initrds(tree, "INITRD /i", "/boot/i", NULL);
    expect_initrds(tree, "INITRD ../i", "/boot/i", NULL);
    expect_none(tree, "DEFAULT c\n" LABELS "LABEL c\nLINUX /k\nINITRD ../../i\n", "read alike");
    tree_link(tree, "boot/i", "i-6.1");
    expect_initrds(tree, "INITRD /i", "/boot/i", NULL);
    tree_link(tree, "boot/j", "/boot/i-6.1");
    expect_none(tree, "DEFAULT c\n" LABELS "LABEL c\nLINUX /k\nINITRD /j\n", "follows");
    tree_link(tree, "boot/l", "/j");
    expect_none(tree, "DEFAULT c\n" LABELS "LABEL c\nLINUX /k\nINITRD /l\n", "follows");
    tree_write(tree, "proc/self/mountinfo", "21 1 0:25 / / rw - btrfs /dev/sda2 rw\n");
    expect_none(tree, "DEFAULT a\n" LABELS, "only on ext4 and FAT");
    tree_write(tree, "proc/self/mountinfo", "21 1 8:2 /x / rw - ext4 /dev/sda2 rw\n");
    expect_none(tree, "DEFAULT a\n" LABELS, "only on ext4 and FAT");
    tree_remove(tree, "proc/self/mountinfo");
    expect_none(tree, "DEFAULT a\n" LABELS, "is unknown");
}

static void where_the_configuration_is(void **state)
{
    const struct tree *tree = *state;

    setup(tree, "BOOT_IMAGE=/k ro\n");
    expect_none(tree, NULL, "neither extlinux.conf nor syslinux.cfg");
    tree_write(tree, "syslinux.cfg", "DEFAULT b\n" LABELS);
    expect(tree, NULL, "rw");
    tree_write(tree, "boot/extlinux/syslinux.cfg", "DEFAULT a\nLABEL a\nLINUX ../../k\nAPPEND x\n");
    expect_none(tree, NULL, "no entry of the configuration in /boot/extlinux");
    tree_write(tree, "proc/cmdline", "BOOT_IMAGE=../../k x\n");
    expect(tree, NULL, "x");
    tree_write(tree, "proc/cmdline", "BOOT_IMAGE=/k ro\n");
    expect(tree, "DEFAULT b\n" LABELS, "rw");
    tree_link(tree, "boot/syslinux", "extlinux");
    expect(tree, NULL, "rw");
    tree_write(tree, "boot/ldlinux.sys", "");
    expect_none(tree, NULL, "both /boot/extlinux and /boot have");
    tree_remove(tree, "boot/ldlinux.sys");
    tree_remove(tree, "boot/extlinux/ldlinux.sys");
    expect_none(tree, NULL, "no ldlinux.sys");
}

/* PXELINUX and Syslinux use the same number. */
static void what_started_the_machine(void **state)
{
    const struct tree *tree = *state;
    const struct started carried = {.boot = {.loader_type = 0x30, .boot_image = (char *)"/k"}};
    const struct started other = {.boot = {.loader_type = 0x30, .boot_image = (char *)"k"}};
    const struct started pxe = {.proof = (char *)"x", .boot = {.loader_type = 0x32}};
    struct boot_entries entries;

    setup(tree, "BOOT_IMAGE=/k  rw \n");
    expect(tree, "DEFAULT a\n" LABELS, "ro");
    for (const char *const *line =
             (const char *const[]){"BOOT_IMAGE=k ro\n", "BOOT_IMAGE=/k\n", "ro\n",
                                   "BOOT_IMAGE=/k ro quiet\n", "quiet BOOT_IMAGE=/k ro\n", NULL};
         *line; line++) {
        tree_write(tree, "proc/cmdline", *line);
        expect_none(tree, "DEFAULT a\n" LABELS, "no entry of the configuration");
    }
    tree_write(tree, "proc/sys/kernel/bootloader_type", "208\n");
    tree_write(tree, "proc/cmdline", "ro more fastreboot.attempt=1\n");
    read_as(tree, &carried, &entries);
    assert_null(entries.problem);
    boot_entries_clear(&entries);
    read_as(tree, &other, &entries);
    assert_non_null(entries.problem);
    boot_entries_clear(&entries);
    tree_write(tree, "proc/cmdline", "x=1 rw fastreboot.attempt=1\n");
    tree_write(tree, CONFIG, "DEFAULT c\n" LABELS "LABEL c\nLINUX /j\nAPPEND x=1 rw\n");
    read_as(tree, &carried, &entries);
    assert_null(entries.problem);
    boot_entries_clear(&entries);
    tree_write(tree, "proc/cmdline", "x=1 fastreboot.attempt=1\n");
    read_as(tree, &carried, &entries);
    assert_non_null(entries.problem);
    boot_entries_clear(&entries);
    read_as(tree, &pxe, &entries);
    assert_non_null(strstr(entries.problem, "PXELINUX or ISOLINUX"));
    boot_entries_clear(&entries);
    tree_write(tree, "sys/firmware/efi/fw_platform_size", "64\n");
    expect_none(tree, NULL, "on EFI");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_default),
        TEST(the_menu),
        TEST(what_is_written_into_the_loader),
        TEST(the_command_line),
        TEST(initrds),
        TEST(what_it_includes),
        TEST(bounds),
        TEST(paths),
        TEST(where_the_configuration_is),
        TEST(what_started_the_machine),
    };

    return RUN_TESTS(tests);
}
