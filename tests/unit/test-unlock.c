/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Keys of encrypted volumes, with headers that libcryptsetup makes in files, and the archive for
 * the next kernel as cpio and a shell take it. */

#include <libcryptsetup.h>
#include <sys/stat.h>

#include "act/unlock/archive.h"
#include "act/unlock/cpio.h"
#include "act/unlock/keys.h"
#include "act/unlock/slots.h"
#include "base/paths.h"
#include "base/root.h"
#include "reboot/unlock.h"
#include "test.h"
#include "tree.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)
#define UUID "0a1b2c3d-0001-4002-8003-00112233aabb"
#define PASSPHRASE "lab"

/* Whether the text contains the words. */
static void assert_text(const char *text, const char *words)
{
    assert_non_null(text);
    assert_non_null(strstr(text, words));
}

static char *path_of(const struct tree *tree, const char *name)
{
    return format("%s/%s", tree->path, name);
}

/* A header in a file, with one passphrase that is tried so often. */
static char *slow_volume(const struct tree *tree, const char *type, unsigned iterations)
{
    struct crypt_pbkdf_type fast = {.type = CRYPT_KDF_PBKDF2,
                                    .hash = "sha256",
                                    .iterations = iterations,
                                    .flags = CRYPT_PBKDF_NO_BENCHMARK};
    char *path = path_of(tree, "volume");
    struct crypt_device *device;

    tree_write(tree, "volume", "");
    assert_int_equal(truncate(path, 32 * 1024 * 1024), 0);
    assert_int_equal(crypt_init(&device, path), 0);
    assert_int_equal(crypt_set_pbkdf_type(device, &fast), 0);
    assert_int_equal(crypt_format(device, type, "aes", "xts-plain64", UUID, NULL, 64, NULL), 0);
    assert_int_equal(
        crypt_keyslot_add_by_volume_key(device, 0, NULL, 0, PASSPHRASE, strlen(PASSPHRASE)), 0);
    crypt_free(device);
    return path;
}

static char *volume(const struct tree *tree, const char *type)
{
    return slow_volume(tree, type, 1000);
}

static struct secret secret_of(const char *text)
{
    struct secret secret;

    secret_allocate(&secret, 64);
    secret_append(&secret, text, strlen(text));
    return secret;
}

/* How many keyslots are used, and tokens. */
static int count(const char *path, int *ret_tokens)
{
    struct crypt_device *device;
    int n = 0;

    assert_int_equal(crypt_init(&device, path), 0);
    assert_int_equal(crypt_load(device, NULL, NULL), 0);
    for (int i = 0; i < 8; i++)
        n += crypt_keyslot_status(device, i) >= CRYPT_SLOT_ACTIVE;
    *ret_tokens = 0;
    for (int i = 0; i < 32; i++)
        *ret_tokens += crypt_token_status(device, i, NULL) > CRYPT_TOKEN_INACTIVE;
    crypt_free(device);
    return n;
}

static void expect_counts(const char *path, int slots, int tokens)
{
    int found;

    assert_int_equal(count(path, &found), slots);
    assert_int_equal(found, tokens);
}

static void run_through(const struct tree *tree, const char *type, int tokens)
{
    CLEANUP(secret_clear) struct secret passphrase = secret_of(PASSPHRASE), wrong = secret_of("x");
    CLEANUP(secret_clear) struct secret key = secret_of("0123456789012345678901234567890123456789");
    AUTOFREE char *path = volume(tree, type), *error = NULL;

    assert_int_equal(slot_test(path, &key, &error), 0);
    assert_int_equal(slot_add(path, UUID, &wrong, &key, &error), -EPERM);
    assert_non_null(error);
    expect_counts(path, 1, 0);
    set_text(&error, NULL);
    assert_int_equal(slot_add(path, "other", &passphrase, &key, &error), -EBADMSG);
    expect_counts(path, 1, 0);
    set_text(&error, NULL);

    assert_int_equal(slot_add(path, UUID, &passphrase, &key, &error), 0);
    assert_null(error);
    expect_counts(path, 2, tokens);
    assert_int_equal(slot_test(path, &key, &error), 1);
    assert_int_equal(slot_test(path, &wrong, &error), 0);

    assert_int_equal(slot_remove(path, &key, &error), 1);
    assert_null(error);
    expect_counts(path, 1, 0);
    assert_int_equal(slot_test(path, &key, &error), 0);
    assert_int_equal(slot_test(path, &passphrase, &error), streq(type, CRYPT_LUKS1));
    assert_int_equal(slot_remove(path, &key, &error), 0);
    expect_counts(path, 1, 0);
}

