/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "helper.h"

#include <sys/stat.h>

#include "base/util.h"

/* What `script` results in, in an entry that runs it and then passes $r to the kernel. */
static const char *result(void **state, const char *script)
{
    AUTOFREE char *config =
        format("timeout=0\nmenuentry T p1 'p 2' {\n%s\nlinux /boot/k1 \"$r\"\n}\n", script);

    return started(*state, config);
}

static void expansion(void **state)
{
    assert_string_equal(result(state, "set r=\"a  b\""), "/boot/k1 \"a  b\"");
    assert_string_equal(result(state, "a='x  y'; for w in $a z; do r=\"$r<$w>\"; done"),
                        "/boot/k1 <x><y><z>");
    assert_string_equal(result(state, "a='x '; r=$a'y'"), "/boot/k1 xy"); /* unlike in a shell */
    assert_string_equal(result(state, "a=' x'; r=y$a"), "/boot/k1 yx");
    assert_string_equal(result(state, "for w in $none '' \"$none\"; do r=${r}1; done"),
                        "/boot/k1 11");
    assert_string_equal(result(state, "r=\"$1,$2,$3,$#\""), "/boot/k1 \"T,p1,p 2,3\"");
    assert_string_equal(result(state, "for w in \"$@\"; do r=\"$r<$w>\"; done"),
                        "/boot/k1 \"<T><p1><p 2>\"");
    /* Outside quotes an empty parameter disappears, and ends no word. */
    assert_string_equal(
        started(*state, "timeout=0\nfunction f { for w in x${*}'?'; do r=\"$r<$w>\"; done\n}\n"
                        "f a ''; f '' b; f ' c' ' ' d\nmenuentry T { linux /boot/k1 \"$r\"\n}\n"),
        "/boot/k1 <xa?><xb?><xc><d?>");
    assert_string_equal(result(state, "r=\\a\\\\\\ b"), "/boot/k1 \"a\\\\ b\"");
    assert_string_equal(result(state, "a=1; r=x$a\"$a\"'$a'"), "/boot/k1 x11$a");
    assert_string_equal(result(state, "a='a\"b'\\'; r=$a"), "/boot/k1 a\\\"b\\'");
}

static void conditions(void **state)
{
    static const char *const CASES[][2] = {
        {"[ a = a ]", "y"},
        {"[ a = a -o a = b ]", "y"},
        {"[ a = b -o b = b ]", "y"},
        {"[ a = a -a b = c ]", "n"},
        {"[ ! a = b ]", "y"},
        {"! [ a = a ]", "n"},
        {"[ -z \"$x\" ]", "y"},
        {"[ -n \"$1\" ]", "y"},
        {"[ ]", "y"},
        {"[ '' ]", "n"},
        {"test 2 -lt 10", "y"},
        {"[ a '<' b ]", "y"},
        {"[ ( a = b ) -o c ]", "y"},
        {"[ -f $prefix/none ]", "n"},
        {"[ -s $prefix/grub.cfg ]", "y"},
        {"[ -d $prefix ]", "y"},
        {"false", "n"},
        {"f=1", "y"},
        {"! f=1", "y"}, /* not a command, so ! does not count */
        {"! ''", "y"},
        {"keystatus --shift", "n"},
        {"keystatus -s --ctrl", "n"},
        {"search", "n"},
        {"! search", "y"},
        {"search --set foo", "n"},
        {"[ '' -eq 0 ]", "y"},
        {"[ none -lt 1x ]", "y"},
        {"[ 010 -eq 8 ]", "y"},
        {"[ -1 -lt 0x1 ]", "y"},
    };

    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        AUTOFREE char *script = format("if %s; then r=y; else r=n; fi", CASES[i][0]);
        AUTOFREE char *wanted = format("/boot/k1 %s", CASES[i][1]);

        assert_string_equal(result(state, script), wanted);
    }
}

