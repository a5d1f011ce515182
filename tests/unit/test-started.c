/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/started.h"

#include "base/efivar.h"
#include "base/paths.h"
#include "discover/system/boot-option.h"
#include "discover/system/boot-order.h"
#include "reboot/departure.h"
#include "reboot/records.h"
#include "test.h"
#include "tree.h"

static void write_text(const struct tree *tree, const char *name, const char *text)
{
    AUTOFREE char *path = format(EFIVARS_DIR "/%s-" EFI_GUID_LOADER, name);
    char wide[256] = {6};

    for (size_t i = 0; text[i]; i++)
        wide[4 + 2 * i] = text[i];
    tree_write_bytes(tree, path, wide, 4 + 2 * strlen(text) + 2);
}

static void expect(const struct tree *tree, enum starter by, const char *words)
{
    CLEANUP(started_clear) struct started started;

    started_read(tree->root, &started);
    assert_int_equal(started.by, by);
    if (words && (!started.proof || !strstr(started.proof, words)))
        fail_msg("\"%s\" does not say \"%s\"", started.proof ? started.proof : "", words);
    if (!words)
        assert_null(started.proof);
    assert_int_equal(started.stand_in, by == STARTER_UNKNOWN && !words);
}

static void expect_type(const struct tree *tree, int type, const char *cmdline, enum starter by,
                        const char *words)
{
    AUTOFREE char *text = format("%d\n", type), *line = format("%s\n", cmdline);

    tree_write(tree, "proc/sys/kernel/bootloader_type", text);
    tree_write(tree, "proc/cmdline", line);
    expect(tree, by, words);
}

static void the_kernel_knows_the_type(void **state)
{
    static const struct {
        int type;
        const char *cmdline;
        enum starter by;
        const char *words;
    } CASES[] = {
        {0x72, "BOOT_IMAGE=/vmlinuz-6 ro", STARTER_GRUB, "type 0x72"},
        {0x72, "ro", STARTER_OTHER, "BOOT_IMAGE="},
        {0x71, "BOOT_IMAGE=/vmlinuz-6 ro", STARTER_OTHER, "type 0x71"},
        {0x02, "BOOT_IMAGE=Linux ro", STARTER_OTHER, "type 0x2"},
        {0x32, "BOOT_IMAGE=vmlinuz ro", STARTER_OTHER, "type 0x32"},
        {0x46, "BOOT_IMAGE=vmlinuz ro", STARTER_OTHER, "type 0x46"},
        {0x66, "ro", STARTER_OTHER, "type 0x66"},
        {0x80, "ro", STARTER_OTHER, "type 0x80"},
        {0x90, "ro", STARTER_OTHER, "type 0x90"},
        {0xb0, "ro", STARTER_OTHER, "type 0xb0"},
        {0xff, "ro", STARTER_OTHER, "type 0xff"},
        {0x111, "ro", STARTER_OTHER, "type 0x111"},
        {0x7fffffff, "ro", STARTER_OTHER, "type 0x7fffffff"},
        {0x21, "BOOT_IMAGE=(hd0,gpt2)/vmlinuz-6 ro", STARTER_GRUB, "(hd0,gpt2)"},
        {0x21, "BOOT_IMAGE=/vmlinuz-6 ro", STARTER_GRUB, "BOOT_IMAGE="},
        {0x21, "BOOT_IMAGE=vmlinuz ro", STARTER_OTHER, "BOOT_IMAGE="},
        {0x21, "initrd=\\initrd.img ro", STARTER_OTHER, "BOOT_IMAGE="},
        {0xd0, "BOOT_IMAGE=/vmlinuz-6 ro", STARTER_UNKNOWN, "kexec"},
        {0xd1, "BOOT_IMAGE=/vmlinuz-6 ro", STARTER_UNKNOWN, "kexec"}, /* of another version */
        {0xdf, "ro", STARTER_UNKNOWN, "kexec"},
        /* Numbers that take the extended type: none of them is kexec, or GRUB. */
        {0x1d0, "BOOT_IMAGE=/vmlinuz-6 ro", STARTER_OTHER, "type 0x1d0"},
        {0x172, "BOOT_IMAGE=/vmlinuz-6 ro", STARTER_OTHER, "type 0x172"},
        {0x121, "BOOT_IMAGE=/vmlinuz-6 ro", STARTER_OTHER, "type 0x121"},
        {0x101, "BOOT_IMAGE=/vmlinuz-6 ro", STARTER_OTHER, "type 0x101"},
        {0x10f2, "BOOT_IMAGE=/vmlinuz-6 ro", STARTER_OTHER, "type 0x10f2"},
        {0xe1, "BOOT_IMAGE=/vmlinuz-6 ro", STARTER_OTHER, "type 0xe1"},
        {0x00, "BOOT_IMAGE=/vmlinuz-6 ro", STARTER_OTHER, "type 0x0"},
        {0x20, "BOOT_IMAGE=/vmlinuz-6 ro", STARTER_OTHER, "type 0x20"},
        {0x70, "BOOT_IMAGE=/vmlinuz-6 ro", STARTER_OTHER, "type 0x70"},
        {0x73, "BOOT_IMAGE=/vmlinuz-6 ro", STARTER_OTHER, "type 0x73"},
    };

    for (size_t i = 0; i < ELEMENTS(CASES); i++)
        expect_type(*state, CASES[i].type, CASES[i].cmdline, CASES[i].by, CASES[i].words);
}