static void a_keyslot_in_luks2(void **state)
{
    run_through(*state, CRYPT_LUKS2, 1);
}

static void a_keyslot_in_luks1(void **state)
{
    run_through(*state, CRYPT_LUKS1, 0);
}

/* Whether the slot is tried before others. */
static bool is_preferred(const char *path, int slot)
{
    struct crypt_device *device;
    bool is;

    assert_int_equal(crypt_init(&device, path), 0);
    assert_int_equal(crypt_load(device, NULL, NULL), 0);
    is = crypt_keyslot_get_priority(device, slot) == CRYPT_SLOT_PRIORITY_PREFER;
    crypt_free(device);
    return is;
}

/* A passphrase's slot takes seconds: it is neither tried for fastreboot's key nor removed. */
static void a_slow_slot_is_nobody_elses(void **state)
{
    CLEANUP(secret_clear) struct secret passphrase = secret_of(PASSPHRASE), key = secret_of("key");
    AUTOFREE char *one = slow_volume(*state, CRYPT_LUKS1, 2000), *error = NULL, *two = NULL;
    struct crypt_device *device;

    assert_int_equal(slot_test(one, &passphrase, &error), 0);
    assert_int_equal(slot_opens(one, &passphrase, &error), 1);
    assert_int_equal(slot_opens(one, &key, &error), 0);
    assert_int_equal(slot_add(one, UUID, &passphrase, &key, &error), 0);
    assert_int_equal(slot_test(one, &key, &error), 1);
    assert_int_equal(slot_remove(one, &passphrase, &error), 0);
    expect_counts(one, 2, 0);

    two = slow_volume(*state, CRYPT_LUKS2, 2000);
    assert_int_equal(slot_add(two, UUID, &passphrase, &key, &error), 0);
    assert_true(is_preferred(two, 1));
    assert_false(is_preferred(two, 0));
    assert_int_equal(slot_remove(two, &key, &error), 1);
    assert_int_equal(crypt_init(&device, two), 0);
    assert_int_equal(crypt_load(device, NULL, NULL), 0);
    assert_true(crypt_token_json_set(device, CRYPT_ANY_TOKEN,
                                     "{\"type\":\"fastreboot\",\"keyslots\":[\"0\"]}") >= 0);
    crypt_free(device);
    assert_int_equal(slot_remove(two, NULL, &error), 0);
    expect_counts(two, 1, 0);
}

/* What somebody else does to the slots. */
static void kill_slot(const char *path, int slot)
{
    struct crypt_device *device;

    assert_int_equal(crypt_init(&device, path), 0);
    assert_int_equal(crypt_load(device, NULL, NULL), 0);
    assert_int_equal(crypt_keyslot_destroy(device, slot), 0);
    crypt_free(device);
}

static void the_last_keyslot_is_never_removed(void **state)
{
    CLEANUP(secret_clear) struct secret passphrase = secret_of(PASSPHRASE), key = secret_of("key");
    static const char *const TYPES[] = {CRYPT_LUKS2, CRYPT_LUKS1};

    for (size_t i = 0; i < ELEMENTS(TYPES); i++) {
        AUTOFREE char *path = volume(*state, TYPES[i]), *error = NULL;

        assert_int_equal(slot_add(path, UUID, &passphrase, &key, &error), 0);
        kill_slot(path, 0);
        assert_int_equal(slot_remove(path, &key, &error), -EBUSY);
        assert_text(error, "is the only one");
        assert_int_equal(slot_test(path, &key, &error), 1);
    }
}

