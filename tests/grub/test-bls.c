/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* blscfg, as in Fedora's GRUB and in GRUB 2.14. */

#include "helper.h"

#include "base/util.h"
#include "discover/loaders/loader.h"

#define FEDORA "boot/grub/i386-pc/blscfg.mod"
#define UPSTREAM "boot/grub/i386-pc/blsuki.mod"
#define ENTRY "title T\nlinux /k1\ninitrd /i1\noptions "

static void write_entry(void **state, const char *name, const char *text)
{
    AUTOFREE char *path = format("boot/loader/entries/%s.conf", name);

    tree_write(*state, path, text);
}

static const char *start(void **state, const char *lines)
{
    AUTOFREE char *config = format("timeout=0\nset boot=$root\n%s\nblscfg\n", lines);

    return started(*state, config);
}

static void plain(void **state)
{
    tree_write(*state, FEDORA, "");
    write_entry(state, "m-1.0-1", "title One\nlinux /k1\ninitrd /i1\noptions ro\n");
    write_entry(state, "m-1.10-1", "title Two\nlinux /k2\ninitrd /i2\ninitrd /i1\noptions rw a\n");
    write_entry(state, "m-1.9-1", "title Three\nversion no kernel\n");
    assert_string_equal(start(state, ""), "/boot/k2 rw a [/boot/i2] [/boot/i1]");
    assert_string_equal(start(state, "default=m-1.0-1"), "/boot/k1 ro [/boot/i1]");
    assert_string_equal(start(state, "default=One"), "/boot/k1 ro [/boot/i1]");
    assert_string_equal(start(state, "default=1"), "/boot/k1 ro [/boot/i1]");
    assert_string_equal(start(state, "default=m-1.9-1"), "/boot/k2 rw a [/boot/i2] [/boot/i1]");
    assert_string_equal(start(state, "default=m-9-gone"), "/boot/k2 rw a [/boot/i2] [/boot/i1]");
}

/* Fedora's GRUB passes escapes as in systemd's unit names on as they are; others read them. */
static void escapes(void **state)
{
    write_entry(state, "m", ENTRY "mask=a\\x2db 'q\\x2d' \"d\\x2d\" \\xyz $word\n");
    tree_write(*state, FEDORA, "");
    assert_string_equal(start(state, "word='v\\x2d'"),
                        "/boot/k1 mask=a\\x2db q\\x2d d\\x2d xyz v\\x2d [/boot/i1]");
    tree_write(*state, UPSTREAM, "");
    assert_non_null(strstr(start(state, "word=a"), "? whose GRUB this is is not known"));
}

/* A machine id often starts with a digit. */
static void digits(void **state)
{
    write_entry(state, "1f-6.1-1", ENTRY "old\n");
    write_entry(state, "1f-6.2-1", ENTRY "new\n");
    tree_write(*state, FEDORA, "");
    assert_string_equal(start(state, "default=1f-6.2-1"), "/boot/k1 new [/boot/i1]");
    assert_string_equal(start(state, "default=1f-gone"), "/boot/k1 new [/boot/i1]");
    assert_string_equal(start(state, "default='1>0'"), "/boot/k1 new [/boot/i1]");
    tree_write(*state, UPSTREAM, "");
    assert_non_null(strstr(start(state, "default=1f-6.2-1"), "? whose GRUB this is is not known"));
    assert_string_equal(start(state, "default=0"), "/boot/k1 new [/boot/i1]");
}

static void upstream(void **state)
{
    write_entry(state, "1f-6.1-1", ENTRY "old\n");
    write_entry(state, "1f-6.2-1", ENTRY "new\n");
    tree_write(*state, UPSTREAM, "");
    assert_string_equal(start(state, "default=1f-6.2-1"), "/boot/k1 old [/boot/i1]");
    assert_string_equal(start(state, "early_initrd=x"), "/boot/k1 new [/boot/i1]");
    assert_string_equal(start(state, "blsdir=/nowhere"), "/boot/k1 new [/boot/i1]");
}

