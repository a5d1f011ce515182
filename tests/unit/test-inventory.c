/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts/inventory.h"

#include "discover/hardware/inventory.h"
#include "inventory-made.h"
#include "test.h"

static const struct item *find(const struct inventory *inventory, enum item_kind kind,
                               const char *name)
{
    const struct items *items = &inventory->items[kind];

    for (size_t i = 0; i < items->n; i++) {
        const struct item *item = &items->all[i];
        const char *its = kind == ITEM_LINK    ? item->name
                          : kind == ITEM_MOUNT ? item->id
                                               : item->place;

        if (streq(its, name))
            return item;
    }
    fail_msg("no %s", name);
    return NULL;
}

static void a_server_is_read(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(inventory_clear) struct inventory found;
    const struct item *item;

    tree_server(tree);
    inventory_read(tree->root, &found);
    for (int kind = 0; kind < N_ITEM_KINDS; kind++)
        assert_true(found.items[kind].known);
    assert_int_equal(found.items[ITEM_PCI].n, 3); /* no virtual function */
    item = find(&found, ITEM_PCI, "0000:03:00.0");
    assert_string_equal(item->driver, "igb");
    assert_int_equal(item->width, 8);
    assert_int_equal(item->speed, 8000);
    assert_non_null(strstr(item->model, "v00008086d00001533"));
    assert_null(find(&found, ITEM_PCI, "0000:00:1f.0")->driver);
    assert_int_equal(found.nodes, 2);
    assert_int_equal(found.cpus, 4);
    assert_int_equal(found.memory, 32768000);
    assert_string_equal(found.clock, "tsc");
    assert_string_equal(found.items[ITEM_FLAW].all[0].id, "meltdown");
    assert_string_equal(found.items[ITEM_FLAW].all[0].model, "Mitigation: PTI");
    assert_string_equal(found.ipv4.link, "eno1");
    assert_string_equal(found.ipv4.gateway, "10.0.2.1");
    assert_int_equal(found.ipv4.resolved, RESOLVED_UNKNOWN);
    assert_true(found.ipv6.known);
    assert_null(found.ipv6.link);
}

static void disks_have_names_that_stay(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(inventory_clear) struct inventory found;
    const struct item *item;

    tree_server(tree);
    inventory_read(tree->root, &found);
    assert_int_equal(found.items[ITEM_DISK].n, 4);
    item = find(&found, ITEM_DISK, "sda");
    assert_string_equal(item->id, "naa.5000c500a1b2c3d4");
    assert_string_equal(item->name, "ata-ST1000NM0008_ZDH");
    assert_string_equal(item->model, "ST1000NM0008");
    assert_int_equal(item->size, 1953525168ULL * 512);
    assert_false(item->spare);
    item = find(&found, ITEM_DISK, "sdb");
    assert_null(item->name);
    assert_true(item->spare);
    assert_string_equal(find(&found, ITEM_DISK, "nvme0n1")->name, "nvme-Fast_512_S4");
    assert_string_equal(find(&found, ITEM_DISK, "md0")->name, "md-uuid-1:2:3:4");
}

/* They come and go with the network. */
static void disks_over_a_network_are_spare(void **state)
{
    static const char *const WAYS[] = {
        "platform/host7/session1/target7:0:0/7:0:0:1/block/sdx",
        "pci0000:00/0000:00:03.0/host8/rport-8:0-1/target8:0:0/8:0:0:1/block/sdx",
        "virtual/nvme-fabrics/ctl/nvme4/nvme4n1",
    };

    for (size_t i = 0; i < ELEMENTS(WAYS); i++) {
        CLEANUP(inventory_clear) struct inventory found;
        const struct tree *tree = *state;
        AUTOFREE char *target = format("../devices/%s", WAYS[i]);
        AUTOFREE char *size = format("sys/devices/%s/size", WAYS[i]);
        AUTOFREE char *device = format("sys/devices/%s/device/model", WAYS[i]);

        tree_link(tree, "sys/block/sdx", target);
        tree_write(tree, size, "1000\n");
        tree_write(tree, device, "LUN\n");
        inventory_read(tree->root, &found);
        assert_true(find(&found, ITEM_DISK, "sdx")->spare);
        tree_remove(tree, "sys/block/sdx");
    }
}

