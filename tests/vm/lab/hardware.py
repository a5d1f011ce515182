# SPDX-License-Identifier: LGPL-2.1-or-later
"""What kinds of machine there are, and what QEMU is told of them."""
import dataclasses
import functools
import os
import subprocess

from lab import cache, debian, disk, host, loaders

MEMORY_MIB = 1024
# An emulated processor with few features: the guest loads and tests a module for many of them.
CPU = {"kvm": ("-accel", "kvm", "-cpu", "host"), "tcg": ("-accel", "tcg,thread=multi", "-cpu", "qemu64,+rdrand")}
BOARD = "q35,sata=off,smbus=off,i8042=off,hpet=off"
# Code and the variables to begin with.
OVMF = {"shim": ("OVMF_CODE_4M.secboot.fd", "OVMF_VARS_4M.ms.fd"),
        "systemd-boot": ("OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd")}
# What a machine may have besides. On ports of their own, so that device_del can take them away; i6300esb is a
# plain PCI device, which stays.
DEVICES = {
    # No packet leaves the computer. QEMU answers DHCP, and is the default route of IPv6 alone, as it is told to be
    # none for packets to anywhere.
    "nic": ("-netdev", "user,id=net,restrict=on", "-device", "pcie-root-port,id=port-nic,chassis=1,slot=1",
            "-device", "virtio-net-pci,id=nic,bus=port-nic,netdev=net,romfile="),
    "disk": ("-device", "pcie-root-port,id=port-disk,chassis=2,slot=2",
             "-device", "virtio-blk-pci,id=disk,bus=port-disk,drive=disk,serial=lab-disk"),
    "scsi": ("-device", "virtio-scsi-pci", "-device", "scsi-hd,drive=disk,serial=lab-disk"),
    "watchdog": ("-device", "i6300esb,id=watchdog", "-action", "watchdog=reset"),
}
DISK_MIB = 64  # of DEVICES["disk"] or ["scsi"], which is empty


@dataclasses.dataclass(frozen=True)
class Kind:
    """A machine that differs in any of these has snapshots of its own: each costs one more first boot."""
    suite: str = "bookworm"
    loader: str = ""            # of loaders.PARTITIONS, on the disk; without one QEMU starts the kernel
    devices: tuple = ()         # names from DEVICES
    memory: int = MEMORY_MIB
    append: str = ""            # to the kernel's command line; only where QEMU starts it
    qemu: tuple = ()            # more of QEMU's options

    @property
    def name(self):
        more = [*self.devices, *([f"{self.memory}M"] if self.memory != MEMORY_MIB else [])]
        if self.append or self.qemu:
            more.append(cache.digest(self.append, *self.qemu)[:6])
        return "-".join([self.suite, *([self.loader] if self.loader else []), *more])


@functools.cache
def accelerator():
    """"kvm" if a kernel really runs on it: there are machines with a /dev/kvm where QEMU aborts or hangs."""
    if not os.access("/dev/kvm", os.W_OK):
        return "tcg"
    # The kernel finds no root file system, panics, and restarts at once; -no-reboot makes that the end.
    argv = ["setpriv", "--pdeathsig", "KILL", *debian.qemu(), *CPU["kvm"], "-m", f"{MEMORY_MIB}M", "-no-reboot",
            "-nodefaults", "-no-user-config", "-display", "none",
            "-kernel", disk.make("bookworm") / "vmlinuz", "-append", "panic=-1"]
    try:
        subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=30)
    except subprocess.SubprocessError:
        return "tcg"
    return "kvm"


def hardware(kind, directory, loader=None):
    """`loader` is who starts the kernel, if not that of the kind: "" is QEMU."""
    loader = kind.loader if loader is None else loader
    disks = make_disk(kind)
    yield from debian.qemu()
    yield from CPU[accelerator()]
    yield from ("-m", f"{kind.memory}M", "-smp", "1", "-rtc", "clock=vm")
    yield from ("-nodefaults", "-no-user-config", "-display", "none", "-no-shutdown")
    yield from ("-device", "virtio-rng-pci")
    yield from firmware(loader, directory)
    if not loader:
        yield from ("-kernel", f"{disks}/vmlinuz", "-initrd", f"{disks}/initrd.img")
        yield from ("-append", f"{disk.COMMAND_LINE} {kind.append}".strip())
    for name in drives(kind):
        if name != "vars":
            place = "if=none,id=disk" if name == "disk" else "if=virtio"
            yield from ("-drive", f"{place},format=qcow2,cache=unsafe,file={directory}/{name}.qcow2")
    for name in kind.devices:
        yield from DEVICES[name]
    yield from kind.qemu


def firmware(loader, directory):
    """SeaBIOS, or OVMF with or without Secure Boot."""
    if loader not in OVMF:
        yield from ("-machine", BOARD)
        return
    code, _ = OVMF[loader]
    yield from ("-machine", f"{BOARD},smm=on" if "secboot" in code else BOARD)
    yield from ("-global", "driver=cfi.pflash01,property=secure,value=on") if "secboot" in code else ()
    yield from ("-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={ovmf(code)}")
    yield from ("-drive", f"if=pflash,format=qcow2,unit=1,file={directory}/vars.qcow2")


def ovmf(name):
    return debian.firmware_tree() / "usr/share/OVMF" / name


def make_disk(kind):
    return loaders.make(kind.loader) if kind.loader else disk.make(kind.suite)


def drives(kind):
    more = ["disk"] if {"disk", "scsi"} & set(kind.devices) else []
    if kind.loader:
        return [*(["vars"] if kind.loader in OVMF else []), "root", *more]
    return ["root", "boot", *more] if kind.suite == "bookworm" else ["root", *more]


def overlay(directory, kind, below):
    """Every machine writes to thin images of its own, above those of `below` (a snapshot, or None)."""
    for name in drives(kind):
        image = directory / f"{name}.qcow2"
        if name == "disk" and not below:
            host.run(*debian.tool("qemu-img"), "create", "-q", "-f", "qcow2", image, f"{DISK_MIB}M")
            continue
        if below:
            base, form = below / f"{name}.qcow2", "qcow2"
        elif name == "vars":
            base, form = ovmf(OVMF[kind.loader][1]), "raw"
        else:
            base, form = make_disk(kind) / f"{name}.img", "raw"
        host.run(*debian.tool("qemu-img"), "create", "-q", "-f", "qcow2", "-b", base, "-F", form, image)