static void variables(void **state)
{
    tree_write(*state, FEDORA, "");
    write_entry(state, "m", ENTRY "$kernelopts quiet $tuned\n");
    assert_string_equal(start(state, "kernelopts='root=x ro'"),
                        "/boot/k1 root=x ro quiet [/boot/i1]");
    assert_string_equal(start(state, "kernelopts='root=x ro'; tuned='a=\"b c\"'"),
                        "/boot/k1 root=x ro quiet \"a=b c\" [/boot/i1]");
    /* Fedora's GRUB drops one blank between two variables. */
    write_entry(state, "m", ENTRY "$kernelopts $tuned\n");
    assert_string_equal(start(state, "kernelopts='root=x '; tuned=y"),
                        "/boot/k1 root=x y [/boot/i1]");
    assert_string_equal(
        start(state, "kernelopts='root=x'; tuned=y"),
        "? /boot/loader/entries/m.conf:4: versions of GRUB expand these variables differently");
    assert_string_equal(start(state, "kernelopts=root=x"), "/boot/k1 root=x [/boot/i1]");
    /* Nothing at all: the fallback. */
    assert_string_equal(start(state, "default_kernelopts='root=y ro'"),
                        "/boot/k1 root=y ro [/boot/i1]");
    assert_string_equal(
        start(state, "search --set=kernelopts --file /x"),
        "? /boot/loader/entries/m.conf:4: /boot/grub/grub.cfg:3: what a search for \"/x\" finds");
}

static void initrds(void **state)
{
    tree_write(*state, FEDORA, "");
    write_entry(state, "m", "linux /k1\ninitrd /i1 $tuned_initrd\noptions aa\n");
    assert_string_equal(start(state, ""), "/boot/k1 aa [/boot/i1]");
    assert_string_equal(start(state, "tuned_initrd=/i2"), "/boot/k1 aa [/boot/i1] [/boot/i2]");
    assert_string_equal(start(state, "early_initrd='i2 i3'; tuned_initrd=/i2"),
                        "? neither /i3 nor /boot/i3 exists");
    assert_string_equal(start(state, "early_initrd='i2'"), "/boot/k1 aa [/boot/i2] [/boot/i1]");
    write_entry(state, "m", "linux /k1\noptions aa\n");
    assert_string_equal(start(state, ""),
                        "? /boot/loader/entries/m.conf:1: an entry without an initrd");
}

static void places(void **state)
{
    tree_write(*state, FEDORA, "");
    tree_write(*state, "boot/other/m.conf", ENTRY "other\n");
    assert_string_equal(start(state, "blsdir=/other"), "/boot/k1 other [/boot/i1]");
    write_entry(state, "m", ENTRY "usual\n");
    assert_string_equal(start(state, "blsdir=/other/"), "/boot/k1 other [/boot/i1]");
    assert_string_equal(start(state, "blsdir=/gone"), "/boot/k1 usual [/boot/i1]");
    assert_string_equal(start(state, "unset boot"),
                        "? /boot/grub/grub.cfg:4: boot entries: $boot is not set");
    assert_string_equal(start(state, "search --set=boot --fs-uuid x"),
                        "? /boot/grub/grub.cfg:4: boot entries: $boot and $root differ");
    assert_string_equal(started(*state, "timeout=0\nboot=$root\nblscfg default\n"),
                        "? /boot/grub/grub.cfg:3: blscfg default is not supported");
    assert_string_equal(start(state, "blscfg"),
                        "? /boot/grub/grub.cfg:4: blscfg for the second time is not supported");
}

/* What GRUB makes of a malformed file is not guessed. */
static void odd_files(void **state)
{
    static const struct {
        const char *text, *answer;
    } CASES[] = {
        {"title T\n\nlinux /k1\ninitrd /i1\n", "m.conf:2: GRUB stops reading at this line"},
        {"title T\nnothing\nlinux /k1\n", "m.conf:2: GRUB stops reading at this line"},
        {" title T\nlinux /k1\n", "m.conf:1: a blank at the start of the line"},
        {"linux /k1\ninitrd /i1\noptions 'aa\n", "m.conf:1: GRUB cannot make a script of it"},
        {"linux /k1\ninitrd /i1\ndevicetree /d\n", "m.conf:3: kexec cannot do what `devicetree` "
                                                   "does: the next kernel gets the device tree of "
                                                   "the running one"},
        {"linux /k1\001\n", "m.conf:1: not a text file"},
    };

    tree_write(*state, FEDORA, "");
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        AUTOFREE char *answer = format("? /boot/loader/entries/%s", CASES[i].answer);

        write_entry(state, "m", CASES[i].text);
        assert_string_equal(start(state, ""), answer);
    }
    write_entry(state, "m", "# c\r\ntitle T\r\n#\nlinux /k1\r\ninitrd /i1\noptions aa\r\n\n\n");
    assert_string_equal(start(state, ""), "/boot/k1 aa [/boot/i1]");
    write_entry(state, "m", "linux /k1\ninitrd /i1\noptions aa\noptions bb\n");
    assert_string_equal(start(state, ""), "/boot/k1 aa [/boot/i1]");
    write_entry(state, "m-01-2", ENTRY "aa\n");
    write_entry(state, "m-1-2", ENTRY "aa\n");
    assert_non_null(strstr(start(state, ""), "newer one is not known"));
}

