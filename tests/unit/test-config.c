/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/config.h"

#include "test.h"
#include "tree.h"

static struct config load(const struct tree *tree)
{
    struct config config;

    config_load(tree->root, &config);
    return config;
}

/* With `text` as the main file, the error is `expected`; NULL for none. */
static void expect_error(const struct tree *tree, const char *text, const char *expected)
{
    CLEANUP(config_clear) struct config config = {0};

    tree_write(tree, CONFIG_FILE, text);
    config = load(tree);
    if (!expected) {
        assert_null(config.error);
        return;
    }
    assert_non_null(config.error);
    if (!strstr(config.error, expected))
        fail_msg("\"%s\" does not say \"%s\"", config.error, expected);
}

static void nothing_means_defaults(void **state)
{
    CLEANUP(config_clear) struct config config = load(*state);

    assert_int_equal(config.mode, MODE_FAST);
    assert_int_equal(config.load, LOAD_AT_SHUTDOWN);
    assert_null(config.kernel);
    assert_null(config.cmdline);
    assert_null(config.error);
    expect_error(*state, "", NULL);
    expect_error(*state, "# nothing\n\n; at all\n   \n", NULL);
}

static void times_have_bounds(void **state)
{
    CLEANUP(config_clear) struct config config = {0};

    expect_error(*state, "panic = 4\n",
                 ":1: panic = 4: must be on, off, or a time from 5 to 3600 seconds, such as 90,");
    expect_error(*state, "watchdog = 3601\n", ":1: watchdog = 3601: must be on, off, or a time");
    expect_error(*state, "watchdog = 61min\n", "a time from 5 to 3600");
    expect_error(*state, "watchdog = 4999ms\n", NULL);
    expect_error(*state, "watchdog = 3600001ms\n", "a time from");
    expect_error(*state, "watchdog = 60x\n", "a time from");
    expect_error(*state, "watchdog = 99999999999\n", "a time from");
    expect_error(*state, "watchdog = 18446744073709551700\n", "a time from");
    expect_error(*state, "watchdog =\n", "a time from");
    expect_error(*state, "watchdog = -1\n", "a time from");
    expect_error(*state, "watchdog = 1\n", "a time from");
    expect_error(*state, "watchdog = 0s\n", "a time from");
    expect_error(*state, "health-timeout = infinity\n", "a time from 10 to 86400");
    expect_error(*state, "panic = 5\npanic = 6\n", "panic is set twice");
    tree_write(*state, CONFIG_FILE, "panic = off\nwatchdog = 1h\nhealth-timeout = 4min 59.1s\n");
    config = load(*state);
    assert_null(config.error);
    assert_int_equal(config.panic, SECONDS_OFF);
    assert_int_equal(config.watchdog, 3600);
    assert_int_equal(config.health_timeout, 300);
}

static void numbers_have_bounds(void **state)
{
    CLEANUP(config_clear) struct config config = {0};

    expect_error(*state, "max-fast-in-a-row = 0\n",
                 ":1: max-fast-in-a-row = 0: must be off, or a number from 1 to 90");
    expect_error(*state, "max-fast-in-a-row = 91\n", "a number from 1 to 90");
    expect_error(*state, "max-fast-in-a-row = 9x\n", "a number from");
    expect_error(*state, "max-fast-in-a-row = -1\n", "a number from");
    expect_error(*state, "max-fast-in-a-row =\n", "a number from");
    expect_error(*state, "max-age-days = 99999999999999999999\n", "a number from 1 to 3650");
    expect_error(*state, "max-age-days = 1\nmax-age-days = 2\n", "max-age-days is set twice");
    tree_write(*state, CONFIG_FILE, "max-fast-in-a-row = 90\nmax-age-days = 30\n");
    config = load(*state);
    assert_null(config.error);
    assert_int_equal(config.max_fast, 90);
    assert_string_equal(config.max_fast_source, "/etc/fastreboot.conf:1");
    assert_int_equal(config.max_age, 30);
    config_clear(&config);
    tree_write(*state, CONFIG_FILE, "max-fast-in-a-row = off\n");
    config = load(*state);
    assert_null(config.error);
    assert_int_equal(config.max_fast, 0);
}

