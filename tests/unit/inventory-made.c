/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "inventory-made.h"

#include "test.h"

static void sysfs_link(const struct tree *tree, const char *class, const char *name,
                       const char *device)
{
    AUTOFREE char *path = format("sys/%s/%s", class, name);
    AUTOFREE char *target =
        format(streq(class, "block") ? "../devices/%s" : "../../devices/%s", device);
    AUTOFREE char *directory = format("sys/devices/%s", device);

    tree_mkdir(tree, directory);
    tree_link(tree, path, target);
}

static void sysfs_file(const struct tree *tree, const char *device, const char *name,
                       const char *text)
{
    AUTOFREE char *path = format("sys/devices/%s/%s", device, name);

    tree_write(tree, path, text);
}

static void pci_device(const struct tree *tree, const char *address, const char *modalias,
                       const char *driver)
{
    AUTOFREE char *path = format("sys/bus/pci/devices/%s/modalias", address);
    AUTOFREE char *link = format("sys/bus/pci/devices/%s/driver", address);
    AUTOFREE char *target = format("../../../bus/pci/drivers/%s", driver ? driver : "");

    tree_write(tree, path, modalias);
    if (driver)
        tree_link(tree, link, target);
}

#define SDA "pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda"
#define SDB "pci0000:00/0000:00:14.0/usb1/1-3/1-3:1.0/host6/target6:0:0/6:0:0:0/block/sdb"
#define NVME "pci0000:00/0000:01:00.0/nvme/nvme0/nvme0n1"
#define ENO1 "pci0000:00/0000:03:00.0/net/eno1"
#define ENO2 "pci0000:00/0000:03:00.1/net/eno2"

static void tree_disks(const struct tree *tree)
{
    sysfs_link(tree, "block", "sda", SDA);
    sysfs_file(tree, SDA, "size", "1953525168\n");
    sysfs_file(tree, SDA, "removable", "0\n");
    sysfs_file(tree, SDA, "device/wwid", "naa.5000c500a1b2c3d4\n");
    sysfs_file(tree, SDA, "device/model", "ST1000NM0008    \n");
    sysfs_link(tree, "block", "sdb", SDB);
    sysfs_file(tree, SDB, "size", "31266816\n");
    sysfs_file(tree, SDB, "removable", "1\n");
    sysfs_file(tree, SDB, "device/model", "Stick\n");
    sysfs_link(tree, "block", "nvme0n1", NVME);
    sysfs_file(tree, NVME, "size", "1000215216\n");
    sysfs_file(tree, NVME, "wwid", "eui.0025388b01c2d3e4\n");
    sysfs_file(tree, NVME, "device/model", "Fast 512\n");
    /* None of these is a disk. */
    sysfs_link(tree, "block", "loop0", "virtual/block/loop0");
    sysfs_file(tree, "virtual/block/loop0", "size", "8\n");
    sysfs_link(tree, "block", "dm-0", "virtual/block/dm-0");
    sysfs_file(tree, "virtual/block/dm-0", "size", "8\n");
    sysfs_link(tree, "block", "sdc", "pci0000:00/0000:00:17.0/ata2/block/sdc");
    sysfs_file(tree, "pci0000:00/0000:00:17.0/ata2/block/sdc", "size", "0\n");
    sysfs_file(tree, "pci0000:00/0000:00:17.0/ata2/block/sdc", "device/model", "Card reader\n");
    /* This one is. */
    sysfs_link(tree, "block", "md0", "virtual/block/md0");
    sysfs_file(tree, "virtual/block/md0", "size", "976000\n");
    tree_link(tree, "dev/disk/by-id/ata-ST1000NM0008_ZDH", "../../sda");
    tree_link(tree, "dev/disk/by-id/ata-ST1000NM0008_ZDH-part1", "../../sda1");
    tree_link(tree, "dev/disk/by-id/wwn-0x5000c500a1b2c3d4", "../../sda");
    tree_link(tree, "dev/disk/by-id/nvme-Fast_512_S4", "../../nvme0n1");
    tree_link(tree, "dev/disk/by-id/md-uuid-1:2:3:4", "../../md0");
}

