/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/compare.h"

#include "inventory-made.h"
#include "test.h"

static void expect(const struct inventory *before, const struct inventory *now, bool critical,
                   const char *text)
{
    CLEANUP(losses_clear) struct losses losses;

    compare(before, now, &losses);
    if (losses.n != (text != NULL))
        fail_msg("%zu losses, the first is: %s", losses.n, losses.n ? losses.all[0].text : "none");
    if (!text)
        return;
    assert_string_equal(losses.all[0].text, text);
    assert_int_equal(losses.all[0].critical, critical);
    assert_int_equal(losses.critical, critical);
}

/* What is reported if this item of the server is missing. */
static void expect_without(enum item_kind kind, size_t i, bool critical, const char *text)
{
    CLEANUP(inventory_clear) struct inventory before, now;

    made_server(&before);
    made_server(&now);
    made_loss(&now, kind, i);
    expect(&before, &now, critical, text);
    expect(&now, &before, false, NULL); /* new items are not a loss */
}

static void each_loss_has_its_words(void **state)
{
    (void)state;
    expect_without(ITEM_PCI, 1, false, "PCI device 0000:03:00.0 (8086:1533)");
    expect_without(ITEM_DISK, 0, true, "disk ata-XYZ (931 GiB)");
    expect_without(ITEM_DISK, 1, true, "disk vda (64 MiB)");
    expect_without(ITEM_DISK, 2, false, "disk usb-Stick (0 KiB)");
    expect_without(ITEM_MOUNT, 1, true, "file system /srv (LABEL=srv) is not mounted");
    expect_without(ITEM_LINK, 0, true, "network interface eno1 (ac:1f:6b:00:00:01)");
    expect_without(ITEM_LINK, 1, false, "network interface eno2 (ac:1f:6b:00:00:02)");
}

static void what_is_there_may_have_changed(void **state)
{
    CLEANUP(inventory_clear) struct inventory before, now;
    struct items *links, *pci;

    (void)state;
    made_server(&before);
    made_server(&now);
    links = &now.items[ITEM_LINK];
    pci = &now.items[ITEM_PCI];
    links->all[0].carrier = false;
    expect(&before, &now, true, "network interface eno1 has lost its carrier");
    before.items[ITEM_LINK].all[0].spare = true;
    expect(&before, &now, false, "network interface eno1 has lost its carrier");
    links->all[0].carrier = true;
    free(pci->all[1].driver);
    pci->all[1].driver = NULL;
    expect(&before, &now, false, "PCI device 0000:03:00.0 (8086:1533) has no driver (it had igb)");
    pci->all[1].driver = strdup("other");
    expect(&before, &now, false, NULL);
}

static void routes_and_counts(void **state)
{
    CLEANUP(inventory_clear) struct inventory before, now;

    (void)state;
    made_server(&before);
    made_server(&now);
    before.ipv6.link = strdup("eno1");
    expect(&before, &now, false, "no IPv6 default route (it was over eno1)");
    free(now.ipv4.link);
    now.ipv4.link = NULL;
    now.ipv6.link = strdup("wan");
    expect(&before, &now, true, "no IPv4 default route (it was over eno1)");
    now.ipv4.known = false;
    expect(&before, &now, false, "the IPv4 default route cannot be read");
    now.ipv4 = (struct route){.known = true, .link = strdup("wan")};
    now.nodes = 1;
    expect(&before, &now, false, "NUMA nodes: 1 instead of 2");
    now.nodes = 0; /* not known */
    now.cpus = 3;
    expect(&before, &now, false, "CPUs: 3 instead of 4");
    now.cpus = 4;
    now.memory = 32768000 / 100 * 98;
    expect(&before, &now, false, NULL);
    now.memory = 16384000;
    expect(&before, &now, false, "memory: 16000 MiB instead of 32000 MiB");
}

static void without_any_default_route_ipv6_is_critical(void **state)
{
    CLEANUP(inventory_clear) struct inventory before = {0}, now = {0};

    (void)state;
    before.ipv6 = (struct route){.link = strdup("eno1"), .known = true};
    now.ipv4.known = now.ipv6.known = true;
    expect(&before, &now, true, "no IPv6 default route (it was over eno1)");
}

