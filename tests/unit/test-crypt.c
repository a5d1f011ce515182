/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/crypt/crypt.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "act/unlock/cpio.h"
#include "discover/hardware/volumes.h"
#include "discover/kernel/initrd-way.h"
#include "luks-made.h"
#include "test.h"
#include "tree.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)
#define BOUND                                                                                      \
    "\"0\":{\"type\":\"systemd-tpm2\",\"keyslots\":[\"1\"],\"tpm2-blob\":\"\",\"tpm2-pcrs\":[7]}"

/* A block device as sysfs has it: in `parent`, with a link in the directory of all block
 * devices. */
static void block(const struct tree *tree, const char *parent, const char *name, const char *number)
{
    AUTOFREE char *directory = format("sys/devices/%s/%s", parent, name);
    AUTOFREE char *target = format("../../devices/%s/%s", parent, name);
    AUTOFREE char *all = format("sys/class/block/%s", name);
    AUTOFREE char *by_number = format("sys/dev/block/%s", number);

    tree_mkdir(tree, directory);
    tree_link(tree, all, target);
    tree_link(tree, by_number, target);
}

static void slave(const struct tree *tree, const char *name, const char *of)
{
    AUTOFREE char *path = format("sys/devices/virtual/block/%s/slaves/%s", of, name);

    tree_link(tree, path, "x");
}

/* A block device of the device mapper. */
static void mapped(const struct tree *tree, const char *block_name, const char *number,
                   const char *name, const char *uuid)
{
    AUTOFREE char *uuid_file = format("sys/devices/virtual/block/%s/dm/uuid", block_name);
    AUTOFREE char *name_file = format("sys/devices/virtual/block/%s/dm/name", block_name);

    block(tree, "virtual/block", block_name, number);
    tree_write(tree, uuid_file, uuid);
    tree_write(tree, name_file, name);
}

static void mounted(const struct tree *tree, const char *lines)
{
    tree_write(tree, "proc/self/mountinfo", lines);
}

/* Root on LVM on LUKS on a partition of a disk; another volume holds data. */
static void machine(const struct tree *tree)
{
    block(tree, "pci/block", "sda", "8:0");
    block(tree, "pci/block/sda", "sda3", "8:3");
    tree_write(tree, "sys/devices/pci/block/sda/sda3/partition", "3\n");
    block(tree, "pci/block", "sdb", "8:16");
    mapped(tree, "dm-0", "253:0", "cryptroot\n",
           "CRYPT-LUKS2-0a1b2c3d00014002800300112233aabb-cryptroot\n");
    slave(tree, "sda3", "dm-0");
    mapped(tree, "dm-1", "253:1", "vg-root\n", "LVM-xyz\n");
    slave(tree, "dm-0", "dm-1");
    mapped(tree, "dm-2", "253:2", "data\n", "CRYPT-LUKS2-ffffffff00014002800300112233aabb-data\n");
    slave(tree, "sdb", "dm-2");
    made_luks2(tree, "dev/sda3", "");
    mounted(tree, "22 1 253:1 / / rw - ext4 /dev/mapper/vg-root rw\n"
                  "23 22 253:2 / /srv rw - ext4 /dev/mapper/data rw\n");
}

static void expect(const struct tree *tree, int result, const char *words)
{
    CLEANUP(crypt_facts_clear) struct crypt_facts facts;

    crypt_facts_read(tree->root, NULL, NULL, &facts);
    assert_answer(&facts.tpm, result, words);
    assert_true((facts.tpm.is == ANSWER_NO) == !facts.tpm.text);
}

/* The names of the root's volumes, in order, separated by blanks. */
static void expect_volumes(const struct tree *tree, const char *names)
{
    AUTOFREE char *found = strdup("");
    struct volume *volumes;
    size_t n;

    assert_int_equal(volumes_read(tree->root, &volumes, &n), 0);
    for (size_t i = 0; i < n; i++)
        if (volumes[i].root)
            append_text(&found, *found ? " " : "", volumes[i].name);
    volumes_free(volumes, n);
    assert_string_equal(found, names);
}

static void volumes_below_the_root(void **state)
{
    expect_volumes(*state, "");
    machine(*state);
    expect_volumes(*state, "cryptroot");
    mounted(*state, "22 1 8:3 / / rw - ext4 /dev/sda3 rw\n");
    expect_volumes(*state, "");
    /* Of several mounts at a point, the last one counts; /usr counts, too. */
    mounted(*state, "22 1 8:3 / / rw - ext4 /dev/sda3 rw\n"
                    "23 22 253:1 / / rw shared:1 - ext4 /dev/mapper/vg-root rw\n"
                    "24 23 253:2 / /usr rw - ext4 /dev/mapper/data rw\n");
    expect_volumes(*state, "data cryptroot"); /* from top to bottom */
}

