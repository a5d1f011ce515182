# SPDX-License-Identifier: LGPL-2.1-or-later
"""Disks from which a boot loader starts the suite's own kernel or a newer one.

They are made without the loader. QEMU starts the machine with -kernel first, and INSTALL runs inside: it does what
a distribution's installer does.
"""
import shutil
from pathlib import Path

from lab import cache, debian, disk, host, layouts, roots

ESP_MIB = 256  # systemd-boot keeps the kernels there
START_MIB = 1
MENU_SECONDS = 5  # Debian's default

# name: (GPT type, MiB)
BIOS_BOOT, ESP, BOOT, ROOT = ("bios", "ef02", 2), ("esp", "ef00", ESP_MIB), ("boot", "8300", disk.BOOT_MIB), \
    ("root", "8300", disk.ROOT_MIB)
PARTITIONS = {
    "grub": (BIOS_BOOT, BOOT, ROOT),
    "grub-menu": (BIOS_BOOT, ROOT),
    "shim": (ESP, ROOT),
    "systemd-boot": (ESP, ROOT),
    # As the others, with one kernel; the packages of a newer one are there. For every suite.
    "bios": (BIOS_BOOT, ROOT),
    "efi": (ESP, ROOT),
    "secure-boot": (ESP, ROOT),
    "efi-systemd-boot": (ESP, ROOT),
}
FSTAB = {"boot": "LABEL=boot /boot ext4 defaults 0 2\n", "esp": "LABEL=ESP /boot/efi vfat umask=0077 0 1\n"}

# As Debian's installer writes it, except timeout and terminal.
GRUB_DEFAULTS = f"""GRUB_DEFAULT=0
GRUB_TIMEOUT={{timeout}}
GRUB_DISTRIBUTOR=`lsb_release -i -s 2> /dev/null || echo Debian`
GRUB_CMDLINE_LINUX_DEFAULT=""
GRUB_CMDLINE_LINUX="{disk.OPTIONS}"
GRUB_TERMINAL={{terminal}}
"""

# A type 1 entry for each kernel, each with its own word on the command line.
INSTALL_SYSTEMD_BOOT = f"""
set -e
bootctl install --no-variables --make-entry-directory=yes
for version in $(linux-version list); do
    echo "root=LABEL=root ro {disk.OPTIONS} lab.entry=type1-$version" > /etc/kernel/cmdline
    kernel-install add "$version" "/boot/vmlinuz-$version"
done
"""

INSTALL_GRUB = "grub-install --target=i386-pc /dev/vda && update-grub"
INSTALL_SHIM = "grub-install --target=x86_64-efi --uefi-secure-boot --no-nvram --force-extra-removable && update-grub"
INSTALL = {
    "grub": INSTALL_GRUB,
    "grub-menu": INSTALL_GRUB,
    "shim": INSTALL_SHIM,
    "systemd-boot": INSTALL_SYSTEMD_BOOT,
    "bios": INSTALL_GRUB,
    "efi": INSTALL_SHIM,
    "secure-boot": INSTALL_SHIM,
    "efi-systemd-boot": INSTALL_SYSTEMD_BOOT,
}

# For a machine that also reboots with kexec-tools; see disk.GET_PACKAGES.
KEXEC_TOOLS = """
mkdir -p "$1/root/kexec-tools/partial"
chroot "$1" env -u APT_CONFIG apt-get install -qy --no-install-recommends --download-only \\
    -o Dir::Cache::archives=/root/kexec-tools kexec-tools
"""
TWO_KERNELS = """
chroot "$1" apt-get install -qy --no-install-recommends -t bookworm-backports linux-image-cloud-amd64
"""
# Where a suite's newer kernel comes from.
NEWER = {"bullseye": "bookworm", "bookworm": "bookworm-backports", "trixie": "trixie-backports", "sid": "experimental"}
# The packages of a newer kernel, in /root/newer-kernel, without compression: unpacking takes minutes when emulated.
NEWER_KERNEL = """
set -e
list=/etc/apt/sources.list.d/newer.list
in_guest() {{ chroot "$1" env -u APT_CONFIG sh -euc "$2"; }}
mkdir -p "$1/root/newer-kernel/partial"
echo "{source}" > "$1$list"
in_guest "$1" "apt-get update -q
apt-get install -qy --no-install-recommends --download-only -t {suite} -o Dir::Cache::archives=/root/newer-kernel \\
    linux-image-cloud-amd64
rm $list
apt-get update -q"
cd "$1/root/newer-kernel"
rm -rf partial lock
for package in *.deb; do
    dpkg-deb -R "$package" tree
    dpkg-deb -Znone -b tree "$package"
    rm -r tree
done
"""
WITH_KEXEC_TOOLS, WITH_TWO = ("grub-menu",), ("grub", "shim", "systemd-boot")


def packages(suite, root, initrd):
    lacks = {"bullseye": {"systemd-boot"}}.get(suite, set())
    more = []
    if initrd == "dracut":
        lacks, more = lacks | {"initramfs-tools"}, ["dracut"]
    if root or more:  # one system for all roots
        more += roots.packages(suite, initrd)
    return sorted({*host.packages("guest", "run", "loaders"), *more} - lacks)


