/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/initrd.h"

#include <fcntl.h>

#include "base/witness.h"
#include "initrd-made.h"
#include "test.h"
#include "tree.h"

static const struct packed {
    const char *name;
    const unsigned char *bytes;
    size_t n;
    int ratio; /* of a hundred cut ones, so many are noticed at least */
} PACKED[] = {
    {"gzip", GZIP, sizeof(GZIP), 99},
    {"gzip, odd", GZIP_ODD, sizeof(GZIP_ODD), 100},
    {"gzip, fixed", GZIP_FIXED, sizeof(GZIP_FIXED), 100},
    {"gzip, stored", GZIP_STORED, sizeof(GZIP_STORED), 100},
    {"zstd", ZSTD, sizeof(ZSTD), 100},
    {"zstd", ZSTD_CHECKED, sizeof(ZSTD_CHECKED), 100},
    {"xz", XZ, sizeof(XZ), 100},
    {"xz", XZ_BLOCKS, sizeof(XZ_BLOCKS), 100},
    {"lz4", LZ4, sizeof(LZ4), 97},
    {"lzop", LZOP, sizeof(LZOP), 100},
    {"bzip2", BZIP2, sizeof(BZIP2), 95},
};

/* An initrd as it grows. */
struct made {
    unsigned char bytes[16384];
    size_t n;
};

static void add(struct made *made, const void *bytes, size_t n)
{
    assert_true(made->n + n <= sizeof(made->bytes));
    memcpy(made->bytes + made->n, bytes, n);
    made->n += n;
}

static void add_zeros(struct made *made, size_t n)
{
    memset(made->bytes + made->n, 0, n);
    made->n += n;
}

static void add_file(struct made *made, const char *name, const char *content)
{
    AUTOFREE char *header =
        format("070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x%s", 1, 0100644, 0, 0,
               1, 0, strlen(content), 0, 0, 0, 0, strlen(name) + 1, 0, name);

    add(made, header, strlen(header) + 1);
    add_zeros(made, -made->n & 3);
    add(made, content, strlen(content));
    add_zeros(made, -made->n & 3);
}

static void add_plain(struct made *made)
{
    add_file(made, "init", "#!/bin/sh\n");
    add_file(made, "etc/a name that is longer than others", "");
    add_file(made, "TRAILER!!!", "");
    add_zeros(made, 512 - made->n % 512);
}

static void add_microcode(struct made *made)
{
    add_file(made, "kernel", "");
    add_file(made, "kernel/x86/microcode/GenuineIntel.bin", "microcode");
    add_file(made, "TRAILER!!!", "");
    add_zeros(made, 512 - made->n % 512);
}

/* The problem, or NULL; the archive starts anywhere in the file. */
static char *check(const struct tree *tree, const void *bytes, size_t n)
{
    static const size_t OFFSET = 13;
    unsigned char file[20000] = "MZ, for example";
    AUTOCLOSE int fd = -1;
    char *problem;

    memcpy(file + OFFSET, bytes, n);
    tree_write_bytes(tree, "initrd", file, OFFSET + n + 7);
    fd = openat(tree->root, "initrd", O_RDONLY | O_CLOEXEC);
    assert_int_equal(initrd_check(fd, OFFSET, OFFSET + n, &problem), 0);
    return problem;
}

static void accept(const struct tree *tree, const char *name, const void *bytes, size_t n)
{
    AUTOFREE char *problem = check(tree, bytes, n);

    if (problem)
        fail_msg("%s of %zu bytes: %s", name, n, problem);
}

static void refuse(const struct tree *tree, const void *bytes, size_t n, const char *words)
{
    AUTOFREE char *problem = check(tree, bytes, n);

    if (!problem || !strstr(problem, words))
        fail_msg("%zu bytes: %s, not %s", n, problem ? problem : "accepted", words);
}

static void every_format_of_the_kernel_is_accepted(void **state)
{
    for (size_t i = 0; i < ELEMENTS(PACKED); i++) {
        const struct packed *packed = &PACKED[i];

        for (size_t zeros = 0; zeros < 9; zeros++) {
            struct made made = {.n = 0};

            add(&made, packed->bytes, packed->n);
            add_zeros(&made, zeros);
            accept(*state, packed->name, made.bytes, made.n);
        }
    }
}

/* Whole or not: nobody could say. */
static void lzma_is_not_accepted(void **state)
{
    refuse(*state, LZMA, sizeof(LZMA), "lzma");
    refuse(*state, LZMA, sizeof(LZMA) / 2, "lzma");
}