/* The keys of these need not be in the initrd, but the boot still waits for them. */
static void volumes_that_the_boot_waits_for(void **state)
{
    static const char WAITS[] = "volume data of /srv gets its key from a TPM";
    const struct tree *tree = *state;

    machine(tree);
    made_luks2(tree, "dev/sdb", BOUND);
    tree_write(tree, "sys/devices/virtual/block/dm-2/dm/uuid",
               "CRYPT-LUKS2-0a1b2c3d00014002800300112233aabb-data\n");
    expect(tree, 0, NULL); /* mounted by hand */
    tree_write(tree, "etc/fstab", "/dev/mapper/data /srv ext4 defaults 0 2\n");
    expect(tree, 1, WAITS);
    tree_write(tree, "etc/fstab",
               "/dev/mapper/data /srv ext4 noauto 0 2\n"
               "/dev/mapper/data /srv ext4 rw,nofail 0 2\n");
    expect(tree, 0, NULL);
    tree_write(tree, "etc/crypttab", "data /dev/sdb none luks,nofail\n");
    expect(tree, 0, NULL);
    tree_write(tree, "etc/crypttab", "data /dev/sdb none luks\n");
    expect(tree, 1, "volume data in /etc/crypttab gets its key from a TPM");
    tree_write(tree, "etc/crypttab", "data /dev/sdb none noauto\n");
    tree_write(tree, "sys/devices/virtual/block/dm-2/dm/name", "srv\n");
    mounted(tree, "22 1 8:3 / / rw - ext4 /dev/sda3 rw\n"
                  "23 22 253:2 / /srv rw - ext4 /dev/mapper/srv rw\n");
    expect(tree, 0, NULL); /* fstab says nofail */
    tree_remove(tree, "etc/fstab");
    expect(tree, 1, "volume srv of /srv gets its key from a TPM");
}

static char *problem_of_data(const struct tree *tree)
{
    CLEANUP(crypt_facts_clear) struct crypt_facts facts;

    crypt_facts_read(tree->root, NULL, NULL, &facts);
    for (size_t i = 0; i < facts.n_volumes; i++)
        if (streq(facts.volumes[i].name, "data"))
            return xstrdup(facts.volumes[i].problem);
    fail_msg("no volume data");
    return NULL;
}

/* fastreboot.service takes the keys away before such a volume is opened. */
static void a_volume_of_the_network_gets_no_key(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *near = NULL, *far = NULL;

    machine(tree);
    made_luks2(tree, "dev/sdb", "");
    tree_write(tree, "sys/devices/virtual/block/dm-2/dm/uuid",
               "CRYPT-LUKS2-0a1b2c3d00014002800300112233aabb-data\n");
    tree_write(tree, "etc/crypttab", "data /dev/sdb none luks\n");
    near = problem_of_data(tree);
    assert_null(near);
    tree_write(tree, "etc/crypttab", "data /dev/sdb none luks,_netdev\n");
    far = problem_of_data(tree);
    assert_non_null(far);
    assert_non_null(strstr(far, "_netdev"));
}

static void file_systems_without_a_number(void **state)
{
    machine(*state);
    tree_mkdir(*state, "sys/fs/btrfs/features");
    tree_link(*state, "sys/fs/btrfs/0123/devices/sda3", "x");
    tree_link(*state, "sys/fs/btrfs/0123/devices/dm-2", "x");
    tree_link(*state, "dev/disk/by-label/top", "../../sda3");
    mounted(*state, "22 1 0:25 /@ / rw - btrfs /dev/disk/by-label/top rw\n");
    expect_volumes(*state, "data"); /* on two devices, one of them encrypted */
    /* ZFS does not say where it is: it may be on any volume. */
    mounted(*state, "22 1 0:25 / / rw - zfs rpool/ROOT rw\n");
    expect_volumes(*state, "cryptroot data");
    mounted(*state, "22 1 0:25 / / rw - overlay overlay rw\n");
    expect_volumes(*state, "cryptroot data");
    tree_remove(*state, "proc/self/mountinfo");
    expect_volumes(*state, "cryptroot data");
}

