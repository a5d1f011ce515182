# SPDX-License-Identifier: LGPL-2.1-or-later
"""Measures one row of bench_ways: in a machine of its own, whose clock hardly depends on this computer."""
import dataclasses
import json
import re
from pathlib import Path

from lab import bench_disk, bench_ways as bench, cache, clock, expect, hardware, program, tables
from lab import machine as lab_machine

PEAK = Path(__file__).with_name("peak.pl").read_text()
PEAK_PATH = "/root/peak.pl"
MEMORY_MIB = 2048   # the large initrd is unpacked beside its copies
SECONDS = 1200      # for what takes long on that clock

# Names a point in time on the console. The uptime counts hundredths of seconds.
TELL = 'tell() { read -r up _ </proc/uptime; echo "bench: $1 $up" >/dev/console; }'
HOOK_PATH = "/usr/lib/systemd/system-shutdown/bench"
HOOK = f"#!/bin/sh\n# SPDX-License-Identifier: LGPL-2.1-or-later\n{TELL}\ntell down\n"

STOPPING = ("Stopping ", "Stopped ", "Removed ")
STARTED = "running in system mode"  # PID 1 says so when it starts
MACHINE = """
echo kernel $(uname -r)
echo kernel_bytes $(stat -Lc %s /vmlinuz)
echo initrd_bytes $(stat -Lc %s /initrd.img)
echo systemd $(systemctl --version | awk 'NR == 1 { print $2 }')
echo kexec $(kexec --version)
"""


def kind(initrd, firmware):
    loader = bench_disk.EFI if firmware == bench.EFI else bench_disk.BIOS
    card = "network-boot" if firmware == bench.NETWORK else "network-card"
    return hardware.Kind(suite=bench_disk.SUITE, loader=loader, initrd=initrd, memory=MEMORY_MIB, devices=(card,),
                         steady=True)


def prepared(initrd):
    """A directory with the disks of a machine that has both boot loaders, and fastreboot, which is not enabled."""
    maker = dataclasses.replace(kind(initrd, bench.EFI), steady=False)
    below = lab_machine.disk_with_loader(maker)
    built = program.build(maker.suite)

    def make(target):
        machine = lab_machine.Machine(maker, target, below, loader=bench_disk.BIOS)
        try:
            machine.wait_up()
            machine.run(lab_machine.WAIT_IDLE, seconds=SECONDS)
            lab_machine.install(machine)
            machine.put(HOOK_PATH, HOOK, mode=0o755)
            machine.put(PEAK_PATH, PEAK)
            machine.power_off()
        finally:
            machine.qemu.close()

    recipe = cache.digest(*cache.age(below / "root.qcow2"), built / "program.tar.gz", lab_machine.UNPACK, HOOK, PEAK)
    return cache.get(f"bench-{initrd}", recipe, make, f"installing fastreboot in the machine with the {initrd} initrd")


def measure(name, runs):
    """The row of that name, with so many runs."""
    initrd, way = bench.ROWS[name][0], bench.WAYS[bench.ROWS[name][1]]
    below = prepared(initrd)
    with lab_machine.start(kind(initrd, way.firmware), below) as machine:
        machine.wait_up()
        machine.run(f"{lab_machine.WAIT_IDLE}; {way.setup}", seconds=SECONDS)
        done = [run(machine, way) for _ in range(runs)]
        return bench.Result(done, memory(machine, way), facts(machine), tables.commit())


def facts(machine):
    """Names and sizes of what was started."""
    found = dict(line.split(" ", 1) for line in machine.output(MACHINE, seconds=SECONDS).splitlines())
    return {name: int(value) if name.endswith("_bytes") else value for name, value in found.items()}


def run(machine, way):
    """Reboots once."""
    machine.run(lab_machine.WAIT_IDLE, seconds=SECONDS)
    before = clock.Clock(machine)
    zero, boot_id = before.kernel_start(), machine.output("cat /proc/sys/kernel/random/boot_id")
    loads = f"{way.loads} && tell loaded && " if way.loads else ""
    boot = machine.reboot(f"{TELL}\ntell asked\n{loads}{way.command}")
    machine.run(lab_machine.WAIT_IDLE, seconds=SECONDS)
    check(machine, way, boot, boot_id)
    points = told(boot.console)
    up = int(machine.output("systemctl show -P ActiveEnterTimestampMonotonic multi-user.target")) / 1e6
    if way.reboot == bench.SOFT:
        return bench.soft_run(points["asked"], first(machine, 0, points["asked"], lambda text: STARTED in text), up)
    gap = before.kernel_start() - zero - points["down"]
    return bench.kernel_run(points["asked"], load_seconds(machine, way, points), points["down"], gap, up)


def told(console):
    """{point: uptime} of what TELL wrote."""
    return {name: float(up) for name, up in re.findall(r"bench: (\w+) ([\d.]+)", console)}


def check(machine, way, boot, boot_id):
    """The reboot was what the row says."""
    if way.reboot == bench.BY_FIRMWARE:
        expect.went_by_firmware(machine, boot)
    elif way.reboot == bench.SOFT:
        assert boot.resets == 0 and not boot.jumped and boot.boot_id == boot_id, "a kernel was started"
    else:
        assert boot.resets == 0 and boot.jumped, "the machine went through its firmware"
        expect.came_up_once(machine, boot)
        assert expect.loader(machine) == expect.BY_KEXEC
    if way.load == bench.SERVICE:
        expect.fast(machine, boot)


def load_seconds(machine, way, points):
    if way.load == bench.TOLD:
        return points["loaded"] - points["asked"]
    if way.load == bench.SERVICE:
        return clock.load_seconds(machine)
    if way.load == bench.UNTIL_STOPPING:
        return first(machine, -1, points["asked"], lambda text: text.startswith(STOPPING)) - points["asked"]
    return None


def first(machine, boot, after, wanted):
    """When PID 1 first wrote such a line to the journal of that boot, after `after`; None if it did not."""
    script = f"journalctl -b {boot} -o json --output-fields=MESSAGE --no-pager _PID=1"
    return first_line(machine.output(script, seconds=SECONDS).splitlines(), after, wanted)


def first_line(lines, after, wanted):
    for entry in map(json.loads, lines):
        when = int(entry["__MONOTONIC_TIMESTAMP"]) / 1e6
        if when > after and wanted(entry["MESSAGE"]):
            return when
    return None


def memory(machine, way):
    """In KiB, in a load that is not timed; None where there is none."""
    if not way.memory:
        return None
    return int(machine.output(f"perl {PEAK_PATH} {way.memory} 2>/dev/null", seconds=SECONDS).splitlines()[-1])


def picture():
    """What `fastreboot history --plot` draws: a reboot through the firmware with a network boot, and a fast one."""
    initrd = next(iter(bench_disk.INITRDS))
    with lab_machine.start(kind(initrd, bench.NETWORK), prepared(initrd)) as machine:
        machine.wait_up()
        machine.run(f"{lab_machine.WAIT_IDLE}; {bench.ENABLE}", seconds=SECONDS)
        for command, as_expected in (("fastreboot normal", expect.went_by_firmware), ("reboot", expect.fast)):
            as_expected(machine, machine.reboot(command))
            machine.run(lab_machine.WAIT_IDLE, seconds=SECONDS)
        return machine.output("fastreboot history --plot=/root/it.svg && cat /root/it.svg",
                                                 seconds=SECONDS) + "\n"