static void times_are_also_booleans(void **state)
{
    static const char *const OFF[] = {"off", "no", "false", "0", "Off"};
    static const char *const ON[] = {"on", "yes", "true"};

    for (size_t i = 0; i < ELEMENTS(OFF) + ELEMENTS(ON); i++) {
        bool off = i < ELEMENTS(OFF);
        AUTOFREE char *text = format("watchdog = %s\n", off ? OFF[i] : ON[i - ELEMENTS(OFF)]);
        CLEANUP(config_clear) struct config config = {0};

        tree_write(*state, CONFIG_FILE, "watchdog = 60\n");
        tree_write(*state, CONFIG_DIR "/a.conf", text);
        config = load(*state);
        assert_null(config.error);
        assert_int_equal(config.watchdog, off ? SECONDS_OFF : 0);
    }
}

static void every_key_is_taken(void **state)
{
    CLEANUP(config_clear) struct config config = {0};

    tree_write(*state, CONFIG_FILE,
               "mode = firmware\nload=early\nkernel = /boot/k\ninitrd = /boot/a /boot/b\n"
               "cmdline = root=/dev/sda ro\ncmdline-append = nomodeset\ncmdline-remove=quiet\n");
    config = load(*state);
    assert_null(config.error);
    assert_int_equal(config.mode, MODE_FIRMWARE);
    assert_string_equal(config.mode_source, "/etc/fastreboot.conf:1");
    assert_int_equal(config.load, LOAD_EARLY);
    assert_string_equal(config.kernel, "/boot/k");
    assert_string_equal(config.kernel_source, "/etc/fastreboot.conf:3");
    assert_string_equal(config.initrd, "/boot/a /boot/b");
    assert_string_equal(config.cmdline, "root=/dev/sda ro");
    assert_string_equal(config.cmdline_append, "nomodeset");
    assert_string_equal(config.cmdline_remove, "quiet");
}

static void what_is_wrong_is_told_with_file_and_line(void **state)
{
    static const struct {
        const char *text, *error;
    } CASES[] = {
        {"\nspeed = high\n", "/etc/fastreboot.conf:2: unknown key \"speed\""},
        {"mode = fast\n[health]\nx = 1\n", "/etc/fastreboot.conf:3: unknown section [health]"},
        {"mode = quick\n", "/etc/fastreboot.conf:1: mode = quick: must be fast or firmware"},
        {"mode = \n", "must be fast or firmware"},
        {"mode = Fast\n", "must be fast or firmware"},
        {"mode = fast firmware\n", "must be fast or firmware"},
        {"load = late\n", "must be shutdown or early"},
        {"mode = fast\nmode = firmware\n", "/etc/fastreboot.conf:2: mode is set twice"},
        {"mode = fast\n firmware\n", "/etc/fastreboot.conf:2: mode is set twice"},
        {"kernel = boot/k\ninitrd = none\n", ":1: kernel = boot/k: must be absolute"},
        {"kernel = /a /b\ninitrd = none\n", "must be one path"},
        {"kernel =\ninitrd = none\n", "kernel: needs a path"},
        {"kernel = /k\ninitrd = /i j\n", "must be absolute"},
        {"kernel = /k\ninitrd = none /i\n", "must be absolute"},
        {"kernel = /k\ninitrd =\n", "initrd: needs a path"},
        {"kernel = /k\n", "kernel and initrd go together, initrd is not set"},
        {"initrd = /i\n", "kernel and initrd go together, kernel is not set"},
        {"kernel = /k\ninitrd = none\ninitrd = /i\n", ":3: initrd: none excludes any other file"},
        {"kernel = /k\ninitrd = /i\ninitrd = none\n", ":3: initrd: none excludes any other file"},
        {"cmdline = a\n mode = firmware\n", ":2: \"mode = firmware\" would become part of cmdline"},
        {"cmdline = a\n  mode=firmware\n", ":2: \"mode=firmware\" would become part of cmdline"},
        {"mode\n", "/etc/fastreboot.conf:1: is neither \"key = value\" nor a comment"},
        {"mode = fast\n[open\n", ":2: is neither"},
        {"= fast\n", "unknown key \"\""},
        {"speed = 1\nmode = quick\n", ":1: unknown key"},
    };

    for (size_t i = 0; i < ELEMENTS(CASES); i++)
        expect_error(*state, CASES[i].text, CASES[i].error);
}

