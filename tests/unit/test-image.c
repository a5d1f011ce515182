/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/image.h"

#include <sys/mman.h>

#include "test.h"
#include "tree.h"

static int open_bytes(const void *bytes, size_t n)
{
    int fd = memfd_create("image", MFD_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, n, 0), n);
    return fd;
}

/* Returns the result, after checking that it comes with what the contract says. */
static int read_fd(int fd, char *ret_release, char *ret_problem)
{
    CLEANUP(image_clear) struct image image = {0};
    AUTOFREE char *problem = NULL;
    int r = image_read(fd, &image, &problem);

    if (r == 0) {
        assert_non_null(image.release);
        assert_null(problem);
        assert_true(image.cmdline_max > 0);
        assert_null(strchr(image.release, '/'));
        snprintf(ret_release, 256, "%s", image.release);
    }
    if (r == -ENOEXEC) {
        assert_non_null(problem);
        assert_true(*problem);
        snprintf(ret_problem, 256, "%s", problem);
    }
    return r;
}

static void expect_release(const void *bytes, size_t n, const char *release)
{
    AUTOCLOSE int fd = open_bytes(bytes, n);
    char found[256], problem[256];

    assert_int_equal(read_fd(fd, found, problem), 0);
    assert_string_equal(found, release);
}

static void expect_problem(const void *bytes, size_t n, const char *expected)
{
    AUTOCLOSE int fd = open_bytes(bytes, n);
    char found[256], problem[256];

    assert_int_equal(read_fd(fd, found, problem), -ENOEXEC);
    if (!strstr(problem, expected))
        fail_msg("\"%s\" does not say \"%s\"", problem, expected);
}

static void a_kernel_is_one(void **state)
{
    unsigned char bytes[KERNEL_SIZE];
    CLEANUP(image_clear) struct image image = {0};
    AUTOFREE char *problem = NULL;
    AUTOCLOSE int fd = -1;

    (void)state;
    kernel_header(bytes, "6.1.0-33-amd64");
    fd = open_bytes(bytes, sizeof(bytes));
    assert_int_equal(image_read(fd, &image, &problem), 0);
    assert_int_equal(image.arch, IMAGE_X86_64);
    assert_string_equal(image_arch_name(image.arch), "x86_64");
    assert_string_equal(image.release, "6.1.0-33-amd64");
    assert_int_equal(image.cmdline_max, KERNEL_CMDLINE_MAX);
}

/* As in a unified kernel image: where it starts and ends is given. */
static void a_kernel_may_be_a_part_of_a_file(void **state)
{
    enum { BEFORE = 333 };
    unsigned char bytes[BEFORE + KERNEL_SIZE + 100] = {0};
    CLEANUP(image_clear) struct image image = {0};
    AUTOFREE char *problem = NULL, *cut = NULL;
    AUTOCLOSE int fd = -1;

    (void)state;
    kernel_header(bytes + BEFORE, "6.9.2");
    bytes[BEFORE + 0x263] = 1; /* init_size, 16 MiB */
    fd = open_bytes(bytes, sizeof(bytes));
    assert_int_equal(image_read_part(fd, BEFORE, KERNEL_SIZE, &image, &problem), 0);
    assert_string_equal(image.release, "6.9.2");
    assert_int_equal(image.memory, 16 << 20);
    image_clear(&image);
    assert_int_equal(image_read_part(fd, BEFORE, KERNEL_SIZE - 1, &image, &cut), -ENOEXEC);
    assert_non_null(strstr(cut, "truncated"));
}

static void each_field_is_looked_at(void **state)
{
    static const struct {
        size_t offset;
        unsigned char value;
        const char *problem;
    } CASES[] = {
        {0x1fe, 0, "boot sector signature"},
        {0x202, 'h', "neither a bzImage"},
        {0x206, 0x0b, "older than 2.12"},
        {0x207, 0x01, "older than 2.12"},
        {0x211, 0, "zImage"},
        {0x236, 0x3e, "64-bit entry"},
        {0x236, 0x3d, "64-bit entry"},
        {0x20e, 1, "not a kernel release"},
        {0x20f, 0, "without a version string"},
        {0x20f, 0xff, "without a version string"},
        {0x1f1, 0, "truncated"}, /* stands for 4 */
        {0x1f1, 5, "truncated"},
        {0x1f4, 65, "truncated"},
        {0x1f7, 0xff, "truncated"},
        {KERNEL_VERSION_OFFSET, 'v', "not a kernel release"},
        {KERNEL_VERSION_OFFSET + 2, '/', "not a kernel release"},
        {KERNEL_VERSION_OFFSET + 2, 0x80, "not a kernel release"},
        {KERNEL_VERSION_OFFSET, 0, "not a kernel release"},
    };
    unsigned char bytes[KERNEL_SIZE];

    (void)state;
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        kernel_header(bytes, "6.1.0");
        bytes[CASES[i].offset] = CASES[i].value;
        if (CASES[i].offset == 0x1f1 && CASES[i].value == 0)
            expect_release(bytes, sizeof(bytes), "6.1.0");
        else
            expect_problem(bytes, sizeof(bytes), CASES[i].problem);
    }
}

static void room_for_the_command_line_is_needed(void **state)
{
    unsigned char bytes[KERNEL_SIZE];

    (void)state;
    kernel_header(bytes, "6.1.0");
    memset(bytes + 0x238, 0, 4);
    bytes[0x238] = 31;
    expect_problem(bytes, sizeof(bytes), "accepts no command line");
    bytes[0x238] = 32;
    expect_release(bytes, sizeof(bytes), "6.1.0");
    memset(bytes + 0x238, 0xff, 4);
    expect_release(bytes, sizeof(bytes), "6.1.0");
    assert_true(image_is_damaged("empty") && image_is_damaged("too short for a kernel") &&
                image_is_damaged("truncated: 3583 bytes, its header says 3584"));
    assert_false(image_is_damaged("zImage, not a bzImage") || image_is_damaged("empty kernel"));
}