/* Without reading it through nothing but its last four bytes can be compared. */
static void gzip_that_is_not_padded_is_read_through(void **state)
{
    unsigned char bytes[sizeof(GZIP_ODD)];
    unsigned noticed = 0;

    for (size_t i = 0; i < sizeof(bytes); i++) {
        AUTOFREE char *problem = NULL;

        memcpy(bytes, GZIP_ODD, sizeof(bytes));
        bytes[i] ^= 0x55;
        problem = check(*state, bytes, sizeof(bytes));
        noticed += problem != NULL;
    }
    assert_true(noticed > sizeof(bytes) / 2); /* of what is not the checksum or a letter */
    memcpy(bytes, GZIP_ODD, sizeof(bytes));
    bytes[3] = 0x02; /* a header that the kernel does not know */
    refuse(*state, bytes, sizeof(bytes), "damaged");
    bytes[3] = 0x08;
    bytes[sizeof(bytes) - 3] ^= 1; /* of the length */
    refuse(*state, bytes, sizeof(bytes), "damaged");
    for (int round = 0; round < 500; round++) {
        AUTOFREE char *problem = NULL;

        memcpy(bytes, GZIP_ODD, sizeof(bytes));
        for (size_t i = 17; i < sizeof(bytes); i++)
            bytes[i] = (unsigned char)dice(256);
        problem = check(*state, bytes, 17 + dice(sizeof(bytes) - 17));
        assert_non_null(problem);
    }
}

static size_t told;

static void saw(const char *path, const struct stat *st, const char *target)
{
    (void)path, (void)st, (void)target;
}

static void opened(const char *path, int fd)
{
    (void)path, (void)fd;
}

static void took(int fd, uint64_t offset, const void *data, size_t size, bool whole)
{
    (void)fd, (void)offset, (void)data, (void)whole;
    told += size;
}

static void failed(int fd)
{
    (void)fd;
}

/* There may be keys in it. */
static void a_recording_gets_the_ends_only(void **state)
{
    static const struct witness WITNESS = {saw, opened, took, failed};
    unsigned char recorded[sizeof(GZIP_ODD)] = {0};

    told = 0;
    witness = &WITNESS;
    accept(*state, "gzip", GZIP_ODD, sizeof(GZIP_ODD));
    witness = NULL;
    assert_in_range(told, 1, 128);
    memcpy(recorded, GZIP_ODD, 17);
    memcpy(recorded + sizeof(recorded) - 24, GZIP_ODD + sizeof(recorded) - 24, 24);
    accept(*state, "gzip as recorded", recorded, sizeof(recorded));
    recorded[sizeof(recorded) - 30] = 1; /* no recording: half of it was lost */
    refuse(*state, recorded, sizeof(recorded), "archive");
}

static void archives_follow_each_other(void **state)
{
    for (size_t i = 0; i < ELEMENTS(PACKED); i++) {
        const struct packed *packed = &PACKED[i];
        struct made made = {.n = 0};

        add_microcode(&made);
        accept(*state, "microcode", made.bytes, made.n);
        add(&made, packed->bytes, packed->n);
        accept(*state, packed->name, made.bytes, made.n);
        add_zeros(&made, -made.n & 3);
        if (streq(packed->name, "lz4"))
            add_zeros(&made, 4); /* otherwise it takes what follows for its own */
        add_plain(&made);
        accept(*state, packed->name, made.bytes, made.n);
        add(&made, ZSTD, sizeof(ZSTD));
        accept(*state, packed->name, made.bytes, made.n);
    }
}

static void a_plain_archive_is_accepted(void **state)
{
    struct made made = {.n = 0};

    add_plain(&made);
    accept(*state, "plain", made.bytes, made.n);
    add_zeros(&made, 4096);
    accept(*state, "plain with zeros", made.bytes, made.n);
    made.n = 0;
    add_zeros(&made, 512);
    add_file(&made, "init", "without an end\n");
    accept(*state, "without an end", made.bytes, made.n);
}

/* To the byte, except where a format does not tell. */
static void what_is_cut_off_is_noticed(void **state)
{
    for (size_t i = 0; i < ELEMENTS(PACKED); i++) {
        const struct packed *packed = &PACKED[i];
        int noticed = 0;

        for (size_t n = 1; n < packed->n; n++) {
            AUTOFREE char *problem = check(*state, packed->bytes, n);

            noticed += problem != NULL;
        }
        if (noticed * 100 < packed->ratio * (int)(packed->n - 1))
            fail_msg("%s: %d of %zu were noticed", packed->name, noticed, packed->n - 1);
    }
}

/* Between two files the kernel notices nothing either, and behind the last one nothing is lost. */
static void a_plain_archive_that_is_cut_off_is_noticed(void **state)
{
    struct made made = {.n = 0};
    size_t first, second, end;

    add_file(&made, "init", "#!/bin/sh\n");
    first = made.n;
    add_file(&made, "etc/a name that is longer than others", "and its content");
    second = made.n;
    add_file(&made, "TRAILER!!!", "");
    end = made.n;
    for (size_t n = 1; n < end; n++)
        if (n + 3 < first || (n > first && n + 3 < second) || (n > second && n + 3 < end))
            refuse(*state, made.bytes, n, "cut off");
    add_zeros(&made, 512);
    memcpy(made.bytes + first, "0707", 4);
    made.bytes[first + 5] = '7'; /* the old format */
    refuse(*state, made.bytes, made.n, "damaged");
    memcpy(made.bytes + first, "070701", 6);
    made.bytes[first + 54] = 'x'; /* a digit of the size */
    refuse(*state, made.bytes, made.n, "damaged");
}