static void devices_below_devices(void **state)
{
    const struct tree *tree = *state;

    machine(tree);
    /* The root is on a partition of an md array, which is on an encrypted disk. */
    block(tree, "virtual/block", "md0", "9:0");
    slave(tree, "dm-2", "md0");
    block(tree, "virtual/block/md0", "md0p1", "259:1");
    tree_write(tree, "sys/devices/virtual/block/md0/md0p1/partition", "1\n");
    mounted(tree, "22 1 259:1 / / rw - ext4 /dev/md0p1 rw\n");
    expect_volumes(tree, "data");
    /* A file of some file system. */
    block(tree, "virtual/block", "loop0", "7:0");
    tree_write(tree, "sys/devices/virtual/block/loop0/loop/backing_file", "/x\n");
    mounted(tree, "22 1 7:0 / / rw - ext4 /dev/loop0 rw\n");
    expect_volumes(tree, "cryptroot data");
    /* A loop, which cannot exist. */
    slave(tree, "md0", "dm-0");
    slave(tree, "dm-0", "md0");
    expect_volumes(tree, "cryptroot data");
}

static void a_passphrase_is_no_reason(void **state)
{
    expect(*state, 0, NULL);
    machine(*state);
    expect(*state, 0, NULL);
    made_luks2(*state, "dev/sdb", BOUND); /* not of the root */
    expect(*state, 0, NULL);
}

static void a_tpm_is(void **state)
{
    machine(*state);
    made_luks2(*state, "dev/sda3", BOUND);
    expect(*state, 1,
           "volume cryptroot of the root file system gets its key from a TPM, whose measurements a "
           "kexec does not reset: token 0 (systemd-tpm2, bound to PCR 7)");
}

static void below_its_checksums(void **state)
{
    const struct tree *tree = *state;

    machine(tree);
    made_luks2(tree, "dev/sda3", BOUND);
    tree_remove(tree, "sys/devices/virtual/block/dm-0/slaves/sda3");
    mapped(tree, "dm-3", "253:3", "cryptroot_dif\n", "CRYPT-INTEGRITY-cryptroot_dif\n");
    slave(tree, "dm-3", "dm-0");
    slave(tree, "sda3", "dm-3");
    expect_volumes(tree, "cryptroot");
    expect(tree, 1, "token 0");
}

static void headers_that_cannot_be_read(void **state)
{
    const struct tree *tree = *state;

    machine(tree);
    tree_write(tree, "dev/sda3", "something else");
    expect(tree, -EBADMSG,
           "cannot tell whether volume cryptroot needs a TPM: /dev/sda3: there is no LUKS header");
    tree_remove(tree, "dev/sda3");
    expect(tree, -ENOENT, "/dev/sda3: No such file");
    made_luks2(tree, "dev/sda3", "");
    tree_write(tree, "sys/devices/virtual/block/dm-0/dm/uuid",
               "CRYPT-LUKS2-00000000000000000000000000000000-cryptroot\n");
    expect(tree, -EBADMSG, "another volume's header");
    slave(tree, "sdb", "dm-0");
    expect(tree, -ENODEV, "its device: No such device");
}

static int is_for_root_alone(void *argument)
{
    const struct tree *tree = argument;
    struct crypt_facts facts;
    int error;

    crypt_facts_read(tree->root, NULL, NULL, &facts);
    error = facts.tpm.error;
    crypt_facts_clear(&facts);
    return error == EACCES;
}

static void others_may_not_read_headers(void **state)
{
    machine(*state);
    tree_mode(*state, "dev/sda3", 0600);
    assert_int_equal(as_nobody(is_for_root_alone, *state), 1);
}

static void a_key_file_needs_no_tpm(void **state)
{
    const struct tree *tree = *state;

    machine(tree);
    made_luks2(tree, "dev/sda3", BOUND);
    tree_write(tree, "etc/crypttab", "# comment\n\ncryptroot UUID=x none luks,discard\n");
    expect(tree, 1, "token 0");
    tree_write(tree, "etc/crypttab", "cryptroot UUID=x /etc/keys/root.key luks,discard");
    expect(tree, 0, NULL);
    tree_write(tree, "etc/crypttab", "other UUID=" LUKS_UUID "\t/etc/keys/root.key\n");
    expect(tree, 0, NULL);
    tree_write(tree, "etc/crypttab", "other /dev/disk/by-partuuid/1 /etc/keys/root.key\n");
    expect(tree, 1, "token 0");
    tree_link(tree, "dev/disk/by-partuuid/1", "../../sda3");
    expect(tree, 0, NULL);
    tree_write(tree, "etc/crypttab", "data UUID=y /etc/keys/data.key\n");
    expect(tree, 1, "token 0");
}

