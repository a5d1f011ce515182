/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/uki.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "test.h"
#include "uki-made.h"

static unsigned char KERNEL[KERNEL_SIZE];
static unsigned char IMAGE[MADE_MAX];

static const struct made_section WHOLE[] = {
    MADE_STUB("257.9-1"),   {".osrel", "ID=x", 0},    {".cmdline", "ro", 0},
    {".ucode", "abcde", 0}, {".initrd", "initrd", 0}, {".linux", KERNEL, KERNEL_SIZE},
    {NULL, NULL, 0},
};

enum {
    AT_CMDLINE = 2,
    AT_UCODE = 3,
    AT_INITRD = 4,
    AT_LINUX = 5,
};

static int as_file(size_t size)
{
    int fd = memfd_create("image", MFD_CLOEXEC);

    assert_true(fd >= 0 && write(fd, IMAGE, size) == (ssize_t)size);
    return fd;
}

/* Returns the problem, or NULL; closes the file. */
static char *problem_of(int fd, unsigned profile)
{
    int kernel = -1, initrd = -1, r;
    char *problem;

    r = uki_unpack(fd, profile, &kernel, &initrd, &problem);
    assert_true(r == 0 || (r == -ENOEXEC && problem && kernel < 0 && initrd < 0));
    closep(&fd);
    closep(&kernel);
    closep(&initrd);
    return problem;
}

static void expect_problem(size_t size, const char *words)
{
    AUTOFREE char *problem = problem_of(as_file(size), 0);

    if (!words)
        assert_null(problem);
    else if (!problem || !strstr(problem, words))
        fail_msg("\"%s\" does not say \"%s\"", problem, words);
}

static void expect_content(int fd, const void *content, size_t size)
{
    AUTOFREE char *found = calloc(1, size + 1);
    struct stat st;

    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_size, size);
    assert_int_equal(pread(fd, found, size + 1, 0), size);
    assert_memory_equal(found, content, size);
}

/* The kernel without its padding; microcode, padded, before the initrd; os-release after both. */
static void it_is_taken_apart(void **state)
{
    static const char INITRD[] =
        "abcde\0\0\0initrd\0\0"
        "070701000000010000416d0000000000000000000000010000000000000000000000000000000000000000"
        "000000000000000700000000.extra\0\0\0\0"
        "07070100000002000081240000000000000000000000010000000000000004000000000000000000000000"
        "000000000000001200000000.extra/os-release\0ID=x"
        "07070100000000000000000000000000000000000000010000000000000000000000000000000000000000"
        "000000000000000b00000000TRAILER!!!\0\0\0";
    AUTOCLOSE int fd = as_file(made_pe(IMAGE, WHOLE)), kernel = -1, initrd = -1;
    char *problem;

    (void)state;
    assert_int_equal(uki_unpack(fd, 0, &kernel, &initrd, &problem), 0);
    expect_content(kernel, KERNEL, KERNEL_SIZE);
    expect_content(initrd, INITRD, sizeof(INITRD));
    assert_int_equal(write(kernel, "x", 1), -1); /* sealed */
    assert_int_equal(ftruncate(initrd, 0), -1);
}

/* Without a copy of anything. */
static void it_is_looked_at(void **state)
{
    AUTOCLOSE int fd = as_file(made_pe(IMAGE, WHOLE));
    struct uki_content content;
    char found[KERNEL_SIZE], *problem;

    (void)state;
    assert_int_equal(uki_look(fd, 0, &content, &problem), 0);
    assert_int_equal(content.kernel_size, KERNEL_SIZE);
    assert_int_equal(pread(fd, found, KERNEL_SIZE, (off_t)content.kernel), KERNEL_SIZE);
    assert_memory_equal(found, KERNEL, KERNEL_SIZE);
    assert_int_equal(content.initrd_size, strlen("abcde"
                                                 "initrd"
                                                 "ID=x"));
    assert_int_equal(content.archives[0].end - content.archives[0].start, strlen("abcde"));
    assert_int_equal(content.archives[1].end - content.archives[1].start, strlen("initrd"));
    assert_int_equal(pread(fd, found, 6, (off_t)content.archives[1].start), 6);
    assert_memory_equal(found, "initrd", 6);
    assert_int_equal(uki_look(fd, 1, &content, &problem), -ENOEXEC);
    assert_non_null(problem);
    free(problem);
}

/* It would unpack to nothing. */
static void a_kernel_of_no_bytes_is_a_problem(void **state)
{
    size_t size = made_pe(IMAGE, WHOLE);
    AUTOFREE char *problem = NULL;

    (void)state;
    made_field(IMAGE, AT_LINUX, 16, 0);
    problem = problem_of(as_file(size), 0);
    assert_string_equal(problem, "its kernel is empty");
}