static void nvme_disks_of_several_controllers(void **state)
{
    static const char DISK[] = "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1";
    const struct tree *tree = *state;
    CLEANUP(inventory_clear) struct inventory found = {0};
    AUTOFREE char *size = format("%s/size", DISK), *device = format("%s/device/model", DISK);

    tree_link(tree, "sys/block/nvme0n1", "../devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1");
    tree_write(tree, size, "1000\n");
    tree_write(tree, device, "LUN\n");
    tree_link(tree, "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0",
              "../../nvme-fabrics/ctl/nvme0");
    inventory_read(tree->root, &found);
    assert_true(find(&found, ITEM_DISK, "nvme0n1")->spare);
    inventory_clear(&found);
    tree_link(tree, "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme1",
              "../../../pci0000:00/0000:00:03.0/nvme/nvme1");
    inventory_read(tree->root, &found);
    assert_false(find(&found, ITEM_DISK, "nvme0n1")->spare);
}

static void what_fstab_has_mounted_is_read(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(inventory_clear) struct inventory found;

    tree_server(tree);
    inventory_read(tree->root, &found);
    assert_int_equal(found.items[ITEM_MOUNT].n, 3);
    assert_string_equal(find(&found, ITEM_MOUNT, "/")->name, "UUID=1-2-3");
    assert_string_equal(find(&found, ITEM_MOUNT, "/srv/my data")->name, "LABEL=data");
    assert_true(find(&found, ITEM_MOUNT, "/stick")->spare);
    assert_false(find(&found, ITEM_MOUNT, "/")->spare);
    assert_false(find(&found, ITEM_MOUNT, "/srv/my data")->spare);
    inventory_clear(&found);
    tree_write(*state, "etc/fstab", "LABEL=data /srv/my\\040data xfs rw,nofail 0 2\n");
    inventory_read(tree->root, &found);
    assert_true(find(&found, ITEM_MOUNT, "/srv/my data")->spare);
}

/* As many disks, ports and mounts as a large server has. */
static void a_storage_server_is_read(void **state)
{
    enum {
        DISKS = 400,
        LINKS = 64,
        MOUNTS = 4096,
    };
    const struct tree *tree = *state;
    AUTOFREE char *mounts = strdup("1 0 9:0 / / rw - ext4 /dev/md0 rw\n"), *fstab = strdup("");
    CLEANUP(inventory_clear) struct inventory found, again;

    for (int i = 0; i < DISKS; i++) {
        AUTOFREE char *device = format("sys/devices/pci0000:00/host0/0:0:%d:0/block/sd%d", i, i);
        AUTOFREE char *size = format("%s/size", device), *wwid = format("%s/wwid", device);
        AUTOFREE char *vendor = format("%s/device/vendor", device),
                      *block = format("sys/block/sd%d", i);
        AUTOFREE char *id = format("naa.5000%08d\n", i), *target = format("/%s", device);
        AUTOFREE char *name = format("dev/disk/by-id/ata-DISK_%d", i);
        AUTOFREE char *node = format("../../sd%d", i);

        tree_write(tree, size, "1000\n");
        tree_write(tree, wwid, id);
        tree_write(tree, vendor, "ATA\n");
        tree_link(tree, block, target);
        tree_link(tree, name, node);
    }
    for (int i = 0; i < LINKS; i++) {
        AUTOFREE char *address = format("sys/class/net/eth%d/address", i);
        AUTOFREE char *device = format("sys/class/net/eth%d/device", i);

        tree_write(tree, address, "52:54:00:00:00:01\n");
        tree_mkdir(tree, device);
    }
    for (int i = 0; i < MOUNTS; i++) {
        AUTOFREE char *mount =
            format("%d 1 8:%d / /srv/%d rw - xfs /dev/sd%d rw\n", i + 2, i % DISKS, i, i % DISKS);
        AUTOFREE char *line = format("LABEL=l%d /srv/%d xfs defaults\n", i, i);

        append_text(&mounts, "", mount);
        append_text(&fstab, "", line);
    }
    tree_write(tree, "proc/1/mountinfo", mounts);
    tree_write(tree, "etc/fstab", fstab);
    inventory_read(tree->root, &found);
    assert_int_equal(found.items[ITEM_DISK].n, DISKS);
    assert_int_equal(found.items[ITEM_LINK].n, LINKS);
    assert_int_equal(found.items[ITEM_MOUNT].n, MOUNTS + 1);
    assert_string_equal(find(&found, ITEM_DISK, "sd399")->name, "ata-DISK_399");
    assert_string_equal(find(&found, ITEM_MOUNT, "/srv/4095")->name, "LABEL=l4095");
    made_copy(&found, &again);
    assert_int_equal(again.items[ITEM_MOUNT].n, MOUNTS + 1);
}