static void lists_grow_by_lines(void **state)
{
    CLEANUP(config_clear) struct config config = {0};

    tree_write(*state, CONFIG_FILE,
               "kernel = /k\ninitrd = /a\n  /b\ninitrd = /c\ncmdline = a\n\tb\ncmdline = c\n");
    config = load(*state);
    assert_null(config.error);
    assert_string_equal(config.initrd, "/a /b /c");
    assert_string_equal(config.cmdline, "a b c");
}

static void later_files_replace(void **state)
{
    CLEANUP(config_clear) struct config config = {0};

    tree_write(*state, CONFIG_FILE, "mode = firmware\ncmdline-append = a\nkernel = /k\n");
    tree_write(*state, CONFIG_DIR "/50-b.conf", "mode = fast\ncmdline-append = c\n");
    tree_write(*state, CONFIG_DIR "/10-a.conf",
               "mode = firmware\ncmdline-append = b\ninitrd=none\n");
    tree_write(*state, CONFIG_DIR "/60-c.conf.bak", "nonsense\n");
    tree_write(*state, CONFIG_DIR "/.60-c.conf", "nonsense\n");
    tree_write(*state, CONFIG_DIR "/.conf", "nonsense\n");
    config = load(*state);
    assert_null(config.error);
    assert_int_equal(config.mode, MODE_FAST);
    assert_string_equal(config.mode_source, "/etc/fastreboot.conf.d/50-b.conf:1");
    assert_string_equal(config.cmdline_append, "c");
    assert_string_equal(config.cmdline_append_source, "/etc/fastreboot.conf.d/50-b.conf:2");
    assert_string_equal(config.initrd_source, "/etc/fastreboot.conf.d/10-a.conf:3");
    assert_string_equal(config.kernel, "/k");
    assert_string_equal(config.initrd, "none");
}

/* What adds up starts at its first line; what a mask hides has none. */
static void every_setting_has_its_line(void **state)
{
    CLEANUP(config_clear) struct config config = {0}, masked = {0};

    tree_write(*state, CONFIG_FILE,
               "# first\n\nmissing-driver = block\n; second\nkernel = /k\ninitrd = /a\n  /b\n"
               "initrd = /c\nhealth-unit = a.service\n\n\nwatchdog = off\ncmdline = ro\n");
    tree_write(*state, "run/" CONFIG_DIR_NAME "/20.conf", "\r\nwatchdog = 60\r\n");
    config = load(*state);
    assert_null(config.error);
    assert_string_equal(config.missing_driver_source, "/etc/fastreboot.conf:3");
    assert_string_equal(config.kernel_source, "/etc/fastreboot.conf:5");
    assert_string_equal(config.initrd_source, "/etc/fastreboot.conf:6");
    assert_string_equal(config.health_unit_source, "/etc/fastreboot.conf:9");
    assert_string_equal(config.watchdog_source, "/run/fastreboot.conf.d/20.conf:2");
    assert_string_equal(config.cmdline_source, "/etc/fastreboot.conf:13");
    assert_null(config.mode_source);
    tree_link(*state, CONFIG_DIR "/20.conf", "/dev/null");
    masked = load(*state);
    assert_string_equal(masked.watchdog_source, "/etc/fastreboot.conf:12");
    assert_int_equal(masked.watchdog, SECONDS_OFF);
}

static void a_drop_in_is_named(void **state)
{
    CLEANUP(config_clear) struct config config = {0};

    tree_write(*state, CONFIG_DIR "/a.conf", "x = 1\n");
    config = load(*state);
    assert_string_equal(
        config.error,
        "/etc/fastreboot.conf.d/a.conf:1: unknown key \"x\": must be one of mode, "
        "load, ima-measurements, missing-driver, data-disks, kernel, initrd, cmdline, "
        "cmdline-append, cmdline-remove, health-timeout, health-unit, health-hook, "
        "health-hook-timeout, panic, "
        "watchdog, max-fast-in-a-row, max-age-days, quirk-ignore");
}

/* A line of `length` characters with a single value. */
static char *line_of(size_t length)
{
    static const char START[] = "cmdline = ";
    char *text = malloc(length + 2);

    memset(text, 'x', length);
    memcpy(text, START, sizeof(START) - 1);
    strcpy(text + length, "\n");
    return text;
}

