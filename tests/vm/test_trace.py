# SPDX-License-Identifier: LGPL-2.1-or-later
"""One fast reboot tells how long each device took to shut down, and leaves nothing behind in the store."""
import pytest

from lab import expect
from test_times import PATIENT, times

STORE = "cd /sys/fs/pstore && sha256sum * 2>/dev/null || true"
# As a kernel leaves its log at any reboot when it is told to, which another program may have asked for.
LEAVE_A_RECORD = "echo Y | tee /sys/module/printk/parameters/always_kmsg_dump /sys/module/kernel/parameters/initcall_debug"


@pytest.mark.kind(devices=("erst",))
def test_the_blind_phase_device_by_device(machine):
    machine.run(PATIENT)
    # QEMU's store writes nothing after its state was restored from a snapshot, until the machine is reset.
    expect.went_by_firmware(machine, machine.reboot("fastreboot normal"))
    assert machine.output("cat /sys/module/pstore/parameters/backend") == "erst", machine.output("dmesg | grep -i erst")
    machine.run(LEAVE_A_RECORD)
    expect.went_by_firmware(machine, machine.reboot("fastreboot normal"))
    others = machine.output(STORE)
    assert "dmesg-erst-" in others
    print(machine.output("cd /sys/fs/pstore && for i in *; do echo \"== $i\"; cat $i; done | cut -c1-160"))

    # Taken back, it is as if it had never been asked for.
    options = machine.output("findmnt -no OPTIONS /sys/fs/pstore || grep ' /sys/fs/pstore ' /proc/mounts")
    machine.run("fastreboot trace")
    assert "kmsg_bytes=32768" in machine.output("grep ' /sys/fs/pstore ' /proc/mounts")
    machine.run("fastreboot trace --cancel")
    assert expect.status(machine)["trace_armed"] is False
    assert machine.output("findmnt -no OPTIONS /sys/fs/pstore || grep ' /sys/fs/pstore ' /proc/mounts") == options

    machine.run("fastreboot trace")
    assert expect.status(machine)["trace_armed"] is True
    expect.fast(machine, machine.reboot())
    reboot, _ = times(machine)
    trace = reboot["times"]["trace"]
    assert trace["problem"] is None, trace
    names = [device["name"] for device in trace["slowest_devices"]]
    assert trace["device_count"] >= len(names) > 0 and any("0000:00:" in name for name in names), names
    assert 0 <= sum(device["duration_usec"] for device in trace["slowest_devices"]) <= trace["devices_usec"]
    assert trace["slowest_initcalls"] and trace["initrd_unpacking_usec"] > 0, trace
    assert machine.output(STORE) == others, "its own records go, and those of others stay"
    text = machine.output("fastreboot history 1")
    assert f"{trace['device_count']} devices" in text and "end of user space" in text
    assert "initcall_debug" in machine.output("cat /proc/cmdline").split()
    assert expect.status(machine)["trace_armed"] is False
    assert not [line for line in expect.told(machine) + expect.told(machine, -1) if "tracing: " in line and ": No " in line]

    expect.fast(machine, machine.reboot())
    reboot, _ = times(machine)
    assert reboot["times"]["trace"] is None
    assert "initcall_debug" not in machine.output("cat /proc/cmdline")
    assert machine.output("cat /sys/module/kernel/parameters/initcall_debug /sys/module/printk/parameters/"
                          "always_kmsg_dump").split() == ["N", "N"]
    assert machine.output(STORE) == others


def test_without_a_store_it_is_refused(machine):
    result = machine.run("fastreboot trace", check=False)
    assert result.code == 1 and "no store for the end of its log" in result.output, result
    expect.fast(machine, machine.reboot())