/* Both branches are run, and only what they set differently is unknown. */
static void unanswered(void **state)
{
    assert_string_equal(result(state, "r=1; if loadfont x; then a=1; fi"), "/boot/k1 1");
    assert_string_equal(result(state, "if loadfont x; then r=1; else r=1; fi"), "/boot/k1 1");
    assert_string_equal(result(state, "if loadfont x; then r=1; fi"),
                        "? a parameter is not known: /boot/grub/grub.cfg:3: a condition that only "
                        "GRUB can evaluate");
    assert_string_equal(
        result(state, "if [ $grub_cpu = i386 ]; then linux /boot/k2; fi"),
        "? /boot/grub/grub.cfg:3: a condition that only GRUB can evaluate decides what is loaded");
    assert_string_equal(result(state, "if loadfont x; then boot; fi"),
                        "? /boot/grub/grub.cfg:3: a condition that only GRUB can evaluate decides "
                        "whether the script goes on");
    assert_string_equal(
        result(state, "while loadfont x; do r=1; done"),
        "? /boot/grub/grub.cfg:3: a loop with a condition that only GRUB can evaluate");
    assert_string_equal(result(state, "if [ 1] -eq 1 ]; then r=1; fi"),
                        "? a parameter is not known: /boot/grub/grub.cfg:3: a condition that only "
                        "GRUB can evaluate");
    assert_string_equal(result(state, "probe --set=r --fs-uuid x"),
                        "? a parameter is not known: $r, which /boot/grub/grub.cfg:3 sets to a "
                        "value that only GRUB knows");
    assert_string_equal(result(state, "r=$\"text\""),
                        "? a parameter is not known: a translated text");
    assert_string_equal(
        result(state, "frobnicate"),
        "? /boot/grub/grub.cfg:3: fastreboot does not know the command `frobnicate`");
    assert_string_equal(result(state, "if keystatus; then r=1; fi"),
                        "? a parameter is not known: /boot/grub/grub.cfg:3: a condition that only "
                        "GRUB can evaluate");
    assert_string_equal(result(state, "blscfg"),
                        "? /boot/grub/grub.cfg:3: blscfg at this place is not supported");
}

/* The words of menuentry that GRUB takes for options, and the others. */
static void entry_words(void **state)
{
    static const char *const CASES[][2] = {
        {"-n x", "-n 2"},
        {"x -n", "x 2"},
        {"--foo x", "--foo 2"},
        {"x --id y -1", "x 2"},
        {"x --unrestricted=1", "x 1"},
        {"-hn", "-hn 1"},
        {"-- --id y", "--id 2"},
        {"x --class c", "x 1"},
    };
    static const char *const REFUSED[] = {
        "x -h", "x -uh", "x --help", "x --id --class c", "x --source=true", "--usage x"};

    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        AUTOFREE char *config = format("timeout=0\nmenuentry %s { linux /boot/k1 $1 $#\n}\n",
                                       CASES[i][0]),
                      *wanted = format("/boot/k1 %s", CASES[i][1]);

        assert_string_equal(started(*state, config), wanted);
    }
    for (size_t i = 0; i < ELEMENTS(REFUSED); i++) {
        AUTOFREE char *config = format("timeout=0\nmenuentry %s { linux /boot/k1\n}\n"
                                       "menuentry y { linux /boot/k2 y\n}\n",
                                       REFUSED[i]);

        assert_string_equal(started(*state, config), "/boot/k2 y");
    }
    assert_string_equal(started(*state, "timeout=0\nmenuentry x --id {\nlinux /boot/k1\n}\n"),
                        "? /boot/grub/grub.cfg:2: menuentry: option --id has no value");
    assert_string_equal(
        started(*state, "timeout=0\nmenuentry -\"$grub_cpu\" {\nlinux /boot/k1\n}\n"),
        "? /boot/grub/grub.cfg:2: menuentry: option -? is not known");
}

/* GRUB matches words that look like a path against files, if its module for that is loaded. */
static void wildcards(void **state)
{
    static const char *const CASES[][2] = {
        {"/boot/k2*", "</boot/k2>"},
        {"/boot/?2", NULL},
        {"/boot/*2", NULL},
        {"/boot/x*", "</boot/x*>"},
        {"/none/x*", "</none/x*>"},
        {"/boot/k'2'*", "</boot/k2>"},
        {"/boot/k2'*'", "</boot/k2*>"},
        {"$prefix/conf.d/*.cfg", NULL},
        {"/boot/grub/conf.d/*", "</boot/grub/conf.d/.one.cfg>"},
        {"/bo*/k2", NULL},
        {"/boot/[k]2*", NULL},
        {"x*", "<x*>"},
    };

    tree_write(*state, "boot/grub/i386-pc/command.lst", "*regexp: regexp\n");
    tree_write(*state, "boot/grub/conf.d/.one.cfg", "r=one\n");
    assert_string_equal(result(state, "source $prefix/conf.d/*.cfg"),
                        "? /boot/grub/grub.cfg:3: source /boot/grub/grub.cfg:3: (GRUB's own "
                        "device)/boot/grub/conf.d/*.cfg: whether GRUB has loaded its module for "
                        "wildcards (regexp) is not known");
    assert_string_equal(result(state, "insmod regexp; source $prefix/conf.d/*.cfg"),
                        "/boot/k1 one");
    assert_string_equal(result(state, "r=1; source $prefix/conf.d/x*.cfg"), "/boot/k1 1");
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        AUTOFREE char *script =
                          format("insmod regexp; for f in %s; do r=$r\"<$f>\"; done", CASES[i][0]),
                      *wanted = format("/boot/k1 %s", CASES[i][1] ? CASES[i][1] : "");
        const char *found = result(state, script);

        if (CASES[i][1] ? !streq(found, wanted) : *found != '?')
            fail_msg("%s: %s", CASES[i][0], found);
    }
    tree_write(*state, "boot/grub/i386-pc/command.lst", "*other: other\n");
    assert_int_equal(*result(state, "insmod regexp; source $prefix/conf.d/*.cfg"), '?');
}

