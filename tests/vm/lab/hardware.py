# SPDX-License-Identifier: LGPL-2.1-or-later
"""The kinds of machine, and QEMU's options for them."""
import dataclasses
import functools
import os
import subprocess
from pathlib import Path

from lab import bench_disk, cache, debian, disk, host, layouts, loaders, roots

MEMORY_MIB = 1024
# An emulated processor with few features, since the guest loads and tests a module for many of them.
CPU = {"kvm": ("-accel", "kvm", "-cpu", "host"), "tcg": ("-accel", "tcg,thread=multi", "-cpu", "qemu64,+rdrand"),
       # One instruction takes one nanosecond. sleep=on: what the machine waits for takes as long as it takes. Without
       # it the clock leaps while the machine waits for its disk, the farther the busier this computer is.
       "steady": ("-accel", "tcg,thread=single", "-icount", "shift=0,sleep=on", "-cpu", "qemu64,+rdrand")}
BOARD = "q35,sata=off,smbus=off,i8042=off,hpet=off"
# Code, and the variables of a new machine.
SIGNED_ONLY = ("OVMF_CODE_4M.secboot.fd", "OVMF_VARS_4M.ms.fd")
ANY_PROGRAM = ("OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd")
OVMF = {"shim": SIGNED_ONLY, "secure-boot": SIGNED_ONLY,
        "systemd-boot": ANY_PROGRAM, "efi": ANY_PROGRAM, "efi-systemd-boot": ANY_PROGRAM,
        bench_disk.EFI: ANY_PROGRAM}
# Optional hardware. On ports of their own, so that device_del can remove them; i6300esb is a plain PCI device, which
# cannot be removed.
DEVICES = {
    # No packet leaves this computer. QEMU answers DHCP; with restrict=on it offers a default route for IPv6 only.
    "nic": ("-netdev", "user,id=net,restrict=on", "-device", "pcie-root-port,id=port-nic,chassis=1,slot=1",
            "-device", "virtio-net-pci,id=nic,bus=port-nic,netdev=net,romfile="),
    "disk": ("-device", "pcie-root-port,id=port-disk,chassis=2,slot=2",
             "-device", "virtio-blk-pci,id=disk,bus=port-disk,drive=disk,serial=lab-disk"),
    "second-root": ("-device", "virtio-blk-pci,drive=disk,serial=lab-disk"),
    "scsi": ("-device", "virtio-scsi-pci", "-device", "scsi-hd,drive=disk,serial=lab-disk"),
    # What the kernel writes before it goes down stays there, as in the store of a server's platform.
    "erst": ("-object", "memory-backend-ram,id=erst,size=256K", "-device", "acpi-erst,memdev=erst"),
    "watchdog": ("-device", "i6300esb,id=watchdog", "-action", "watchdog=reset"),
}
NETWORK_BOOT = host.REPO / "tests/vm/netboot"
DISK_MIB = {"disk": 64, "scsi": 64, "second-root": 2000}  # size of such an empty disk


@dataclasses.dataclass(frozen=True)
class Kind:
    """Machines that differ in any of these have snapshots of their own: each costs one more first boot."""
    suite: str = "bookworm"
    loader: str = ""            # of loaders.PARTITIONS; without one QEMU starts the kernel
    devices: tuple = ()         # names from DEVICES
    memory: int = MEMORY_MIB
    append: str = ""            # to the kernel's command line; only where QEMU starts it
    qemu: tuple = ()            # more of QEMU's options
    layout: str = ""            # of layouts.LAYOUTS, and dracut; only where QEMU starts the kernel
    root: str = ""              # of roots.ROOTS; only with a loader
    initrd: str = "initramfs-tools"  # or dracut, or of bench_disk.INITRDS; only with a loader
    steady: bool = False        # its clock hardly depends on the computer; several times slower

    @property
    def name(self):
        more = [*([self.layout] if self.layout else []), *self.devices,
                *([f"{self.memory}M"] if self.memory != MEMORY_MIB else [])]
        if self.append or self.qemu:
            more.append(cache.digest(self.append, *self.qemu)[:6])
        initrd = self.initrd if self.initrd != "initramfs-tools" else ""
        own = filter(None, (self.suite, self.loader, self.root, initrd))
        return "-".join([*own, *more])

    @property
    def asks(self):
        """Each boot asks for a passphrase at the console."""
        return bool(self.layout and layouts.LAYOUTS[self.layout].asks or self.root and roots.ROOTS[self.root].asks)


@functools.cache
def accelerator():
    """"kvm" if a kernel really runs on it: there are computers with a /dev/kvm where QEMU aborts or hangs.

    The answer is kept until this computer reboots: a QEMU that hangs is given a quarter of a minute.
    """
    if not os.access("/dev/kvm", os.W_OK):
        return "tcg"
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    answer = cache.root() / f"accelerator-{debian.tools().name}-{boot}"
    with cache.locked(cache.root() / ".accelerator.lock"):
        if not answer.exists():
            for old in cache.root().glob("accelerator-*"):
                old.unlink()
            answer.write_text("kvm" if runs_on_kvm() else "tcg")
        return answer.read_text()


