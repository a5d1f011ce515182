/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/routes.h"

#include <fcntl.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include "base/root.h"
#include "base/witness.h"
#include "discover/hardware/inventory.h"
#include "test.h"
#include "tree.h"

/* A kernel, made up: what it answers to the next request, and how often it was asked. */
static struct {
    char bytes[1024] __attribute__((aligned(8)));
    size_t length;
    int error; /* for which no socket is given */
    int asked;
} kernel;

int __wrap_socket(int domain, int type, int protocol);
ssize_t __wrap_send(int fd, const void *data, size_t size, int flags);
ssize_t __wrap_recv(int fd, void *buffer, size_t size, int flags);
char *__wrap_if_indextoname(unsigned index, char *name);
unsigned __wrap_if_nametoindex(const char *name);
bool __wrap_root_is_live(int root);
bool __real_root_is_live(int root);

static bool tree_is_live;

bool __wrap_root_is_live(int root)
{
    return tree_is_live || __real_root_is_live(root);
}

unsigned __wrap_if_nametoindex(const char *name)
{
    assert_string_equal(name, "eth3");
    return 3;
}

int __wrap_socket(int domain, int type, int protocol)
{
    assert_int_equal(domain, AF_NETLINK);
    assert_int_equal(protocol, NETLINK_ROUTE);
    assert_true(type & SOCK_CLOEXEC);
    errno = kernel.error;
    return kernel.error ? -1 : open("/dev/null", O_RDONLY | O_CLOEXEC);
}

ssize_t __wrap_send(int fd, const void *data, size_t size, int flags)
{
    const struct nlmsghdr *head = data;

    (void)fd, (void)flags;
    assert_int_equal(head->nlmsg_len, size);
    if (head->nlmsg_type == RTM_GETNEIGH) {
        const struct ndmsg *neighbour = NLMSG_DATA(head);

        /* The kernel refuses a request for one neighbour that says more. */
        assert_int_equal(neighbour->ndm_ifindex, 3);
        assert_int_equal(neighbour->ndm_family, AF_INET6);
        assert_int_equal(neighbour->ndm_state + neighbour->ndm_flags + neighbour->ndm_type, 0);
    } else {
        assert_int_equal(head->nlmsg_type, RTM_GETROUTE);
    }
    assert_false(head->nlmsg_flags & NLM_F_DUMP & ~NLM_F_REQUEST); /* not the whole table */
    kernel.asked++;
    return (ssize_t)size;
}

ssize_t __wrap_recv(int fd, void *buffer, size_t size, int flags)
{
    (void)fd;
    assert_true(flags & MSG_DONTWAIT);
    assert_true(size >= kernel.length);
    memcpy(buffer, kernel.bytes, kernel.length);
    return (ssize_t)kernel.length;
}

char *__wrap_if_indextoname(unsigned index, char *name)
{
    if (index == 1)
        strcpy(name, "lo");
    else
        (void)snprintf(name, IF_NAMESIZE, "eth%u", index);
    return index < 100 ? name : NULL;
}

static void *put(unsigned type, const void *data, size_t size)
{
    struct rtattr *attribute = (struct rtattr *)(kernel.bytes + kernel.length);

    *attribute = (struct rtattr){.rta_len = (unsigned short)RTA_LENGTH(size),
                                 .rta_type = (unsigned short)type};
    memcpy(RTA_DATA(attribute), data, size);
    kernel.length += RTA_SPACE(size);
    ((struct nlmsghdr *)kernel.bytes)->nlmsg_len = (unsigned)kernel.length;
    return attribute;
}

static void answer_route(unsigned char length)
{
    struct nlmsghdr *head = (struct nlmsghdr *)kernel.bytes;

    memset(&kernel, 0, sizeof(kernel));
    head->nlmsg_type = RTM_NEWROUTE;
    *(struct rtmsg *)NLMSG_DATA(head) =
        (struct rtmsg){.rtm_family = AF_INET6, .rtm_dst_len = length, .rtm_type = RTN_UNICAST};
    kernel.length = head->nlmsg_len = NLMSG_SPACE(sizeof(struct rtmsg));
}