static void what_is_no_archive_is_refused(void **state)
{
    unsigned char garbage[8192] = {0};

    refuse(*state, garbage, 1, "nothing but zeros");
    refuse(*state, garbage, sizeof(garbage), "nothing but zeros");
    refuse(*state, "x", 1, "does not start with an archive");
    refuse(*state, "0", 1, "cut off");
    refuse(*state, "initrd\n", 7, "does not start with an archive");
    for (int i = 0; i < 200; i++) {
        for (size_t n = 0; n < sizeof(garbage); n++)
            garbage[n] = (unsigned char)dice(256);
        refuse(*state, garbage, 1 + dice(sizeof(garbage)), "");
    }
}

/* Each of these parts takes a read, or more. */
static void tiny_parts_have_an_end(void **state)
{
    struct made member = {.n = 0};
    const struct {
        const char *head;
        size_t length;
        const void *part;
        size_t size, n;
    } cases[] = {
        {"\x28\xb5\x2f\xfd\x20\0", 6, "\0\0\0", 3, 2000000}, /* empty blocks of zstd */
        {"\x02\x21\x4c\x18", 4, "\x02\x21\x4c\x18", 4, 2000000},
        {"", 0, member.bytes, 112, 400000},
    };

    add_file(&member, "a", "");
    assert_int_equal(member.n, 112);
    for (size_t i = 0; i < ELEMENTS(cases); i++) {
        size_t n = cases[i].length + cases[i].n * cases[i].size;
        AUTOFREE char *bytes = malloc(n), *problem = NULL;
        AUTOCLOSE int fd = -1;

        memcpy(bytes, cases[i].head, cases[i].length);
        for (size_t k = 0; k < cases[i].n; k++)
            memcpy(bytes + cases[i].length + k * cases[i].size, cases[i].part, cases[i].size);
        tree_write_bytes(*state, "initrd", bytes, n);
        fd = openat(((const struct tree *)*state)->root, "initrd", O_RDONLY | O_CLOEXEC);
        assert_int_equal(initrd_check(fd, 0, n, &problem), 0);
        if (!problem || !strstr(problem, "parts"))
            fail_msg("case %zu: %s", i, problem ? problem : "accepted");
    }
}

static void garbage_behind_the_whole_does_no_harm(void **state)
{
    struct made made = {.n = 0};

    add_microcode(&made);
    add(&made, "not the rest", 12);
    refuse(*state, made.bytes, made.n, "not an archive"); /* there is nothing to start */
    made.n = 0;
    add_file(&made, "init", "#!/bin/sh\n");
    add(&made, "not the rest", 12);
    refuse(*state, made.bytes, made.n, "not an archive");
    made.n = 0;
    add_microcode(&made);
    add_plain(&made);
    add(&made, "not the rest", 12);
    accept(*state, "plain, then garbage", made.bytes, made.n);
    made.n = 0;
    add(&made, XZ, sizeof(XZ));
    add(&made, "not the rest", 12);
    accept(*state, "xz, then garbage", made.bytes, made.n);
    add(&made, ZSTD, sizeof(ZSTD)); /* never reached */
    accept(*state, "xz, then garbage", made.bytes, made.n);
}

static void a_file_system_may_be_mounted(void **state)
{
    unsigned char image[4096] = "hsqs";

    accept(*state, "squashfs", image, sizeof(image));
    memset(image, 0, sizeof(image));
    image[1024] = 1; /* something of a superblock */
    image[1024 + 56] = 0x53;
    image[1024 + 57] = 0xef;
    accept(*state, "ext2", image, sizeof(image));
}

static void what_cannot_be_read_has_an_errno(void **state)
{
    AUTOCLOSE int fd = -1;
    char *problem;

    tree_mkdir(*state, "directory");
    fd = openat(((const struct tree *)*state)->root, "directory", O_RDONLY | O_CLOEXEC);
    assert_int_equal(initrd_check(fd, 0, 100, &problem), -EISDIR);
    assert_null(problem);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_format_of_the_kernel_is_accepted),
        TEST(lzma_is_not_accepted),
        TEST(gzip_that_is_not_padded_is_read_through),
        TEST(a_recording_gets_the_ends_only),
        TEST(archives_follow_each_other),
        TEST(a_plain_archive_is_accepted),
        TEST(what_is_cut_off_is_noticed),
        TEST(a_plain_archive_that_is_cut_off_is_noticed),
        TEST(what_is_no_archive_is_refused),
        TEST(tiny_parts_have_an_end),
        TEST(garbage_behind_the_whole_does_no_harm),
        TEST(a_file_system_may_be_mounted),
        TEST(what_cannot_be_read_has_an_errno),
    };

    return RUN_TESTS(tests);
}