/* The library cuts long lines, which would start a kernel with half a command line: up to the
 * limit, all of a line must arrive; beyond it, the line must be refused. */
static void no_line_is_cut(void **state)
{
    size_t taken = 0;

    for (size_t length = 20; length < 300; length++) {
        CLEANUP(config_clear) struct config config = {0};
        AUTOFREE char *text = line_of(length);

        tree_write(*state, CONFIG_FILE, text);
        config = load(*state);
        if (config.error) {
            assert_non_null(strstr(config.error, "/etc/fastreboot.conf:1: longer than"));
            continue;
        }
        assert_int_equal(strlen(config.cmdline), length - 10);
        assert_int_equal(taken, taken ? length - 1 : 0);
        taken = length;
    }
    assert_true(taken >= 197);
}

static void the_last_line_needs_no_newline(void **state)
{
    AUTOFREE char *text = line_of(197);

    text[197] = 0;
    expect_error(*state, text, NULL);
    expect_error(*state, "mode = quick", ":1: mode = quick");
}

static void files_have_a_limit(void **state)
{
    enum { LIMIT = 64 * 1024 };
    AUTOFREE char *text = malloc(LIMIT + 2);

    memset(text, '\n', LIMIT + 1);
    text[LIMIT] = 0;
    expect_error(*state, text, NULL);
    text[LIMIT] = '\n';
    text[LIMIT + 1] = 0;
    expect_error(*state, text, "/etc/fastreboot.conf: File too large");
}

static const char *const DIRECTORIES[] = {"etc", "run", "usr/local/lib", "usr/lib"};

static char *below(const char *directory, const char *name)
{
    return format("%s/%s", directory, name);
}

/* Writes the setting kernel = NAME to a file; "" for an empty one, NULL for a mask. */
static void put(const struct tree *tree, const char *directory, const char *file, const char *name)
{
    AUTOFREE char *path = below(directory, file), *text = NULL;

    if (!name) {
        tree_link(tree, path, "/dev/null");
        return;
    }
    text = *name ? format("kernel = /%s\ninitrd = none\n", name) : xstrdup("");
    tree_write(tree, path, text);
}

static void expect_kernel(const struct tree *tree, const char *kernel, const char *source)
{
    CLEANUP(config_clear) struct config config = load(tree);
    AUTOFREE char *line = format("%s:1", source);

    assert_null(config.error);
    if (!kernel) {
        assert_null(config.kernel);
        return;
    }
    assert_string_equal(config.kernel, kernel);
    assert_string_equal(config.kernel_source, line);
}

static void the_first_directory_wins(void **state)
{
    static const char *const FILES[] = {CONFIG_NAME, CONFIG_DIR_NAME "/a.conf"};

    for (size_t file = 0; file < ELEMENTS(FILES); file++) {
        for (size_t i = ELEMENTS(DIRECTORIES); i-- > 0;) {
            AUTOFREE char *source = format("/%s/%s", DIRECTORIES[i], FILES[file]);
            AUTOFREE char *name = format("k%zu", i), *kernel = format("/%s", name);

            put(*state, DIRECTORIES[i], FILES[file], name);
            expect_kernel(*state, kernel, source);
        }
        for (size_t i = 0; i < ELEMENTS(DIRECTORIES); i++) {
            AUTOFREE char *path = below(DIRECTORIES[i], FILES[file]);

            tree_remove(*state, path);
        }
    }
}

static void a_file_is_masked(void **state)
{
    static const char *const FILES[] = {CONFIG_NAME, CONFIG_DIR_NAME "/a.conf"};

    for (size_t file = 0; file < ELEMENTS(FILES); file++) {
        AUTOFREE char *vendor = below("usr/lib", FILES[file]), *source = format("/%s", vendor);

        put(*state, "usr/lib", FILES[file], "k");
        for (size_t i = 0; i < 3; i++) {
            AUTOFREE char *path = below(DIRECTORIES[i], FILES[file]);

            put(*state, DIRECTORIES[i], FILES[file], NULL);
            expect_kernel(*state, NULL, NULL);
            tree_remove(*state, path);
            put(*state, DIRECTORIES[i], FILES[file], "");
            expect_kernel(*state, NULL, NULL);
            tree_remove(*state, path);
        }
        expect_kernel(*state, "/k", source);
        tree_remove(*state, vendor);
    }
}

