# SPDX-License-Identifier: LGPL-2.1-or-later
"""Proxmox' layout with proxmox-boot-tool: systemd-boot on two partitions, none of which is mounted."""
import gzip
import tempfile
from pathlib import Path

import pytest

from lab import disk, expect, host, menu

ESP_MIB = 256
FIRST, SECOND = "5B7E-1A2C", "5B7E-88F0"
# Stands for another disk, and is there in every boot.
SECOND_DISK = """[Unit]
DefaultDependencies=no
Before=fastreboot.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'modprobe loop; losetup /dev/loop7 /root/second.img; udevadm settle'
[Install]
WantedBy=multi-user.target
"""
# What `proxmox-boot-tool format` and `init` do: the file system is made outside, where there is a program for it.
PREPARE = f"""
set -e
umount /boot/efi
sed -i '/boot.efi/d' /etc/fstab
zcat /root/first.gz | dd of=/dev/vda1 bs=1M conv=fsync status=none
zcat /root/second.gz > /root/second.img
systemctl daemon-reload
systemctl enable --now second-disk
udevadm trigger --settle /dev/vda1
mkdir -p /esp /etc/kernel
printf '{FIRST}\\n{SECOND}\\n' > /etc/kernel/proxmox-boot-uuids
mount /dev/disk/by-uuid/{FIRST} /esp
SYSTEMD_RELAX_ESP_CHECKS=1 bootctl --esp-path=/esp --no-variables install
umount /esp
"""
# What `proxmox-boot-tool refresh` does to a partition.
REFRESH = """
set -e
mount /dev/disk/by-uuid/{uuid} /esp
mkdir -p /esp/loader/entries
for version in {versions}; do
    mkdir -p /esp/EFI/proxmox/$version
    cp --preserve=timestamps /boot/vmlinuz-$version /boot/initrd.img-$version /esp/EFI/proxmox/$version/
    printf '%s\\n' "title    Proxmox Virtual Environment" "version  $version" \\
        "options  root=LABEL=root ro {options} lab.entry=$version" \\
        "linux    /EFI/proxmox/$version/vmlinuz-$version" "initrd   /EFI/proxmox/$version/initrd.img-$version" \\
        > /esp/loader/entries/proxmox-$version.conf
done
printf '%s\\n' "timeout 0" "default proxmox-*" > /esp/loader/loader.conf
umount /esp
"""
PIN = """
set -e
mount /dev/disk/by-uuid/{uuid} /esp
sed -i 's/^default .*/default {entry}/' /esp/loader/loader.conf
umount /esp
"""


def empty_fat(serial):
    with tempfile.TemporaryDirectory() as directory:
        image = Path(directory) / "fat"
        host.run("mformat", "-C", "-F", "-i", image, "-T", ESP_MIB * 2048, "-N", serial.replace("-", ""), "::")
        return gzip.compress(image.read_bytes())


def refresh(machine, *versions, uuid=FIRST):
    machine.run(REFRESH.format(uuid=uuid, versions=" ".join(versions), options=disk.OPTIONS), seconds=300)


@pytest.mark.long
@pytest.mark.kind(loader="systemd-boot")
def test_proxmox(machine):
    newer, older = menu.kernels(machine)
    machine.put("/root/first.gz", empty_fat(FIRST))
    machine.put("/root/second.gz", empty_fat(SECOND))
    machine.put("/etc/systemd/system/second-disk.service", SECOND_DISK)
    machine.run(PREPARE, seconds=300)
    refresh(machine, older, newer)
    refresh(machine, older, uuid=SECOND)  # stale: its disk is not the one that the firmware uses

    first = menu.foretold(machine)
    assert first.release == newer and f"lab.entry={newer}" in first.words
    menu.fast_into(machine, first)
    assert machine.output("findmnt -rn /esp || echo none") == "none"
    menu.by_loader_into(machine, first)

    # As `proxmox-boot-tool kernel pin` leaves it.
    machine.run(PIN.format(uuid=FIRST, entry=f"proxmox-{older}.conf"))
    second = menu.foretold(machine)
    assert second.release == older
    menu.fast_into(machine, second)

    # The newer one, for one boot.
    machine.run(f"bootctl set-oneshot proxmox-{newer}.conf")
    menu.by_loader_into(machine, first, "reboot", because="for one boot")

    # Mounted at this moment: what is on the disk may not be what will be there.
    machine.run(f"mount /dev/disk/by-uuid/{FIRST} /esp")
    assert "is mounted" in expect.status(machine)["reason_text"]
    machine.run("umount /esp")
    assert menu.foretold(machine) == second

    # The initrd was made anew, and not copied.
    machine.run(f"echo >> /boot/initrd.img-{older} && sync")
    assert "is not the same" in expect.status(machine)["reason_text"]
    menu.by_loader_into(machine, second, "reboot", because="is not the same: run proxmox-boot-tool refresh")
