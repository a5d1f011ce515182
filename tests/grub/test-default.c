/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "helper.h"

#include "base/util.h"
#include "discover/loaders/loader.h"

#define MENU                                                                                       \
    "set timeout=1\n"                                                                              \
    "menuentry 'A' --id a { linux /boot/k1 a\n}\n"                                                 \
    "submenu 'S > T' --id s {\n"                                                                   \
    "  menuentry '2' --id b { linux /boot/k2 b\n}\n"                                               \
    "  menuentry 'C' --id c { linux /boot/k1 c\n initrd /boot/i1 /boot/i2\n}\n"                    \
    "}\n"                                                                                          \
    "menuentry 'D' --id d { chainloader +1\n}\n"

static const char *with(void **state, const char *line)
{
    AUTOFREE char *config = format("%s%s\n", MENU, line);

    return started(*state, config);
}

static void by_number(void **state)
{
    assert_string_equal(with(state, ""), "/boot/k1 a");
    assert_string_equal(with(state, "default=0"), "/boot/k1 a");
    assert_string_equal(with(state, "default=1"), "/boot/k2 b");
    assert_string_equal(with(state, "default=1'>'1"), "/boot/k1 c [/boot/i1] [/boot/i2]");
    assert_string_equal(with(state, "default=9"), "/boot/k1 a");
    assert_string_equal(with(state, "default='1>9'"), "/boot/k2 b");
    assert_string_equal(with(state, "default='0 or so'"), "/boot/k1 a");
    assert_string_equal(with(state, "default='01>0x1'"), "/boot/k1 c [/boot/i1] [/boot/i2]");
    assert_string_equal(with(state, "default=4294967297"),
                        "? the default is a number of more than 32 bits");
    assert_string_equal(with(state, "default=4294967306"), "/boot/k1 a");
    /* Until 2.04, GRUB took what is between Z and a for digits. */
    assert_string_equal(with(state, "default=1_6"),
                        "? versions of GRUB read the number in the default \"1_6\" differently");
    tree_write(*state, "boot/grub/i386-pc/f2fs.mod", "");
    assert_string_equal(with(state, "default=1_6"), "/boot/k2 b");
}

static void by_name(void **state)
{
    assert_string_equal(with(state, "default=a"), "/boot/k1 a");
    assert_string_equal(with(state, "default='s>c'"), "/boot/k1 c [/boot/i1] [/boot/i2]");
    assert_string_equal(with(state, "default='S >> T>C'"), "/boot/k1 c [/boot/i1] [/boot/i2]");
    assert_string_equal(with(state, "default='S > T>C'"), "/boot/k1 a");
    assert_string_equal(with(state, "default='s>nothing'"), "/boot/k2 b");
    assert_string_equal(with(state, "default=nothing"), "/boot/k1 a");
}

static void unbootable(void **state)
{
    assert_string_equal(with(state, "default=d"),
                        "? /boot/grub/grub.cfg:11: kexec cannot do what `chainloader` does");
}

/* Nobody is there to choose. */
static void waiting(void **state)
{
    assert_string_equal(with(state, "timeout=-1"),
                        "? GRUB waits in its menu for a choice: the timeout is -1");
    assert_string_equal(with(state, "unset timeout"),
                        "? GRUB waits in its menu for a choice: no timeout is set");
    assert_string_equal(with(state, "timeout=0.1"), "/boot/k1 a");
    assert_string_equal(with(state, "timeout=x"),
                        "? GRUB waits in its menu for a choice: the timeout is x");
    assert_string_equal(with(state, "timeout="),
                        "? GRUB waits in its menu for a choice: no timeout is set");
    assert_string_equal(with(state, "timeout=4294967296"),
                        "? the timeout 4294967296 is too big for some versions of GRUB");
    assert_string_equal(with(state, "set superusers=root"),
                        "? GRUB asks for a password before it starts this entry");
    assert_string_equal(with(state, "set superusers=\"\""),
                        "? GRUB asks for a password before it starts this entry");
    assert_string_equal(with(state, "if loadfont x; then set superusers=root; fi"),
                        "? only GRUB knows whether it asks for a password");
}

/* A submenu waits, too, if its body says so. */
static void waiting_submenu(void **state)
{
    static const struct {
        const char *body, *answer;
    } CASES[] = {
        {"", "/boot/k2 b"},
        {"set timeout=3", "/boot/k2 b"},
        {"set timeout=-1", "? GRUB waits in its menu for a choice: the timeout is -1"},
        {"unset timeout", "? GRUB waits in its menu for a choice: no timeout is set"},
        {"set timeout=$grub_cpu", "? the timeout is not known: the machine"},
    };

    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        AUTOFREE char *config =
            format("timeout=5\ndefault='S>B'\nmenuentry A { linux /boot/k1 a\n}\n"
                   "submenu S { %s\nmenuentry B { linux /boot/k2 b\n}\n}\n"
                   "submenu T { set timeout=-1\nmenuentry C { linux /boot/k2 c\n}\n}\n",
                   CASES[i].body);

        assert_string_equal(started(*state, config), CASES[i].answer);
    }
}

/* An entry that may be missing shifts those after it. */
static void uncertain(void **state)
{
    static const char CONFIG[] =
        "timeout=0\ndefault=%s\n"
        "menuentry A { linux /boot/k1 a\n}\n"
        "if search --set=x -f /y; then menuentry B { linux /boot/k1 b\n}; fi\n"
        "menuentry C --id c { linux /boot/k1 c\n}\n";
    static const char *const CASES[][2] = {
        {"0", "/boot/k1 a"},
        {"A", "/boot/k1 a"},
        {"c", "/boot/k1 c"},
        {"1", "? /boot/grub/grub.cfg:5: only GRUB knows whether this entry is in the menu"},
        {"B", "? /boot/grub/grub.cfg:5: only GRUB knows whether this entry is in the menu"},
    };

    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        char config[512];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(config, sizeof(config), CONFIG, CASES[i][0]);
#pragma GCC diagnostic pop
        assert_string_equal(started(*state, config), CASES[i][1]);
    }
}

