/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: what /proc and /sys say of CPUs, memory and devices, each ended by a NUL, in the order of
 * FILES. */

#include "discover/hardware/inventory.h"

#include <string.h>

#include "fuzz.h"

static const char *const FILES[] = {
    "sys/devices/system/cpu/online",
    "sys/devices/system/node/online",
    "proc/meminfo",
    "sys/block/sda/size",
    "sys/block/sda/removable",
    "sys/block/sda/device/model",
    "sys/block/sda/device/wwid",
    "sys/block/sda/serial",
    "sys/block/md0/md/uuid",
    "sys/block/md0/size",
    "sys/class/net/eth0/address",
    "sys/class/net/eth0/carrier",
    "sys/class/net/eth0/bonding_slave/perm_hwaddr",
    "sys/bus/pci/devices/0000:00:01.0/modalias",
    "etc/machine-id",
    "sys/class/dmi/id/product_name",
    "sys/class/dmi/id/board_name",
};

/* What was read is written down and read again as the same. */
static void check_round_trip(const struct inventory *inventory)
{
    struct json_object *object = inventory_to_json(inventory), *second;
    struct inventory again;

    must(inventory_from_json(object, &again) == 0);
    second = inventory_to_json(&again);
    must(json_object_equal(object, second));
    json_object_put(second);
    json_object_put(object);
    inventory_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct inventory inventory;
    struct machine machine;

    fuzz_write("sys/class/net/eth0/device/vendor", "0x8086\n", 7);
    for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++) {
        char *text = fuzz_string(&data, &size);

        fuzz_write(FILES[i], text, strlen(text));
        free(text);
    }
    inventory_read(fuzz_root(), &inventory);
    must(inventory.cpus >= 0 && inventory.nodes >= 0 && inventory.memory >= 0);
    check_round_trip(&inventory);
    inventory_clear(&inventory);
    machine_read(fuzz_root(), &machine);
    must(!machine.id || strlen(machine.id) == 32);
    machine_clear(&machine);
    return 0;
}