static void answer_error(int error)
{
    struct nlmsghdr *head = (struct nlmsghdr *)kernel.bytes;

    memset(&kernel, 0, sizeof(kernel));
    head->nlmsg_type = NLMSG_ERROR;
    ((struct nlmsgerr *)NLMSG_DATA(head))->error = -error;
    kernel.length = head->nlmsg_len = NLMSG_SPACE(sizeof(struct nlmsgerr));
}

static void answer_link(int index)
{
    answer_route(0);
    (void)put(RTA_OIF, &index, sizeof(index));
}

/* Asks as this machine; gives the names with blanks between them, or NULL and *ret_error. */
static char *asked(int *ret_error)
{
    AUTOCLOSE int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    CLEANUP(routes_clear) struct routes routes;
    char *names = strdup("");

    *ret_error = routes_ask(root, &routes);
    for (size_t i = 0; i < routes.n; i++)
        append_text(&names, " ", routes.links[i]);
    return names;
}

static void expect(int error, const char *names)
{
    int its;
    AUTOFREE char *found = asked(&its);

    assert_int_equal(its, error);
    if (names)
        assert_string_equal(found, names);
}

static void the_kernel_names_it(void **state)
{
    (void)state;
    answer_link(3);
    expect(0, " eth3");
    answer_link(1);
    expect(-EOPNOTSUPP, "");
    answer_error(ENETUNREACH);
    expect(0, "");
    answer_error(EHOSTUNREACH); /* "unreachable default" */
    expect(0, "");
}

static void several_hops(void **state)
{
    struct rtnexthop hops[2] = {{.rtnh_len = sizeof(hops[0]), .rtnh_ifindex = 2},
                                {.rtnh_len = sizeof(hops[0]), .rtnh_ifindex = 3}};

    (void)state;
    answer_route(0);
    (void)put(RTA_MULTIPATH, hops, sizeof(hops));
    expect(0, " eth2 eth3");
    hops[1].rtnh_len = 0;
    answer_route(0);
    (void)put(RTA_MULTIPATH, hops, sizeof(hops));
    expect(0, " eth2");
    hops[0].rtnh_len = 65535;
    answer_route(0);
    (void)put(RTA_MULTIPATH, hops, sizeof(hops));
    expect(-EOPNOTSUPP, NULL);
}

static void what_it_does_not_tell_is_unknown(void **state)
{
    int index = 100;

    (void)state;
    answer_error(EPERM);
    expect(-EOPNOTSUPP, NULL);
    answer_route(128); /* an old kernel: the route to that address alone */
    (void)put(RTA_OIF, &index, sizeof(index));
    expect(-EOPNOTSUPP, NULL);
    answer_route(0);
    expect(-EOPNOTSUPP, NULL);
    answer_link(3);
    kernel.error = EAFNOSUPPORT;
    expect(-EAFNOSUPPORT, NULL);
    for (size_t n = 0; n < NLMSG_SPACE(sizeof(struct rtmsg)) + RTA_LENGTH(sizeof(int)); n++) {
        int error;
        AUTOFREE char *found = NULL;

        answer_link(3);
        kernel.length = n;
        found = asked(&error);
        assert_true(error < 0);
    }
}

static void expect_gateway(const char *gateway)
{
    AUTOCLOSE int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    CLEANUP(routes_clear) struct routes routes;

    assert_int_equal(routes_ask(root, &routes), 0);
    assert_int_equal(routes.gateway != NULL, gateway != NULL);
    if (gateway)
        assert_string_equal(routes.gateway, gateway);
}