/* As on a real machine, and by other ways to write the link. */
static void masks_of_all_kinds(void **state)
{
    static const char *const TARGETS[] = {"/dev/null", "../dev/null", "//dev/./null", "/link"};

    tree_write(*state, "dev/null", "");
    tree_mode(*state, "dev/null", 0666);
    tree_link(*state, "link", "/dev/null");
    for (size_t i = 0; i < ELEMENTS(TARGETS); i++) {
        put(*state, "usr/lib", CONFIG_NAME, "k");
        tree_link(*state, CONFIG_FILE, TARGETS[i]);
        expect_kernel(*state, NULL, NULL);
        tree_remove(*state, CONFIG_FILE);
    }
}

static void a_mask_that_others_could_change(void **state)
{
    tree_link(*state, CONFIG_FILE, "/dev/null");
    tree_mode(*state, "etc", 0777);
    for (int real = 0; real < 2; real++) {
        CLEANUP(config_clear) struct config config = load(*state);

        assert_non_null(config.error);
        assert_string_equal(config.error,
                            "/etc/fastreboot.conf is not used: /etc is writable by users other "
                            "than its owner");
        tree_write(*state, "dev/null", "");
        tree_mode(*state, "dev/null", 0666);
    }
}

static void files_of_all_directories_are_sorted(void **state)
{
    put(*state, "usr/lib", CONFIG_DIR_NAME "/20.conf", "b");
    put(*state, "etc", CONFIG_DIR_NAME "/10.conf", "a");
    expect_kernel(*state, "/b", "/usr/lib/fastreboot.conf.d/20.conf");
    put(*state, "run", CONFIG_DIR_NAME "/30.conf", "c");
    expect_kernel(*state, "/c", "/run/fastreboot.conf.d/30.conf");
    put(*state, "usr/local/lib", CONFIG_DIR_NAME "/25.conf", "d");
    expect_kernel(*state, "/c", "/run/fastreboot.conf.d/30.conf");
}

/* /usr/local may be a link to a disk that is not there. */
static void a_place_that_is_missing(void **state)
{
    tree_link(*state, "usr/local", "/var/usrlocal");
    put(*state, "usr/lib", CONFIG_NAME, "k");
    put(*state, "usr/lib", CONFIG_DIR_NAME "/a.conf", "b");
    expect_kernel(*state, "/b", "/usr/lib/fastreboot.conf.d/a.conf");
}

static void quirks_to_ignore_add_up(void **state)
{
    CLEANUP(config_clear) struct config config = {0}, reset = {0};

    tree_write(*state, CONFIG_FILE,
               "quirk-ignore = Intel S1200SPL\nquirk-ignore = \"HP Z2 Mini G4\"\n");
    tree_write(*state, CONFIG_DIR "/a.conf", "quirk-ignore = 'x'\n  y\n");
    config = load(*state);
    assert_null(config.error);
    assert_int_equal(config.n_ignored, 4);
    assert_string_equal(config.ignored[0].name, "Intel S1200SPL");
    assert_string_equal(config.ignored[0].source, "/etc/fastreboot.conf:1");
    assert_string_equal(config.ignored[1].name, "HP Z2 Mini G4");
    assert_string_equal(config.ignored[2].name, "x");
    assert_string_equal(config.ignored[3].name, "y");
    assert_string_equal(config.ignored[3].source, "/etc/fastreboot.conf.d/a.conf:2");
    tree_write(*state, CONFIG_DIR "/b.conf", "quirk-ignore =\nquirk-ignore = z\n");
    reset = load(*state);
    assert_null(reset.error);
    assert_int_equal(reset.n_ignored, 1);
    assert_string_equal(reset.ignored[0].name, "z");
    expect_error(*state, "quirk-ignore = \"a\" \"b\"\n",
                 ":1: quirk-ignore = \"a\" \"b\": must be the name of one quirk");
    expect_error(*state, "quirk-ignore = \"\"\n", "must be the name of one quirk");
    expect_error(*state, "quirk-ignore = a\n mode = fast\n", "would become part of quirk-ignore");
}