/* Its token stays, and names no slot. */
static void a_slot_that_was_killed(void **state)
{
    CLEANUP(secret_clear) struct secret passphrase = secret_of(PASSPHRASE), key = secret_of("key");
    AUTOFREE char *path = volume(*state, CRYPT_LUKS2), *error = NULL;

    assert_int_equal(slot_add(path, UUID, &passphrase, &key, &error), 0);
    kill_slot(path, 1);
    expect_counts(path, 1, 1);
    assert_int_equal(slot_test(path, &key, &error), 0);
    assert_int_equal(slot_add(path, UUID, &passphrase, &key, &error), 0);
    expect_counts(path, 2, 1);
    assert_int_equal(slot_test(path, &key, &error), 1);
    kill_slot(path, 1);
    assert_int_equal(slot_remove(path, NULL, &error), 0);
    expect_counts(path, 1, 0);
}

static void what_is_no_volume(void **state)
{
    CLEANUP(secret_clear) struct secret key = secret_of("key");
    AUTOFREE char *path = path_of(*state, "file"), *error = NULL;

    assert_true(slot_test(path, &key, &error) < 0);
    assert_text(error, path);
    set_text(&error, NULL);
    tree_write(*state, "file", "text");
    assert_true(slot_remove(path, &key, &error) < 0);
    assert_text(error, path);
}

