/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/loaders/grub/btrfs.h"

#include <sys/mman.h>

#include "test.h"
#include "tree.h"

enum {
    SUPER = 65536,
    NODE = 4096,
    DEVICE = 3,
    GENERATION = 9,
    /* Addresses, and where they are on the device. */
    SYSTEM = 1 << 20,
    SYSTEM_PLACE = 1 << 17,
    METADATA = 8 << 20,
    METADATA_PLACE = SYSTEM_PLACE + NODE,
    SIZE = METADATA_PLACE + 2 * NODE,
    HEADER = 101,
    DATA = 2000,
    HASH = 0x8dbfc2d2,
};

static void put(unsigned char *at, uint64_t value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        at[i] = (unsigned char)(value >> (8 * i));
}

static void put_key(unsigned char *at, uint64_t object, unsigned type, uint64_t offset)
{
    put(at, object, 8);
    put(at + 8, type, 1);
    put(at + 9, offset, 8);
}

/* With two stripes, of which the first is on another device. */
static size_t put_chunk(unsigned char *at, uint64_t place, unsigned type)
{
    put(at, 1 << 20, 8);
    put(at + 24, type, 8);
    put(at + 44, 2, 2);
    put(at + 48, DEVICE + 1, 8);
    put(at + 80, DEVICE, 8);
    put(at + 88, place, 8);
    return 48 + 2 * 32;
}

static void put_node(unsigned char *at, uint64_t address, unsigned level, unsigned items)
{
    put(at + 48, address, 8);
    put(at + 80, GENERATION, 8);
    put(at + 96, items, 4);
    put(at + 100, level, 1);
}

static void put_entry(unsigned char *at, uint64_t id, const char *name)
{
    put_key(at, id, 132, UINT64_MAX);
    put(at + 27, strlen(name), 2);
    memcpy(at + 30, name, strlen(name));
}

/* The tree of chunks has one node, the tree of roots two; another name has the same hash. */
static void make_image(unsigned char image[SIZE], uint64_t id)
{
    unsigned char *super = image + SUPER, *chunks = image + SYSTEM_PLACE,
                  *top = image + METADATA_PLACE, *leaf = top + NODE;

    memset(image, 0, SIZE);
    memcpy(super + 64, "_BHRfS_M", 8);
    put(super + 72, GENERATION, 8);
    put(super + 80, METADATA, 8);
    put(super + 88, SYSTEM, 8);
    put(super + 128, 6, 8);
    put(super + 148, NODE, 4);
    put(super + 164, GENERATION, 8);
    super[198] = 1;
    put(super + 201, DEVICE, 8);
    put_key(super + 811, 256, 228, SYSTEM);
    put(super + 160, 17 + put_chunk(super + 811 + 17, SYSTEM_PLACE, 2 | 0x10), 4);
    put_node(chunks, SYSTEM, 0, 3);
    put_key(chunks + HEADER, 1, 216, 1);
    put_key(chunks + HEADER + 25, 256, 228, METADATA);
    put(chunks + HEADER + 25 + 17, DATA, 4);
    put(chunks + HEADER + 25 + 21, put_chunk(chunks + HEADER + DATA, METADATA_PLACE, 4 | 0x20), 4);
    put_key(chunks + HEADER + 50, 256, 228, METADATA + (1 << 20));
    put_node(top, METADATA, 1, 2);
    put_key(top + HEADER, 1, 132, 0);
    put(top + HEADER + 17, METADATA + NODE, 8);
    put(top + HEADER + 25, GENERATION, 8);
    put_key(top + HEADER + 33, 7, 132, 0);
    put_node(leaf, METADATA + NODE, 0, 3);
    put_key(leaf + HEADER, 2, 132, 0);
    put_key(leaf + HEADER + 25, 6, 84, HASH);
    put(leaf + HEADER + 25 + 17, DATA, 4);
    put(leaf + HEADER + 25 + 21, 2 * (30 + 7), 4);
    put_entry(leaf + HEADER + DATA, 99, "another");
    put_entry(leaf + HEADER + DATA + 37, id, "default");
    put_key(leaf + HEADER + 50, 6, 84, HASH + 1);
}

static int ask(const unsigned char *image, size_t n, uint64_t *ret_id)
{
    AUTOCLOSE int fd = memfd_create("btrfs", MFD_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, image, n, 0), n);
    return btrfs_default_subvolume(fd, ret_id);
}

static void the_default_is_found(void **state)
{
    static const uint64_t IDS[] = {BTRFS_TOP, 256, 4711, UINT64_MAX - 300};
    AUTOFREE unsigned char *image = malloc(SIZE);

    (void)state;
    for (size_t i = 0; i < ELEMENTS(IDS); i++) {
        uint64_t id = 0;

        make_image(image, IDS[i]);
        assert_int_equal(ask(image, SIZE, &id), 0);
        assert_true(id == IDS[i]);
    }
}

