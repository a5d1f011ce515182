# SPDX-License-Identifier: LGPL-2.1-or-later
"""Quirks detach drivers and unload modules before the jump. Those that cannot be are in the table of faults."""
import re

from lab import expect
from lab.faults_table import QUIRK, detached


def added(machine):
    return machine.output("cat /proc/cmdline").split().count("lab.quirk=1")


def test_quirks_act(machine):
    machine.run(QUIRK + "modprobe dummy")
    note = next(reason for reason in expect.status(machine)["reasons"] if reason["id"] == "quirk-applied")
    assert "unloads before the jump: dummy loop virtio_blk" in note["text"]

    boot = machine.reboot()
    expect.fast(machine, boot)
    lines = detached(boot)
    assert "unloading module dummy" in lines
    assert any(re.fullmatch(r"detaching \S+ from \w+/drivers/rtc_cmos", line) for line in lines), lines
    # Only the disk of /boot, which is unmounted by then, never the root's.
    assert sum(line.endswith("from virtio/drivers/virtio_blk") for line in lines) == 1, lines
    assert "unloading module virtio_blk" not in lines
    assert [line for line in lines if "stays" in line] == ["module virtio_blk stays: the root file system needs it"]
    assert added(machine) == 1

    expect.fast(machine, machine.reboot())
    assert added(machine) == 1, "what quirks add must not pile up"