static void listed(void **state)
{
    struct boot_entries entries;

    (void)with(state, "default='s>c'");
    tree_read(*state, &entries);
    assert_int_equal(entries.n, 4);
    assert_string_equal(entries.entries[2].id, "s>c");
    assert_string_equal(entries.entries[2].source, "/boot/grub/grub.cfg:7");
    assert_int_equal(entries.chosen, 2);
    assert_null(entries.one_time);
    boot_entries_clear(&entries);
}

static void one_time(void **state)
{
    struct boot_entries entries;

    tree_write(*state, "boot/grub/grubenv",
               "# GRUB Environment Block\nsaved_entry=d\nnext_entry=s>b\n####");
    assert_string_equal(with(state, "load_env; default=$next_entry"), "/boot/k2 b");
    tree_read(*state, &entries);
    assert_string_equal(entries.one_time,
                        "grub-reboot chose the entry \"s>b\" for one boot (next_entry in "
                        "/boot/grub/grubenv), and only GRUB can start and clear it");
    boot_entries_clear(&entries);

    /* What else GRUB would record: the boots that an update has left. */
    tree_write(*state, "boot/grub/grubenv", "# GRUB Environment Block\nboot_counter=2\n####");
    assert_string_equal(with(state, "load_env; set boot_counter=1; save_env boot_counter"),
                        "/boot/k1 a");
    tree_read(*state, &entries);
    assert_string_equal(entries.writes, "GRUB would set boot_counter to \"1\" in "
                                        "/boot/grub/grubenv");
    boot_entries_clear(&entries);

    /* A variable that is not set is removed from the file: Fedora's menu for one boot. */
    assert_string_equal(with(state, "load_env; unset boot_counter; save_env boot_counter"),
                        "/boot/k1 a");
    tree_read(*state, &entries);
    assert_string_equal(entries.writes, "GRUB would clear boot_counter in /boot/grub/grubenv");
    boot_entries_clear(&entries);
}

/* An entry that makes itself the default already is the default; a home-made A/B system relies on
 * GRUB to write. */
static void toggle(void **state)
{
    static const struct {
        const char *value, *writes;
    } CASES[] = {
        {"$chosen", NULL},
        {"ia", NULL},
        {"ib", "GRUB would set saved_entry to \"ib\" in /boot/grub/grubenv"},
        {"A", "GRUB would set saved_entry to \"A\" in /boot/grub/grubenv"},
        {"", "GRUB would clear saved_entry in /boot/grub/grubenv"},
        {"$grub_cpu", "GRUB would set saved_entry to \"?\" in /boot/grub/grubenv"},
        {"old", NULL}, /* as it is stored */
    };

    tree_write(*state, "boot/grub/grubenv", "# GRUB Environment Block\nsaved_entry=old\n####");
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        AUTOFREE char *config =
            format("timeout=0\nload_env\ndefault=\"$saved_entry\"\n"
                   "menuentry A --id ia { saved_entry=%s; save_env saved_entry\nlinux /boot/k1\n}\n"
                   "menuentry B --id ib { saved_entry=x; save_env saved_entry\nlinux /boot/k2\n}\n",
                   CASES[i].value);
        struct boot_entries entries;

        assert_string_equal(started(*state, config), "/boot/k1 ");
        tree_read(*state, &entries);
        if (CASES[i].writes)
            assert_string_equal(entries.writes, CASES[i].writes);
        else
            assert_null(entries.writes);
        boot_entries_clear(&entries);
    }
}

/* Ubuntu's notes that this boot has begun, and changes that no script can notice. */
static void nothing_to_do_once(void **state)
{
    static const char *const LINES[] = {
        "recordfail=1; save_env recordfail",
        "initrdfail=1; save_env initrdfail",
        "save_env gone",
        "set empty=; save_env empty",
        "save_env empty",
    };

    tree_write(*state, "boot/grub/grubenv", "# GRUB Environment Block\nempty=\n####");
    for (size_t i = 0; i < ELEMENTS(LINES); i++) {
        struct boot_entries entries;

        assert_string_equal(with(state, LINES[i]), "/boot/k1 a");
        tree_read(*state, &entries);
        assert_null(entries.one_time);
        boot_entries_clear(&entries);
    }
}

static void broken_env(void **state)
{
    /* GRUB refuses it. */
    tree_write(*state, "boot/grub/grubenv", "saved_entry=1\n");
    assert_string_equal(with(state, "load_env; r=$?; default=$saved_entry"), "/boot/k1 a");
    assert_string_equal(with(state, "if load_env; then default=1; fi"), "/boot/k1 a");
    /* GRUB reads what precedes the damage. */
    tree_write(*state, "boot/grub/grubenv", "# GRUB Environment Block\nsaved_entry=1\ndefault");
    assert_string_equal(with(state, "load_env; default=$saved_entry"), "/boot/k2 b");
    tree_write(*state, "boot/grub/grubenv", "# GRUB Environment Block\nsaved_entry=\001\n");
    assert_string_equal(with(state, "default=a"), "? /boot/grub/grubenv: damaged");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)
    const struct CMUnitTest tests[] = {
        TEST(by_number),  TEST(by_name), TEST(unbootable), TEST(waiting), TEST(waiting_submenu),
        TEST(uncertain),  TEST(listed),  TEST(one_time),   TEST(toggle),  TEST(nothing_to_do_once),
        TEST(broken_env),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
