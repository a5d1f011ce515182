/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/fat/fat.h"

#include <sys/mman.h>

#include "test.h"
#include "tree.h"

enum {
    SECTOR = 512,
    CLUSTERS = 20,
    TABLE = SECTOR,
    DATA = 2 * SECTOR,
    SIZE = DATA + CLUSTERS * SECTOR,
    BIG = 1100, /* three clusters, not next to each other */
    END = 0x0fffffff,
};

static void put(unsigned char *at, uint32_t value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        at[i] = (unsigned char)(value >> (8 * i));
}

static unsigned char *cluster(unsigned char *image, unsigned number)
{
    return image + DATA + (number - 2) * SECTOR;
}

static void link_cluster(unsigned char *image, unsigned number, unsigned next)
{
    put(image + TABLE + number * 4, next, 4);
}

static void add_short(unsigned char *entry, const char *name, unsigned attributes, unsigned start,
                      unsigned size)
{
    memcpy(entry, name, 11);
    entry[11] = (unsigned char)attributes;
    put(entry + 26, start, 2);
    put(entry + 28, size, 4);
}

/* A part of a long name, up to 13 characters. */
static void add_part(unsigned char *entry, unsigned order, const char *text, const char *of)
{
    static const unsigned char AT[] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
    unsigned char sum = 0;
    bool ended = false;

    for (size_t i = 0; i < 11; i++)
        sum = (unsigned char)((sum >> 1) + (sum << 7) + (unsigned char)of[i]);
    entry[0] = (unsigned char)order;
    entry[11] = 0x0f;
    entry[13] = sum;
    for (size_t i = 0; i < 13; i++) {
        put(entry + AT[i], ended ? 0xffff : (unsigned char)*text, 2);
        ended = ended || !*text;
        text += *text != 0;
    }
}

/* EFI/a-long-name.conf, kernel.img, Read.Me (deleted), and a label. */
static void make_image(unsigned char image[SIZE])
{
    static const char CONF[] = "ALONGN~1CON";
    unsigned char *root = cluster(image, 2), *efi = cluster(image, 3);

    memset(image, 0, SIZE);
    put(image + 0x0b, SECTOR, 2);
    image[0x0d] = 1;
    put(image + 0x0e, 1, 2);
    image[0x10] = 1;
    put(image + 0x20, SIZE / SECTOR, 4);
    put(image + 0x24, 1, 4);
    put(image + 0x2c, 2, 4);
    put(image + 0x1fe, 0xaa55, 2);
    for (unsigned i = 0; i <= 4; i++)
        link_cluster(image, i, END);
    link_cluster(image, 5, 9);
    link_cluster(image, 9, 7);
    link_cluster(image, 7, END);
    add_short(root, "BOOT       ", 0x08, 0, 0);
    add_short(root + 32, "EFI        ", 0x10, 3, 0);
    add_short(root + 64,
              "\xe5"
              "EAD    ME ",
              0x20, 0, 0);
    add_short(root + 96, "KERNEL  IMG", 0x20, 5, BIG);
    root[96 + 12] = 0x18;
    add_short(efi, ".          ", 0x10, 3, 0);
    add_short(efi + 32, "..         ", 0x10, 0, 0);
    add_part(efi + 64, 0x42, ".conf", CONF);
    add_part(efi + 96, 1, "a-longer-name", CONF);
    add_short(efi + 128, CONF, 0x20, 4, 5);
    memcpy(cluster(image, 4), "hello", 5);
    memset(cluster(image, 5), 'a', SECTOR);
    memset(cluster(image, 9), 'b', SECTOR);
    memset(cluster(image, 7), 'c', SECTOR);
}

static int open_bytes(const void *data, size_t n)
{
    int fd = memfd_create("fat", MFD_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, data, n, 0), n);
    return fd;
}