/* It would be a negative number in the record of this reboot, which could then not be read. */
static void a_disk_of_absurd_size(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(inventory_clear) struct inventory found, again;

    tree_write(tree, "sys/block/sda/device/model", "X\n");
    tree_write(tree, "sys/block/sda/size", "9223372036854775807\n");
    inventory_read(tree->root, &found);
    made_copy(&found, &again);
    assert_true(again.items[ITEM_DISK].known);
    assert_true(again.items[ITEM_DISK].all[0].size == found.items[ITEM_DISK].all[0].size);
}

static void lists_of_cpus(void **state)
{
    static const struct {
        const char *list;
        long n;
    } LISTS[] = {
        {"0", 1},
        {"0-3,8", 5},
        {"0-9223372036854775807", 0},
        {"", 0},
        {"3-1", 0},
        {"0-9223372036854775806,1", 0},
        {"99999999999999999999", 0},
        {"-1", 0},
        {"0-", 0},
        {"0-3,", 4},
        {"1,,2", 0},
        {"x", 0},
    };

    for (size_t i = 0; i < ELEMENTS(LISTS); i++) {
        const struct tree *tree = *state;
        CLEANUP(inventory_clear) struct inventory found;

        tree_write(tree, "sys/devices/system/cpu/online", LISTS[i].list);
        inventory_read(tree->root, &found);
        assert_int_equal(found.cpus, LISTS[i].n);
    }
}

static void interfaces_with_hardware_are_read(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(inventory_clear) struct inventory found;
    const struct item *item;

    tree_server(tree);
    inventory_read(tree->root, &found);
    assert_int_equal(found.items[ITEM_LINK].n, 2);
    item = find(&found, ITEM_LINK, "eno1");
    assert_string_equal(item->id, "ac:1f:6b:00:00:01");
    assert_string_equal(item->place, "pci0000:00/0000:03:00.0");
    assert_true(item->carrier);
    item = find(&found, ITEM_LINK, "eno2");
    assert_string_equal(item->id, "ac:1f:6b:00:00:02"); /* its own, not the bond's */
    assert_false(item->carrier);
}