static void settings_that_name_a_tpm(void **state)
{
    const struct tree *tree = *state;

    machine(tree);
    /* Without a key file the header counts, and this one has no token. */
    tree_write(tree, "etc/crypttab", "cryptroot UUID=x - tpm2-device=auto\n");
    expect(tree, 0, NULL);
    tree_write(tree, "etc/crypttab",
               "# x\n\nother UUID=y\ncryptroot UUID=x /etc/sealed luks,tpm2-device=auto\n");
    expect(tree, 1,
           "gets its key from the key file /etc/sealed, which a TPM has sealed "
           "(/etc/crypttab:4)");
    tree_write(tree, "etc/crypttab",
               "cryptroot UUID=x none luks,keyscript=/usr/local/sbin/tpm2-getkey,discard\n");
    expect(tree, 1, "the keyscript /usr/local/sbin/tpm2-getkey in /etc/crypttab:1,");
    tree_write(tree, "etc/crypttab",
               "cryptroot UUID=x id keyscript=/lib/cryptsetup/scripts/decrypt_keyctl\n");
    expect(tree, 0, NULL);
    tree_remove(tree, "etc/crypttab");
    tree_write(tree, "etc/crypttab.initramfs", "cryptroot UUID=x /sealed tpm2-device=auto\n");
    expect(tree, 1, "/etc/crypttab.initramfs");
}

static void a_crypttab_that_cannot_be_read(void **state)
{
    machine(*state);
    tree_mkdir(*state, "etc/crypttab");
    expect(*state, -EISDIR, "/etc/crypttab: Is a directory");
}

static void headers_elsewhere(void **state)
{
    const struct tree *tree = *state;

    machine(tree);
    made_luks2(tree, "boot/header.img", BOUND);
    tree_write(tree, "etc/crypttab", "cryptroot UUID=x none header=/boot/header.img\n");
    expect(tree, 1, "token 0");
    tree_write(tree, "etc/crypttab", "cryptroot UUID=x none header=/h.img:UUID=y\n");
    expect(tree, -ENOENT, "/h.img:UUID=y");
    tree_write(tree, "etc/crypttab", "cryptroot UUID=x none header=UUID=y\n");
    expect(tree, -EINVAL, "UUID=y");
}

static void the_command_line(void **state)
{
    const struct tree *tree = *state;

    machine(tree);
    made_luks2(tree, "dev/sda3", BOUND);
    tree_write(tree, "proc/cmdline", "root=/dev/mapper/vg-root rd.luks.uuid=" LUKS_UUID "\n");
    expect(tree, 1, "token 0");
    tree_write(tree, "proc/cmdline", "rd.luks.key=/crypto.key\n");
    expect(tree, 0, NULL);
    tree_write(tree, "proc/cmdline", "luks.key=" LUKS_UUID "=/crypto.key:UUID=z\n");
    expect(tree, 0, NULL);
    tree_write(tree, "proc/cmdline",
               "rd.luks.key=ffffffff-0001-4002-8003-00112233aabb=/crypto.key\n");
    expect(tree, 1, "token 0"); /* for another volume */
    tree_write(tree, "proc/cmdline", "rd.luks.key=luks-ffffffff-0001-4002-8003-00112233aabb=/k\n");
    expect(tree, 1, "token 0");
}

static void plain_volumes(void **state)
{
    machine(*state);
    tree_remove(*state, "dev/sda3");
    tree_write(*state, "sys/devices/virtual/block/dm-0/dm/uuid", "CRYPT-PLAIN-cryptroot\n");
    expect(*state, 0, NULL);
    tree_write(*state, "etc/crypttab", "cryptroot /dev/sda3 /sealed plain,tpm2-device=auto\n");
    expect(*state, 1, "/sealed");
}

/* A payload whose initrd has one file, packed by a command. */
static const char *next_cmdline = "quiet";

static void made_initrd(const struct tree *tree, const char *name, const char *pack,
                        struct boot_payload *payload, struct boot_file *file)
{
    static struct boot_entry entry;
    AUTOFREE char *text = format("%s/initrd", tree->path), *command = format("%s '%s'", pack, text);
    const struct cpio_member members[] = {{"early_cpio", S_IFREG | 0644, "1\n", 2},
                                          {name, S_IFREG | 0755, "program", 7}};
    CLEANUP(secret_clear) struct secret archive = {0};

