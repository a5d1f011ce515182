# SPDX-License-Identifier: LGPL-2.1-or-later
"""The matrix: every suite and boot loader, from the installation of the package to its removal."""
import dataclasses

from lab import expect, host, menu, package, program, roots, tables

TESTS = host.REPO / "tests/vm"
INSTALL = "apt-get install -qy /root/fastreboot.deb"
# The same package with a higher version.
MAKE_NEWER = """
cd /root
dpkg-deb -R fastreboot.deb tree
sed -i 's/^Version: .*/&.1/' tree/DEBIAN/control
dpkg-deb -Znone -b tree newer.deb
rm -r tree
"""
UPGRADE = "apt-get install -qy /root/newer.deb"
INSTALL_KERNEL = "apt-get install -qy /root/newer-kernel/*.deb && sync"
PURGE = "apt-get purge -qy fastreboot && sync"
LOADERS = {"bios": "BIOS, GRUB", "efi": "EFI, GRUB", "secure-boot": "EFI, Secure Boot, shim, GRUB",
           "efi-systemd-boot": "EFI, systemd-boot"}
SUITES = {"bullseye": "Debian 11", "bookworm": "Debian 12", "trixie": "Debian 13", "sid": "Debian sid"}

ROOTS = {"ext4": "ext4", "lvm": "LVM", "raid1": "md RAID1, with /boot", "luks": "LUKS, passphrase at the console",
         "btrfs": "btrfs, a subvolume", "xfs": "XFS"}
DRACUT_SUITES = ("trixie", "sid")


@dataclasses.dataclass(frozen=True)
class Cell:
    suite: str
    loader: str
    root: str = "ext4"
    initrd: str = "initramfs-tools"

    @property
    def name(self):
        return "-".join((self.suite, self.loader, self.root, self.initrd))

    @property
    def kind(self):
        """The arguments of the machine's kind."""
        return {"suite": self.suite, "loader": self.loader, "root": "" if self.root == "ext4" else self.root,
                "initrd": self.initrd}

    @property
    def says(self):
        return f"{SUITES[self.suite]}; {LOADERS[self.loader]}; root on {ROOTS[self.root]}; {self.initrd}"


def cells():
    loaders = [(suite, loader) for suite in SUITES for loader in LOADERS
               if (suite, loader) != ("bullseye", "efi-systemd-boot")]  # has no package of it
    for suite, loader in loaders:
        yield Cell(suite, loader)
    others = [root for root in ROOTS if root != "ext4"]
    for root in others:
        yield Cell("trixie", "bios", root)
    for suite, loader in loaders:
        if suite in DRACUT_SUITES:
            yield Cell(suite, loader, initrd="dracut")
    for suite in DRACUT_SUITES:
        for root in others:
            yield Cell(suite, "bios", root, "dracut")


CELLS = {cell.name: cell for cell in cells()}
INTRODUCTION = """# Every suite, boot loader and kind of root, from installation to removal

Each row is one Debian machine in QEMU that goes through all of this, in this order: the package is installed,
with nothing else done; `reboot`; `fastreboot normal`; a newer kernel is installed, and `reboot`; the package is
upgraded, and `reboot`; the package is purged, and `reboot`. Each reboot is checked from outside (did QEMU see the
machine being reset, how many kernels were started) and from inside, and must be what `fastreboot status` said
before. *fast* and *firmware* are what happened, with the kernel that came up where a new one was expected.
"""
TABLE = tables.Table(
    name="matrix", file=TESTS / "MATRIX.md", introduction=INTRODUCTION,
    columns=("machine", "systemd", "installed, `reboot`", "`fastreboot normal`", "newer kernel, `reboot`",
             "package upgraded, `reboot`", "purged, `reboot`", "commit"),
    rows={name: cell.says for name, cell in CELLS.items()},
    sources=lambda: (program.recipe(), package.recipe(), TESTS / "lab", TESTS / "test_matrix.py"))


def go_through(machine, cell):
    """Returns the row."""
    assert roots.types(machine) == (roots.ROOTS[cell.root].types if cell.root in roots.ROOTS else (cell.root,))
    assert machine.run(f"dpkg-query -W {cell.initrd}", check=False).code == 0
    machine.put("/root/fastreboot.deb", package.built(cell.suite).read_bytes())
    machine.run(INSTALL, seconds=400)
    row = [cell.says, machine.output("systemctl --version").split()[1]]
    row.append(fast(machine))
    expect.firmware(machine, machine.reboot("fastreboot normal"), because="firmware: .*requested")
    row.append("firmware")

    running = machine.output("uname -r")
    machine.run(INSTALL_KERNEL, seconds=900)
    row.append(fast(machine))
    newer = machine.output("uname -r")
    assert newer != running, "the newer kernel was started"
    row[-1] += f", {running} → {newer}"

    machine.run(MAKE_NEWER + UPGRADE, seconds=400)
    row.append(fast(machine))
    machine.run(PURGE, seconds=400)
    expect.went_by_firmware(machine, machine.reboot())
    assert machine.output("uname -r") == newer
    row.append("firmware")
    return [*row, tables.commit()]


def fast(machine):
    """What the loader would start is what comes up, and nothing else."""
    foretold = menu.foretold(machine)
    expect.fast(machine, machine.reboot())
    assert menu.running(machine) == foretold
    return "fast"