def runs_on_kvm():
    # The kernel finds no root file system, panics, and restarts at once; -no-reboot makes that the end.
    argv = ["setpriv", "--pdeathsig", "KILL", *debian.qemu(), *CPU["kvm"], "-m", f"{MEMORY_MIB}M", "-no-reboot",
            "-nodefaults", "-no-user-config", "-display", "none",
            "-kernel", disk.make("bookworm") / "vmlinuz", "-append", "panic=-1"]
    try:
        subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=15)
    except subprocess.SubprocessError:
        return False
    return True


def hardware(kind, directory, loader=None):
    """QEMU's command line. `loader`: what starts the kernel, if not that of the kind; "" is QEMU."""
    loader = kind.loader if loader is None else loader
    disks = make_disk(kind)
    yield from debian.qemu()
    yield from CPU["steady" if kind.steady else accelerator()]
    yield from ("-m", f"{kind.memory}M", "-smp", "1", "-rtc", "clock=vm")
    yield from ("-nodefaults", "-no-user-config", "-display", "none", "-no-shutdown")
    yield from ("-device", "virtio-rng-pci")
    yield from firmware(loader, directory)
    if not loader:
        yield from ("-kernel", f"{disks}/vmlinuz", "-initrd", f"{disks}/initrd.img")
        words = [disk.COMMAND_LINE, layouts.LAYOUTS[kind.layout].parameters if kind.layout else "", kind.append]
        yield from ("-append", " ".join(filter(None, words)))
    for name in drives(kind, loader):
        if kind.layout and name != "disk":
            yield from layouts.LAYOUTS[kind.layout].drive(name, directory)
        elif name != "vars":
            place = "if=none,id=disk" if name == "disk" else "if=virtio"
            yield from ("-drive", f"{place},format=qcow2,cache=unsafe,file={directory}/{name}.qcow2")
    for name in kind.devices:
        yield from NETWORK[name]() if name in NETWORK else DEVICES[name]
    yield from kind.qemu


def network_card():
    """The firmware boots from the disk. Its messages go to the serial console."""
    yield from ("-machine", "graphics=off", "-netdev", "user,id=net,restrict=on")
    yield from ("-device", "virtio-net-pci,netdev=net,romfile=", "-global", "virtio-blk-pci.bootindex=1")


def network_boot():
    """The firmware boots from the network first: QEMU answers DHCP, and gives boot.ipxe by TFTP.

    Its messages, and iPXE's, go to the serial console.
    """
    yield from ("-machine", "graphics=off")
    yield from ("-L", debian.tools() / "usr/lib/ipxe/qemu")  # the firmware of network cards
    yield from ("-netdev", f"user,id=net,restrict=on,tftp={NETWORK_BOOT},bootfile=boot.ipxe")
    yield from ("-device", "virtio-net-pci,netdev=net,bootindex=0")


NETWORK = {"network-card": network_card, "network-boot": network_boot}


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
    if kind.layout:
        return layouts.make(kind.suite, kind.layout)
    if kind.loader in bench_disk.LOADERS:
        return bench_disk.make(kind.initrd)
    return loaders.make(kind.suite, kind.loader, kind.root, kind.initrd) if kind.loader else disk.make(kind.suite)


def drives(kind, loader):
    """`loader`: as for hardware()."""
    more = ["disk"] if DISK_MIB.keys() & set(kind.devices) else []
    if kind.root:
        more += (["mirror"] if roots.ROOTS[kind.root].mirror else []) + ([] if loader else ["source"])
    if kind.loader:
        return [*(["vars"] if kind.loader in OVMF else []), "root", *more]
    if kind.layout:
        return [*layouts.LAYOUTS[kind.layout].disks, *more]
    return ["root", "boot", *more] if kind.suite == "bookworm" else ["root", *more]


def overlay(directory, kind, below, loader):
    """Makes the images that a machine writes to, on top of those of `below` (a snapshot, or None)."""
    for name in drives(kind, loader):
        image = directory / f"{name}.qcow2"
        if name == "disk" and not below:
            size = max(DISK_MIB.get(device, 0) for device in kind.devices)
            host.run(*debian.tool("qemu-img"), "create", "-q", "-f", "qcow2", image, f"{size}M")
            continue
        if below:
            base, form = below / f"{name}.qcow2", "qcow2"
        elif name == "vars":
            base, form = ovmf(OVMF[kind.loader][1]), "raw"
        else:
            base, form = make_disk(kind) / f"{name}.img", "raw"
        host.run(*debian.tool("qemu-img"), "create", "-q", "-f", "qcow2", "-b", base, "-F", form, image)