/* A type that is no number, or none that fits, is none: then the command line alone tells. */
static void a_type_that_cannot_be_read(void **state)
{
    static const char *const TEXTS[] = {"",      "x\n", "-1\n", "114x\n", "99999999999999999999\n",
                                        "0x72\n"};
    const struct tree *tree = *state;

    for (size_t i = 0; i < ELEMENTS(TEXTS); i++) {
        tree_write(tree, "proc/sys/kernel/bootloader_type", TEXTS[i]);
        tree_write(tree, "proc/cmdline", "BOOT_IMAGE=/vmlinuz-6 ro\n");
        expect(tree, STARTER_GRUB, "BOOT_IMAGE=");
        tree_write(tree, "proc/cmdline", "ro\n");
        expect(tree, STARTER_UNKNOWN, NULL);
        tree_write(tree, "proc/cmdline", "BOOT_IMAGE=/vmlinuz-6 ro fastreboot.attempt=1\n");
        expect(tree, STARTER_UNKNOWN, "kexec");
    }
}

/* arm64 has no type. */
static void a_kernel_that_does_not_know(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "proc/cmdline", "BOOT_IMAGE=/vmlinuz-6 ro\n");
    expect(tree, STARTER_GRUB, "BOOT_IMAGE=");
    tree_write(tree, "proc/cmdline", "ro\n");
    expect(tree, STARTER_UNKNOWN, NULL);
    tree_mkdir(tree, "sys/firmware/efi");
    expect(tree, STARTER_OTHER, "BOOT_IMAGE=");
    tree_write(tree, "proc/cmdline", "ro fastreboot.attempt=1\n");
    expect(tree, STARTER_UNKNOWN, "kexec");
}

static void loaders_that_say_their_name(void **state)
{
    const struct tree *tree = *state;

    write_text(tree, "StubInfo", "systemd-stub 257");
    expect_type(tree, 0x21, "ro", STARTER_OTHER, "systemd-stub 257");
    write_text(tree, "StubInfo", "ubustub 1");
    expect_type(tree, 0x21, "ro", STARTER_OTHER, "BOOT_IMAGE=");
    expect_type(tree, 0x21, "BOOT_IMAGE=/v ro", STARTER_GRUB, "BOOT_IMAGE=");
    write_text(tree, "LoaderInfo", "systemd-boot 257.9");
    expect_type(tree, 0x21, "ro", STARTER_SYSTEMD_BOOT, "LoaderInfo");
    expect_type(tree, 0xd0, "ro", STARTER_SYSTEMD_BOOT, "LoaderInfo");
    write_text(tree, "LoaderInfo", "GRUB 2.12");
    expect_type(tree, 0x21, "ro", STARTER_GRUB, "LoaderInfo");
    write_text(tree, "LoaderInfo", "rEFInd 0.14.2");
    expect_type(tree, 0x21, "BOOT_IMAGE=/v ro", STARTER_OTHER, "LoaderInfo");
    tree_write(tree, EFIVARS_DIR "/LoaderInfo-" EFI_GUID_LOADER, "x");
    expect(tree, STARTER_UNKNOWN, "LoaderInfo: ");
}