/* The same items with other names, in other places: nothing is missing. */
static void a_new_name_is_no_loss(void **state)
{
    CLEANUP(inventory_clear) struct inventory before, now = {0};
    struct item *item;

    (void)state;
    made_server(&before);
    made_copy(&before, &now);
    for (int kind = 0; kind < ITEM_FLAW; kind++)
        items_clear(&now.items[kind]);
    (void)made_item(&now, ITEM_PCI, NULL, NULL, "0000:02:00.0",
                    "pci:v00008086d00001533sv00001028sd00001F36bc02sc00i00");
    now.items[ITEM_PCI].all[0].driver = strdup("igb");
    (void)made_item(&now, ITEM_PCI, NULL, NULL, "0000:00:17.0", NULL);
    (void)made_item(&now, ITEM_DISK, "naa.5000c500a1b2c3d4", "scsi-XYZ", "sdq", "XYZ");
    item = made_item(&now, ITEM_DISK, "a serial number that was not told", NULL, "vda", NULL);
    item->size = 64 << 20;
    (void)made_item(&now, ITEM_DISK, NULL, "usb-Stick", "sda", NULL);
    (void)made_item(&now, ITEM_MOUNT, "/", "/dev/sdq1", NULL, NULL);
    (void)made_item(&now, ITEM_MOUNT, "/srv", "/dev/sdr1", NULL, NULL);
    /* The names are swapped, as happened before they were predictable. */
    (void)made_item(&now, ITEM_LINK, "ac:1f:6b:00:00:02", "eno1", "q/0000:02:00.1", NULL);
    item = made_item(&now, ITEM_LINK, "ac:1f:6b:00:00:01", "eno2", "q/0000:02:00.0", NULL);
    item->carrier = true;
    expect(&before, &now, false, NULL);
}

static struct item *first(struct inventory *inventory, enum item_kind kind)
{
    return &inventory->items[kind].all[0];
}

/* A port that nobody uses, and what an orchestrator attached to the machine. */
static void what_is_not_the_machines_costs_no_reboot(void **state)
{
    static const char *const VOLUMES[] = {
        "nvme-Amazon_Elastic_Block_Store_vol0fedcba",
        "scsi-0Google_PersistentDisk_pvc-1",
        "scsi-0DO_Volume_pvc-1",
        "scsi-0HC_Volume_12345",
    };
    CLEANUP(inventory_clear) struct inventory before, now = {0};
    struct item *link;

    (void)state;
    made_server(&before);
    made_copy(&before, &now);
    link = made_item(&before, ITEM_LINK, "06:00:00:00:00:02", "ens6", "p", NULL);
    link->carrier = true;
    expect(&before, &now, false, "network interface ens6 (06:00:00:00:00:02)");
    link->used = true; /* a route, or a bond with one */
    expect(&before, &now, true, "network interface ens6 (06:00:00:00:00:02)");
    made_loss(&before, ITEM_LINK, 2);
    for (size_t i = 0; i < ELEMENTS(VOLUMES); i++) {
        struct item *disk = made_item(&before, ITEM_DISK, "vol", VOLUMES[i], "nvme1n1", NULL);
        AUTOFREE char *text = format("disk %s (0 KiB)", VOLUMES[i]);

        expect(&before, &now, false, text);
        disk->used = true;
        expect(&before, &now, true, text);
        made_loss(&before, ITEM_DISK, 3);
    }
}

/* There, and up, and nothing comes through. */
static void a_gateway_has_to_answer(void **state)
{
    CLEANUP(inventory_clear) struct inventory before, now;
    static const char TEXT[] = "the IPv4 gateway on eno1 does not answer";

    (void)state;
    made_server(&before);
    made_copy(&before, &now);
    now.ipv4.gateway = strdup("192.168.1.1");
    expect(&before, &now, false, NULL); /* nobody has asked it */
    now.ipv4.resolved = RESOLVED_NO;
    expect(&before, &now, true, TEXT); /* as the version before wrote it */
    before.ipv4.resolved = RESOLVED_YES;
    expect(&before, &now, true, TEXT);
    before.ipv4.resolved = RESOLVED_NO; /* and did not before */
    expect(&before, &now, false, NULL);
    now.ipv4.resolved = RESOLVED_YES;
    before.ipv4.address = strdup("192.168.1.15");
    expect(&before, &now, false, NULL);
    now.ipv4.address = strdup("192.168.1.200");
    expect(&before, &now, true, "the address on eno1 is 192.168.1.200 instead of 192.168.1.15");
}