static void passwords(void **state)
{
    tree_write(*state, FEDORA, "");
    write_entry(state, "m", ENTRY "aa\ngrub_users $grub_users\n");
    assert_string_equal(start(state, "superusers=root"), "/boot/k1 aa [/boot/i1]");
    assert_string_equal(start(state, "superusers=root; grub_users=root"),
                        "? GRUB asks for a password before it starts this entry");
}

static void efi(void **state)
{
    write_entry(state, "m", ENTRY "aa\n");
    tree_write(*state, "sys/firmware/efi/fw_platform_size", "64\n");
    assert_string_equal(start(state, ""), "/boot/k1 aa [/boot/i1]");
    assert_non_null(strstr(start(state, "early_initrd=i2"), "? whose GRUB this is is not known"));
    tree_write(*state, "boot/efi/EFI/fedora/grubx64.efi", "MZ...default_kernelopts...");
    assert_non_null(strstr(start(state, "early_initrd=i2"), "? whose GRUB this is is not known"));
}

/* The program contains the name and its NUL. */
static void efi_program(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *command =
        format("mkdir -p %s/boot/efi/EFI/fedora && printf "
               "'MZ.default_kernelopts\\0.' >%s/boot/efi/EFI/fedora/grubx64.efi",
               tree->path, tree->path);

    write_entry(state, "m", ENTRY "aa\n");
    tree_write(tree, "sys/firmware/efi/fw_platform_size", "64\n");
    assert_int_equal(system(command), 0);
    assert_string_equal(start(state, "early_initrd=i2"), "/boot/k1 aa [/boot/i2] [/boot/i1]");
    assert_string_equal(start(state, "early_initrd=i2; unset boot"),
                        "/boot/k1 aa [/boot/i2] [/boot/i1]");
}

/* A path as the default: each menu looks at its own step, by Fedora's rule. */
static void paths(void **state)
{
    static const char MENU[] = "submenu S --id is {\nmenuentry A { linux /boot/k1 a\n}\n"
                               "menuentry 'B b' --id ib { linux /boot/k1 b\n}\n}\n"
                               "submenu T --id it {\nmenuentry C { linux /boot/k2 c\n}\n"
                               "menuentry 'D d' --id id { linux /boot/k2 d\n}\n}\n";
    static const char *const CASES[][2] = {
        {"it", "/boot/k2 c"},     {"it>id", "/boot/k2 d"}, {"it>1", "/boot/k2 d"},
        {"T>D d", "/boot/k2 d"},  /* the title has no blank before its step */
        {"it>D d", "/boot/k1 a"}, /* the id has one: the first entry, and in it "D d" */
        {"it>B b", "/boot/k1 b"}, {"1>1", "/boot/k1 b"},   {"1", "/boot/k2 c"},
        {"T>1>2", "/boot/k2 c"},
    };

    tree_write(*state, FEDORA, "");
    write_entry(state, "m", ENTRY "bls\n");
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        AUTOFREE char *config =
            format("timeout=0\nboot=$root\ndefault='%s'\n%sblscfg\n", CASES[i][0], MENU);

        assert_string_equal(started(*state, config), CASES[i][1]);
    }
}