/* Older stubs have no microcode and no os-release. */
static void an_older_stub(void **state)
{
    struct made_section sections[ELEMENTS(WHOLE)];
    AUTOCLOSE int fd = -1, kernel = -1, initrd = -1;
    char *problem;

    (void)state;
    memcpy(sections, WHOLE, sizeof(sections));
    sections[0] = (struct made_section)MADE_STUB("252.39-1~deb12u2");
    fd = as_file(made_pe(IMAGE, sections));
    assert_int_equal(uki_unpack(fd, 0, &kernel, &initrd, &problem), 0);
    expect_content(initrd, "initrd", 6);
}

static void sizes_in_memory_and_in_the_file(void **state)
{
    size_t size = made_pe(IMAGE, WHOLE);
    AUTOCLOSE int fd = -1, kernel = -1, initrd = -1;
    char *problem, found[16];

    (void)state;
    made_field(IMAGE, AT_UCODE, 8, 600); /* 512 in the file, the rest is zeros */
    made_field(IMAGE, AT_LINUX, 8, 64 * 1024 * 1024);
    fd = as_file(size);
    assert_int_equal(uki_unpack(fd, 0, &kernel, &initrd, &problem), 0);
    assert_int_equal(pread(initrd, found, 6, 600), 6);
    assert_memory_equal(found, "initrd", 6);
    assert_int_equal(pread(initrd, found, 8, 508), 8);
    assert_memory_equal(found, "\0\0\0\0\0\0\0\0", 8);
    assert_int_equal(lseek(kernel, 0, SEEK_END), (KERNEL_SIZE + 511) / 512 * 512);
}

/* A signed kernel ends with its certificates: with less or more than those it is a different
 * file. */
static void a_signed_kernel_has_no_padding(void **state)
{
    unsigned char kernel[KERNEL_SIZE];
    struct made_section sections[] = {
        MADE_STUB("257"), {".linux", kernel, sizeof(kernel)}, {NULL, NULL, 0}};
    size_t size;
    AUTOCLOSE int fd = -1, copy = -1, initrd = -1;
    char *problem;

    (void)state;
    kernel_header(kernel, "6.9.2");
    memcpy(kernel, "MZ", 2);
    kernel[60] = 0x40; /* the header, with a table of 48 bytes at KERNEL_SIZE - 48 */
    memcpy(kernel + 0x40, "PE", 2);
    kernel[0x40 + 24] = 0x0b;
    kernel[0x40 + 25] = 0x02;
    kernel[0x40 + 24 + 144] = (KERNEL_SIZE - 48) & 0xff;
    kernel[0x40 + 24 + 145] = (KERNEL_SIZE - 48) >> 8;
    kernel[0x40 + 24 + 148] = 48;
    size = made_pe(IMAGE, sections);
    made_field(IMAGE, 1, 8, 1024 * 1024);
    fd = as_file(size);
    assert_int_equal(uki_unpack(fd, 0, &copy, &initrd, &problem), 0);
    expect_content(copy, kernel, sizeof(kernel));
}

static void no_initrd(void **state)
{
    static const struct made_section SECTIONS[] = {
        MADE_STUB("256.1"), {".linux", KERNEL, KERNEL_SIZE}, {NULL, NULL, 0}};
    AUTOCLOSE int fd = as_file(made_pe(IMAGE, SECTIONS)), kernel = -1, initrd = -1;
    char *problem;

    (void)state;
    assert_int_equal(uki_unpack(fd, 0, &kernel, &initrd, &problem), 0);
    assert_int_equal(initrd, -1);
}

static void sections_of_profiles(void **state)
{
    static const struct made_section SECTIONS[] = {
        MADE_STUB("257"),        {".cmdline", "base", 0}, {".linux", KERNEL, KERNEL_SIZE},
        {".profile", "ID=a", 0}, {".profile", "ID=b", 0}, {".cmdline", "b", 0},
        {".profile", "ID=c", 0}, {".cmdline", "c", 0},    {NULL, NULL, 0}};
    static const char *const EXPECTED[] = {"base", "b", "c"};
    CLEANUP(uki_clear) struct uki uki;
    AUTOCLOSE int fd = as_file(made_pe(IMAGE, SECTIONS));
    const struct pe_section *parts[N_UKI_PARTS];

    (void)state;
    assert_int_equal(uki_read(fd, &uki), 0);
    for (unsigned profile = 0; profile < 3; profile++) {
        AUTOFREE char *text = NULL;

        assert_int_equal(uki_select(&uki, profile, parts), 0);
        assert_int_equal(uki_text(&uki, parts[UKI_CMDLINE], &text), 0);
        assert_string_equal(text, EXPECTED[profile]);
        assert_non_null(parts[UKI_LINUX]);
    }
    assert_int_equal(uki_select(&uki, 3, parts), -ENOENT);
}