/* The other way in stays: that is told, and no reason for a reboot. */
static void an_ipv6_gateway_has_to_answer(void **state)
{
    CLEANUP(inventory_clear) struct inventory before = {0}, now = {0};

    (void)state;
    before.ipv6 = (struct route){.link = strdup("eno1"),
                                 .known = true,
                                 .gateway = strdup("fe80::1"),
                                 .address = strdup("2001:db8::2"),
                                 .resolved = RESOLVED_YES};
    now.ipv6 = (struct route){.link = strdup("eno1"),
                              .known = true,
                              .gateway = strdup("fe80::1"),
                              .address = strdup("2001:db8::2"),
                              .resolved = RESOLVED_NO};
    now.ipv4.known = true;
    expect(&before, &now, true, "the IPv6 gateway on eno1 does not answer");
    now.ipv4.link = strdup("eno1");
    expect(&before, &now, false, "the IPv6 gateway on eno1 does not answer");
    now.ipv6.resolved = RESOLVED_UNKNOWN; /* an old kernel */
    expect(&before, &now, false, NULL);
    set_text(&now.ipv6.address, strdup("2001:db8::3"));
    expect(&before, &now, false, "the address on eno1 is 2001:db8::3 instead of 2001:db8::2");
}

static void what_is_worse_is_told(void **state)
{
    CLEANUP(inventory_clear) struct inventory before, now;
    struct item *pci;

    (void)state;
    made_server(&before);
    made_copy(&before, &now);
    first(&now, ITEM_LINK)->speed = 100;
    expect(&before, &now, false, "network interface eno1 runs at 100 Mb/s instead of 10000 Mb/s");
    first(&before, ITEM_LINK)->speed = 100;
    first(&before, ITEM_PCI)->width = 8;
    expect(&before, &now, false, NULL); /* not known now */
    first(&now, ITEM_PCI)->width = 4;
    expect(&before, &now, false,
           "PCI device 0000:00:17.0 (8086:a352) has 4 PCIe lanes instead of 8");
    first(&now, ITEM_PCI)->width = 8;
    first(&before, ITEM_PCI)->speed = 8000;
    first(&now, ITEM_PCI)->speed = 2500;
    expect(&before, &now, false,
           "PCI device 0000:00:17.0 (8086:a352) runs at 2.5 GT/s instead of 8.0 GT/s");
    pci = first(&before, ITEM_PCI);
    free(pci->model); /* a graphics card that is idle */
    pci->model = strdup("pci:v00001002d0000164Esv0sd0bc03sc00i00");
    expect(&before, &now, false, NULL);
    free(now.clock);
    now.clock = strdup("hpet");
    expect(&before, &now, false, "clock source: hpet instead of tsc");
    free(before.clock);
    before.clock = strdup("kvm-clock");
    expect(&before, &now, false, NULL);
    free(first(&now, ITEM_FLAW)->model);
    first(&now, ITEM_FLAW)->model = strdup("Vulnerable: no microcode");
    expect(&before, &now, false,
           "CPU flaw meltdown: Vulnerable: no microcode (it was: Mitigation: PTI)");
    free(first(&now, ITEM_FLAW)->model);
    first(&now, ITEM_FLAW)->model = strdup("Mitigation: another one");
    expect(&before, &now, false, NULL);
}

static void devices_alone_may_be_compared(void **state)
{
    CLEANUP(inventory_clear) struct inventory before, now;
    CLEANUP(losses_clear) struct losses losses;
    AUTOFREE char *text = NULL;

    (void)state;
    made_server(&before);
    made_server(&now);
    made_loss(&now, ITEM_DISK, 2); /* a USB stick */
    made_loss(&now, ITEM_PCI, 0);  /* a controller: its disks count */
    (void)made_item(&before, ITEM_DISK, "v", "scsi-0DO_Volume_pvc-1", "sdv", NULL);
    made_loss(&now, ITEM_DISK, 0);
    made_loss(&now, ITEM_LINK, 1);
    made_loss(&now, ITEM_MOUNT, 1);
    first(&now, ITEM_LINK)->carrier = false;
    now.cpus = 1;
    compare_devices(&before, &now, &losses);
    assert_false(losses.critical);
    text = losses_text(&losses);
    assert_string_equal(text, "disk ata-XYZ (931 GiB), network interface eno2 (ac:1f:6b:00:00:02)");
}

static void one_thing_is_not_found_twice(void **state)
{
    CLEANUP(inventory_clear) struct inventory before = {0}, now = {0};

    (void)state;
    (void)made_item(&before, ITEM_DISK, "1", NULL, "sda", "same");
    (void)made_item(&before, ITEM_DISK, "2", NULL, "sdb", "same");
    (void)made_item(&now, ITEM_DISK, "2", NULL, "sda", "same");
    expect(&before, &now, true, "disk sda (0 KiB)");
}