/* By a route over it, or over what it is a port of; not by one between neighbours. */
static void interfaces_are_used_for_routes(void **state)
{
    static const char HEAD[] =
        "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n";
    static const struct {
        const char *route, *above[2];
        bool used;
    } CASES[] = {
        {"eno1\t00000000\t0102000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n", {NULL}, true},
        {"eno1\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n", {NULL}, true},
        {"eno1\t0000FEA9\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n", {NULL}, false},
        {"eno3\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n", {NULL}, false},
        {"bond0\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n", {NULL}, false},
        {"bond0\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n", {"bond0"}, true},
        {"br0\t00000000\t0102000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n", {"bond0", "br0"}, true},
        {"br0\t00000000\t0102000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n", {"bond0"}, false},
    };
    const struct tree *tree = *state;

    tree_server(tree);
    tree_remove(tree, "proc/1/net/ipv6_route");
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        CLEANUP(inventory_clear) struct inventory found;
        AUTOFREE char *table = format("%s%s", HEAD, CASES[i].route);
        const char *below = "eno1";

        tree_write(tree, "proc/1/net/route", table);
        for (size_t k = 0; k < ELEMENTS(CASES[i].above) && CASES[i].above[k]; k++) {
            AUTOFREE char *link = format("sys/class/net/%s/upper_%s", below, CASES[i].above[k]);

            tree_write(tree, link, "");
            below = CASES[i].above[k];
        }
        inventory_read(tree->root, &found);
        assert_int_equal(find(&found, ITEM_LINK, "eno1")->used, CASES[i].used);
        assert_int_equal(find(&found, ITEM_LINK, "eno1")->speed, 10000);
        if (CASES[i].above[0])
            tree_remove(tree, "sys/class/net/eno1/upper_bond0");
        if (CASES[i].above[0] && CASES[i].above[1])
            tree_remove(tree, "sys/class/net/bond0/upper_br0");
    }
}

static void interfaces_are_used_for_ipv6_routes(void **state)
{
    static const char ROUTE[] = "%s 40 00000000000000000000000000000000 00 "
                                "00000000000000000000000000000000 00000100 00000001 00000000 "
                                "00000001     eno1\n";
    const struct tree *tree = *state;

    tree_server(tree);
    tree_write(tree, "proc/1/net/route", "Iface\n");
    for (int local = 0; local < 2; local++) {
        CLEANUP(inventory_clear) struct inventory found;
        AUTOFREE char *table = format(ROUTE, local ? "fe800000000000000000000000000000"
                                                   : "20010db8000000000000000000000000");

        tree_write(tree, "proc/1/net/ipv6_route", table);
        inventory_read(tree->root, &found);
        assert_int_equal(find(&found, ITEM_LINK, "eno1")->used, !local);
    }
}

static void the_gateways_answer_is_in_the_kernels_table(void **state)
{
    static const struct {
        const char *line;
        int resolved;
    } CASES[] = {
        {"10.0.2.1  0x1  0x2  52:55:0a:00:02:02  *  eno1\n", RESOLVED_YES},
        {"10.0.2.1  0x1  0x6  52:55:0a:00:02:02  *  eno1\n", RESOLVED_YES},
        {"10.0.2.1  0x1  0x0  00:00:00:00:00:00  *  eno1\n", RESOLVED_NO},
        {"10.0.2.1  0x1  0x2  52:55:0a:00:02:02  *  eno2\n", RESOLVED_UNKNOWN},
        {"10.0.2.10  0x1  0x0  52:55:0a:00:02:02  *  eno1\n", RESOLVED_UNKNOWN},
        {"10.0.2.1  0x1\n", RESOLVED_UNKNOWN},
        {"", RESOLVED_UNKNOWN},
    };
    const struct tree *tree = *state;

    tree_server(tree);
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        CLEANUP(inventory_clear) struct inventory found;
        AUTOFREE char *table =
            format("IP address  HW type  Flags  HW address  Mask  Device\n%s", CASES[i].line);

        tree_write(tree, "proc/1/net/arp", table);
        inventory_read(tree->root, &found);
        assert_int_equal(found.ipv4.resolved, CASES[i].resolved);
    }
}

