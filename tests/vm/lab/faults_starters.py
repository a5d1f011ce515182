# SPDX-License-Identifier: LGPL-2.1-or-later
"""Machines that something else started than the boot loader's files on the disk suggest, or will start the next time."""
import struct
import uuid

from lab import disk
from lab.faults import FAST, FIRMWARE, Fault
from lab.faults_table import STARTED_BY_KEXEC

FORGET_SETTINGS = "rm /etc/fastreboot.conf.d/00-lab.conf\n"
GRUB_FILES = r"""
mkdir -p /boot/grub
cat > /boot/grub/grub.cfg <<'END'
menuentry 'Debian' {
    linux /vmlinuz root=LABEL=root ro
    initrd /initrd.img
}
END
"""

# Of UEFI variables: non-volatile, boot and runtime access. Of boot entries: active.
ATTRIBUTES, ACTIVE = 7, 1
GLOBAL = "8be4df61-93ca-11d2-aa0d-00e098032b8c"
VARIABLES = "/sys/firmware/efi/efivars"
NUMBER = 0x00F1


def node(kind, subtype, data=b""):
    return struct.pack("<BBH", kind, subtype, 4 + len(data)) + data


def utf16(text):
    return f"{text}\0".encode("utf-16-le")


def on_the_esp(machine, file):
    """The device path of a file on the disk's first partition."""
    start, size = machine.output("cat /sys/class/block/vda1/start /sys/class/block/vda1/size").split()
    partition = uuid.UUID(machine.output("udevadm info -q property /dev/vda1 | sed -n s/^ID_PART_ENTRY_UUID=//p"))
    partition = struct.pack("<IQQ16sBB", 1, int(start), int(size), partition.bytes_le, 2, 2)
    return node(4, 1, partition) + node(4, 4, utf16(file)) + node(0x7F, 0xFF)


def put_first(machine, title, file, command_line=""):
    """Makes a firmware boot entry that the firmware tries before all others."""
    path = on_the_esp(machine, file)
    entry = struct.pack("<IIH", ATTRIBUTES, ACTIVE, len(path)) + utf16(title) + path
    machine.put(f"{VARIABLES}/Boot{NUMBER:04X}-{GLOBAL}", entry + (utf16(command_line) if command_line else b""))
    order = bytes.fromhex(machine.output(f"od -An -v -tx1 -j4 {VARIABLES}/BootOrder-{GLOBAL}"))
    machine.put(f"{VARIABLES}/BootOrder-{GLOBAL}", struct.pack("<IH", ATTRIBUTES, NUMBER) + order)


def order_changed(machine):
    put_first(machine, "Another system", r"\EFI\other\other.efi")
    return machine.reboot()


def started_as_stub(machine):
    """First the firmware starts the kernel itself, then the machine is rebooted."""
    machine.run("cp /vmlinuz /boot/efi/lab-linux.efi && cp /initrd.img /boot/efi/lab-initrd.img && sync")
    put_first(machine, "Linux", r"\lab-linux.efi", rf"{disk.COMMAND_LINE} initrd=\lab-initrd.img lab.stub=1")
    machine.reboot("fastreboot normal")
    assert "lab.stub=1" in machine.output("cat /proc/cmdline").split()
    return machine.reboot()


def same_command_line(machine, _boot):
    assert "lab.stub=1" in machine.output("cat /proc/cmdline").split()


def rescued(machine):
    """The administrator has named a target in the boot loader's menu, for one boot."""
    assert "systemd.unit=multi-user.target" in machine.output("cat /proc/cmdline").split()
    return machine.reboot()


ONE_TIME = {"append": "systemd.unit=multi-user.target"}
SYSTEMD_BOOT = {"loader": "systemd-boot"}

STARTER_FAULTS = {
    "hypervisor-kernel": Fault(
        "the hypervisor brings the kernel, and the settings name none", FIRMWARE,
        "^firmware: .*boot loader type 0xb0", FORGET_SETTINGS),
    "hypervisor-kernel-and-grub": Fault(
        "the hypervisor brings the kernel, and a grub.cfg is on the disk", FIRMWARE,
        "^firmware: .*boot loader type 0xb0", FORGET_SETTINGS + GRUB_FILES),
    "one-time-word": Fault(
        "the administrator chose systemd.unit= in the boot loader's menu, and no boot loader's configuration gives "
        "another command line", FIRMWARE, "^firmware: .*systemd.unit=multi-user.target", reboot=rescued,
        hardware=ONE_TIME),
    "boot-order-changed": Fault(
        "another firmware boot entry was put first in BootOrder", FIRMWARE, '^firmware: .*"Another system"',
        reboot=order_changed, hardware=SYSTEMD_BOOT),
    "efi-stub": Fault(
        "the firmware started the kernel itself (EFI stub), and systemd-boot's files are on the ESP", FAST,
        STARTED_BY_KEXEC, reboot=started_as_stub, after=same_command_line, hardware=SYSTEMD_BOOT),
}