static void tree_mounts(const struct tree *tree)
{
    tree_write(tree, "etc/fstab",
               "# made by hand\n"
               "UUID=1-2-3 / ext4 errors=remount-ro 0 1\n"
               "LABEL=data\t/srv/my\\040data\txfs\tdefaults 0 2\n"
               "UUID=5-6 /backup ext4 noauto 0 0\n"
               "LABEL=stick /stick vfat nofail 0 0\n"
               "/dev/sdz1 none swap sw 0 0\n");
    tree_write(tree, "proc/1/mountinfo",
               "22 27 0:20 / /sys rw,nosuid - sysfs sysfs rw\n"
               "27 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw\n"
               "40 27 8:1 / /srv/my\\040data rw - xfs /dev/sda1 rw\n"
               "41 27 8:1 /x /srv/elsewhere rw - xfs /dev/sda1 rw\n"
               "42 27 8:2 / /backup rw - ext4 /dev/sda2 rw\n"
               "43 27 8:17 / /stick rw - vfat /dev/sdb1 rw\n"
               "44 27 0:40 / /run rw - tmpfs tmpfs rw\n");
    tree_link(tree, "sys/dev/block/8:17", "../../devices/" SDB "/sdb1");
    tree_link(tree, "sys/dev/block/8:1", "../../devices/" SDA "/sda1");
}

static void tree_network(const struct tree *tree)
{
    sysfs_link(tree, "class/net", "eno1", ENO1);
    sysfs_file(tree, ENO1, "address", "ac:1f:6b:00:00:01\n");
    sysfs_file(tree, ENO1, "carrier", "1\n");
    sysfs_file(tree, ENO1, "speed", "10000\n");
    tree_mkdir(tree, "sys/devices/" ENO1 "/device");
    sysfs_link(tree, "class/net", "eno2", ENO2);
    sysfs_file(tree, ENO2, "address", "ac:1f:6b:00:00:01\n"); /* of its bond */
    sysfs_file(tree, ENO2, "bonding_slave/perm_hwaddr", "ac:1f:6b:00:00:02\n");
    tree_mkdir(tree, "sys/devices/" ENO2 "/device");
    sysfs_link(tree, "class/net", "lo", "virtual/net/lo");
    sysfs_file(tree, "virtual/net/lo", "carrier", "1\n");
    tree_write(
        tree, "proc/1/net/route",
        "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
        "eno2\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
        "eno1\t00000000\t0102000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n");
    tree_write(tree, "proc/1/net/ipv6_route",
               "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
               "00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n");
}

