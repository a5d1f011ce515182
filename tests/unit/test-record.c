/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "base/fd.h"
#include "base/root.h"
#include "base/witness.h"
#include "record/hide.h"
#include "record/identities.h"
#include "record/traces.h"
#include "test.h"
#include "tree.h"

/* Identities */

static struct identities *of(const char *text)
{
    struct identities *identities = identities_new();

    identities_find(identities, text, strlen(text), false);
    return identities;
}

/* What `text` becomes if nothing else is known; NULL: it stays the same. */
static void expect(const char *text, const char *expected)
{
    CLEANUP(identities_freep) struct identities *identities = of(text);
    AUTOFREE char *copy = xstrdup(text);

    identities_number(identities);
    (void)identities_replace(identities, copy, strlen(copy));
    assert_string_equal(copy, expected ? expected : text);
}

static void what_is_told_by_its_shape_is_replaced(void **state)
{
    (void)state;
    expect("UUID=f81d4fae-7dec-11d0-a765-00a0c91e6bf6 x",
           "UUID=f0000000-0000-0000-0000-000000000001 x");
    expect("/f81d4fae7dec11d0a76500a0c91e6bf6-6.1", "/f0000000000000000000000000000001-6.1");
    expect("52:54:00:aB:cd:ef\n", "50:00:00:00:00:01\n");
    expect("enx525400abcdef", "enx500000000001");
    expect("UUID=1234-ABCD", "UUID=1000-0001");
    expect("PARTUUID=a1b2c3d4-01 /dev/disk/by-partuuid/a1b2c3d4-01",
           "PARTUUID=a0000000-01 /dev/disk/by-partuuid/a0000000-01");
    expect("naa.5000c500a1b2c3d4", "naa.5000000000000001");
    expect("ip=10.1.2.3::10.1.2.1:255.255.255.0", "ip=10.0.0.2::10.0.0.1:255.255.255.0");
    expect("[2001:db8::42]", "[2000:000::01]");
}

static void what_only_looks_alike_stays(void **state)
{
    static const char *const SAME[] = {
        "6.1.0-33-amd64",
        "linux-6.1.0.33",
        "6.1.0.33-generic",
        "0000:00:1f.2",
        "00:00:00:00:00:00",
        "00000000-0000-0000-0000-000000000000",
        "127.0.0.1",
        "::1",
        "12:34:56",
        "f81d4fae-7dec-11d0-a765-00a0c91e6bf6a",
        "pci:v00008086d00001533sv00001028sd000005B8bc02sc00i00",
        "root=/dev/mapper/vg-root",
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(SAME); i++)
        expect(SAME[i], NULL);
}

static void one_has_one_number_in_every_form(void **state)
{
    (void)state;
    expect("f81d4fae-7dec-11d0-a765-00a0c91e6bf6 F81D4FAE7DEC11D0A76500A0C91E6BF6",
           "f0000000-0000-0000-0000-000000000001 F0000000000000000000000000000001");
    expect("a81d4fae-7dec-11d0-a765-00a0c91e6bf6 181d4fae-7dec-11d0-a765-00a0c91e6bf6",
           "a0000000-0000-0000-0000-000000000002 10000000-0000-0000-0000-000000000001");
}

static void what_is_kept_stays_everywhere(void **state)
{
    static const char GUID[] = "8be4df61-93ca-11d2-aa0d-00e098032b8c";
    CLEANUP(identities_freep) struct identities *identities = of(GUID);
    char copy[] = "8be4df61-93ca-11d2-aa0d-00e098032b8c";

    (void)state;
    identities_find(identities, GUID, strlen(GUID), true);
    identities_number(identities);
    assert_int_equal(identities_replace(identities, copy, strlen(copy)), 0);
    assert_string_equal(copy, GUID);
}

static void serial_numbers_are_words(void **state)
{
    CLEANUP(identities_freep) struct identities *identities = identities_new();
    char text[] = "ata-DISK_S3R14LN0-part1 S3R14LN0X md0 web-1.example.org web-10";

    (void)state;
    identities_find_serials(identities, "DISK S3R14LN0 md0");
    identities_add(identities, "web-1");
    identities_number(identities);
    assert_int_equal(identities_replace(identities, text, strlen(text)), 2);
    assert_string_equal(text, "ata-DISK_S0000001-part1 S3R14LN0X md0 w00-1.example.org web-10");
}