static void the_gateway_is_that_of_the_first_hop(void **state)
{
    struct {
        struct rtnexthop hop;
        struct rtattr head;
        struct in6_addr gateway;
    } hops[2] = {{.hop = {.rtnh_len = sizeof(hops[0]), .rtnh_ifindex = 2},
                  .head = {.rta_len = RTA_LENGTH(16), .rta_type = RTA_GATEWAY},
                  .gateway = {{{0xfe, 0x80, [15] = 1}}}},
                 {.hop = {.rtnh_len = sizeof(hops[0]), .rtnh_ifindex = 3},
                  .head = {.rta_len = RTA_LENGTH(16), .rta_type = RTA_GATEWAY},
                  .gateway = {{{0xfe, 0x80, [15] = 2}}}}};
    int index = 3;

    (void)state;
    answer_route(0);
    (void)put(RTA_GATEWAY, &hops[1].gateway, 16);
    (void)put(RTA_OIF, &index, sizeof(index));
    expect_gateway("fe80::2");
    answer_route(0);
    (void)put(RTA_MULTIPATH, hops, sizeof(hops));
    expect_gateway("fe80::1");
    hops[0].head.rta_type = RTA_PREF;
    answer_route(0);
    (void)put(RTA_MULTIPATH, hops, sizeof(hops));
    expect_gateway(NULL);
    hops[0].head = (struct rtattr){.rta_len = RTA_LENGTH(15), .rta_type = RTA_GATEWAY};
    answer_route(0);
    (void)put(RTA_MULTIPATH, hops, sizeof(hops));
    expect_gateway(NULL);
    answer_link(3);
    expect_gateway(NULL);
}

static void answer_neighbour(unsigned short its_state)
{
    struct nlmsghdr *head = (struct nlmsghdr *)kernel.bytes;

    memset(&kernel, 0, sizeof(kernel));
    head->nlmsg_type = RTM_NEWNEIGH;
    *(struct ndmsg *)NLMSG_DATA(head) =
        (struct ndmsg){.ndm_family = AF_INET6, .ndm_ifindex = 3, .ndm_state = its_state};
    kernel.length = head->nlmsg_len = NLMSG_SPACE(sizeof(struct ndmsg));
}

/* As a router advertises itself. */
#define NONE "00000000000000000000000000000000"
#define ROUTE_TO(gateway)                                                                          \
    NONE " 00 " NONE " 00 " gateway " 00000400 00000001 00000000 00450003 eth3\n"

static void expect_resolved(const struct tree *tree, int resolved)
{
    CLEANUP(inventory_clear) struct inventory found = {0};

    inventory_read_route(tree->root, ROUTES_IPV6, &found.ipv6);
    assert_string_equal(found.ipv6.gateway, "fe80::1");
    assert_int_equal(found.ipv6.resolved, resolved);
}

static void the_kernel_tells_whether_the_ipv6_gateway_answers(void **state)
{
    static const struct {
        unsigned short its_state;
        int resolved;
    } CASES[] = {
        {NUD_REACHABLE, RESOLVED_YES}, {NUD_STALE, RESOLVED_YES}, {NUD_DELAY, RESOLVED_YES},
        {NUD_PROBE, RESOLVED_YES},     {NUD_NOARP, RESOLVED_YES}, {NUD_PERMANENT, RESOLVED_YES},
        {NUD_INCOMPLETE, RESOLVED_NO}, {NUD_FAILED, RESOLVED_NO}, {NUD_NONE, RESOLVED_UNKNOWN},
    };
    const struct tree *tree = *state;

    tree_write(tree, "proc/1/net/ipv6_route", ROUTE_TO("fe800000000000000000000000000001"));
    tree_is_live = true;
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        answer_neighbour(CASES[i].its_state);
        expect_resolved(tree, CASES[i].resolved);
    }
    answer_error(ENOENT); /* it has not tried */
    expect_resolved(tree, RESOLVED_UNKNOWN);
    answer_error(EOPNOTSUPP); /* before Linux 5.0 */
    expect_resolved(tree, RESOLVED_UNKNOWN);
    answer_link(3);
    expect_resolved(tree, RESOLVED_UNKNOWN);
    answer_neighbour(NUD_FAILED);
    ((struct nlmsghdr *)kernel.bytes)->nlmsg_len = NLMSG_LENGTH(4);
    expect_resolved(tree, RESOLVED_UNKNOWN);
    kernel.error = EAFNOSUPPORT;
    expect_resolved(tree, RESOLVED_UNKNOWN);
    kernel.asked = 0;
    tree_is_live = false;
    expect_resolved(tree, RESOLVED_UNKNOWN);
    assert_int_equal(kernel.asked, 0);
}