/* Then Fedora's newer GRUB does not start what was loaded; Debian's does. */
static void last_command(void **state)
{
    static const char *const CASES[][2] = {
        {"true", "/boot/k1 a"},
        {"if false; then true; fi", "/boot/k1 a"},
        {"false; boot", "/boot/k1 a"},
        {"false",
         "? /boot/grub/grub.cfg:3: GRUB may not start this entry, as its last command fails"},
        {"[ -n \"$x\" ]",
         "? /boot/grub/grub.cfg:3: GRUB may not start this entry, as its last command fails"},
    };

    write_entry(state, "m", ENTRY "bls\n");
    tree_write(*state, FEDORA, "");
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        AUTOFREE char *entry = format("menuentry A { linux /boot/k1 a\n%s\n}\n", CASES[i][0]),
                      *plain = format("timeout=0\n%s", entry),
                      *config = format("timeout=0\nboot=$root\n%sblscfg\n", entry);

        assert_string_equal(started(*state, config), CASES[i][1]);
        assert_string_equal(started(*state, plain), "/boot/k1 a");
    }
}

/* Fedora's newer GRUB starts what an efi key names; whether this one does is not known. */
static void programs(void **state)
{
    static const struct {
        const char *lines, *answer;
    } CASES[] = {
        {"default=m-1-1", "/boot/k1 one [/boot/i1]"},
        {"default=m-2-1",
         "? /boot/loader/entries/m-2-1.conf:2: only GRUB knows whether this entry is in the menu"},
        {"default=0",
         "? /boot/loader/entries/m-2-1.conf:2: only GRUB knows whether this entry is in the menu"},
        {"",
         "? /boot/loader/entries/m-2-1.conf:2: only GRUB knows whether this entry is in the menu"},
        {"default=m-0-1", "? /boot/loader/entries/m-0-1.conf:5: kexec cannot start an EFI program"},
    };

    write_entry(state, "m-1-1", ENTRY "one\n");
    write_entry(state, "m-2-1", "title U\nefi /EFI/Linux/u.efi\n");
    write_entry(state, "m-0-1", ENTRY "zero\nefi /EFI/Linux/u.efi\n");
    tree_write(*state, FEDORA, "");
    for (size_t i = 0; i < ELEMENTS(CASES); i++)
        assert_string_equal(start(state, CASES[i].lines), CASES[i].answer);
}

/* '+' counts since Fedora 33 and RHEL 9, so the first entry depends on the version. */
static void plus(void **state)
{
    tree_write(*state, FEDORA, "");
    write_entry(state, "m-6.12.0-1.fc44", ENTRY "one\n");
    write_entry(state, "m-6.12.0+", ENTRY "two\n");
    assert_non_null(strstr(start(state, ""), "GRUB takes for the newer one is not known"));
    write_entry(state, "m-6.12.0+", "title T\n");
    assert_non_null(strstr(start(state, ""), "GRUB takes for the newer one is not known"));
}

/* Variables that add lines to every entry. */
static void added_lines(void **state)
{
    tree_write(*state, FEDORA, "");
    write_entry(state, "m", ENTRY "aa\n");
    assert_string_equal(start(state, "devicetree="), "/boot/k1 aa [/boot/i1]");
    assert_string_equal(
        start(state, "devicetree=board.dtb"),
        "? /boot/loader/entries/m.conf:2: kexec cannot do what `devicetree` does: the "
        "next kernel gets the device tree of the running one");
    assert_string_equal(start(state, "save_default=true\nfunction savedefault { chainloader +1\n}"),
                        "? /boot/grub/grub.cfg:4: kexec cannot do what `chainloader` does");
    assert_string_equal(start(state, "save_default=no\nfunction savedefault { chainloader +1\n}"),
                        "/boot/k1 aa [/boot/i1]");
    write_entry(state, "m", ENTRY "a \\$b c\n");
    assert_string_equal(start(state, ""),
                        "? /boot/loader/entries/m.conf:4: versions of GRUB expand these variables "
                        "differently");
}

static void many(void **state)
{
    tree_write(*state, FEDORA, "");
    for (int i = 0; i < 300; i++) {
        AUTOFREE char *name = format("m-%d-1", i);

        write_entry(state, name, ENTRY "aa\n");
    }
    assert_string_equal(
        start(state, ""),
        "? /boot/grub/grub.cfg:4: /boot/loader/entries: more than 256 boot entries");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)
    const struct CMUnitTest tests[] = {
        TEST(plain),       TEST(escapes),     TEST(digits),    TEST(upstream),     TEST(variables),
        TEST(initrds),     TEST(places),      TEST(odd_files), TEST(passwords),    TEST(efi),
        TEST(efi_program), TEST(many),        TEST(paths),     TEST(last_command), TEST(programs),
        TEST(plus),        TEST(added_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