/* Nor is it complete: nobody has looked. */
static void what_cannot_be_read_is_told_and_not_missing(void **state)
{
    CLEANUP(inventory_clear) struct inventory before, now = {0};

    (void)state;
    made_server(&before);
    {
        CLEANUP(losses_clear) struct losses losses;

        compare(&before, &now, &losses);
        assert_int_equal(losses.n, N_ITEM_KINDS - 1 + 1); /* no flaws, and a route */
        assert_false(losses.critical);
        for (size_t i = 0; i < losses.n; i++)
            assert_non_null(strstr(losses.all[i].text, "cannot be read"));
    }
    expect(&now, &before, false, NULL);
    for (int kind = 0; kind < N_ITEM_KINDS; kind++)
        now.items[kind].known = true;
    now.ipv4.known = true;
    {
        CLEANUP(losses_clear) struct losses losses;

        compare(&before, &now, &losses);
        assert_int_equal(losses.n, 2 + 3 + 2 + 2 + 1);
        assert_true(losses.all[0].critical && !losses.all[losses.n - 1].critical);
    }
}

/* Properties, for many random machines. */

static void shuffle(struct inventory *inventory)
{
    for (int kind = 0; kind < N_ITEM_KINDS; kind++) {
        struct items *items = &inventory->items[kind];

        for (size_t i = items->n; i > 1; i--) {
            size_t k = dice((unsigned)i);
            struct item item = items->all[i - 1];

            items->all[i - 1] = items->all[k];
            items->all[k] = item;
        }
    }
}

static void the_same_machine_has_lost_nothing(void **state)
{
    (void)state;
    for (int round = 0; round < 5000; round++) {
        CLEANUP(inventory_clear) struct inventory before, now;

        made_inventory_by_dice(&before);
        made_copy(&before, &now);
        shuffle(&now);
        /* An item without any identification cannot be found again. */
        for (int kind = 0; kind < N_ITEM_KINDS; kind++)
            for (size_t i = 0; i < before.items[kind].n; i++)
                if (!before.items[kind].all[i].id) {
                    before.items[kind].known = false;
                    break;
                }
        before.items[ITEM_PCI].known = false;
        expect(&before, &now, false, NULL);
    }
}

static void the_order_does_not_matter(void **state)
{
    (void)state;
    for (int round = 0; round < 5000; round++) {
        CLEANUP(inventory_clear) struct inventory before, now;
        CLEANUP(losses_clear) struct losses first, second;

        made_inventory_by_dice(&before);
        made_inventory_by_dice(&now);
        compare(&before, &now, &first);
        shuffle(&before);
        shuffle(&now);
        compare(&before, &now, &second);
        assert_int_equal(first.n, second.n);
        for (size_t i = 0; i < first.n; i++) {
            assert_string_equal(first.all[i].text, second.all[i].text);
            assert_int_equal(first.all[i].critical, second.all[i].critical);
        }
    }
}

/* Whatever else a machine has: the loss of an item that it needs is critical. */
static void what_is_taken_away_is_missing(void **state)
{
    static const enum item_kind KINDS[] = {ITEM_DISK, ITEM_MOUNT, ITEM_LINK};

    (void)state;
    for (int round = 0; round < 5000; round++) {
        CLEANUP(inventory_clear) struct inventory before, now;
        CLEANUP(losses_clear) struct losses losses;
        enum item_kind kind = KINDS[dice(ELEMENTS(KINDS))];
        struct item *item;

        made_inventory_by_dice(&before);
        before.items[kind].known = true;
        made_copy(&before, &now);
        item = made_item(&before, kind, "the one", "the one", "the one", "the one");
        item->size = 12345;
        item->carrier = item->used = true;
        shuffle(&before);
        compare(&before, &now, &losses);
        assert_true(losses.n > 0 && losses.critical);
        assert_true(losses.all[0].critical);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_loss_has_its_words),
        cmocka_unit_test(what_is_there_may_have_changed),
        cmocka_unit_test(routes_and_counts),
        cmocka_unit_test(an_ipv6_gateway_has_to_answer),
        cmocka_unit_test(without_any_default_route_ipv6_is_critical),
        cmocka_unit_test(a_new_name_is_no_loss),
        cmocka_unit_test(what_is_not_the_machines_costs_no_reboot),
        cmocka_unit_test(a_gateway_has_to_answer),
        cmocka_unit_test(what_is_worse_is_told),
        cmocka_unit_test(devices_alone_may_be_compared),
        cmocka_unit_test(one_thing_is_not_found_twice),
        cmocka_unit_test(what_cannot_be_read_is_told_and_not_missing),
        cmocka_unit_test(the_same_machine_has_lost_nothing),
        cmocka_unit_test(the_order_does_not_matter),
        cmocka_unit_test(what_is_taken_away_is_missing),
    };

    return RUN_TESTS(tests);
}
