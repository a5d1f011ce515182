/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/digest.h"

#include <fcntl.h>

#include "base/clock.h"
#include "test.h"
#include "tree.h"

static const int64_t SECOND = 1000000;

static void expect(const struct tree *tree, const char *text, const char *sha256)
{
    AUTOCLOSE int fd = -1;
    AUTOFREE char *found = NULL;

    tree_write(tree, "f", text);
    fd = openat(tree->root, "f", O_RDONLY | O_CLOEXEC);
    assert_int_equal(lseek(fd, 1, SEEK_SET), 1);
    assert_int_equal(digest_file(fd, clock_uptime() + 60 * SECOND, &found), 0);
    assert_string_equal(found, sha256);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 1); /* others read from it, too */
}

/* From FIPS 180-2, and the empty message. */
static void known_messages_have_their_digests(void **state)
{
    expect(*state, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(*state, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void it_ends_in_time(void **state)
{
    AUTOCLOSE int fd = -1;
    char *found = NULL;

    tree_write(*state, "f", "abc");
    fd = openat(((struct tree *)*state)->root, "f", O_RDONLY | O_CLOEXEC);
    assert_int_equal(digest_file(fd, clock_uptime() - 1, &found), -ETIME);
    assert_int_equal(digest_file(-1, clock_uptime() + SECOND, &found), -EBADF);
    assert_null(found);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(known_messages_have_their_digests),
        TEST(it_ends_in_time),
    };

    return RUN_TESTS(tests);
}