/* Of environment blocks other than grubenv. */
static void other_files(void **state)
{
    static const char SAVES[] = "load_env -f $prefix/second r; r=$r.; save_env -f $prefix/second r";

    tree_write(*state, "boot/grub/second", "# GRUB Environment Block\nr=2\nq=3\n");
    assert_string_equal(result(state, "load_env -f $prefix/second"), "/boot/k1 2");
    assert_string_equal(result(state, "load_env -f $prefix/second r; r=$r$q"), "/boot/k1 2");
    assert_string_equal(result(state, "r=0; if load_env --file $prefix/none; then r=1; fi"),
                        "/boot/k1 0");
    assert_string_equal(result(state, SAVES), "/boot/k1 2.");
    assert_string_equal(result(state, "load_env -f (hd0)512+1"),
                        "? /boot/grub/grub.cfg:3: environment block: blocks of a device that only "
                        "GRUB knows");
    tree_write(*state, "boot/grub/second", "# GRUB Environment Block\nr=\001\n");
    assert_string_equal(result(state, "load_env -f $prefix/second"),
                        "? /boot/grub/grub.cfg:3: /boot/grub/second: damaged");
    tree_write(*state, "boot/grub/second", "r=2\n");
    assert_string_equal(result(state, "r=1; load_env -f $prefix/second"), "/boot/k1 1");
}

/* What is passed to the kernel: GRUB quotes only for blanks, and upstream escapes every backslash.
 */
static void parameters(void **state)
{
    assert_string_equal(result(state, "r=\"a\nb\""), "/boot/k1 a\nb");
    assert_string_equal(result(state, "r=\"a\tb c\""), "/boot/k1 \"a\tb c\"");
    assert_string_equal(result(state, "r='a\\x41'"), "/boot/k1 a\\\\x41");
    assert_string_equal(result(state, "r=$?"), "/boot/k1 0"); /* setparams ran before */
    assert_string_equal(result(state, "loadfont x; r=$?"),
                        "? a parameter is not known: /boot/grub/grub.cfg:3: $?: how the command "
                        "before it ends is not known");
}

/* GRUB does not have commands that are missing in command.lst: it says so, and reports success. */
static void unknown_commands(void **state)
{
    static const char HIDDEN[] = "timeout=0\ndefault=1\n"
                                 "hiddenentry H --hotkey=t { linux /boot/k1 h\n}\n"
                                 "menuentry A { linux /boot/k1 a\n}\n"
                                 "hiddenentry B { linux /boot/k1 hb\n}\n"
                                 "menuentry B { linux /boot/k2 b\n}\n";

    tree_write(*state, "boot/grub/x86_64-efi/command.lst", "*frob: frob\n");
    assert_string_equal(result(state, "frob"),
                        "? /boot/grub/grub.cfg:3: fastreboot does not know the command `frob`");
    tree_write(*state, "boot/grub/i386-pc/command.lst", "*frob: frob\n[: test\nzap: zap\n");
    assert_string_equal(result(state, "frobnicate; r=$?"), "/boot/k1 0");
    assert_string_equal(result(state, "if ! ro a { true; }; then r=y; fi"), "/boot/k1 y");
    assert_string_equal(result(state, "frob"),
                        "? /boot/grub/grub.cfg:3: fastreboot does not know the command `frob`");
    assert_string_equal(result(state, "zap"),
                        "? /boot/grub/grub.cfg:3: fastreboot does not know the command `zap`");
    assert_string_equal(result(state, "$grub_cpu"),
                        "? /boot/grub/grub.cfg:3: fastreboot does not know the command `the "
                        "machine`");
    /* A machine with EFI has its commands from elsewhere. */
    tree_write(*state, "sys/firmware/efi/fw_platform_size", "64\n");
    tree_write(*state, "boot/grub/x86_64-efi/command.lst", "*other: other\n");
    assert_string_equal(result(state, "frob; r=$?"), "/boot/k1 0");

    assert_string_equal(started(*state, HIDDEN), "/boot/k2 b");
}