    secret_allocate(&archive, cpio_size(members, 2));
    cpio_write(&archive, members, 2);
    tree_write_bytes(tree, "initrd", archive.data, archive.size);
    if (*pack)
        assert_int_equal(system(command), 0);
    file->fd = openat(tree->root, "initrd", O_RDONLY | O_CLOEXEC);
    file->size = (uint64_t)lseek(file->fd, 0, SEEK_END);
    entry.cmdline = (char *)next_cmdline;
    *payload =
        (struct boot_payload){.entry = &entry, .kernel.fd = 0, .initrds = file, .n_initrds = 1};
}

static void how_an_initrd_opens_volumes(void **state)
{
    static const struct {
        const char *name, *pack;
        enum initrd_way way;
    } CASES[] = {
        {"usr/lib/systemd/systemd-cryptsetup", "", INITRD_SYSTEMD},
        {"./usr/lib/systemd/systemd-cryptsetup", "", INITRD_SYSTEMD},
        {"usr/bin/systemd-cryptsetup", "", INITRD_SYSTEMD},
        {"scripts/local-top/cryptroot", "", INITRD_CRYPTROOT},
        {"usr/sbin/cryptsetup", "", INITRD_UNKNOWN},
        {"scripts/local-top/cryptroot", "truncate -s 100", INITRD_UNKNOWN},
        {"scripts/local-top/cryptroot", "truncate -s 0", INITRD_UNKNOWN},
    };

    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        struct boot_file file = {0};
        struct boot_payload payload;
        const char *program;

        made_initrd(*state, CASES[i].name, CASES[i].pack, &payload, &file);
        assert_int_equal(initrd_way(&payload, &program), CASES[i].way);
        assert_int_equal(CASES[i].way == INITRD_SYSTEMD, program != NULL);
        if (program)
            assert_non_null(strstr(CASES[i].name, program + 1));
        close(file.fd);
    }
}

/* Behind an archive of its own for microcode. */
static void a_packed_initrd(void **state)
{
    static const char *const PROGRAMS[] = {"gzip -9", "zstd -q -3"};
    const struct tree *tree = *state;

    for (size_t i = 0; i < ELEMENTS(PROGRAMS); i++) {
        AUTOFREE char *pack = format("f() { d=$(dirname $1); %s <$1 >$d/packed; cat $1 $d/packed "
                                     ">$d/both; sed -i s/local-top/local-xxx/ $d/both; mv $d/both "
                                     "$1; }; f",
                                     PROGRAMS[i]);
        struct boot_file file = {0};
        struct boot_payload payload;
        const char *program;

        if (i == 1 && system("command -v zstd >/dev/null") != 0)
            continue;
        made_initrd(tree, "scripts/local-top/cryptroot", pack, &payload, &file);
        assert_int_equal(initrd_way(&payload, &program), INITRD_CRYPTROOT);
        close(file.fd);
    }
}

#define TOKEN "\"1\":{\"type\":\"fastreboot\",\"keyslots\":[\"2\"],\"version\":1}"
#define KEY_FILE "var/lib/fastreboot/keys/" LUKS_UUID ".key"

/* The answers with an initrd of this kind. */
static void expect_enrolled(const struct tree *tree, const char *program, bool enrolled,
                            const char *problem)
{
    CLEANUP(crypt_facts_clear) struct crypt_facts facts;
    struct boot_file file = {0};
    struct boot_payload payload;

    made_initrd(tree, program, "", &payload, &file);
    crypt_facts_read(tree->root, NULL, &payload, &facts);
    close(file.fd);
    assert_int_equal(facts.n_volumes, 1);
    assert_string_equal(facts.volumes[0].name, "cryptroot");
    assert_string_equal(facts.volumes[0].device, "/dev/sda3");
    assert_int_equal(unlock_is_enrolled(&facts.volumes[0]), enrolled);
    assert_int_equal(facts.encrypted, !enrolled);
    assert_int_equal(facts.tpm.is, enrolled ? ANSWER_NO : ANSWER_YES);
    if (problem)
        assert_non_null(strstr(facts.volumes[0].problem, problem));
    else
        assert_null(facts.volumes[0].problem);
}

