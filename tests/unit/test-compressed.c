/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/compressed.h"

#include <sys/mman.h>
#include <zlib.h>
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#include "discover/kernel/image.h"
#include "discover/kernel/pe.h"
#include "test.h"
#include "tree.h"

enum {
    IMAGE = 8192,
    CONTENT = 512, /* where the compressed Image is in a zboot kernel */
    CODE = 300,    /* what comes behind it */
    MAX = 2 * IMAGE,
};

struct bytes {
    unsigned char data[MAX];
    size_t n;
};

static void make_image(unsigned char *image)
{
    memset(image, 0, IMAGE);
    memcpy(image, "MZ", 2);
    image[16] = 1;
    memcpy(image + 56, "ARM\x64", 4);
    for (size_t i = 64; i < 1500; i++)
        image[i] = (unsigned char)dice(256);
    strcpy((char *)image + 5000, "Linux version 6.8.0-60-generic (x)");
}

static void add_gzip(struct bytes *made, const unsigned char *content, size_t n)
{
    z_stream stream = {.next_in = (unsigned char *)content, .avail_in = (uInt)n};

    stream.next_out = made->data + made->n;
    stream.avail_out = (uInt)(sizeof(made->data) - made->n);
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 9, 0), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    made->n += stream.total_out;
    deflateEnd(&stream);
}

#ifdef HAVE_ZSTD
static void add_zstd(struct bytes *made, const unsigned char *content, size_t n)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    size_t size;

    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1); /* as the program zstd does */
    size = ZSTD_compress2(context, made->data + made->n, sizeof(made->data) - made->n, content, n);
    assert_false(ZSTD_isError(size));
    made->n += size;
    ZSTD_freeCCtx(context);
}
#endif

static void put32(unsigned char *at, size_t value)
{
    for (size_t i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> (8 * i));
}

static void make_zboot(struct bytes *made, const char *method,
                       void (*add)(struct bytes *made, const unsigned char *content, size_t n))
{
    static const unsigned char PE[] = {'P', 'E', 0, 0, 0x64, 0xaa, 1, 0};
    unsigned char image[IMAGE], *head = made->data;
    size_t size;

    make_image(image);
    *made = (struct bytes){.n = CONTENT};
    add(made, image, sizeof(image));
    size = made->n - CONTENT;
    memset(made->data + made->n, 0xcc, CODE);
    made->n += CODE;
    memcpy(head, "MZ\0\0zimg", 8);
    put32(head + 8, CONTENT);
    put32(head + 12, size);
    strcpy((char *)head + 24, method);
    put32(head + 60, 64);
    memcpy(head + 64, PE, sizeof(PE));
    head[64 + 20] = 240;
    memcpy(head + 64 + 24, "\x0b\x02", 2);
    memcpy(head + 64 + 24 + 240, ".text", 5);
    put32(head + 64 + 24 + 240 + 8, size + CODE);
    put32(head + 64 + 24 + 240 + 16, size + CODE);
    put32(head + 64 + 24 + 240 + 20, CONTENT);
}

static int open_bytes(const void *data, size_t n, size_t before)
{
    int fd = memfd_create("kernel", MFD_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, data, n, (off_t)before), n);
    return fd;
}

/* The result of reading it, after checking that it comes with what the contract says. */
static int read_bytes(const void *data, size_t n, char *ret_text)
{
    CLEANUP(image_clear) struct image image = {0};
    AUTOCLOSE int fd = open_bytes(data, n, 0), unpacked = -1;
    AUTOFREE char *problem = NULL;
    int r = image_read_packed(fd, 0, n, &image, &unpacked, &problem);

    assert_int_equal(r == -ENOEXEC, problem != NULL);
    assert_int_equal(r == 0, image.release != NULL);
    if (r == 0 && unpacked >= 0)
        assert_true(pwrite(unpacked, "x", 1, 0) < 0);
    snprintf(ret_text, 256, "%s", r == 0 ? image.release : problem ? problem : "");
    return r;
}