/* Control characters, which a terminal would interpret, and fastreboot's marks never appear in
 * texts. */
static void control_characters(void **state)
{
    static const char *const LINES[] = {
        "if [ \"$MONTH\" -eq 4 ]; then configfile \"${prefix}/a.cfg\"; fi",
        "if cmp $prefix/a $prefix/b; then true; fi",
        "\033[31mred",
        "a\302\233b",
        "set timeout=x\033[2J",
        "set default=\"$root\"",
        "search --set=x --file \033]0;",
        "menuentry $x { true; }",
    };

    for (size_t i = 0; i < ELEMENTS(LINES); i++) {
        AUTOFREE char *config = format(
            "timeout=5\nmenuentry 'x\033[1m\302\233' --id \"y\a$prefix\" { linux /boot/k1\n}\n"
            "menuentry z { linux /boot/k1 a=\033c\n}\n"
            "menuentry z2 { linux /boot/k\033\n}\n"
            "%s\n",
            LINES[i]);
        struct boot_entries entries;

        (void)started(*state, config);
        tree_read(*state, &entries);
        for (size_t j = 0; j < entries.n + 1; j++) {
            const struct boot_entry *entry = &entries.entries[j];
            AUTOFREE char *all = j == entries.n
                                     ? format("%s%s", entries.problem ? entries.problem : "",
                                              entries.chosen_reason ? entries.chosen_reason : "")
                                     : format("%s%s%s%s%s%s", entry->id, entry->title,
                                              entry->source, entry->kernel ? entry->kernel : "",
                                              entry->cmdline ? entry->cmdline : "",
                                              entry->problem ? entry->problem : "");

            assert_null(strstr(all, "\302\233"));
            for (const char *c = all; *c; c++)
                assert_true((unsigned char)*c >= ' ' && *c != 0x7f);
        }
        boot_entries_clear(&entries);
    }
    assert_string_equal(started(*state, "set timeout=1\nif loadfont x; then configfile "
                                        "\"${prefix}/a.cfg\"; fi\n"),
                        "? /boot/grub/grub.cfg:2: configfile (GRUB's own device)/boot/grub/a.cfg "
                        "in a condition that only GRUB can evaluate");
}

/* What GRUB reads anew each time, whatever a script sets. */
static void the_clock(void **state)
{
    assert_string_equal(result(state, "r=$HOUR"), "/boot/k1 ");
    assert_string_equal(result(state, "HOUR=3; r=$HOUR"), "/boot/k1 3");
    assert_string_equal(result(state, "insmod part_gpt; HOUR=3; r=$HOUR"), "/boot/k1 3");
    assert_string_equal(result(state, "insmod datehook; r=$HOUR"),
                        "? a parameter is not known: $HOUR, which /boot/grub/grub.cfg:3 sets to a "
                        "value that only GRUB knows");
    assert_non_null(strstr(result(state, "insmod $prefix/i386-pc/datehook.mod; MONTH=1; r=$MONTH"),
                           "? a parameter is not known"));
    assert_non_null(strstr(started(*state, "timeout=0\ninsmod datehook\n"
                                           "if [ \"$MONTH\" = 4 ]; then default=1; fi\n"
                                           "menuentry A { linux /boot/k1 a\n}\n"
                                           "menuentry B { linux /boot/k2 b\n}\n"),
                           "? the default is not known"));
    assert_non_null(strstr(result(state, "if [ \"$check_signatures\" = enforce ]; then r=1; fi"),
                           "? a parameter is not known"));
}

static void control(void **state)
{
    assert_string_equal(result(state, "for i in 1 2 3; do r=$r$i; if [ $i = 2 ]; then break; fi; "
                                      "done"),
                        "/boot/k1 12");
    assert_string_equal(result(state, "for i in 1 2 3; do if [ $i = 2 ]; then continue; fi; "
                                      "r=$r$i; done"),
                        "/boot/k1 13");
    assert_string_equal(result(state, "until [ \"$r\" = xxx ]; do r=x$r; done"), "/boot/k1 xxx");
    assert_string_equal(started(*state, "timeout=0\nfunction f { r=$2$1; return 1; r=no; }\n"
                                        "menuentry A { f a b; linux /boot/k1 $r $?\n}\n"),
                        "/boot/k1 ba 1");
    assert_string_equal(started(*state, "timeout=0\nfunction linux { true; }\n"),
                        "? /boot/grub/grub.cfg:2: the function linux has the name of a command");
}