static void every_truncation_is_noticed(void **state)
{
    unsigned char bytes[KERNEL_SIZE];

    (void)state;
    kernel_header(bytes, "6.1.0");
    for (size_t n = 0; n < sizeof(bytes); n += n < 0x300 ? 1 : 61)
        expect_problem(bytes, n, n == 0 ? "empty" : n < 0x268 ? "too short" : "truncated");
    expect_problem(bytes, sizeof(bytes) - 1, "truncated: 3583 bytes, its header says 3584");
    expect_release(bytes, sizeof(bytes), "6.1.0");
}

static void releases_have_a_limit(void **state)
{
    unsigned char bytes[KERNEL_SIZE];
    char release[131];

    (void)state;
    memset(release, '6', sizeof(release));
    for (size_t n = 126; n < sizeof(release); n++) {
        release[n] = 0;
        kernel_header(bytes, release);
        if (n <= 128)
            expect_release(bytes, sizeof(bytes), release);
        else
            expect_problem(bytes, sizeof(bytes), "not a kernel release");
        release[n] = '6';
    }
}

static void other_files_are_called_by_name(void **state)
{
    (void)state;
    expect_problem("\x7f"
                   "ELF",
                   4, "ELF");
    expect_problem("\x1f\x8b\x08", 3, "gzip");
    expect_problem("MZ", 2, "PE file");
    expect_problem("#!/bin/sh\n", 10, "script");
    expect_problem("", 0, "empty");
    expect_problem("M", 1, "too short");
}

static void make_arm64(unsigned char *bytes, size_t n, size_t banner, const char *text)
{
    memset(bytes, 0, n);
    memcpy(bytes, "MZ", 2);
    bytes[16] = 1;
    memcpy(bytes + 56, "ARM\x64", 4);
    strcpy((char *)bytes + banner, text);
}

static void an_arm64_image_has_a_banner(void **state)
{
    unsigned char bytes[8192];

    (void)state;
    make_arm64(bytes, sizeof(bytes), 5000, "Linux version 6.1.0-33-arm64 (x)");
    memcpy(bytes + 3000, "Linux version %s (%s)", 21);
    expect_release(bytes, sizeof(bytes), "6.1.0-33-arm64");
    bytes[5014] = 'x';
    expect_problem(bytes, sizeof(bytes), "without a version string");
    make_arm64(bytes, sizeof(bytes), 5000, "Linux version 6.1");
    bytes[16] = 0;
    expect_problem(bytes, sizeof(bytes), "older than Linux 3.17");
    make_arm64(bytes, sizeof(bytes), 5000, "Linux version 6.1");
    bytes[24] = 1;
    expect_problem(bytes, sizeof(bytes), "big-endian");
}

/* The file is read in pieces: a banner across a boundary must be found complete. */
static void the_banner_may_be_anywhere(void **state)
{
    static const char RELEASE[] = "6.1.0-33-arm64-with-a-long-name-of-its-own";
    enum { SIZE = 1024 * 1024 + 4096 };
    AUTOFREE unsigned char *bytes = malloc(SIZE);
    AUTOFREE char *banner = format("Linux version %s ", RELEASE);

    (void)state;
    for (size_t at = 1024 * 1024 - 80; at < 1024 * 1024 + 200; at++) {
        make_arm64(bytes, SIZE, at, banner);
        expect_release(bytes, SIZE, RELEASE);
    }
    make_arm64(bytes, SIZE, SIZE - strlen(banner) - 1, banner);
    expect_release(bytes, SIZE, RELEASE);
}

static void what_is_no_file_is_refused(void **state)
{
    char release[256], problem[256];
    int pipes[2];

    (void)state;
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(read_fd(pipes[0], release, problem), -ENOEXEC);
    assert_string_equal(problem, "not a regular file");
    close(pipes[0]);
    assert_int_equal(read_fd(pipes[0], release, problem), -EBADF);
    close(pipes[1]);
}

static void random_headers_do_no_harm(void **state)
{
    unsigned char bytes[KERNEL_SIZE];
    char release[256], problem[256];
    int taken = 0, refused = 0;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        AUTOCLOSE int fd = -1;
        int r;

        kernel_header(bytes, "6.1.0-33-amd64");
        if (dice(4) == 0)
            make_arm64(bytes, sizeof(bytes), 3000, "Linux version 6.1");
        for (unsigned n = dice(8); n > 0; n--)
            bytes[dice(4) ? 0x1f0 + dice(0x78) : dice(sizeof(bytes))] = (unsigned char)dice(256);
        fd = open_bytes(bytes, dice(4) ? sizeof(bytes) : dice(sizeof(bytes)));
        r = read_fd(fd, release, problem);
        assert_true(r == 0 || r == -ENOEXEC);
        r == 0 ? taken++ : refused++;
    }
    assert_true(taken > 1000 && refused > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kernel_is_one),
        cmocka_unit_test(a_kernel_may_be_a_part_of_a_file),
        cmocka_unit_test(each_field_is_looked_at),
        cmocka_unit_test(room_for_the_command_line_is_needed),
        cmocka_unit_test(every_truncation_is_noticed),
        cmocka_unit_test(releases_have_a_limit),
        cmocka_unit_test(other_files_are_called_by_name),
        cmocka_unit_test(an_arm64_image_has_a_banner),
        cmocka_unit_test(the_banner_may_be_anywhere),
        cmocka_unit_test(what_is_no_file_is_refused),
        cmocka_unit_test(random_headers_do_no_harm),
    };

    return RUN_TESTS(tests);
}