void tree_server(const struct tree *tree)
{
    tree_write(tree, "sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
    tree_write(tree, "sys/devices/system/cpu/vulnerabilities/meltdown", "Mitigation: PTI\n");
    pci_device(tree, "0000:03:00.0", "pci:v00008086d00001533sv00001028sd00001F36bc02sc00i00\n",
               "igb");
    tree_write(tree, "sys/bus/pci/devices/0000:03:00.0/current_link_width", "8\n");
    tree_write(tree, "sys/bus/pci/devices/0000:03:00.0/current_link_speed", "8.0 GT/s PCIe\n");
    pci_device(tree, "0000:00:17.0", "pci:v00008086d0000A352sv0sd0bc01sc06i01\n", "ahci");
    pci_device(tree, "0000:00:1f.0", "pci:v00008086d0000A309sv0sd0bc06sc01i00\n", NULL);
    pci_device(tree, "0000:03:10.0", "pci:v00008086d00001520sv0sd0bc02sc00i00\n", "igbvf");
    tree_link(tree, "sys/bus/pci/devices/0000:03:10.0/physfn", "../0000:03:00.0");
    tree_disks(tree);
    tree_mounts(tree);
    tree_network(tree);
    tree_write(tree, "sys/devices/system/node/online", "0-1\n");
    tree_write(tree, "sys/devices/system/cpu/online", "0-2,4\n");
    tree_write(tree, "proc/meminfo",
               "MemTotal:       32768000 kB\nMemFree: 1 kB\nMemAvailable:   16384000 kB\n");
    tree_write(tree, "etc/machine-id", "0123456789abcdef0123456789abcdef\n");
    tree_write(tree, "sys/class/dmi/id/product_name", "Server 1000 \n");
    tree_write(tree, "sys/class/dmi/id/board_name", "B1\n");
    tree_write(tree, "sys/class/dmi/id/bios_version", "2.4\n");
}

static char *copy_text(const char *text)
{
    return text ? strdup(text) : NULL;
}

struct item *made_item(struct inventory *inventory, enum item_kind kind, const char *id,
                       const char *name, const char *place, const char *model)
{
    struct item *item = items_add(&inventory->items[kind], 100000);

    assert_non_null(item);
    inventory->items[kind].known = true;
    item->id = copy_text(id);
    item->name = copy_text(name);
    item->place = copy_text(place);
    item->model = copy_text(model);
    return item;
}

void made_server(struct inventory *ret_inventory)
{
    struct item *item;

    *ret_inventory =
        (struct inventory){.nodes = 2, .cpus = 4, .memory = 32768000, .clock = strdup("tsc")};
    ret_inventory->ipv4 = (struct route){.known = true, .link = strdup("eno1")};
    ret_inventory->ipv6 = (struct route){.known = true};
    (void)made_item(ret_inventory, ITEM_PCI, NULL, NULL, "0000:00:17.0",
                    "pci:v00008086d0000A352sv0sd0bc01sc06i01");
    item = made_item(ret_inventory, ITEM_PCI, NULL, NULL, "0000:03:00.0",
                     "pci:v00008086d00001533sv00001028sd00001F36bc02sc00i00");
    item->driver = strdup("igb");
    item = made_item(ret_inventory, ITEM_DISK, "naa.5000c500a1b2c3d4", "ata-XYZ", "sda", "XYZ");
    item->size = 1000204886016;
    item = made_item(ret_inventory, ITEM_DISK, NULL, NULL, "vda", NULL);
    item->size = 64 << 20;
    item->used = true;
    item = made_item(ret_inventory, ITEM_DISK, NULL, "usb-Stick", "sdb", "Stick");
    item->spare = true;
    (void)made_item(ret_inventory, ITEM_MOUNT, "/", "UUID=1", NULL, NULL);
    (void)made_item(ret_inventory, ITEM_MOUNT, "/srv", "LABEL=srv", NULL, NULL);
    item = made_item(ret_inventory, ITEM_LINK, "ac:1f:6b:00:00:01", "eno1", "p/0000:03:00.0", NULL);
    item->carrier = true;
    item->speed = 10000;
    (void)made_item(ret_inventory, ITEM_LINK, "ac:1f:6b:00:00:02", "eno2", "p/0000:03:00.1", NULL);
    (void)made_item(ret_inventory, ITEM_FLAW, "meltdown", NULL, NULL, "Mitigation: PTI");
}

void made_loss(struct inventory *inventory, enum item_kind kind, size_t i)
{
    struct items *items = &inventory->items[kind];
    struct items lost = {0};
    struct item *item = items_add(&lost, 1);

    assert_non_null(item);
    assert_true(i < items->n);
    *item = items->all[i];
    items->n--;
    memmove(&items->all[i], &items->all[i + 1], (items->n - i) * sizeof(items->all[0]));
    items_clear(&lost);
}

void made_copy(const struct inventory *inventory, struct inventory *ret_copy)
{
    AUTOJSON struct json_object *object = inventory_to_json(inventory), *again = NULL;

    assert_int_equal(
        json_parse(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN), &again), 0);
    assert_int_equal(inventory_from_json(again, ret_copy), 0);
}

/* Few different values, so that items are often alike. */
static const char *some_text(const char *const *texts, size_t n)
{
    return dice(4) ? texts[dice((unsigned)n)] : NULL;
}

void made_inventory_by_dice(struct inventory *ret_inventory)
{
    static const char *const IDS[] = {"a", "b", "c", "d", "e", "f"}, *const MODELS[] = {"x", "y"};

    *ret_inventory = (struct inventory){
        .nodes = dice(3), .cpus = dice(5), .memory = dice(1000), .boot = dice(3)};
    for (int kind = 0; kind < N_ITEM_KINDS; kind++) {
        ret_inventory->items[kind].known = dice(8);
        for (unsigned n = dice(6); n > 0; n--) {
            struct item *item =
                made_item(ret_inventory, (enum item_kind)kind, some_text(IDS, ELEMENTS(IDS)),
                          some_text(IDS, ELEMENTS(IDS)), some_text(IDS, ELEMENTS(IDS)),
                          some_text(MODELS, ELEMENTS(MODELS)));

            item->driver = copy_text(some_text(MODELS, ELEMENTS(MODELS)));
            item->size = dice(3);
            item->speed = dice(3);
            item->width = dice(3);
            item->carrier = dice(2);
            item->used = dice(2);
            item->spare = !dice(4);
        }
    }
    ret_inventory->ipv4 = (struct route){.link = dice(2) ? strdup("eno1") : NULL,
                                         .known = true,
                                         .gateway = dice(2) ? strdup("10.0.2.1") : NULL,
                                         .address = dice(2) ? strdup("10.0.2.15") : NULL,
                                         .resolved = (int)dice(3) % 3};
    ret_inventory->ipv6 = (struct route){.link = dice(3) ? NULL : strdup("eno1"), .known = true};
    ret_inventory->clock = dice(2) ? strdup("tsc") : NULL;
}
