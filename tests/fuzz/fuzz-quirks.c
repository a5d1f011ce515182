/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Input: a quirk file, matched against a machine with a board, a device and a driver. */

#include "discover/hardware/quirk-list.h"
#include "discover/hardware/quirks.h"

#include "fuzz.h"

static void write_text(const char *path, const char *text)
{
    size_t n = 0;

    while (text[n])
        n++;
    fuzz_write(path, text, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct quirk_facts facts;

    write_text("sys/class/dmi/id/modalias", "dmi:bvnIntel:rvnIntelCorporation:rnS1200SPL:rvr1:\n");
    write_text("sys/bus/pci/devices/0000:00:02.0/modalias", "pci:v000015B3d00001003sv0bc02\n");
    write_text("sys/bus/pci/drivers/mlx4_core/bind", "");
    write_text("sys/module/mlx4_core/refcnt", "1\n");
    write_text("proc/self/mountinfo", "25 1 8:1 / / rw - ext4 /dev/sda1 rw\n");
    write_text("sys/dev/block/8:1/partition", "1\n");
    fuzz_write(QUIRKS_LOCAL_DIR "/x.conf", data, size);
    quirk_facts_read(fuzz_root(), &(struct config){0}, &facts);
    must(facts.firmware.is != ANSWER_YES || *facts.firmware.text);
    must(facts.invalid.is != ANSWER_YES || *facts.invalid.text);
    must(facts.invalid.is == ANSWER_NO || (!facts.cmdline && !facts.unload && !facts.unbind));
    must(!facts.cmdline || facts.applied.is == ANSWER_YES);
    must(!facts.unbind || facts.keep || facts.applied.is == ANSWER_YES);
    quirk_facts_clear(&facts);
    return 0;
}