static void the_address_towards_the_gateway_is_read(void **state)
{
    static const char ROUTES[] =
        "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n"
        "eno1 00000000 0102000A 0003 0 0 100 00000000 0 0 0\n"
        "eno2 0000000A 00000000 0001 0 0 100 0000FFFF 0 0 0\n"
        "eno1 0003000A 00000000 0001 0 0 100 00FFFFFF 0 0 0\n"
        "eno1 0002000A 00000000 0001 0 0 100 00FFFFFF 0 0 0\n";
    static const struct {
        const char *trie, *address;
    } CASES[] = {
        {"  |-- 10.0.2.0\n    /24 link UNICAST\n  |-- 10.0.2.15\n    /32 host LOCAL\n"
         "  |-- 10.0.3.15\n    /32 host LOCAL\n  |-- 10.0.2.255\n    /32 link BROADCAST\n"
         "Local:\n  |-- 10.0.2.15\n    /32 host LOCAL\n",
         "10.0.2.15"},
        {"  |-- 10.0.2.15\n    /32 host LOCAL\n  |-- 10.0.2.16\n    /32 host LOCAL\n", NULL},
        {"  |-- 10.0.3.15\n    /32 host LOCAL\n", NULL},
        {"/32 host LOCAL\n", NULL},
        {"", NULL},
    };
    const struct tree *tree = *state;

    tree_server(tree);
    tree_write(tree, "proc/1/net/route", ROUTES);
    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        CLEANUP(inventory_clear) struct inventory found;

        tree_write(tree, "proc/1/net/fib_trie", CASES[i].trie);
        inventory_read(tree->root, &found);
        assert_int_equal(found.ipv4.address != NULL, CASES[i].address != NULL);
        if (found.ipv4.address)
            assert_string_equal(found.ipv4.address, CASES[i].address);
    }
}

/* A disk that is only attached, and one that somebody has set up. */
static void disks_are_used(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(inventory_clear) struct inventory bare = {0}, parted = {0}, held = {0}, mounted = {0};

    tree_server(tree);
    inventory_read(tree->root, &bare);
    assert_false(find(&bare, ITEM_DISK, "nvme0n1")->used);
    assert_false(find(&bare, ITEM_DISK, "sda")->used);
    tree_write(tree, "sys/devices/pci0000:00/0000:01:00.0/nvme/nvme0/nvme0n1/nvme0n1p1/partition",
               "1\n");
    inventory_read(tree->root, &parted);
    assert_true(find(&parted, ITEM_DISK, "nvme0n1")->used);
    assert_false(find(&parted, ITEM_DISK, "sda")->used);
    tree_write(tree,
               "sys/devices/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/"
               "sda/holders/dm-0",
               "");
    inventory_read(tree->root, &held);
    assert_true(find(&held, ITEM_DISK, "sda")->used);
    tree_remove(tree, "sys/devices/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/"
                      "sda/holders/dm-0");
    tree_remove(tree, "sys/dev/block/8:1");
    tree_link(tree, "sys/dev/block/8:1",
              "../../devices/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda");
    inventory_read(tree->root, &mounted); /* a file system without a partition, of fstab */
    assert_true(find(&mounted, ITEM_DISK, "sda")->used);
}

static void an_empty_machine_has_nothing_that_is_known(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(inventory_clear) struct inventory found;
    CLEANUP(machine_clear) struct machine machine;

    inventory_read(tree->root, &found);
    machine_read(tree->root, &machine);
    for (int kind = 0; kind < N_ITEM_KINDS; kind++)
        assert_false(found.items[kind].known || found.items[kind].n);
    assert_false(found.ipv4.known || found.ipv6.known);
    assert_null(machine.id);
    assert_int_equal(found.nodes + found.cpus + found.memory, 0);
}

static void routes_are_read_as_the_kernel_writes_them(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(inventory_clear) struct inventory found;
    enum {
        MANY = 2 * 1024 * 1024,
    };
    AUTOFREE char *many = malloc(MANY);

    tree_write(tree, "proc/1/net/ipv6_route",
               "20010db8000000000000000000000000 20 00000000000000000000000000000000 00 "
               "00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0\n"
               "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
               "fe800000000000000000000000000001 00000400 00000001 00000000 00450003     br0\n");
    memset(many, 'x', MANY);
    tree_write_bytes(tree, "proc/1/net/route", many, MANY);
    inventory_read(tree->root, &found);
    assert_string_equal(found.ipv6.link, "br0");
    assert_string_equal(found.ipv6.gateway, "fe80::1");
    assert_false(found.ipv4.known); /* there are more than were read */
}