static void expect(const struct bytes *made, size_t n, int result, const char *words)
{
    char text[256];
    int r = read_bytes(made->data, n, text);

    if (r != result || !strstr(text, words))
        fail_msg("of %zu bytes: %d \"%s\" is not %d \"%s\"", n, r, text, result, words);
}

static void what_is_unpacked_is_the_image(void **state)
{
    unsigned char image[IMAGE], found[IMAGE + 1];
    struct bytes made = {0};
    AUTOCLOSE int fd = -1, unpacked = -1;
    AUTOFREE char *problem = NULL;

    (void)state;
    make_image(image);
    add_gzip(&made, image, sizeof(image));
    fd = open_bytes(made.data, made.n, 333);
    assert_int_equal(compressed_unpack(fd, 333, made.n, &unpacked, &problem), 1);
    assert_null(problem);
    assert_int_equal(pread(unpacked, found, sizeof(found), 0), IMAGE);
    assert_memory_equal(found, image, IMAGE);
    expect(&made, made.n, 0, "6.8.0-60-generic");
    memset(made.data + made.n, 0, 100);
    expect(&made, made.n + 100, 0, "6.8.0-60-generic");
}

static void what_is_not_compressed_stays(void **state)
{
    unsigned char image[IMAGE];
    AUTOCLOSE int fd = -1;
    AUTOFREE char *problem = NULL;
    int unpacked;

    (void)state;
    make_image(image);
    fd = open_bytes(image, sizeof(image), 0);
    assert_int_equal(compressed_unpack(fd, 0, sizeof(image), &unpacked, &problem), 0);
    assert_int_equal(unpacked, -1);
    assert_null(problem);
    assert_int_equal(compressed_unpack(fd, 0, 55, &unpacked, &problem), 0);
    assert_int_equal(compressed_unpack(fd, sizeof(image), 100, &unpacked, &problem), -ENODATA);
}

static void gzip_is_whole_or_refused(void **state)
{
    unsigned char image[IMAGE];
    struct bytes made = {0};

    (void)state;
    make_image(image);
    add_gzip(&made, image, sizeof(image));
    for (size_t n = 56; n < made.n; n++)
        expect(&made, n, -ENOEXEC, "its compressed content is cut off");
    made.data[made.n - 6] ^= 1; /* the checksum */
    expect(&made, made.n, -ENOEXEC, "damaged");
}

static void each_zboot_is_whole_or_refused(const struct bytes *made)
{
    for (size_t n = 512; n < made->n; n++)
        expect(made, n, -ENOEXEC, "truncated: ");
    for (size_t n = 56; n < 512; n++)
        expect(made, n, -ENOEXEC, "truncated: ");
    expect(made, made->n, 0, "6.8.0-60-generic");
}

static void zboot_is_whole_or_refused(void **state)
{
    struct bytes made;

    (void)state;
    make_zboot(&made, "gzip", add_gzip);
    each_zboot_is_whole_or_refused(&made);
    made.data[CONTENT + 800] ^= 0x55;
    expect(&made, made.n, -ENOEXEC, "damaged");
}

static void the_header_of_zboot_is_not_trusted(void **state)
{
    static const struct {
        size_t at, value;
        const char *problem;
    } CASES[] = {
        {8, 0, "truncated"},          {8, 55, "truncated"},
        {8, 0xffffffff, "truncated"}, {12, 0xffffffff, "truncated"},
        {12, 0, "cut off"},           {12, 100, "cut off"},
        {8, 56, "damaged"},           {60, 0xfffffff0, "not a PE file"},
        {24, 0x347a6c, "\"lz4\""},    {24, 0x0a, "compressed by \"?\""},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        struct bytes made;

        make_zboot(&made, "gzip", add_gzip);
        put32(made.data + CASES[i].at, CASES[i].value);
        expect(&made, made.n, -ENOEXEC, CASES[i].problem);
    }
}

static void zstd_needs_its_library(void **state)
{
    struct bytes made;

    (void)state;
#ifdef HAVE_ZSTD
    make_zboot(&made, "zstd22", add_zstd);
    each_zboot_is_whole_or_refused(&made);
    made.data[CONTENT + 20] ^= 0x55;
    expect(&made, made.n, -ENOEXEC, "damaged");
#else
    make_zboot(&made, "zstd22", add_gzip);
    expect(&made, made.n, -ENOEXEC, "by zstd, which this build of fastreboot does not unpack");
#endif
}