static void too_many_quirks_to_ignore(void **state)
{
    AUTOFREE char *text = NULL;

    for (int i = 0; i < 64; i++)
        append_text(&text, "", "quirk-ignore = a\n");
    expect_error(*state, text, NULL);
    append_text(&text, "", "quirk-ignore = a\n");
    expect_error(*state, text, ":65: quirk-ignore: more than 64 quirks");
}

static void a_zero_byte_is_refused(void **state)
{
    CLEANUP(config_clear) struct config config = {0};

    tree_write_bytes(*state, CONFIG_FILE, "mode = fast\n\0mode = firmware\n", 29);
    config = load(*state);
    assert_string_equal(config.error, "/etc/fastreboot.conf: contains a zero byte");
}

static void what_others_may_write_is_refused(void **state)
{
    tree_write(*state, CONFIG_FILE, "mode = fast\n");
    tree_mode(*state, CONFIG_FILE, 0664);
    expect_error(*state, "", "/etc/fastreboot.conf is not used: /etc/fastreboot.conf is writable");
    tree_mode(*state, CONFIG_FILE, 0644);
    tree_mode(*state, "etc", 0777);
    expect_error(*state, "", "/etc/fastreboot.conf is not used: /etc is writable");
}

static void odd_files_are_refused(void **state)
{
    CLEANUP(config_clear) struct config dangling = {0}, directory = {0};

    tree_link(*state, CONFIG_FILE, "/nothing");
    dangling = load(*state);
    assert_string_equal(dangling.error, "/etc/fastreboot.conf: No such file or directory");
    assert_int_equal(dangling.error_number, ENOENT);
    tree_remove(*state, CONFIG_FILE);
    tree_mkdir(*state, CONFIG_FILE);
    directory = load(*state);
    assert_string_equal(directory.error, "/etc/fastreboot.conf: Is a directory");
}

static void a_directory_that_is_a_dangling_link_is_refused(void **state)
{
    CLEANUP(config_clear) struct config config = {0};

    tree_link(*state, CONFIG_DIR, "/mnt/settings");
    config = load(*state);
    assert_string_equal(config.error, "/etc/fastreboot.conf.d: No such file or directory");
    assert_int_equal(config.error_number, ENOENT);
}

static void an_open_quotation_mark_is_refused(void **state)
{
    static const char *const KEYS[] = {"cmdline", "cmdline-append", "cmdline-remove"};

    for (size_t i = 0; i < ELEMENTS(KEYS); i++) {
        AUTOFREE char *open = format("%s = quiet dyndbg=\"file a.c\n", KEYS[i]);
        AUTOFREE char *closed = format("%s = quiet dyndbg=\"file a.c +p\"\n", KEYS[i]);
        AUTOFREE char *error = format("/etc/fastreboot.conf:1: %s: a quotation mark", KEYS[i]);
        CLEANUP(config_clear) struct config config = {0};

        expect_error(*state, open, error);
        tree_write(*state, CONFIG_FILE, closed);
        config = load(*state);
        assert_null(config.error);
    }
}

static void too_many_files_are_counted(void **state)
{
    CLEANUP(config_clear) struct config config = {0};

    for (int i = 0; i < 65; i++) {
        AUTOFREE char *path = format(CONFIG_DIR "/%d.conf", i);

        tree_write(*state, path, "");
    }
    config = load(*state);
    assert_non_null(config.error);
    assert_non_null(strstr(config.error, "/etc/fastreboot.conf.d: more than 64 files"));
    tree_remove(*state, CONFIG_DIR "/0.conf");
    put(*state, "usr/lib", CONFIG_DIR_NAME "/1.conf", "k");
    expect_kernel(*state, NULL, NULL); /* the same name counts once */
    put(*state, "usr/lib", CONFIG_DIR_NAME "/x.conf", "k");
    expect_error(*state, "", "/usr/lib/fastreboot.conf.d: more than 64 files (here and in");
}

static int load_forbidden(void *argument)
{
    CLEANUP(config_clear) struct config config = load(argument);

    return config.error && config.error_number == EACCES;
}