/* The running kernel is on none of the disks. */
static void from_the_network(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "proc/sys/kernel/osrelease", "6.6.52-net\n");
    expect_type(tree, 0x72, "BOOT_IMAGE=/net/vmlinuz ro", STARTER_OTHER, "not on the file systems");
    expect_type(tree, 0x72, "BOOT_IMAGE=(tftp,10.0.0.1)/vmlinuz ro", STARTER_OTHER, "(tftp,");
    tree_write(tree, "boot/vmlinuz", "");
    expect_type(tree, 0x72, "BOOT_IMAGE=/net/vmlinuz ro", STARTER_GRUB, "0x72");
    expect_type(tree, 0x72, "BOOT_IMAGE=(hd0,1)/@/boot/vmlinuz ro", STARTER_GRUB, "0x72");
    expect_type(tree, 0x72, "BOOT_IMAGE=(tftp,10.0.0.1)/vmlinuz ro", STARTER_OTHER, "(tftp,");
    tree_remove(tree, "boot/vmlinuz");
    tree_mkdir(tree, "lib/modules/6.6.52-net");
    expect_type(tree, 0x72, "BOOT_IMAGE=/net/vmlinuz ro", STARTER_GRUB, "0x72");
}

static void it_is_carried_over_fast_reboots(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, RUN_FIRMWARE_BOOT, "{\"type\":114,\"boot_image\":\"/v\"}");
    expect_type(tree, 0xd0, "ro fastreboot.attempt=1", STARTER_GRUB, "type 0x72");
    tree_write(tree, RUN_FIRMWARE_BOOT, "{\"type\":176}");
    expect_type(tree, 0xd0, "ro fastreboot.attempt=1", STARTER_OTHER, "type 0xb0");
    tree_write(tree, RUN_FIRMWARE_BOOT, "{\"type\":114,\"boot_image\":\"/v\",\"from_network\":1}");
    expect_type(tree, 0xd0, "ro fastreboot.attempt=1", STARTER_OTHER, "BOOT_IMAGE=/v");
    tree_write(tree, RUN_FIRMWARE_BOOT, "{\"boot_image\":\"/v\"}");
    expect_type(tree, 0xd0, "ro fastreboot.attempt=1", STARTER_UNKNOWN, "kexec");
}

/* From the first fast reboot to the boot after the second one. */
static void attempts_carry_it(void **state)
{
    CLEANUP(attempt_clear) struct attempt first = {0}, second = {0};
    const struct tree *tree = *state;

    tree_mkdir(tree, RUN_DIR);
    tree_write(tree, "boot/v", "");
    expect_type(tree, 0x72, "BOOT_IMAGE=/v ro", STARTER_GRUB, "type 0x72");
    assert_int_equal(departure_begin(tree->root, &first), 0);
    expect_type(tree, 0xd0, "ro fastreboot.attempt=1", STARTER_UNKNOWN, "kexec");
    records_write_firmware_boot(tree->root, &first);
    expect_type(tree, 0xd0, "ro fastreboot.attempt=1", STARTER_GRUB, "type 0x72");
    tree_remove(tree, "boot/v"); /* an update may do this in the meantime */
    assert_int_equal(departure_begin(tree->root, &second), 0);
    tree_remove(tree, RUN_FIRMWARE_BOOT);
    records_write_firmware_boot(tree->root, &second);
    expect_type(tree, 0xd0, "ro fastreboot.attempt=2", STARTER_GRUB, "type 0x72");
    tree_remove(tree, RUN_FIRMWARE_BOOT);
    records_write_firmware_boot(tree->root, NULL); /* no attempt led to this boot */
    expect_type(tree, 0xd0, "ro", STARTER_UNKNOWN, "kexec");
    tree_write(tree, "proc/sys/kernel/bootloader_type", "176\n");
    records_write_firmware_boot(tree->root, &second); /* an old one */
    expect_type(tree, 0xb0, "ro", STARTER_OTHER, "type 0xb0");
}