/* What an attacker could not do to root's files, damage may. */
static void little_that_unpacks_to_much_is_refused(void **state)
{
    enum { ZEROS = 257 * 1024 * 1024, PACKED = 4 * 1024 * 1024 };
    AUTOFREE unsigned char *zeros = calloc(1, ZEROS), *packed = calloc(1, PACKED);
    z_stream stream = {.next_in = zeros, .avail_in = ZEROS};
    char text[256];

    (void)state;
    stream.next_out = packed;
    stream.avail_out = PACKED;
    assert_int_equal(deflateInit2(&stream, 1, Z_DEFLATED, MAX_WBITS + 16, 9, 0), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(read_bytes(packed, stream.total_out, text), -ENOEXEC);
    assert_string_equal(text, "it unpacks to more than 256 MiB");
    deflateEnd(&stream);
}

static void what_is_inside_has_to_be_a_kernel(void **state)
{
    static const unsigned char NOTHING[600] = "\x7f"
                                              "ELF";
    unsigned char bzimage[KERNEL_SIZE];
    struct bytes made = {0};

    (void)state;
    add_gzip(&made, NOTHING, sizeof(NOTHING));
    made.n = made.n < 56 ? 56 : made.n;
    expect(&made, made.n, -ENOEXEC, "what is compressed in it: an ELF file");
    kernel_header(bzimage, "6.1.0");
    made.n = 0;
    add_gzip(&made, bzimage, sizeof(bzimage));
    expect(&made, made.n, -ENOEXEC, "compressed, and not a kernel for arm64");
}

static void random_damage_does_no_harm(void **state)
{
    int taken = 0, refused = 0;
    char text[256];

    (void)state;
    for (int round = 0; round < 1000; round++) {
        struct bytes made;
        int r;

        make_zboot(&made, "gzip", add_gzip);
        for (unsigned n = dice(4); n > 0; n--)
            made.data[dice(4) ? dice(CONTENT) : dice((unsigned)made.n)] = (unsigned char)dice(256);
        r = read_bytes(made.data, dice(4) ? made.n : dice((unsigned)made.n), text);
        assert_true(r == 0 || r == -ENOEXEC);
        r == 0 ? taken++ : refused++;
    }
    assert_true(taken > 100 && refused > 100);
}

static void certificates_are_noticed(void **state)
{
    enum { END = 600 };
    unsigned char pe[END] = "MZ";
    AUTOCLOSE int fd = -1, moved = -1;

    (void)state;
    put32(pe + 60, 64);
    memcpy(pe + 64, "PE\0\0", 4);
    memcpy(pe + 64 + 24, "\x0b\x02", 2);
    fd = open_bytes(pe, END, 0);
    assert_int_equal(pe_is_signed(fd, 0, END), 0);
    put32(pe + 64 + 24 + 144, END - 100);
    put32(pe + 64 + 24 + 148, 100);
    moved = open_bytes(pe, END, 77);
    assert_int_equal(pe_is_signed(moved, 77, END), 1);
    assert_int_equal(pe_is_signed(moved, 77, END - 1), 0);
    assert_int_equal(pe_is_signed(moved, 0, END), 0);
    assert_int_equal(pe_is_signed(moved, 77, 50), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_unpacked_is_the_image),
        cmocka_unit_test(what_is_not_compressed_stays),
        cmocka_unit_test(gzip_is_whole_or_refused),
        cmocka_unit_test(zboot_is_whole_or_refused),
        cmocka_unit_test(the_header_of_zboot_is_not_trusted),
        cmocka_unit_test(zstd_needs_its_library),
        cmocka_unit_test(little_that_unpacks_to_much_is_refused),
        cmocka_unit_test(what_is_inside_has_to_be_a_kernel),
        cmocka_unit_test(random_damage_does_no_harm),
        cmocka_unit_test(certificates_are_noticed),
    };

    return RUN_TESTS(tests);
}