static void a_secret_file_is_an_error(void **state)
{
    tree_write(*state, CONFIG_FILE, "");
    tree_mode(*state, CONFIG_FILE, 0);
    assert_int_equal(as_nobody(load_forbidden, *state), 1);
    tree_mode(*state, CONFIG_FILE, 0644);
    tree_mkdir(*state, CONFIG_DIR);
    tree_mode(*state, CONFIG_DIR, 0);
    assert_int_equal(as_nobody(load_forbidden, *state), 1);
}

static void windows_line_ends_do_no_harm(void **state)
{
    CLEANUP(config_clear) struct config config = {0};

    tree_write(*state, CONFIG_FILE, "\xef\xbb\xbfmode = firmware\r\ncmdline = a b\r\n");
    config = load(*state);
    assert_null(config.error);
    assert_int_equal(config.mode, MODE_FIRMWARE);
    assert_string_equal(config.cmdline, "a b");
}

static void expect_timeout(const struct tree *tree, const char *value, int expected)
{
    AUTOFREE char *text = format("health-timeout = %s\n", value);
    CLEANUP(config_clear) struct config config = {0};

    tree_write(tree, CONFIG_FILE, text);
    config = load(tree);
    assert_null(config.error);
    assert_int_equal(config.health_timeout, expected);
}

static void a_timeout_is_a_time_or_off(void **state)
{
    static const char *const BAD[] = {
        "", "9", "86401", "-5", "5mins", "1", "+30", "99999999999999999999", "3 0", "25h"};

    expect_timeout(*state, "10", 10);
    expect_timeout(*state, "86400", 86400);
    expect_timeout(*state, "1d", 86400);
    expect_timeout(*state, "off", SECONDS_OFF);
    for (size_t i = 0; i < ELEMENTS(BAD); i++) {
        AUTOFREE char *text = format("health-timeout = %s\n", BAD[i]);

        expect_error(*state, text,
                     "must be on, off, or a time from 10 to 86400 seconds, such as 90,");
    }
    expect_error(*state, "health-timeout = 30\nhealth-timeout = 40\n", "set twice");
}

static void a_unit_has_its_full_name(void **state)
{
    static const char *const BAD[] = {"",      "sshd",        ".service",
                                      "sshd.", "a b.service", "a/b.service"};

    expect_error(*state, "health-hook = /usr/local/sbin/x\nhealth-hook-timeout = off\n", NULL);
    expect_error(*state, "health-hook = drain\n",
                 "/etc/fastreboot.conf:1: health-hook = drain: must be absolute");
    expect_error(*state, "health-hook-timeout = 9\n",
                 "/etc/fastreboot.conf:1: health-hook-timeout = 9: must be on, off, or a time "
                 "from 10 to 3600 seconds");
    expect_error(*state, "health-unit = ssh@x-\\x2d:y.service\n", NULL);
    for (size_t i = 0; i < ELEMENTS(BAD); i++) {
        AUTOFREE char *text = format("health-unit = %s\n", BAD[i]);

        expect_error(*state, text, "must be the full name of a unit");
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_means_defaults),
        TEST(times_have_bounds),
        TEST(numbers_have_bounds),
        TEST(times_are_also_booleans),
        TEST(every_key_is_taken),
        TEST(what_is_wrong_is_told_with_file_and_line),
        TEST(lists_grow_by_lines),
        TEST(later_files_replace),
        TEST(every_setting_has_its_line),
        TEST(a_drop_in_is_named),
        TEST(no_line_is_cut),
        TEST(the_last_line_needs_no_newline),
        TEST(files_have_a_limit),
        TEST(the_first_directory_wins),
        TEST(a_file_is_masked),
        TEST(masks_of_all_kinds),
        TEST(a_mask_that_others_could_change),
        TEST(files_of_all_directories_are_sorted),
        TEST(a_place_that_is_missing),
        TEST(quirks_to_ignore_add_up),
        TEST(too_many_quirks_to_ignore),
        TEST(a_zero_byte_is_refused),
        TEST(what_others_may_write_is_refused),
        TEST(a_directory_that_is_a_dangling_link_is_refused),
        TEST(an_open_quotation_mark_is_refused),
        TEST(odd_files_are_refused),
        TEST(too_many_files_are_counted),
        TEST(a_secret_file_is_an_error),
        TEST(windows_line_ends_do_no_harm),
        TEST(a_timeout_is_a_time_or_off),
        TEST(a_unit_has_its_full_name),
    };

    return RUN_TESTS(tests);
}