/* As with hidepid= in the options of /proc. */
static void without_pid_1_the_own_process_is_looked_at(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(inventory_clear) struct inventory found;

    tree_write(tree, "proc/self/net/route",
               "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
               "eno1\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n");
    tree_write(tree, "proc/self/mountinfo", "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n");
    inventory_read(tree->root, &found);
    assert_true(found.ipv4.known && found.items[ITEM_MOUNT].known);
    assert_string_equal(found.ipv4.link, "eno1");
    assert_int_equal(found.items[ITEM_MOUNT].n, 1);
}

static void a_machine_says_who_it_is(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(machine_clear) struct machine machine, other;

    tree_server(tree);
    machine_read(tree->root, &machine);
    assert_string_equal(machine.id, "0123456789abcdef0123456789abcdef");
    assert_string_equal(machine.product, "Server 1000");
    assert_string_equal(machine.board, "B1");
    tree_write(tree, "sys/class/dmi/id/bios_version", "2.5\n");
    tree_write(tree, "etc/machine-id", "uninitialized\n");
    machine_read(tree->root, &other);
    assert_null(other.id);
    assert_false(machine_differs(&machine, &other));
    other.id = strdup("0123456789abcdef0123456789abcdee");
    assert_true(machine_differs(&machine, &other));
}

static bool same(const struct inventory *a, const struct inventory *b)
{
    AUTOJSON struct json_object *first = inventory_to_json(a), *second = inventory_to_json(b);

    return json_object_equal(first, second);
}

static void inventories_come_back_as_they_were(void **state)
{
    CLEANUP(inventory_clear) struct inventory server, copy;

    (void)state;
    made_server(&server);
    made_copy(&server, &copy);
    assert_true(same(&server, &copy));
    assert_int_equal(copy.items[ITEM_DISK].all[0].size, 1000204886016);
    for (int round = 0; round < 300; round++) {
        CLEANUP(inventory_clear) struct inventory some, again;

        made_inventory_by_dice(&some);
        made_copy(&some, &again);
        for (int kind = 0; kind < N_ITEM_KINDS; kind++)
            assert_int_equal(some.items[kind].known, again.items[kind].known);
        assert_true(same(&some, &again));
    }
}

static int read_text(const char *text)
{
    CLEANUP(inventory_clear) struct inventory inventory = {0};
    AUTOJSON struct json_object *object = NULL;

    assert_int_equal(json_parse(text, &object), 0);
    return inventory_from_json(object, &inventory);
}

static void what_is_no_inventory_is_refused(void **state)
{
    (void)state;
    assert_int_equal(read_text("{}"), 0);
    assert_int_equal(read_text("{\"disk\": 1}"), -EBADMSG);
    assert_int_equal(read_text("{\"disk\": [1]}"), -EBADMSG);
    assert_int_equal(read_text("{\"disk\": [null]}"), -EBADMSG);
    assert_int_equal(read_text("{\"disk\": [{\"id\": 1}]}"), -EBADMSG);
    assert_int_equal(read_text("{\"disk\": [{\"size\": -1}]}"), -EBADMSG);
    assert_int_equal(read_text("{\"ipv4\": 1}"), -EBADMSG);
    assert_int_equal(read_text("{\"cpus\": -1}"), -EBADMSG);
}

static void there_is_a_bound_on_everything(void **state)
{
    CLEANUP(inventory_clear) struct inventory many = {0}, copy = {0};
    AUTOJSON struct json_object *object = NULL;

    (void)state;
    for (size_t i = 0; i <= MAX_NET_LINKS; i++)
        (void)made_item(&many, ITEM_LINK, NULL, "x", NULL, NULL);
    object = inventory_to_json(&many);
    assert_int_equal(inventory_from_json(object, &copy), -EBADMSG);
}