def tree(suite, loader, root, initrd):
    """The system whose disk `loader` is to start. Loaders that differ in nothing else share one."""
    sources = [debian.source(f"{suite}-backports")] if suite == "bookworm" else []
    if loader in WITH_TWO:
        name, hook = "two-kernels", TWO_KERNELS
    elif loader in WITH_KEXEC_TOOLS:
        name, hook = "kexec-tools", KEXEC_TOOLS
    else:
        newer = NEWER[suite]
        name, hook = "newer-kernel", NEWER_KERNEL.format(suite=newer, source=debian.source(newer))
    if root or initrd == "dracut":
        name += f"-roots-{initrd}"
    hooks = [f"--customize-hook={hook}"]
    wanted = packages(suite, root, initrd)

    def make(target):
        disk.bootstrap(target / "tree", suite, wanted, *hooks, sources=sources)

    recipe = cache.digest(Path(disk.__file__), Path(debian.__file__), disk.GUEST, *hooks, *wanted)
    return cache.get(f"tree-{suite}-{name}", recipe, make,
                     f"making a system of {suite} with boot loaders (about 90 s)") / "tree"


def install(loader, root="", initrd="initramfs-tools"):
    """The script that makes the disk start by the loader; it runs in the machine. `root`: of roots.ROOTS."""
    return roots.install(root, initrd) if root else INSTALL[loader]


def make(suite, loader, root="", initrd="initramfs-tools"):
    """A directory with root.img, which has partitions, and vmlinuz and initrd.img for the first boot.

    With `root` these partitions are empty; there is source.img with the system, and mirror.img if it has a second disk.
    """
    system = tree(suite, loader, root, initrd)
    parts = PARTITIONS[loader]
    if root and roots.ROOTS[root].boot:
        parts = (*parts[:-1], BOOT, parts[-1])

    def fill(target):
        new = target / "tree"
        host.run("cp", "-a", system, new)
        disk.configure(new, "" if root else "".join(FSTAB.get(name, "") for name, _, _ in parts))
        (new / "boot/efi").mkdir()
        on_serial = BIOS_BOOT in parts
        (new / "etc/default/grub").write_text(GRUB_DEFAULTS.format(
            timeout=MENU_SECONDS if loader == "grub-menu" else 0, terminal="serial" if on_serial else "console"))
        if initrd == "dracut":
            layouts.make_initrd(new)
        for name in ("vmlinuz", "initrd.img"):  # the newest
            shutil.copy(new / "boot" / (new / name).readlink().name, target / name)
        write(target / "root.img", None if root else new, parts)
        if root:
            roots.write_source(target, new)
        if root and roots.ROOTS[root].mirror:
            host.run("cp", "--sparse=always", target / "root.img", target / "mirror.img")
        if loader == "systemd-boot":
            add_uki(target, new)
        shutil.rmtree(new)

    recipe = cache.digest(Path(__file__), layouts.PLAIN, layouts.MAKE_INITRD, *cache.age(system))
    name = "-".join(filter(None, ("disk", suite, loader, root, initrd if initrd == "dracut" else "")))
    return cache.get(name, recipe, fill, f"making the disk of a {suite} machine with {loader}")


def write(image, system, partitions):
    """With the files of `system`; without one the partitions are empty."""
    start = START_MIB
    with open(image, "wb") as file:
        file.truncate((2 * START_MIB + sum(mib for _, _, mib in partitions)) << 20)
    for number, (name, kind, mib) in enumerate(partitions, 1):
        host.run("sgdisk", f"--new={number}:{start}M:+{mib}M", f"--typecode={number}:{kind}", image)
        if not system:
            pass
        elif name == "esp":
            host.run("mformat", "-i", f"{image}@@{start}M", "-T", mib * 2048, "-v", "ESP", "::")
        elif name == "boot":
            disk.ext4(image, system / "boot", "boot", mib, offset=start << 20)
            disk.empty(system / "boot")
        elif name == "root":
            disk.ext4(image, system, "root", mib, offset=start << 20)
        start += mib


def add_uki(target, system):
    """A unified kernel image on the ESP, as systemd's tools make it, but not where the boot loader looks for it."""
    parts = {name: target / name for name in (".osrel", ".cmdline", ".linux", ".initrd")}
    parts[".cmdline"].write_text(f"root=LABEL=root ro {disk.OPTIONS} lab.entry=uki")
    shutil.copy(system / "etc/os-release", parts[".osrel"])
    for name, pattern in ((".linux", "vmlinuz-*"), (".initrd", "initrd.img-*")):
        shutil.copy(min((system / "boot").glob(pattern)), parts[name])  # the older kernel
    sections = [word for name, address in zip(parts, (0x20000, 0x30000, 0x2000000, 0x3000000))
                for word in ("--add-section", f"{name}={parts[name]}", "--change-section-vma", f"{name}={address:#x}")]
    host.run("objcopy", *sections, system / "usr/lib/systemd/boot/efi/linuxx64.efi.stub", target / "lab.efi")
    host.run("mcopy", "-i", f"{target}/root.img@@{START_MIB}M", target / "lab.efi", "::lab.efi")
    for path in (*parts.values(), target / "lab.efi"):
        path.unlink()
