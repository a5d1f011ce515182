# SPDX-License-Identifier: LGPL-2.1-or-later
"""The disk of the machine that scripts/bench measures: one for SeaBIOS and OVMF, once for each initrd.

GRUB starts it on both, and its EFI partition has an entry by the Boot Loader Specification, from which systemctl takes
a kernel by itself.
"""
import dataclasses
import shutil
from pathlib import Path

from lab import cache, debian, disk, host, loaders

SUITE = "trixie"  # the first with soft-reboot, and with a fast `systemctl kexec`
BIOS, EFI = "bench", "bench-efi"  # boot loaders, by the names of Kind.loader: the same disk, another firmware
LOADERS = (BIOS, EFI)
PARTITIONS = (loaders.BIOS_BOOT, loaders.ESP, loaders.ROOT)
# Firmware files for servers' devices are not free, and every other file does as well: what counts is how much is
# hashed and unpacked. So the large initrd has the drivers of graphics, sound, television and wireless cards instead.
# They are not loaded.
MORE_MODULES = """#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
[ "$1" = prereqs ] && exit
. /usr/share/initramfs-tools/hook-functions
for directory in {directories}; do
    copy_modules_dir "kernel/$directory"
done
"""


@dataclasses.dataclass(frozen=True)
class Initrd:
    kernel: str            # the package
    says: str
    more: tuple = ()       # directories of modules, besides those that Debian takes


INITRDS = {
    "default": Initrd("linux-image-cloud-amd64", "as Debian makes it for a virtual machine"),
    "large": Initrd("linux-image-amd64", "as a server has it, with drivers in place of firmware files",
                    ("drivers/gpu", "drivers/media", "drivers/net", "sound")),
}
ENTRY = """title Debian
version {release}
linux /bench/vmlinuz
initrd /bench/initrd.img
options {options}
"""
# Both write to /boot/grub, and neither touches the other's part of it.
INSTALL = """
grub-install --target=i386-pc /dev/vda &&
grub-install --target=x86_64-efi --efi-directory=/boot/efi --no-nvram --removable && update-grub
"""


def tree(kernel):
    """The system, with everything that any of the reboots takes."""
    more = {"grub2-common", "grub-pc-bin", "grub-efi-amd64-bin", "kexec-tools", kernel}
    packages = sorted({*host.packages("guest", "run"), *more} - {"linux-image-cloud-amd64"} | {kernel})
    recipe = cache.digest(Path(disk.__file__), Path(debian.__file__), disk.GUEST, *packages)
    return cache.get(f"tree-bench-{kernel}", recipe,
                     lambda target: disk.bootstrap(target / "tree", SUITE, packages),
                     f"making a system of {SUITE} with {kernel} (about 90 s)") / "tree"


def make(name):
    """A directory with root.img, which has partitions, and vmlinuz and initrd.img for the first boot."""
    initrd = INITRDS[name]
    system = tree(initrd.kernel)

    def fill(target):
        with cache.copy_of(system, f"bench-{name}") as new:
            configure(new)
            make_initrd(new, initrd)
            for image in ("vmlinuz", "initrd.img"):
                shutil.copy(disk.newest(new / "boot", f"{image}-*"), target / image)
            loaders.write(target / "root.img", new, PARTITIONS)
            write_entry(target, new)

    recipe = cache.digest(Path(__file__), Path(loaders.__file__), *cache.age(system))
    return cache.get(f"disk-bench-{name}", recipe, fill, f"making the disk for scripts/bench, with its {name} initrd")


def configure(system):
    disk.configure(system, loaders.FSTAB["esp"])
    (system / "boot/efi").mkdir()
    (system / "etc/default/grub").write_text(
        loaders.GRUB_DEFAULTS.format(timeout=loaders.MENU_SECONDS, terminal="serial"))


def make_initrd(system, initrd):
    (system / "etc/initramfs-tools/conf.d/lab").unlink()  # Debian's own settings
    if initrd.more:
        hook = system / "etc/initramfs-tools/hooks/bench"
        hook.write_text(MORE_MODULES.format(directories=" ".join(initrd.more)))
        hook.chmod(0o755)
    host.run("chroot", system, "update-initramfs", "-u", "-k", "all")


def write_entry(target, system):
    """On the EFI partition, with its kernel and initrd."""
    release = disk.newest(system / "boot", "vmlinuz-*").name.removeprefix("vmlinuz-")
    (target / "entry").write_text(ENTRY.format(release=release, options=disk.COMMAND_LINE))
    esp = f"{target}/root.img@@{sector_of_esp() * 512}"
    host.run("mmd", "-i", esp, "::loader", "::loader/entries", "::bench")
    host.run("mcopy", "-i", esp, target / "entry", "::loader/entries/bench.conf")
    for image in ("vmlinuz", "initrd.img"):
        host.run("mcopy", "-i", esp, target / image, f"::bench/{image}")
    (target / "entry").unlink()


def sector_of_esp():
    before = [mib for name, _, mib in PARTITIONS[:[part[0] for part in PARTITIONS].index("esp")]]
    return (loaders.START_MIB + sum(before)) * 2048