static void an_enrolled_volume_needs_no_tpm(void **state)
{
    static const char SYSTEMD[] = "usr/lib/systemd/systemd-cryptsetup";
    static const char CRYPTROOT[] = "scripts/local-top/cryptroot";
    const struct tree *tree = *state;

    machine(tree);
    made_luks2(tree, "dev/sda3", BOUND "," TOKEN);
    expect_enrolled(tree, SYSTEMD, false, NULL); /* the key is lost */
    tree_write(tree, KEY_FILE, "key");
    expect_enrolled(tree, SYSTEMD, true, NULL);
    expect_enrolled(tree, CRYPTROOT, true, NULL);
    expect_enrolled(tree, "usr/sbin/cryptsetup", false, "does not know how");

    tree_write(tree, "etc/crypttab", "cryptroot UUID=x none luks,tpm2-device=auto\n");
    expect_enrolled(tree, SYSTEMD, true, NULL);
    expect_enrolled(tree, CRYPTROOT, true, NULL);
    tree_write(tree, "etc/crypttab", "cryptroot UUID=x none luks,discard,key-slot=3\n");
    expect_enrolled(tree, SYSTEMD, true, NULL);
    expect_enrolled(tree, CRYPTROOT, false, "keyslot of key-slot=3 in /etc/crypttab:1");
    next_cmdline = "quiet cryptopts=target=x";
    tree_write(tree, "etc/crypttab", "cryptroot UUID=x none luks\n");
    expect_enrolled(tree, SYSTEMD, true, NULL);
    expect_enrolled(tree, CRYPTROOT, false, "cryptopts=");
    next_cmdline = "quiet";
    tree_write(tree, "etc/crypttab", "cryptroot UUID=x none luks,keyscript=/root/tpm\n");
    expect_enrolled(tree, CRYPTROOT, false, "the keyscript /root/tpm");
    tree_write(tree, "etc/crypttab", "cryptroot UUID=x none luks\n");
    made_luks2(tree, "dev/sda3", BOUND); /* the slot is gone */
    expect_enrolled(tree, SYSTEMD, false, NULL);
    made_luks2(tree, "dev/sda3", BOUND ",\"1\":{\"type\":\"fastreboot\",\"keyslots\":[]}");
    expect_enrolled(tree, SYSTEMD, false, NULL);
}

/* What keys may be kept on. */
static void whether_a_place_is_encrypted(void **state)
{
    const struct tree *tree = *state;

    assert_int_equal(crypt_holds(tree->root, "/var/lib"), 0);
    machine(tree);
    assert_int_equal(crypt_holds(tree->root, "/var/lib"), 1); /* LVM on LUKS */
    assert_int_equal(crypt_holds(tree->root, "/srv/x"), 1);
    slave(tree, "sdb", "dm-1"); /* a part of it is not encrypted */
    assert_int_equal(crypt_holds(tree->root, "/var/lib"), 0);
    mounted(tree, "22 1 253:2 / / rw - ext4 /dev/mapper/data rw\n"
                  "23 22 8:3 / /var rw - ext4 /dev/sda3 rw\n"
                  "24 22 0:40 / /tmp rw - tmpfs tmpfs rw\n");
    assert_int_equal(crypt_holds(tree->root, "/var/lib"), 0);
    assert_int_equal(crypt_holds(tree->root, "/tmp"), 0);
    assert_int_equal(crypt_holds(tree->root, "/home"), 1);
    tree_write(tree, "sys/devices/virtual/block/dm-2/dm/uuid", "CRYPT-PLAIN-data\n");
    assert_int_equal(crypt_holds(tree->root, "/home"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(how_an_initrd_opens_volumes),
        TEST(a_packed_initrd),
        TEST(an_enrolled_volume_needs_no_tpm),
        TEST(whether_a_place_is_encrypted),
        TEST(volumes_below_the_root),
        TEST(volumes_that_the_boot_waits_for),
        TEST(file_systems_without_a_number),
        TEST(devices_below_devices),
        TEST(a_passphrase_is_no_reason),
        TEST(a_tpm_is),
        TEST(below_its_checksums),
        TEST(headers_that_cannot_be_read),
        TEST(others_may_not_read_headers),
        TEST(a_key_file_needs_no_tpm),
        TEST(settings_that_name_a_tpm),
        TEST(a_crypttab_that_cannot_be_read),
        TEST(headers_elsewhere),
        TEST(the_command_line),
        TEST(plain_volumes),
        TEST(a_volume_of_the_network_gets_no_key),
    };

    return RUN_TESTS(tests);
}