static void the_ipv6_address_towards_the_gateway_is_read(void **state)
{
#define ADDRESS(last, length, scope, flags, link)                                                  \
    "20010db800000000000000000000000" last " 02 " length " " scope " " flags " " link "\n"
    static const char NEAR[] = ROUTE_TO("fe800000000000000000000000000001"),
                      FAR[] = ROUTE_TO("20010db8000000000000000000000001");
    static const struct {
        const char *route, *addresses, *address;
    } CASES[] = {
        {NEAR, ADDRESS("2", "40", "00", "80", "     eth3"), "2001:db8::2"},
        {NEAR, ADDRESS("2", "80", "00", "00", "eth3"), "2001:db8::2"},
        {NEAR, ADDRESS("2", "40", "00", "80", "eth4"), NULL},
        {NEAR, "fe800000000000000000000000000002 02 40 20 80 eth3\n", NULL},
        /* temporary, not unique, deprecated, not yet tried */
        {NEAR, ADDRESS("2", "40", "00", "01", "eth3"), NULL},
        {NEAR, ADDRESS("2", "40", "00", "88", "eth3"), NULL},
        {NEAR, ADDRESS("2", "40", "00", "20", "eth3"), NULL},
        {NEAR, ADDRESS("2", "40", "00", "40", "eth3"), NULL},
        {NEAR, ADDRESS("3", "40", "00", "01", "eth3") ADDRESS("2", "40", "00", "00", "eth3"),
         "2001:db8::2"},
        {NEAR, ADDRESS("2", "40", "00", "80", "eth3") ADDRESS("3", "40", "00", "80", "eth3"), NULL},
        {FAR, ADDRESS("2", "40", "00", "80", "eth3"), "2001:db8::2"},
        {FAR, ADDRESS("2", "7e", "00", "80", "eth3"), "2001:db8::2"},
        {FAR, ADDRESS("2", "7f", "00", "80", "eth3"), NULL},
        {FAR, ADDRESS("2", "80", "00", "80", "eth3"), NULL},
        {FAR, ADDRESS("2", "ff", "00", "80", "eth3"), NULL},
        {FAR,
         "fd000000000000000000000000000002 02 40 00 80 eth3\n" ADDRESS("2", "40", "00", "80",
                                                                       "eth3"),
         "2001:db8::2"},
        {NEAR, "2001 02 40 00 80 eth3\n", NULL},
        {NEAR, "x", NULL},
        {NEAR, "", NULL},
    };
    const struct tree *tree = *state;

    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        CLEANUP(inventory_clear) struct inventory found = {0};

        tree_write(tree, "proc/1/net/ipv6_route", CASES[i].route);
        tree_write(tree, "proc/1/net/if_inet6", CASES[i].addresses);
        inventory_read_route(tree->root, ROUTES_IPV6, &found.ipv6);
        assert_int_equal(found.ipv6.address != NULL, CASES[i].address != NULL);
        if (CASES[i].address)
            assert_string_equal(found.ipv6.address, CASES[i].address);
    }
}

/* A table of IPv6 of more than a mebibyte, as a router has it: the default route stands last. */
static void write_long_table(const struct tree *tree)
{
    static const char LINE[] =
        "20010db8000000000000000000000000 20 00000000000000000000000000000000 00 "
        "fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth1\n";
    enum {
        LINES = 20000,
    };
    size_t length = sizeof(LINE) - 1;
    AUTOFREE char *table = malloc(LINES * length);

    assert_non_null(table);
    for (size_t i = 0; i < LINES; i++)
        memcpy(table + i * length, LINE, length);
    tree_write_bytes(tree, "proc/net/ipv6_route", table, LINES * length);
}