static void what_kexec_cannot_start(void **state)
{
    static const struct {
        struct made_section section;
        const char *words;
    } CASES[] = {
        {{"x", "x", 0}, "no kernel"},
        {{".efifw", "x", 0}, "firmware"},
        {{".cmdline", "x", 0}, "two sections .cmdline"},
        {{".profile", "x", 0}, NULL},
        {{".dtbauto", "x", 0}, NULL}, /* on x86 */
        {{".hwids", "x", 0}, NULL},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        struct made_section sections[] = {MADE_STUB("257"),
                                          {".cmdline", "ro", 0},
                                          CASES[i].section,
                                          {".linux", KERNEL, KERNEL_SIZE},
                                          {NULL, NULL, 0}};

        if (i == 0)
            sections[3].name = NULL;
        expect_problem(made_pe(IMAGE, sections), CASES[i].words);
    }
}

static void stubs_that_are_not_known(void **state)
{
    static const struct made_section STUBS[] = {
        MADE_STUB("249.11"), MADE_STUB("260"), MADE_STUB("x"), {".sdmagic", "", 1}, {"x", "x", 0}};
    struct made_section sections[ELEMENTS(WHOLE)];

    (void)state;
    memcpy(sections, WHOLE, sizeof(sections));
    for (size_t i = 0; i < ELEMENTS(STUBS); i++) {
        sections[0] = STUBS[i];
        expect_problem(made_pe(IMAGE, sections), "systemd-stub");
    }
    sections[0] = (struct made_section)MADE_STUB("256");
    sections[1].name = ".profile";
    expect_problem(made_pe(IMAGE, sections), "profiles");
}

static void wild_sizes(void **state)
{
    static const struct {
        size_t section, field;
        uint32_t value;
        const char *words;
    } CASES[] = {
        {AT_INITRD, 16, 0xffffffff, "truncated"},
        {AT_INITRD, 20, 0xffffffff, "truncated"},
        {AT_INITRD, 20, 0x7fffffff, "truncated"},
        {AT_CMDLINE, 16, 1024, "overlap"},
        {AT_INITRD, 20, 0, "overlap"},
        {AT_LINUX, 16, KERNEL_SIZE * 2, "truncated"},
        {AT_INITRD, 8, 0xffffffff, "1 GiB"},
        {AT_LINUX, 8, 0x40000001, "1 GiB"},
        {AT_LINUX, 8, 0, "no kernel"},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        size_t size = made_pe(IMAGE, WHOLE);

        made_field(IMAGE, CASES[i].section, CASES[i].field, CASES[i].value);
        expect_problem(size, CASES[i].words);
    }
}

static void truncated_at_every_length(void **state)
{
    size_t size = made_pe(IMAGE, WHOLE);

    (void)state;
    for (size_t length = 0; length < size; length++) {
        AUTOFREE char *problem = problem_of(as_file(length), 0);

        assert_non_null(problem);
    }
    expect_problem(size, NULL);
}

static void headers_that_lie(void **state)
{
    static const struct {
        size_t offset;
        unsigned char value;
    } CASES[] = {{0, 'm'}, {60, 8}, {63, 0x7f}, {64, 0}, {70, 0}, {71, 0xff}, {85, 0xff}, {88, 0}};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        size_t size = made_pe(IMAGE, WHOLE);
        AUTOCLOSE int fd = -1;
        struct uki uki;

        IMAGE[CASES[i].offset] = CASES[i].value;
        if (CASES[i].offset == 70)
            IMAGE[71] = 0;
        fd = as_file(size);
        assert_int_equal(uki_read(fd, &uki), -ENOEXEC);
    }
}

static void command_lines(void **state)
{
    static const char *const CASES[][2] = {
        {"", ""},       {" \n", ""}, {"a", "a"}, {" a  b\n", "a  b"}, {"a\tb\1c", "a b c"},
        {"a\x7f", "a"},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        AUTOFREE char *text = strdup(CASES[i][0]);

        uki_mangle_cmdline(text);
        assert_string_equal(text, CASES[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_taken_apart),
        cmocka_unit_test(it_is_looked_at),
        cmocka_unit_test(a_kernel_of_no_bytes_is_a_problem),
        cmocka_unit_test(an_older_stub),
        cmocka_unit_test(sizes_in_memory_and_in_the_file),
        cmocka_unit_test(a_signed_kernel_has_no_padding),
        cmocka_unit_test(no_initrd),
        cmocka_unit_test(sections_of_profiles),
        cmocka_unit_test(what_kexec_cannot_start),
        cmocka_unit_test(stubs_that_are_not_known),
        cmocka_unit_test(wild_sizes),
        cmocka_unit_test(truncated_at_every_length),
        cmocka_unit_test(headers_that_lie),
        cmocka_unit_test(command_lines),
    };

    kernel_header(KERNEL, "6.9.2");
    return RUN_TESTS(tests);
}