static void loading(void **state)
{
    assert_string_equal(result(state, "linux /boot/k2 x; initrd /boot/i1"), "/boot/k1 ");
    assert_string_equal(result(state, "boot"), "? it starts no Linux kernel");
    assert_string_equal(result(state, "linux /boot/k2 x; initrd /boot/i1; initrd /boot/i2; boot"),
                        "/boot/k2 x [/boot/i2]");
    assert_string_equal(result(state, "linux /boot/k2; initrd newc:a:/boot/i1; boot"),
                        "? an initrd that GRUB makes (newc:)");
    assert_string_equal(result(state, "r=/boot/*"), "/boot/k1 /boot/*");
    assert_string_equal(result(state, "linux /boot/k? a; boot"),
                        "? /boot/grub/grub.cfg:3: /boot/k?: 2 files match, and only GRUB "
                        "knows in which order");
}

static void files(void **state)
{
    tree_write(*state, "boot/grub/more.cfg", "menuentry M { linux /boot/k2 m\n}\n");
    tree_write(*state, "boot/grub/own.cfg", "timeout=0\nmenuentry O { linux /boot/k2 $a$b\n}\n");
    assert_string_equal(started(*state, "timeout=0\nsource $prefix/none.cfg\n"
                                        "source $config_directory/more.cfg\n"),
                        "/boot/k2 m");
    assert_string_equal(started(*state, "a=1; b=2; export b\nconfigfile $prefix/own.cfg\nblscfg\n"),
                        "/boot/k2 2");
    assert_string_equal(
        started(*state, "source (hd0,1)/x.cfg\n"),
        "? /boot/grub/grub.cfg:1: source /x.cfg: only GRUB knows which device (hd0,1) is");
}

static void contexts(void **state)
{
    /* What only one of two branches exports may or may not be exported. */
    assert_string_equal(started(*state, "timeout=0; a=1\nif loadfont x; then export a; fi\n"
                                        "submenu S { menuentry E {\nlinux /boot/k1 a=$a\n}\n}\n"),
                        "? a parameter is not known: a variable that may not be exported");
    assert_string_equal(started(*state, "timeout=0; a=1; b=2; export b\nsubmenu S { menuentry E {\n"
                                        "linux /boot/k1 a=$a b=$b $chosen\n}\n}\n"),
                        "/boot/k1 a= b=2 S>E");
}

/* Whoever can write the configuration could choose the kernel and its parameters. */
static void untrusted(void **state)
{
    const struct tree *tree = *state;

    assert_string_equal(started(tree, "timeout=0\nmenuentry A { linux /boot/k1\n}\n"), "/boot/k1 ");
    assert_int_equal(fchmodat(tree->root, "boot/grub/grub.cfg", 0666, 0), 0);
    assert_string_equal(
        started(tree, "timeout=0\n"),
        "? /boot/grub/grub.cfg:1: /boot/grub/grub.cfg is writable by users other than "
        "its owner");
    assert_int_equal(fchmodat(tree->root, "boot/grub/grub.cfg", 0644, 0), 0);
    tree_write(tree, "boot/grub/grubenv", "# GRUB Environment Block\n");
    assert_int_equal(fchmodat(tree->root, "boot/grub/grubenv", 0666, 0), 0);
    assert_string_equal(
        started(tree, "timeout=0\n"),
        "? /boot/grub/grubenv: /boot/grub/grubenv is writable by users other than its "
        "owner");
}

/* It is not known which of two GRUB reads. */
static void two(void **state)
{
    tree_write(*state, "boot/grub2/grub.cfg", "timeout=0\n");
    assert_string_equal(started(*state, "timeout=0\n"),
                        "? both /boot/grub/grub.cfg and /boot/grub2/grub.cfg exist");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)
    const struct CMUnitTest tests[] = {
        TEST(expansion),  TEST(wildcards),          TEST(other_files), TEST(entry_words),
        TEST(parameters), TEST(conditions),         TEST(unanswered),  TEST(unknown_commands),
        TEST(the_clock),  TEST(control_characters), TEST(control),     TEST(loading),
        TEST(files),      TEST(contexts),           TEST(two),         TEST(untrusted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