/* Those with the same start are told apart, and the first that was added is found first. */
static void words_with_the_same_start(void **state)
{
    CLEANUP(identities_freep) struct identities *identities = identities_new();
    char text[] = "web-2.example web.example web-1-x web web-3", long_one[400];

    (void)state;
    memset(long_one, 'x', sizeof(long_one) - 1);
    long_one[sizeof(long_one) - 1] = 0;
    identities_add(identities, "web-1");
    identities_add(identities, "web-2");
    identities_add(identities, "web.example");
    identities_add(identities, "web-1");
    identities_number(identities);
    assert_int_equal(identities_replace(identities, text, strlen(text)), 3);
    assert_string_equal(text, "w00-2.example w00.0000001 w00-1-x web web-3");
    assert_int_equal(identities_replace(identities, long_one, strlen(long_one)), 0);
}

/* Secrets */

static void hides(const char *path, const char *text, const char *expected)
{
    AUTOFREE char *copy = xstrdup(text);

    (void)hide_secrets(path, copy, strlen(copy));
    assert_string_equal(copy, expected);
}

static void secrets_are_overwritten(void **state)
{
    (void)state;
    hides("", "a.password=b1 PASSWD='c d' x=y", "a.password=xx PASSWD='xxx' x=y");
    hides("", "rd.luks.key=/etc/key token-timeout=3s keymap=de",
          "rd.luks.key=/etc/key token-timeout=3s keymap=de");
    hides("", "my.key=abc \"pw=d\"", "my.key=xxx \"pw=x\"");
    hides("", "https://me:pa@host/x https://host/@", "https://xxxxx@host/x https://host/@");
    hides("", "password root abc def\n password_pbkdf2 r grub.pbkdf2.1.A\nx",
          "password root xxxxxxx\n password_pbkdf2 r xxxxxxxxxxxxxxx\nx");
    hides("", "X=\"grub.pbkdf2.sha512.1.AB\"", "X=\"grub.pbkdf2.xxxxxxxxxxx\"");
    hides("", "netroot=iscsi:u:p@1::x", "netroot=iscsi:xxx@1::x");
    hides("", "-----BEGIN PRIVATE KEY-----\nMII\n-----END",
          "-----BEGIN PRIVATE KEY-----xxxxx-----END");
    hides("", "password", "password");
    hides("", "password=", "password=");
}

