# SPDX-License-Identifier: LGPL-2.1-or-later
"""data-disks = detach: eight NVMe disks are detached at the same time, right before the jump.

QEMU's NVMe disks shut down at once, so no time is saved here; what counts is that nothing is lost.
"""
import os
import re

import pytest

from lab import expect

pytestmark = pytest.mark.long
DISKS = 8
SIZE = 64 << 20
PORTS = tuple(word for i in range(DISKS)
              for word in ("-device", f"pcie-root-port,id=port-nvme{i},chassis={20 + i},slot={20 + i}"))
# Counts on the disk, and says a number on the console once the disk has acknowledged it.
WRITER = """systemd-run --quiet --unit=lab-writer --property=KillSignal=SIGKILL bash -c '
k=1
while printf "%4096d" $k | dd of=/dev/nvme1n1 bs=4096 seek=$k oflag=direct,dsync iflag=fullblock status=none
do echo "nvme1: acknowledged $k" > /dev/console; k=$((k + 1)); done'
"""


def plug(machine, place):
    """NVMe disks cannot be part of a snapshot, so they come while the machine runs."""
    machine.run("modprobe nvme")
    for i in range(DISKS):
        image = place / f"{i}.img"
        image.touch()
        os.truncate(image, SIZE)
        machine.qemu.qmp("blockdev-add", **{"node-name": f"data{i}", "driver": "raw",
                                            "file": {"driver": "file", "filename": str(image)}})
        machine.qemu.qmp("device_add", driver="nvme", id=f"nvme{i}", bus=f"port-nvme{i}", drive=f"data{i}",
                         serial=f"lab-{i}")
        machine.run(f"until test -b /dev/nvme{i}n1; do udevadm settle; done")


def addresses(machine):
    """The PCI address of each disk."""
    script = "for i in $(seq 0 7); do basename $(readlink -f /sys/class/nvme/nvme$i/device); done"
    return machine.output(script).split()


@pytest.mark.kind(qemu=PORTS)
def test_unused_nvme_disks_are_detached_together(machine, tmp_path):
    plug(machine, tmp_path)
    machine.put("/etc/fastreboot.conf.d/50-disks.conf", "data-disks = detach\n")
    # One is mounted until the shutdown, one is swap, one is counted on until the end; the others are written to.
    machine.run("mkfs.ext4 -q /dev/nvme0n1 && mount /dev/nvme0n1 /srv && echo written > /srv/file\n"
                "mkswap -q /dev/nvme2n1 && swapon /dev/nvme2n1\n"
                "for i in $(seq 3 7); do yes disk $i | head -c 8M | dd of=/dev/nvme${i}n1 bs=1M oflag=direct,dsync "
                "iflag=fullblock status=none; done\n" + WRITER)
    at = addresses(machine)
    machine.wait_for_console("nvme1: acknowledged 5")
    boot = machine.reboot()
    expect.fast(machine, boot)

    detached = re.findall(r"detached (\S+) from pci/drivers/nvme in [0-9.]+ s", boot.console)
    assert sorted(detached) == sorted(at[:2] + at[3:]), boot.console[-4000:]  # not the swap
    assert "stays attached" not in boot.console and "still not detached" not in boot.console
    # All processes are started before the first has ended, or the disks would have gone one after the other.
    assert boot.console.rfind("detaching 0000:") < boot.console.find("detached 0000:")

    last = max(int(number) for number in re.findall(r"nvme1: acknowledged (\d+)", boot.console))
    with open(tmp_path / "1.img", "rb") as image:
        for number in range(1, last + 1):
            image.seek(4096 * number)
            assert int(image.read(4096)) == number, f"number {number} of {last} was acknowledged, and is lost"
    for i in range(3, DISKS):
        data = (f"disk {i}\n" * (8 << 20))[:8 << 20].encode()
        with open(tmp_path / f"{i}.img", "rb") as image:
            assert image.read(len(data)) == data
    machine.run("until test -b /dev/nvme7n1; do modprobe nvme; udevadm settle; done")
    machine.run("e2fsck -fn /dev/nvme0n1 && mount /dev/nvme0n1 /mnt && grep -qx written /mnt/file")
