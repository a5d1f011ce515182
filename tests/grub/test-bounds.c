/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* No content of a file may delay a shutdown. The tests count the work done, not the time. */

#include "helper.h"

#include <errno.h>

#include "base/util.h"
#include "discover/loaders/grub/commands/command.h"
#include "discover/loaders/grub/script/source.h"
#include "discover/loaders/loader.h"

/* Runs the text, which must be given up for this reason and within the limit. */
static void refuse(const char *text, size_t length, const char *why)
{
    struct grub_paths paths = {
        .root = -1, .directory = strdup("/boot/grub"), .inside = strdup("/boot/grub")};
    struct grub_run run = {.paths = &paths, .find_command = grub_find_command};
    struct grub_eval eval = {.run = &run};

    assert_int_equal(grub_run_text(&eval, "f", text, length), -ECANCELED);
    assert_non_null(strstr(run.problem, why));
    assert_true(run.work <= GRUB_MAX_WORK);
    grub_eval_clear(&eval);
    grub_run_clear(&run);
    grub_paths_clear(&paths);
}

static char *repeat(const char *text, size_t times)
{
    size_t n = strlen(text);
    char *all = malloc(n * times + 1);

    assert_non_null(all);
    for (size_t i = 0; i < times; i++)
        memcpy(all + i * n, text, n);
    all[n * times] = 0;
    return all;
}

static void refuse_repeated(const char *start, const char *text, size_t times, const char *end,
                            const char *why)
{
    AUTOFREE char *middle = repeat(text, times), *all = format("%s%s%s", start, middle, end);

    assert_non_null(all);
    refuse(all, strlen(all), why);
}

static void size(void **state)
{
    (void)state;
    refuse_repeated("", "set a=b\n", 60000, "", "more than 100000 words");
    refuse_repeated("echo '", "x", 100000, "'\n", "a word of more than 64 KiB");
    refuse_repeated("echo ", "x'' ", 120000, "\n", "more than 100000 words");
    refuse_repeated("", "menuentry a { b\n}\n", 1500, "", "more than 1000 menu entries");
}

static void depth(void **state)
{
    AUTOFREE char *end = repeat("}\n", 10000);

    (void)state;
    refuse_repeated("", "submenu a {\n", 10000, end, "nested more than 64 deep");
    refuse_repeated("", "if true; then\n", 10000, "true\n", "nested more than 64 deep");
    refuse_repeated("if true; then true\n", "elif true; then true\n", 10000, "fi\n",
                    "nested more than 64 deep");
    refuse_repeated("test ", "( ", 5000, "\nfunction f { f; }\nf\n", "nested more than 64 deep");
}

static void loops(void **state)
{
    (void)state;
    refuse_repeated("", "while true; do a=$a; done\n", 1, "",
                    "the script takes more than 400000 steps");
    refuse_repeated("function f { f\n}\n", "f\n", 1, "", "nested more than 64 deep");
    refuse_repeated("a=12345678\n", "a=$a$a\n", 60, "", "more than 8 KiB");
    refuse_repeated("", "for a in 1 2 3 4 5 6 7 8; do\n", 8,
                    "true\ndone;done;done;done;done;done;done;done\n",
                    "the script takes more than 400000 steps");
    refuse_repeated("", "if search --set=a -u b; then b=1\n", 12,
                    "fi;fi;fi;fi;fi;fi;fi;fi;fi;fi;fi;fi\n", "more than 8 nested conditions");
}

/* Many big variables, and a condition each time: every copy of them counts. */
static void memory(void **state)
{
    AUTOFREE char *big = repeat("x", 8000), *text = NULL;

    (void)state;
    for (int i = 0; i < 120; i++) {
        AUTOFREE char *before = text;

        text = format("%sv%d=%s\n", before ? before : "", i, big);
        assert_non_null(text);
    }
    refuse_repeated(text, "if search --set=a -u b; then true; fi\n", 100, "",
                    "the script takes more than 400000 steps");
}

/* Each of two branches sets fewer variables than allowed, both together more. */
static void variables(void **state)
{
    AUTOFREE char *text = xstrdup("if search --set=a -u b; then\n");

    (void)state;
    for (int i = 0; i < 400; i++)
        set_text(&text, format("%s%sv%d=1\n", text, i == 200 ? "else\n" : "", i));
    refuse_repeated(text, "fi\n", 1, "", "more than 256 variables");
}

static void sources(void **state)
{
    assert_string_equal(started(*state, "source $prefix/grub.cfg\n"),
                        "? /boot/grub/grub.cfg:1: more than 16 files");
}

/* Not even read: 100 MiB, and 10,000 boot entries. */
static void large(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *path = format("%s/boot/grub/grub.cfg", tree->path);
    struct boot_entries entries;

    tree_write(tree, "boot/grub/grub.cfg", "timeout=0\n");
    assert_int_equal(truncate(path, 100 * 1024 * 1024), 0);
    tree_read(tree, &entries);
    assert_string_equal(entries.problem, "/boot/grub/grub.cfg:1: File too large");
    boot_entries_clear(&entries);
}

static void many_entries(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *command =
        format("cd %s && mkdir -p boot/loader/entries && cd boot/loader/entries && "
               "seq -f 'm-%%.0f-1.conf' 10000 | xargs touch",
               tree->path);

    assert_int_equal(system(command), 0);
    assert_string_equal(
        started(*state, "timeout=0\nboot=$root\nblscfg\n"),
        "? /boot/grub/grub.cfg:3: /boot/loader/entries: more than 256 boot entries");
}

static void garbage(void **state)
{
    (void)state;
    refuse("a\0b\n", 4, "not a text file");
    refuse("a\001b\n", 4, "not a text file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(size),
        cmocka_unit_test(depth),
        cmocka_unit_test(loops),
        cmocka_unit_test(memory),
        cmocka_unit_test(variables),
        cmocka_unit_test(garbage),
        cmocka_unit_test_setup_teardown(sources, tree_setup, tree_teardown),
        cmocka_unit_test_setup_teardown(large, tree_setup, tree_teardown),
        cmocka_unit_test_setup_teardown(many_entries, tree_setup, tree_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