static void expect_read(const struct tree *tree, int root, const char *directory, bool complete,
                        const char *name)
{
    CLEANUP(routes_clear) struct routes routes;

    (void)tree;
    assert_int_equal(routes_read(root, directory, ROUTES_IPV6, &routes), 0);
    assert_int_equal(routes.complete, complete);
    assert_int_equal(routes.n, name != NULL);
    if (name)
        assert_string_equal(routes.links[0], name);
}

static void only_this_machine_is_asked_and_only_where_needed(void **state)
{
    const struct tree *tree = *state;
    AUTOCLOSE int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    AUTOFREE char *directory = format("%s/proc/net", tree->path);

    answer_link(3);
    write_long_table(tree);
    expect_read(tree, tree->root, "proc/net", false, NULL);
    assert_int_equal(kernel.asked, 0);
    expect_read(tree, root, directory, true, "eth3");
    assert_int_equal(kernel.asked, 1);
    kernel.error = EPERM;
    expect_read(tree, root, directory, false, NULL);
    kernel.error = 0;
    tree_write(tree, "proc/net/ipv6_route", "00 00 eth7\n");
    expect_read(tree, root, directory, true, "eth7");
    assert_int_equal(kernel.asked, 1);
}

static char *taken;

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
    (void)fd, (void)whole;
    assert_true(offset == WITNESS_APPEND);
    assert_null(taken);
    taken = strndup(data, size);
}

/* A recording of the machine answers as the machine does. */
static void a_recording_gets_the_answer(void **state)
{
    static const struct witness WITNESS = {.saw = saw, .opened = opened, .took = took};
    static const struct in6_addr GATEWAY = {{{0xfe, 0x80, [15] = 0xa1}}};
    CLEANUP(routes_clear) struct routes routes = {0};
    const struct tree *tree = *state;
    AUTOCLOSE int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    AUTOFREE char *directory = format("%s/proc/net", tree->path);

    answer_link(3);
    (void)put(RTA_GATEWAY, &GATEWAY, sizeof(GATEWAY));
    write_long_table(tree);
    witness = &WITNESS;
    expect_read(tree, root, directory, true, "eth3");
    witness = NULL;
    assert_non_null(taken);
    tree_write(tree, "proc/net/ipv6_route", taken);
    free(taken);
    expect_read(tree, tree->root, "proc/net", true, "eth3");
    assert_int_equal(routes_read(tree->root, "proc/net", ROUTES_IPV6, &routes), 0);
    assert_string_equal(routes.gateway, "fe80::a1");
}

/* The end of what is read may look like a default route. */
static void a_line_that_is_cut_off_says_nothing(void **state)
{
    enum {
        READ = 1024 * 1024,
    };
    const struct tree *tree = *state;
    AUTOFREE char *table = malloc(2 * READ);
    CLEANUP(routes_clear) struct routes routes;

    memset(table, '\n', 2 * READ);
    memcpy(table + READ - strlen("eth1 0000"), "eth1 000000FE 0 0001",
           strlen("eth1 000000FE 0 0001"));
    tree_write_bytes(tree, "proc/net/route", table, 2 * READ);
    assert_int_equal(routes_read(tree->root, "proc/net", ROUTES_IPV4, &routes), 0);
    assert_int_equal(routes.n, 0);
    assert_false(routes.complete);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_kernel_names_it),
        TEST(several_hops),
        TEST(the_gateway_is_that_of_the_first_hop),
        TEST(the_kernel_tells_whether_the_ipv6_gateway_answers),
        TEST(the_ipv6_address_towards_the_gateway_is_read),
        TEST(what_it_does_not_tell_is_unknown),
        TEST(only_this_machine_is_asked_and_only_where_needed),
        TEST(a_recording_gets_the_answer),
        TEST(a_line_that_is_cut_off_says_nothing),
    };

    return RUN_TESTS(tests);
}