/* Opens, lists and reads all of it: the paths and what is in the files, or a negative errno. */
static int read_all(const void *data, size_t n, char **ret_text)
{
    AUTOCLOSE int fd = open_bytes(data, n);
    struct fat fat;
    struct fat_file *files = NULL;
    size_t count = 0;
    int r = fat_open(fd, &fat);

    *ret_text = xstrdup("");
    if (r >= 0)
        r = fat_list(&fat, &files, &count);
    for (size_t i = 0; r >= 0 && i < count; i++) {
        AUTOFREE char *text = NULL;

        if (!files[i].directory)
            r = fat_read(&fat, &files[i], 4096, &text);
        set_text(ret_text, format("%s%s%s%.10s\n", *ret_text, files[i].path,
                                  files[i].directory ? "/" : "=", text ? text : ""));
    }
    fat_free(files, count);
    fat_clear(&fat);
    return r;
}

static void expect(const unsigned char *image, size_t n, int result)
{
    AUTOFREE char *text = NULL;

    assert_int_equal(read_all(image, n, &text), result);
}

static void names_and_content_are_read(void **state)
{
    unsigned char image[SIZE];
    AUTOFREE char *text = NULL, *other = NULL;

    (void)state;
    make_image(image);
    assert_int_equal(read_all(image, SIZE, &text), 0);
    assert_string_equal(text, "EFI/\nkernel.img=aaaaaaaaaa\nEFI/a-longer-name.conf=hello\n");
    cluster(image, 3)[64 + 13] ^= 1; /* the long name is another file's */
    assert_int_equal(read_all(image, SIZE, &other), 0);
    assert_non_null(strstr(other, "EFI/ALONGN~1.CON=hello\n"));
}

static void odd_names_stay_inside(void **state)
{
    static const char *const NAMES[] = {"../../x", "/etc/passwd", "..", "."};
    unsigned char image[SIZE];

    (void)state;
    for (size_t i = 0; i < ELEMENTS(NAMES); i++) {
        AUTOFREE char *text = NULL;

        make_image(image);
        add_part(cluster(image, 3) + 64, 0xe5, "", "ALONGN~1CON");
        add_part(cluster(image, 3) + 96, 0x41, NAMES[i], "ALONGN~1CON");
        assert_int_equal(read_all(image, SIZE, &text), 0);
        assert_null(strstr(text, "/../"));
        assert_null(strstr(text, "/..="));
        assert_null(strstr(text, "/.="));
        assert_null(strstr(text, "etc/"));
    }
}

static void every_truncation_is_noticed(void **state)
{
    unsigned char image[SIZE];

    (void)state;
    make_image(image);
    /* Of the last cluster that is used, only a part. */
    for (size_t n = 0; n < (size_t)(cluster(image, 9) - image) + SECTOR; n++)
        expect(image, n, -EBADMSG);
    expect(image, (size_t)(cluster(image, 9) - image) + SECTOR, 0);
}

static void each_field_is_looked_at(void **state)
{
    static const struct {
        size_t at, n;
        uint32_t value;
        int result;
    } CASES[] = {
        {0x0b, 2, 0, -EBADMSG},
        {0x0b, 2, 513, -EBADMSG},
        {0x0b, 2, 256, -EBADMSG},
        {0x0b, 2, 8192, -EBADMSG},
        {0x0d, 1, 0, -EBADMSG},
        {0x0d, 1, 3, -EBADMSG},
        {0x0e, 2, 0, -EBADMSG},
        {0x10, 1, 0, -EBADMSG},
        {0x10, 1, 3, -EBADMSG},
        {0x16, 2, 1, -EBADMSG},
        {0x20, 4, 2, -EBADMSG},
        {0x20, 4, 0xffffffff, -EBADMSG},
        {0x20, 4, 1000, -EBADMSG},
        {0x24, 4, 0, -EBADMSG},
        {0x24, 4, 0xffffffff, -EBADMSG},
        {0x28, 2, 0x80, -EBADMSG},
        {0x2a, 2, 1, -EBADMSG},
        {0x41, 1, 1, -EBUSY},
        {0x1fe, 2, 0, -EBADMSG},
        {0x2c, 4, 4, 0},
        {TABLE + 5 * 4, 4, 0, -EBADMSG},
        {TABLE + 9 * 4, 4, 99, -EBADMSG},
        {TABLE + 9 * 4, 4, END, -EBADMSG}, /* the file is longer than its chain */
        {TABLE + 7 * 4, 4, 5, 0},          /* what follows its end is not read */
        {TABLE + 2 * 4, 4, 2, 0},          /* nor behind the end of a directory */
    };
    unsigned char image[SIZE];

    (void)state;
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        make_image(image);
        put(image + CASES[i].at, CASES[i].value, CASES[i].n);
        expect(image, SIZE, CASES[i].result);
    }
}