/* What the kernel knows of a router stays with the route over it. */
static void of_neighbours_the_router_is_kept(void **state)
{
    AUTOFREE char *routes = xstrdup("eth0 0000A8C0 00000000 0001\neth0 00000000 0101A8C0 0003\n"),
                  *routers = NULL;
    AUTOFREE char *neighbours = xstrdup("IP address Flags\n"
                                        "192.168.1.1      0x1 0x0 00:00:00:00:00:00 * eth0\n"
                                        "192.168.1.10     0x1 0x2 52:54:00:12:34:56 * eth0\n");

    (void)state;
    hide_find_routers(routes, strlen(routes), &routers);
    assert_string_equal(routers, "192.168.1.1");
    (void)hide_neighbours(neighbours, strlen(neighbours), routers);
    assert_string_equal(neighbours, "xxxxxxxxxxxxxxxx\n"
                                    "192.0.2.1        0x1 0x0 00:00:00:00:00:00 * eth0\n"
                                    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n");
}

static void tables_keep_what_is_read(void **state)
{
    (void)state;
    hides("proc/1/net/route", "eth0 00000000 0A000001 0003 0\neth0 000A0A0A 0 1\n",
          "eth0 00000000 010200C0 0003 0\nxxxxxxxxxxxxxxxxx\n");
    hides("proc/1/net/route", "ppp0 00000000 00000000 0003 0\n", "ppp0 00000000 00000000 0003 0\n");
    hides("proc/1/net/if_inet6", "20010db8000000000000000000000002 02 40 00 80 eth0\n",
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n");
    hides("proc/self/mountinfo",
          "1 2 8:1 / / rw - ext4 /dev/a rw,x\n1 2 0:9 / /n rw - nfs h:/e rw,addr=1\n",
          "1 2 8:1 / / rw - ext4 /dev/a xxxx\n1 2 0:9 / /n rw - nfs xxxx xxxxxxxxx\n");
    hides("etc/fstab", "# h:/x\nUUID=1 / ext4 rw\nh:/x /n nfs rw\n",
          "# h:/x\nUUID=1 / ext4 rw\nxxxx /n nfs rw\n");
}

/* Traces */

static int truncateat(int directory, const char *path, off_t size)
{
    AUTOCLOSE int fd = openat(directory, path, O_WRONLY | O_CLOEXEC);

    return ftruncate(fd, size);
}

static const struct trace *find(const struct traces *traces, const char *path)
{
    for (size_t i = 0; i < traces->n; i++)
        if (streq(traces->all[i].path, path))
            return &traces->all[i];
    return NULL;
}

static void what_is_read_leaves_a_trace(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(traces_clear) struct traces traces;
    AUTOFREE char *text = NULL;
    CLEANUP(names_freep) char **names = NULL;
    const struct trace *trace;
    char bytes[4];
    int fd;

    tree_write(tree, "d/whole", "all of it");
    tree_write(tree, "d/part", "0123456789");
    tree_write(tree, "d/name", "secret");
    tree_link(tree, "l", "d/whole");
    traces_begin();
    assert_int_equal(root_read(tree->root, "l", 100, &text, NULL), 0);
    assert_int_equal(root_names(tree->root, "d", NULL, 10, &names), 3);
    fd = root_open(tree->root, "d/part", NULL);
    assert_int_equal(fd_read_at(fd, bytes, 4, 3), 0);
    assert_int_equal(fd_read_at(fd, bytes, 4, 3), 0);
    (void)close(fd);
    assert_int_equal(memfd_create("other", MFD_CLOEXEC), fd); /* is not confused with the file */
    assert_int_equal(fd_read_at(fd, bytes, 4, 0), -ENODATA);
    traces_end(&traces);
    (void)close(fd);
    assert_int_equal(root_exists(tree->root, "nothing"), 0);
    trace = find(&traces, "d/whole");
    assert_true(trace && trace->whole && trace->n_pieces == 1);
    assert_string_equal(trace->pieces[0].data, "all of it");
    trace = find(&traces, "d/part");
    assert_true(trace && !trace->whole && trace->n_pieces == 1);
    assert_int_equal(trace->pieces[0].offset, 3);
    assert_string_equal(trace->pieces[0].data, "3456");
    trace = find(&traces, "d/name");
    assert_true(trace && trace->seen && trace->n_pieces == 0);
    assert_string_equal(find(&traces, "l")->target, "d/whole");
    assert_null(find(&traces, "nothing"));
    assert_int_equal(traces.n, 6);
}

static void there_is_an_end_to_what_is_kept(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(traces_clear) struct traces traces;
    const struct trace *trace;
    struct stat st = {.st_mode = S_IFREG};

    traces_begin();
    for (int i = 0; i < 3; i++) {
        AUTOFREE char *name = format("large%d", i), *text = NULL;

        tree_write(tree, name, "");
        assert_int_equal(truncateat(tree->root, name, 30 << 20), 0);
        assert_int_equal(root_read(tree->root, name, 40 << 20, &text, NULL), 0);
    }
    for (int i = 0; i < 200 * 1000; i++) {
        AUTOFREE char *name = format("name%d", i);

        witness->saw(name, &st, NULL);
    }
    traces_end(&traces);
    assert_false(find(&traces, "large1")->cut);
    trace = find(&traces, "large2");
    assert_true(trace->cut && trace->seen && trace->n_pieces == 0);
    assert_true(traces.full);
    assert_int_equal(traces.n, 200 * 1000);
}

static void bytes_are_found_across_steps(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *data = xcalloc(1, 3 << 20);
    AUTOCLOSE int fd = -1;
    uint64_t at;

    memcpy(data + (1 << 20) - 2, "mark", 4);
    memcpy(data + (2 << 20), "mark", 4);
    tree_write_bytes(tree, "f", data, 3 << 20);
    fd = root_open(tree->root, "f", NULL);
    assert_int_equal(fd_find(fd, "mark", 4, 0, UINT64_MAX, &at), 0);
    assert_int_equal(at, (1 << 20) - 2);
    assert_int_equal(fd_find(fd, "mark", 4, at + 1, UINT64_MAX, &at), 0);
    assert_int_equal(at, 2 << 20);
    assert_int_equal(fd_find(fd, "mark", 4, at + 1, UINT64_MAX, NULL), -ENOENT);
    assert_int_equal(fd_find(fd, "none", 4, 0, 1 << 20, NULL), -EFBIG);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_told_by_its_shape_is_replaced),
        cmocka_unit_test(what_only_looks_alike_stays),
        cmocka_unit_test(one_has_one_number_in_every_form),
        cmocka_unit_test(what_is_kept_stays_everywhere),
        cmocka_unit_test(serial_numbers_are_words),
        cmocka_unit_test(words_with_the_same_start),
        cmocka_unit_test(secrets_are_overwritten),
        cmocka_unit_test(of_neighbours_the_router_is_kept),
        cmocka_unit_test(tables_keep_what_is_read),
        TEST(what_is_read_leaves_a_trace),
        TEST(there_is_an_end_to_what_is_kept),
        TEST(bytes_are_found_across_steps),
    };

    return RUN_TESTS(tests);
}