static void it_is_the_same_after_json(void **state)
{
    CLEANUP(firmware_boot_clear) struct firmware_boot before = {0}, after = {0};
    AUTOJSON struct json_object *object = NULL;
    static const char ORDER[] = "\7\0\0\0\3\0\1\0\xab\x0c";

    tree_write_bytes(*state, EFIVARS_DIR "/BootOrder-" EFI_GUID_GLOBAL, ORDER, sizeof(ORDER) - 1);
    tree_write(*state, "proc/cmdline", "BOOT_IMAGE=(tftp)/v ro\n");
    tree_write(*state, "proc/sys/kernel/bootloader_type", "33\n");
    firmware_boot_read(((struct tree *)*state)->root, &before);
    object = firmware_boot_to_json(&before);
    assert_int_equal(firmware_boot_from_json(object, &after), 0);
    assert_true(after.known && after.from_network);
    assert_int_equal(after.loader_type, 33);
    assert_string_equal(after.boot_image, "(tftp)/v");
    assert_string_equal(after.boot_order, "0003,0001,0CAB");
}

/* What efibootmgr -v shows as HD(2,GPT,...)/File(\EFI\debian\shimx64.efi). */
#define HARD_DRIVE                                                                                 \
    "\x04\x01\x2a\x00\x02\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x20\x00\x00\x00\x00" \
    "\x00\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff\x02\x02"
#define SHIM "\x04\x04\x0e\x00\\\0E\0/\0x\0\0\0"
#define END "\x7f\xff\x04\x00"

static void write_option(const struct tree *tree, const char *data, size_t n)
{
    tree_write_bytes(tree, EFIVARS_DIR "/Boot000A-" EFI_GUID_GLOBAL, data, n);
}

static void entries_of_the_firmware(void **state)
{
    static const char OPTION[] = "\7\0\0\0"
                                 "\1\0\0\0"
                                 "\x3c\0"
                                 "d\0\xe9\0\0\0" HARD_DRIVE SHIM END "data";
    static const char NETWORK[] = "\7\0\0\0"
                                  "\1\1\0\0"
                                  "\x08\0"
                                  "n\0\0\0"
                                  "\x03\x18\x04\0" END;
    const struct tree *tree = *state;
    struct boot_option option;

    assert_int_equal(boot_option_read(tree->root, 10, &option), 0);
    write_option(tree, OPTION, sizeof(OPTION) - 1);
    assert_int_equal(boot_option_read(tree->root, 10, &option), 1);
    assert_true(option.started && !option.network);
    assert_string_equal(option.title, "d?");
    assert_string_equal(option.partition, "00112233-4455-6677-8899-aabbccddeeff");
    assert_string_equal(option.file, "/E/x");
    assert_false(option.disk);
    assert_string_equal(option.arguments, "??");
    boot_option_clear(&option);
    write_option(tree, OPTION, sizeof(OPTION) - 2);
    assert_int_equal(boot_option_read(tree->root, 10, &option), 1);
    assert_null(option.arguments);
    boot_option_clear(&option);
    write_option(tree, OPTION, sizeof(OPTION) - 5);
    assert_int_equal(boot_option_read(tree->root, 10, &option), 1);
    assert_string_equal(option.arguments, "");
    boot_option_clear(&option);
    write_option(tree, NETWORK, sizeof(NETWORK) - 1);
    assert_int_equal(boot_option_read(tree->root, 10, &option), 1);
    assert_true(!option.started && option.network && !option.file && !option.partition);
    boot_option_clear(&option);
    for (size_t n = 4; n < sizeof(OPTION) - 5; n++) {
        write_option(tree, OPTION, n);
        if (n != 4 + 6 + 6 + 42 && n != 4 + 6 + 6 + 42 + 14)
            assert_true(boot_option_read(tree->root, 10, &option) <= 0);
        boot_option_clear(&option);
    }
}