/* One of them is the root file system. */
static void write_file_systems(const struct tree *tree, size_t n)
{
    char *mounts = NULL, *fstab = NULL;
    size_t sizes[2];
    FILE *to[] = {open_memstream(&mounts, &sizes[0]), open_memstream(&fstab, &sizes[1])};

    (void)fprintf(to[0], "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n");
    for (size_t i = 1; i < n; i++) {
        (void)fprintf(to[0], "2 1 8:1 / /m%zu rw - ext4 /dev/sda1 rw\n", i);
        (void)fprintf(to[1], "/dev/sda1 /m%zu ext4 rw 0 0\n", i);
    }
    (void)fclose(to[0]);
    (void)fclose(to[1]);
    tree_write(tree, "proc/1/mountinfo", mounts);
    tree_write(tree, "etc/fstab", fstab);
    free(mounts);
    free(fstab);
}

/* As the kernel shows them: those of a kind from `first` on, up to `n`. */
static void write_items(const struct tree *tree, enum item_kind kind, size_t first, size_t n)
{
    if (kind == ITEM_MOUNT)
        write_file_systems(tree, n);
    for (size_t i = first; i < n && kind != ITEM_MOUNT; i++) {
        AUTOFREE char *path = format(kind == ITEM_PCI    ? "sys/bus/pci/devices/%04zx/modalias"
                                     : kind == ITEM_DISK ? "sys/block/sd%04zu/size"
                                     : kind == ITEM_LINK ? "sys/class/net/eth%zu/device/modalias"
                                                         : "sys/devices/system/cpu/"
                                                           "vulnerabilities/%zu",
                                     i);

        tree_write(tree, path, "8\n");
        if (kind == ITEM_DISK) {
            set_text(&path, format("sys/block/sd%04zu/device", i));
            tree_mkdir(tree, path);
        }
    }
}

/* Beyond its bound a list is not known: a part of it would be compared with another part. */
static void a_list_beyond_its_bound_is_not_known(void **state)
{
    const struct tree *tree = *state;

    for (int kind = 0; kind < N_ITEM_KINDS; kind++)
        for (size_t more = 0, max = item_kind_max((enum item_kind)kind); more < 2; more++) {
            CLEANUP(inventory_clear) struct inventory found, copy;

            write_items(tree, (enum item_kind)kind, more ? max : 0, max + more);
            inventory_read(tree->root, &found);
            if (found.items[kind].known == more || found.items[kind].excess != more)
                fail_msg("%s: %zu found", item_kind_name((enum item_kind)kind),
                         found.items[kind].n);
            made_copy(&found, &copy);
            assert_int_equal(copy.items[kind].known, !more);
        }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_server_is_read),
        TEST(disks_have_names_that_stay),
        TEST(disks_over_a_network_are_spare),
        TEST(what_fstab_has_mounted_is_read),
        TEST(a_storage_server_is_read),
        TEST(nvme_disks_of_several_controllers),
        TEST(lists_of_cpus),
        TEST(a_disk_of_absurd_size),
        TEST(interfaces_with_hardware_are_read),
        TEST(interfaces_are_used_for_routes),
        TEST(interfaces_are_used_for_ipv6_routes),
        TEST(the_gateways_answer_is_in_the_kernels_table),
        TEST(the_address_towards_the_gateway_is_read),
        TEST(disks_are_used),
        TEST(an_empty_machine_has_nothing_that_is_known),
        TEST(routes_are_read_as_the_kernel_writes_them),
        TEST(without_pid_1_the_own_process_is_looked_at),
        TEST(a_machine_says_who_it_is),
        cmocka_unit_test(inventories_come_back_as_they_were),
        cmocka_unit_test(what_is_no_inventory_is_refused),
        cmocka_unit_test(there_is_a_bound_on_everything),
        TEST(a_list_beyond_its_bound_is_not_known),
    };

    return RUN_TESTS(tests);
}