static void key_files(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(secret_clear) struct secret key = {0}, other = {0}, again = {0}, none = {0};
    CLEANUP(names_freep) char **names = NULL;
    struct stat st;

    assert_int_equal(keys_list(tree->root, &names), 0);
    tree_mkdir(tree, "var/lib");
    assert_int_equal(keys_read(tree->root, UUID, &none), -ENOENT);
    assert_int_equal(keys_make(tree->root, UUID, &key), 0);
    assert_int_equal(keys_make(tree->root, UUID, &other), -EEXIST);
    assert_int_equal(key.size, 64);
    assert_memory_not_equal(key.data, other.data, 64);
    assert_int_equal(keys_read(tree->root, UUID, &again), 0);
    assert_memory_equal(key.data, again.data, 64);
    assert_int_equal(fstatat(tree->root, "var/lib/fastreboot/keys", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(fstatat(tree->root, "var/lib/fastreboot/keys/" UUID ".key", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0400);
    assert_int_equal(keys_list(tree->root, &names), 1);
    assert_string_equal(names[0], UUID);

    tree_mode(tree, "var/lib/fastreboot/keys/" UUID ".key", 0440);
    assert_int_equal(keys_read(tree->root, UUID, &none), -EACCES);
    assert_int_equal(keys_remove(tree->root, UUID), 0);
    assert_int_equal(keys_remove(tree->root, UUID), 0);
    assert_int_equal(fstatat(tree->root, "var/lib/fastreboot/keys", &st, 0), -1);
}

static void a_damaged_key_file(void **state)
{
    CLEANUP(secret_clear) struct secret key = {0};

    tree_write(*state, "var/lib/fastreboot/keys/" UUID ".key", "short");
    tree_mode(*state, "var/lib/fastreboot/keys/" UUID ".key", 0400);
    assert_int_equal(keys_read(((struct tree *)*state)->root, UUID, &key), -EBADMSG);
}

/* The output of a shell command in the tree's directory, for free(). */
static char *shell(const struct tree *tree, const char *script)
{
    AUTOFREE char *command = format("cd '%s' && ( %s ) 2>&1", tree->path, script);
    char *text = xcalloc(1, 65536);
    FILE *pipe = popen(command, "r");
    size_t n;

    assert_non_null(pipe);
    n = fread(text, 1, 65535, pipe);
    text[n] = 0;
    (void)pclose(pipe);
    return text;
}

static void expect_shell(const struct tree *tree, const char *script, const char *expected)
{
    AUTOFREE char *found = shell(tree, script);

    assert_string_equal(found, expected);
}

static void write_secret(const struct tree *tree, const char *name, const struct secret *secret)
{
    AUTOFREE char *path = path_of(tree, name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(secret->data, 1, secret->size, file), secret->size);
    assert_int_equal(fclose(file), 0);
}

static void cpio_reads_what_is_written(void **state)
{
    static const struct cpio_member MEMBERS[] = {
        {"d", S_IFDIR | 0700, NULL, 0},         {"d/empty", S_IFREG | 0400, NULL, 0},
        {"d/one", S_IFREG | 0400, "1", 1},      {"d/two", S_IFREG | 0750, "22", 2},
        {"d/three", S_IFREG | 0644, "333", 3},  {"d/four", S_IFREG | 0600, "4444", 4},
        {"d/55555", S_IFREG | 0600, "55555", 5}};

    for (size_t n = 0; n <= ELEMENTS(MEMBERS); n++) {
        CLEANUP(secret_clear) struct secret archive = {0};

        secret_allocate(&archive, cpio_size(MEMBERS, n));
        cpio_write(&archive, MEMBERS, n);
        assert_int_equal(archive.size, archive.room);
        assert_int_equal(archive.size % 512, 0);
        write_secret(*state, "archive", &archive);
    }
    expect_shell(*state, "cpio --quiet -t <archive",
                 "d\nd/empty\nd/one\nd/two\nd/three\nd/four\nd/55555\n");
    expect_shell(*state,
                 "cpio --quiet -id <archive; stat -c '%n %a' d; cd d; "
                 "for i in *; do stat -c '%n %a %s' $i; cat $i; echo; done",
                 "d 700\n55555 600 5\n55555\nempty 400 0\n\nfour 600 4\n4444\none 400 1\n1\n"
                 "three 644 3\n333\ntwo 750 2\n22\n");
}

/* The archive for two volumes, unpacked over an initrd, with its paths in the tree. */
static void unpack(const struct tree *tree, enum initrd_way way, bool special)
{
    const struct crypt_facts facts = {.way = way, .program = "/usr/bin/systemd-cryptsetup"};
    static const char KEYS[2][65] = {
        "a\nbcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0",
        "second-key-0123456789012345678901234567890123456789012345678901"};
    struct unlock_volume first = {.name = (char *)(special ? "luks-" UUID : "root_crypt"),
                                  .uuid = (char *)UUID,
                                  .special = special,
                                  .root = true,
                                  .flags = (char *)",discard"};
    struct unlock_volume second = {
        .name = (char *)"data", .uuid = (char *)"1234-second", .flags = (char *)",discard"};
    const struct unlock_volume *const volumes[] = {&first, &second};
    struct secret keys[2] = {secret_of(""), secret_of("")};
    CLEANUP(secret_clear) struct secret archive = {0};

    for (size_t i = 0; i < 2; i++)
        secret_append(&keys[i], KEYS[i], 64);
    unlock_archive(&facts, volumes, keys, 2, &archive);
    write_secret(tree, "archive", &archive);
    for (size_t i = 0; i < 2; i++)
        secret_clear(&keys[i]);
    expect_shell(tree,
                 "cpio --quiet -iu <archive && if test -d conf; then sed -i "
                 "\"s#/fastreboot/#$PWD/fastreboot/#g;s#/fastreboot |#$PWD/fastreboot |#;"
                 "s#/cryptroot#$PWD/cryptroot#g;s#/lib/cryptsetup#$PWD/lib/cryptsetup#\" "
                 "conf/conf.d/zz-fastreboot fastreboot/unlock; fi",
                 "");
}

static void files_for_systemd(void **state)
{
    tree_mkdir(*state, "etc");
    unpack(*state, INITRD_SYSTEMD, false);
    expect_shell(*state, "cpio --quiet -tv <archive | awk '{print $1, $3, $4, $5, $NF}' | head -2",
                 "drwx------ root root 0 etc/cryptsetup-keys.d\n"
                 "-r-------- root root 64 etc/cryptsetup-keys.d/root_crypt.key\n");
}

#define UNIT                                                                                       \
    "etc/systemd/system/systemd-cryptsetup@luks\\x2d0a1b2c3d\\x2d0001\\x2d4002\\x2d8003"           \
    "\\x2d00112233aabb.service.d"

/* For a volume that the running system opens. */
static void a_key_for_later(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(secret_clear) struct secret key = {0};

    tree_mkdir(tree, "var/lib");
    tree_mkdir(tree, "etc");
    assert_int_equal(keys_make(tree->root, UUID, &key), 0);
    unlock_withdraw(tree->root);
    unpack(tree, INITRD_SYSTEMD, false);
    expect_shell(tree, "cpio --quiet -tv <archive | awk '{print $1, $5, $NF}' | tail -n +3",
                 "drwx------ 0 fastreboot\n"
                 "drwx------ 0 fastreboot/later\n"
                 "drwxr-xr-x 0 etc/systemd\n"
                 "drwxr-xr-x 0 etc/systemd/system-generators\n"
                 "-rwxr-xr-x 103 etc/systemd/system-generators/fastreboot\n"
                 "-r-------- 64 fastreboot/later/data.key\n");
    expect_shell(
        tree,
        "sed -i \"s# /# $PWD/#g\" etc/systemd/system-generators/fastreboot && mkdir run && "
        "etc/systemd/system-generators/fastreboot x x x && "
        "stat -c '%n %a' run/*.d run/*.d/* && cmp run/*.d/data.key fastreboot/later/data.key",
        "run/cryptsetup-keys.d 700\nrun/cryptsetup-keys.d/data.key 400\n");
    expect_shell(tree,
                 "ln -s ../../var/lib/fastreboot/keys/* run/cryptsetup-keys.d/link.key; "
                 "cp -p var/lib/fastreboot/keys/* run/cryptsetup-keys.d/x.key; "
                 "ln run/cryptsetup-keys.d/x.key copy",
                 "");
    unlock_withdraw(tree->root); /* what is not fastreboot's stays */
    expect_shell(
        tree, "ls run/cryptsetup-keys.d; od -An -c copy; ls var/lib/fastreboot/keys",
        "data.key\nlink.key\n"
        "  \\0  \\0  \\0  \\0  \\0  \\0  \\0  \\0  \\0  \\0  \\0  \\0  \\0  \\0  \\0  \\0\n*\n" UUID
        ".key\n");
}

/* For options by which systemd would not try the key as it is. */
static void a_unit_for_systemd(void **state)
{
    tree_mkdir(*state, "etc");
    unpack(*state, INITRD_SYSTEMD, true);
    expect_shell(*state,
                 "cpio --quiet -tv <archive | awk '{print $1, $5, $NF}' | tail -n +7; "
                 "cat etc/systemd/system/*/fastreboot.conf",
                 "drwx------ 0 fastreboot\n"
                 "drwxr-xr-x 0 etc/systemd\n"
                 "drwxr-xr-x 0 etc/systemd/system\n"
                 "-r-------- 64 fastreboot/luks-" UUID ".key\n"
                 "drwxr-xr-x 0 " UNIT "\n"
                 "-rw-r--r-- 235 " UNIT "/fastreboot.conf\n"
                 "[Service]\nExecStartPre=-/usr/bin/systemd-cryptsetup attach luks-" UUID
                 " /dev/disk/by-uuid/" UUID " /fastreboot/luks-" UUID
                 ".key luks,tries=1,discard\n");
}

/* Each shell that an initrd of initramfs-tools may have. */
static void expect_crypttab(const struct tree *tree, const char *shell_name)
{
    AUTOFREE char *script = format("%s -euc '. ./conf/conf.d/zz-fastreboot; echo $?'; "
                                   "sed \"s#$PWD##\" cryptroot/crypttab",
                                   shell_name);

    tree_write(tree, "cryptroot/crypttab",
               "root_crypt UUID=" UUID " none luks,discard\n"
               "swap /dev/sdb1 /key luks\n"
               "other UUID=\\0401 none\n");
    unpack(tree, INITRD_CRYPTROOT, false);
    expect_shell(tree, script,
                 "0\nroot_crypt UUID=" UUID " none luks,discard,keyscript=/fastreboot/unlock\n"
                 "swap /dev/sdb1 /key luks\n"
                 "other UUID=\\0401 none \n"
                 "data UUID=1234-second none luks,discard,keyscript=/fastreboot/unlock\n");
}

static void crypttab_of_the_initrd(void **state)
{
    tree_mkdir(*state, "conf/conf.d");
    expect_crypttab(*state, "dash");
    expect_crypttab(*state, "busybox sh");
}

static void a_keyscript_is_left_alone(void **state)
{
    tree_mkdir(*state, "conf/conf.d");
    tree_write(*state, "cryptroot/crypttab",
               "root_crypt UUID=" UUID " none luks,keyscript=decrypt_x\n"
               "data UUID=1234-second /key luks\n");
    unpack(*state, INITRD_CRYPTROOT, false);
    expect_shell(*state, "sh -c '. ./conf/conf.d/zz-fastreboot'; cat cryptroot/crypttab",
                 "root_crypt UUID=" UUID " none luks,keyscript=decrypt_x\n"
                 "data UUID=1234-second /key luks\n");
}

/* As cryptsetup-initramfs calls it. */
static void the_script_gives_the_key_once(void **state)
{
    tree_mkdir(*state, "conf/conf.d");
    tree_mkdir(*state, "cryptroot");
    tree_write(*state, "lib/cryptsetup/askpass", "#!/bin/sh\nprintf '%s' \"asked: $1\"\n");
    tree_mode(*state, "lib/cryptsetup/askpass", 0755);
    unpack(*state, INITRD_CRYPTROOT, false);
    expect_shell(
        *state,
        "export CRYPTTAB_NAME=root_crypt CRYPTTAB_TRIED=0; ln fastreboot/$CRYPTTAB_NAME.key "
        "copy; ./fastreboot/unlock none; echo; ls fastreboot; od -An -c copy; echo; "
        "./fastreboot/unlock none",
        "a\nbcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0\n"
        "data.key\nunlock\nvolumes\n"
        "  \\0  \\0  \\0  \\0  \\0  \\0  \\0  \\0  \\0  \\0  \\0  \\0  \\0  \\0  \\0  \\0\n*\n\n"
        "asked: Please unlock disk root_crypt: ");
    expect_shell(*state, "CRYPTTAB_NAME=data CRYPTTAB_TRIED=1 ./fastreboot/unlock none",
                 "asked: Please unlock disk data: ");
}

/* What the load at shutdown makes of the volumes. */
static void only_what_is_enrolled_is_handed_over(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(secret_clear) struct secret archive = {0}, passphrase = secret_of(PASSPHRASE);
    AUTOFREE char *path = volume(tree, CRYPT_LUKS2), *error = NULL;
    struct unlock_volume one = {
        .name = (char *)"root_crypt", .uuid = (char *)UUID, .device = path, .root = true};
    struct crypt_facts facts = {.volumes = &one, .n_volumes = 1, .way = INITRD_SYSTEMD};

    tree_mkdir(tree, "var/lib");
    assert_int_equal(unlock_prepare(tree->root, &facts, &archive, &error), 0);
    assert_null(archive.data);
    assert_int_equal(unlock_enroll(tree->root, &one, &passphrase, &error), 0);
    one.own_slot = one.has_key = true;
    assert_int_equal(unlock_test(tree->root, &one, &error), 1);
    assert_int_equal(unlock_prepare(tree->root, &facts, &archive, &error), 0);
    assert_non_null(archive.data);
    secret_clear(&archive);
    one.problem = (char *)"the initrd does not open it";
    assert_int_equal(unlock_prepare(tree->root, &facts, &archive, &error), 0);
    assert_null(archive.data);
    one.problem = NULL;

    kill_slot(path, 1);
    assert_int_equal(unlock_prepare(tree->root, &facts, &archive, &error), -ENOKEY);
    assert_text(error, "fastreboot's key no longer opens volume root_crypt");
    set_text(&error, NULL);
    assert_int_equal(unlock_enroll(tree->root, &one, &passphrase, &error), 0);
    expect_counts(path, 2, 1);
    assert_int_equal(unlock_remove(tree->root, &one, &error), 1);
    expect_counts(path, 1, 0);
    assert_int_equal(unlock_prepare(tree->root, &facts, &archive, &error), -ENOENT);
}

static void a_wrong_passphrase_leaves_nothing(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(secret_clear) struct secret wrong = secret_of("wrong");
    AUTOFREE char *path = volume(tree, CRYPT_LUKS2), *error = NULL;
    struct unlock_volume one = {.name = (char *)"x", .uuid = (char *)UUID, .device = path};
    CLEANUP(names_freep) char **names = NULL;

    tree_mkdir(tree, "var/lib");
    assert_int_equal(unlock_enroll(tree->root, &one, &wrong, &error), -EPERM);
    assert_non_null(error);
    assert_int_equal(keys_list(tree->root, &names), 0);
    expect_counts(path, 1, 0);
}

static void a_block_device(const struct tree *tree, const char *name, const char *number,
                           const char *uuid)
{
    AUTOFREE char *at = format("sys/dev/block/%s", number);
    AUTOFREE char *target = format("../../devices/virtual/block/%s", name);
    AUTOFREE char *class = format("sys/class/block/%s", name);
    AUTOFREE char *dev = format("sys/devices/virtual/block/%s/dev", name);
    AUTOFREE char *uuid_file = format("sys/devices/virtual/block/%s/dm/uuid", name);

    tree_link(tree, at, target);
    tree_link(tree, class, target);
    tree_write(tree, dev, number);
    if (uuid)
        tree_write(tree, uuid_file, uuid);
}

static void expect_place(const struct tree *tree, const char *mounts, const char *words)
{
    AUTOFREE char *problem = NULL;

    tree_write(tree, "proc/self/mountinfo", mounts);
    problem = unlock_place_problem(tree->root);
    if (words)
        assert_text(problem, words);
    else
        assert_null(problem);
}

/* Whoever has the disks must not have the keys. */
static void where_keys_may_be(void **state)
{
    static const char OPEN[] = "are not both on encrypted volumes";
    const struct tree *tree = *state;

    tree_mkdir(tree, "var/lib");
    a_block_device(tree, "dm-0", "253:0", "CRYPT-LUKS2-0a1b2c3d00014002800300112233aabb-root\n");
    a_block_device(tree, "vda", "254:0", NULL);
    expect_place(tree, "22 1 253:0 / / rw - ext4 /dev/mapper/root rw\n", NULL);
    expect_place(tree, "22 1 254:0 / / rw - ext4 /dev/vda rw\n", OPEN);
    expect_place(tree,
                 "22 1 253:0 / / rw - ext4 /dev/mapper/root rw\n"
                 "23 22 254:0 / /var rw - ext4 /dev/vda rw\n",
                 OPEN);
    expect_place(tree,
                 "22 1 254:0 / / rw - ext4 /dev/vda rw\n"
                 "23 22 253:0 / /var rw - ext4 /dev/mapper/root rw\n",
                 OPEN);
}

/* The key that works is not given up for one that cannot be added. */
static void a_key_is_replaced(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(secret_clear) struct secret wrong = secret_of("wrong"), right = secret_of(PASSPHRASE);
    CLEANUP(secret_clear) struct secret before = {0}, after = {0};
    AUTOFREE char *path = volume(tree, CRYPT_LUKS2), *error = NULL;
    struct unlock_volume one = {
        .name = (char *)"x", .uuid = (char *)UUID, .device = path, .own_slot = true};

    tree_mkdir(tree, "var/lib");
    assert_int_equal(unlock_enroll(tree->root, &one, &right, &error), 0);
    one.has_key = true;
    assert_int_equal(keys_read(tree->root, UUID, &before), 0);
    assert_int_equal(unlock_enroll(tree->root, &one, &wrong, &error), -EPERM);
    assert_text(error, "no keyslot is opened");
    set_text(&error, NULL);
    assert_int_equal(unlock_test(tree->root, &one, &error), 1);

    assert_int_equal(unlock_enroll(tree->root, &one, &right, &error), 0);
    assert_int_equal(keys_read(tree->root, UUID, &after), 0);
    assert_memory_not_equal(before.data, after.data, 64);
    expect_counts(path, 2, 1);
    assert_int_equal(slot_test(path, &before, &error), 0);
    assert_int_equal(slot_test(path, &after, &error), 1);
}

/* In LUKS1 nothing but the key tells which keyslot is fastreboot's, so neither goes. */
static void a_slot_in_luks1_is_not_lost(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(secret_clear) struct secret right = secret_of(PASSPHRASE);
    AUTOFREE char *path = volume(tree, CRYPT_LUKS1), *error = NULL;
    struct unlock_volume one = {
        .name = (char *)"x", .uuid = (char *)UUID, .device = path, .luks1 = true, .own_slot = true};

    tree_mkdir(tree, "var/lib");
    assert_int_equal(unlock_enroll(tree->root, &one, &right, &error), 0);
    one.has_key = true;
    tree_mode(tree, STATE_KEYS "/" UUID ".key", 0644);
    assert_int_equal(unlock_remove(tree->root, &one, &error), -EACCES);
    assert_text(error, "others than root may read it");
    set_text(&error, NULL);
    tree_mode(tree, STATE_KEYS "/" UUID ".key", 0400);
    assert_int_equal(unlock_test(tree->root, &one, &error), 1);
    assert_int_equal(unlock_remove(tree->root, &one, &error), 1);
}

/* Where a boot through the firmware needs nobody, a key that cannot be tested is not relied on. */
static void an_untested_key(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(secret_clear) struct secret archive = {0}, right = secret_of(PASSPHRASE);
    AUTOFREE char *path = volume(tree, CRYPT_LUKS2), *error = NULL;
    struct unlock_volume one = {.name = (char *)"x",
                                .uuid = (char *)UUID,
                                .device = path,
                                .own_slot = true,
                                .has_key = true};
    struct crypt_facts facts = {.volumes = &one, .n_volumes = 1, .way = INITRD_SYSTEMD};

    tree_mkdir(tree, "var/lib");
    assert_int_equal(unlock_enroll(tree->root, &one, &right, &error), 0);
    one.device = (char *)"/nowhere";
    assert_int_equal(unlock_prepare(tree->root, &facts, &archive, &error), 0);
    assert_non_null(archive.data);
    secret_clear(&archive);
    one.tpm.is = ANSWER_YES;
    assert_int_equal(unlock_prepare(tree->root, &facts, &archive, &error), -ENOKEY);
    assert_text(error, "cannot be tested: /nowhere");
}

/* It was taken out of crypttab, or is gone. */
static void a_key_of_an_unused_volume(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *error = NULL;
    CLEANUP(secret_clear) struct secret key = {0};
    CLEANUP(names_freep) char **names = NULL;

    tree_mkdir(tree, "var/lib");
    assert_int_equal(keys_make(tree->root, UUID, &key), 0);
    assert_int_equal(unlock_remove_unused(tree->root, UUID, &error), -ENODEV);
    assert_text(error, "its keyslot stays, without a key");
    assert_int_equal(keys_list(tree->root, &names), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_keyslot_in_luks2),
        TEST(a_keyslot_in_luks1),
        TEST(the_last_keyslot_is_never_removed),
        TEST(a_slot_that_was_killed),
        TEST(a_slow_slot_is_nobody_elses),
        TEST(what_is_no_volume),
        TEST(key_files),
        TEST(a_damaged_key_file),
        TEST(cpio_reads_what_is_written),
        TEST(files_for_systemd),
        TEST(a_key_for_later),
        TEST(a_unit_for_systemd),
        TEST(crypttab_of_the_initrd),
        TEST(a_keyscript_is_left_alone),
        TEST(the_script_gives_the_key_once),
        TEST(only_what_is_enrolled_is_handed_over),
        TEST(a_wrong_passphrase_leaves_nothing),
        TEST(where_keys_may_be),
        TEST(a_key_is_replaced),
        TEST(a_slot_in_luks1_is_not_lost),
        TEST(an_untested_key),
        TEST(a_key_of_an_unused_volume),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