static void circles_end(void **state)
{
    unsigned char image[SIZE];

    (void)state;
    make_image(image); /* a directory that contains the root */
    put(cluster(image, 2) + 32 + 26, 2, 2);
    expect(image, SIZE, -EBADMSG);
    make_image(image); /* one that has no end */
    memset(cluster(image, 3), 0xe5, SECTOR);
    link_cluster(image, 3, 3);
    expect(image, SIZE, -EBADMSG);
}

static void contents_are_compared(void **state)
{
    unsigned char image[SIZE], same[BIG], zeros[SECTOR] = {0};
    AUTOCLOSE int fd = -1, other = -1, longer = -1;
    struct fat fat;
    struct fat_file file = {.start = 5, .size = BIG};

    (void)state;
    make_image(image);
    memset(same, 'a', SECTOR);
    memset(same + SECTOR, 'b', SECTOR);
    memset(same + 2 * SECTOR, 'c', BIG - 2 * SECTOR);
    fd = open_bytes(image, SIZE);
    assert_int_equal(fat_open(fd, &fat), 0);
    other = open_bytes(same, BIG);
    assert_int_equal(fat_is_same(&fat, &file, other, false), 1);
    assert_int_equal(pwrite(other, "x", 1, BIG - 1), 1);
    assert_int_equal(fat_is_same(&fat, &file, other, false), 0);
    assert_int_equal(fat_is_same(&fat, &file, other, true), 0);
    /* A recording has nothing of that cluster. */
    assert_int_equal(pwrite(fd, zeros, SECTOR, cluster(image, 7) - image), SECTOR);
    assert_int_equal(fat_is_same(&fat, &file, other, true), 1);
    assert_int_equal(fat_is_same(&fat, &file, other, false), 0);
    longer = open_bytes(image, BIG + 1);
    assert_int_equal(fat_is_same(&fat, &file, longer, true), 0);
    file.start = 1;
    assert_int_equal(fat_is_same(&fat, &file, other, false), -EBADMSG);
    fat_clear(&fat);
}

static void a_large_file_is_not_read(void **state)
{
    unsigned char image[SIZE];
    AUTOCLOSE int fd = -1;
    struct fat fat;
    AUTOFREE char *text = NULL;

    (void)state;
    make_image(image);
    fd = open_bytes(image, SIZE);
    assert_int_equal(fat_open(fd, &fat), 0);
    assert_int_equal(
        fat_read(&fat, &(struct fat_file){.start = 5, .size = 0xffffffff}, 4096, &text), -EFBIG);
    fat_clear(&fat);
}

static void random_damage_does_no_harm(void **state)
{
    unsigned char image[SIZE];
    int taken = 0, refused = 0;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        AUTOFREE char *text = NULL;
        int r;

        make_image(image);
        for (unsigned n = dice(6); n > 0; n--)
            image[dice(3) ? dice(DATA + 2 * SECTOR) : dice(SIZE)] = (unsigned char)dice(256);
        r = read_all(image, dice(4) ? SIZE : dice(SIZE), &text);
        assert_true(r == 0 || r == -EBADMSG || r == -EBUSY || r == -EFBIG);
        r == 0 ? taken++ : refused++;
    }
    assert_true(taken > 300 && refused > 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_content_are_read),
        cmocka_unit_test(odd_names_stay_inside),
        cmocka_unit_test(every_truncation_is_noticed),
        cmocka_unit_test(each_field_is_looked_at),
        cmocka_unit_test(circles_end),
        cmocka_unit_test(contents_are_compared),
        cmocka_unit_test(a_large_file_is_not_read),
        cmocka_unit_test(random_damage_does_no_harm),
    };

    return RUN_TESTS(tests);
}