/* Entries for a disk: the firmware knows which file of it to start. */
static void entries_without_a_file(void **state)
{
#define PCI "\x02\x01\x0c\x00\xd0\x41\x03\x0a\x00\x00\x00\x00\x01\x01\x06\x00\x00\x02"
    static const char DISK[] =
        "\7\0\0\0"
        "\1\0\0\0"
        "\x16\0"
        "d\0\0\0" PCI END "\x4e\xac\x08\x81\x11\x9f\x59\x4d\x85\x0e\xe2\x1a\x52\x2c\x59\xb2";
    static const char CARD[] = "\7\0\0\0"
                               "\1\0\0\0"
                               "\x3b\0"
                               "d\0\0\0" PCI "\x03\x0b\x25\x00"
                               "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                               "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" END;
    static const char SHELL[] = "\7\0\0\0"
                                "\1\0\0\0"
                                "\x2c\0"
                                "d\0\0\0"
                                "\x04\x07\x14\x00"
                                "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                "\x04\x06\x14\x00"
                                "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" END;
    const struct tree *tree = *state;
    struct boot_option option;

    write_option(tree, DISK, sizeof(DISK) - 1);
    assert_int_equal(boot_option_read(tree->root, 10, &option), 1);
    assert_true(option.disk && !option.file && !option.network);
    assert_string_equal(option.arguments, ""); /* EDK2 does not pass its mark on */
    boot_option_clear(&option);
    write_option(tree, DISK, sizeof(DISK) - 2);
    assert_int_equal(boot_option_read(tree->root, 10, &option), 1);
    assert_true(option.disk && !option.arguments);
    boot_option_clear(&option);
    write_option(tree, CARD, sizeof(CARD) - 1);
    assert_int_equal(boot_option_read(tree->root, 10, &option), 1);
    assert_true(!option.disk && option.network);
    boot_option_clear(&option);
    write_option(tree, SHELL, sizeof(SHELL) - 1);
    assert_int_equal(boot_option_read(tree->root, 10, &option), 1);
    assert_true(!option.disk && !option.network && !option.file);
    boot_option_clear(&option);
}

static bool order_changed(const struct tree *tree, const char *order, size_t n)
{
    struct answer answer;
    bool changed;

    tree_write_bytes(tree, EFIVARS_DIR "/BootOrder-" EFI_GUID_GLOBAL, order, n);
    answer = boot_order_changed(tree->root);
    changed = answer.is == ANSWER_YES;
    assert_int_equal(changed, answer.text != NULL);
    answer_clear(&answer);
    return changed;
}

/* Boot000A is another system's, on a disk that may exist; Boot0001 started this machine. */
static void the_order_of_the_firmware(void **state)
{
    static const char OTHER[] = "\7\0\0\0"
                                "\1\0\0\0"
                                "\x3c\0"
                                "d\0\xe9\0\0\0" HARD_DRIVE SHIM END;
    static const char FIRST[] = "\7\0\0\0\1\0\x0a\0", SECOND[] = "\7\0\0\0\x0a\0\1\0";
    static const char ALONE[] = "\7\0\0\0\x0a\0";
    const struct tree *tree = *state;

    assert_false(order_changed(tree, SECOND, 8)); /* there is no evidence of what started it */
    tree_write_bytes(tree, EFIVARS_DIR "/BootCurrent-" EFI_GUID_GLOBAL, "\7\0\0\0\1\0", 6);
    assert_false(order_changed(tree, FIRST, 8));
    assert_true(order_changed(tree, SECOND, 8)); /* and it is not known what that is */
    write_option(tree, OTHER, sizeof(OTHER) - 1);
    assert_false(order_changed(tree, SECOND, 8)); /* its disk is gone */
    tree_write(tree, "dev/disk/by-partuuid/00112233-4455-6677-8899-aabbccddeeff", "");
    assert_true(order_changed(tree, SECOND, 8));
    assert_true(order_changed(tree, ALONE, 6)); /* Boot0001 is gone */
    tree_remove(tree, "dev/disk/by-partuuid/00112233-4455-6677-8899-aabbccddeeff");
    tree_write(tree, RUN_FIRMWARE_BOOT, "{\"type\":33,\"boot_order\":\"0001,000A\"}");
    assert_true(order_changed(tree, SECOND, 8)); /* at the boot it came later */
    tree_write(tree, RUN_FIRMWARE_BOOT, "{\"type\":33,\"boot_order\":\"000A,0001\"}");
    assert_false(order_changed(tree, SECOND, 8)); /* it was skipped */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_kernel_knows_the_type),
        TEST(a_type_that_cannot_be_read),
        TEST(a_kernel_that_does_not_know),
        TEST(loaders_that_say_their_name),
        TEST(from_the_network),
        TEST(it_is_carried_over_fast_reboots),
        TEST(attempts_carry_it),
        TEST(it_is_the_same_after_json),
        TEST(entries_of_the_firmware),
        TEST(entries_without_a_file),
        TEST(the_order_of_the_firmware),
    };

    return RUN_TESTS(tests);
}