static void every_truncation_is_noticed(void **state)
{
    AUTOFREE unsigned char *image = malloc(SIZE);
    uint64_t id;

    (void)state;
    make_image(image, 256);
    for (size_t n = 0; n < SIZE; n += n < SUPER - 8 || n > SUPER + 4200 ? 997 : 1)
        assert_int_equal(ask(image, n, &id), -EBADMSG);
    assert_int_equal(ask(image, SIZE - 1, &id), -EBADMSG);
}

static void each_field_is_looked_at(void **state)
{
    static const struct {
        size_t at, n;
        uint64_t value;
        int result;
    } CASES[] = {
        {SUPER + 64, 1, 'x', -EBADMSG},
        {SUPER + 148, 4, 512, -EBADMSG},
        {SUPER + 148, 4, 1 << 20, -EBADMSG},
        {SUPER + 160, 4, 0, -EBADMSG},
        {SUPER + 160, 4, 3000, -EBADMSG},
        {SUPER + 198, 1, 0, -EBADMSG}, /* levels */
        {SUPER + 198, 1, 200, -EBADMSG},
        {SUPER + 199, 1, 1, -EBADMSG},
        {SUPER + 72, 8, 10, -EBADMSG}, /* generations */
        {SUPER + 164, 8, 10, -EBADMSG},
        {METADATA_PLACE + HEADER + 25, 8, 8, -EBADMSG},
        {METADATA_PLACE + 48, 8, METADATA + 1, -EBADMSG}, /* addresses */
        {SUPER + 80, 8, 1, -EBADMSG},
        {SUPER + 80, 8, METADATA + (2 << 20), -EBADMSG},               /* in no chunk */
        {METADATA_PLACE + HEADER + 17, 8, METADATA, -EBADMSG},         /* a circle */
        {SUPER + 201, 8, 77, -EOPNOTSUPP},                             /* no copy on this device */
        {SYSTEM_PLACE + HEADER + DATA + 24, 8, 4 | 8, -EOPNOTSUPP},    /* RAID0 */
        {SYSTEM_PLACE + HEADER + DATA + 24, 8, 4 | 0x40, -EOPNOTSUPP}, /* RAID10 */
        {SYSTEM_PLACE + HEADER + DATA + 24, 8, 4 | 0x80, -EOPNOTSUPP}, /* RAID5 */
        {SYSTEM_PLACE + HEADER + DATA + 24, 8, 4 | 0x200, 0},          /* RAID1C3 */
        {SYSTEM_PLACE + HEADER + DATA + 44, 2, 9, 0},                  /* more stripes than room */
        {SYSTEM_PLACE + HEADER + DATA + 44, 2, 1, -EOPNOTSUPP},
        {SYSTEM_PLACE + HEADER + DATA + 88, 8, UINT64_MAX - 4095, -EBADMSG}, /* beyond any device */
        {METADATA_PLACE + NODE + HEADER + 25 + 17, 4, 0xfffffff0, -EBADMSG},
        {METADATA_PLACE + NODE + HEADER + 25 + 21, 4, 0xfffffff0, -EBADMSG},
        {METADATA_PLACE + NODE + HEADER + 25 + 21, 4, 60, -EBADMSG},
        {METADATA_PLACE + NODE + HEADER + 25, 8, 5, -EBADMSG},
        {METADATA_PLACE + NODE + 96, 4, 0, -EBADMSG},
        {METADATA_PLACE + NODE + 96, 4, 0xffffffff, -EBADMSG},
        {METADATA_PLACE + NODE + HEADER + DATA + 37 + 30, 1, 'D', -EBADMSG},
    };
    AUTOFREE unsigned char *image = malloc(SIZE);

    (void)state;
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        uint64_t id;
        int r;

        make_image(image, 256);
        put(image + CASES[i].at, CASES[i].value, CASES[i].n);
        r = ask(image, SIZE, &id);
        if (r != CASES[i].result)
            fail_msg("case %zu: %d is not %d", i, r, CASES[i].result);
    }
}

static void random_damage_does_no_harm(void **state)
{
    static const unsigned PLACES[] = {SUPER, SYSTEM_PLACE, METADATA_PLACE, METADATA_PLACE + NODE,
                                      METADATA_PLACE + NODE + HEADER + DATA};
    AUTOFREE unsigned char *image = malloc(SIZE);
    int taken = 0, refused = 0;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        uint64_t id;
        int r;

        make_image(image, 256);
        for (unsigned n = dice(6) + 1; n > 0; n--)
            image[PLACES[dice(ELEMENTS(PLACES))] + dice(200)] = (unsigned char)dice(256);
        r = ask(image, SIZE, &id);
        assert_true(r == 0 || r == -EBADMSG || r == -EOPNOTSUPP);
        r == 0 ? taken++ : refused++;
    }
    assert_true(taken > 100 && refused > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_default_is_found),
        cmocka_unit_test(every_truncation_is_noticed),
        cmocka_unit_test(each_field_is_looked_at),
        cmocka_unit_test(random_damage_does_no_harm),
    };

    return RUN_TESTS(tests);
}
