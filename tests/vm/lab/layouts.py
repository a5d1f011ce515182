# SPDX-License-Identifier: LGPL-2.1-or-later
"""Disks of machines whose root file system is on RAID, LVM, LUKS or multipath, with dracut's initrd.

They are made without md, LVM or dm-crypt on this computer.
"""
import dataclasses
import shutil
from pathlib import Path

from lab import cache, debian, disk, host, superblocks

PROMPT = r"(?i)(pass(word|phrase)|unlock disk)\b[^\n]*:"


@dataclasses.dataclass(frozen=True)
class Layout:
    layers: tuple               # what the root file system is on, from the disk up
    modules: str                # of dracut, besides those that every machine gets
    drivers: str
    without: str = ""           # what dracut leaves out
    parameters: str = ""        # on the kernel's command line
    packages: tuple = ()        # besides those that all have
    shutdown: bool = True       # dracut is asked for its script, which ends the shutdown if it can run

    @property
    def types(self):
        """What lsblk calls these layers."""
        return [{"raid": "raid1", "luks": "crypt", "multipath": "mpath"}.get(layer, layer) for layer in self.layers]

    @property
    def disks(self):
        return ["root", "mirror"] if "raid" in self.layers else ["root"]

    @property
    def asks(self):
        return "luks" in self.layers

    def drive(self, name, directory):
        """QEMU's options for such a disk."""
        image = f"{directory}/{name}.qcow2"
        if "multipath" not in self.layers:
            yield from ("-drive", f"if=virtio,format=qcow2,cache=unsafe,file={image}")
            return
        yield from ("-blockdev", f"driver=qcow2,node-name={name},cache.no-flush=on,file.driver=file,"
                                 f"file.filename={image}")
        for path in range(2):
            yield from ("-device", f"virtio-scsi-pci,id=path{path}")
            yield from ("-device", f"scsi-hd,bus=path{path}.0,drive={name},share-rw=on,serial=lab-{name},"
                                   "wwn=0x5000000000000001")


CRYPT = "dm_crypt aes_generic xts ecb sha256_generic algif_skcipher af_alg"
LAYOUTS = {
    "raid": Layout(("raid",), "mdraid", "md_mod raid1", without="dm lvm crypt", parameters="rd.auto=1"),
    "lvm": Layout(("lvm",), "lvm", "dm_mod", without="mdraid crypt"),
    "lvm-on-raid": Layout(("raid", "lvm"), "mdraid lvm", "md_mod raid1 dm_mod", without="crypt",
                          parameters="rd.auto=1"),
    "luks": Layout(("luks",), "crypt", CRYPT, without="mdraid lvm systemd systemd-initrd dracut-systemd",
                   parameters="rd.auto=1"),
    "luks-systemd": Layout(("luks",), "crypt systemd", CRYPT, without="mdraid lvm", packages=("systemd-cryptsetup",),
                           parameters="rd.auto=1", shutdown=False),
    "multipath": Layout(("multipath",), "multipath", "virtio_scsi sd_mod dm_multipath dm_service_time scsi_dh_alua",
                        without="mdraid lvm crypt", packages=("multipath-tools",),
                        # By its label the file system would be found on a path: Debian's 60-multipath.rules are not
                        # among those that dracut puts into its initrd.
                        parameters="root=/dev/mapper/mpatha"),
}
# dracut 112 unpacks with 3cpio if it is there, which fails because /run/initramfs is not empty. apt installs cpio
# instead only where it is asked to, as in a system that was upgraded.
LAYOUTS |= {f"{name}-cpio": dataclasses.replace(LAYOUTS[name], packages=("cpio",)) for name in ("raid", "lvm")}
MULTIPATH = """defaults {
    find_multipaths no
    user_friendly_names yes
}
"""
IN_SYSTEMD = {"bookworm": ("systemd-cryptsetup",)}  # no packages of their own there

# Only what these machines have: unpacking an initrd is slow when emulated.
CONFIGURE = """hostonly="no"
compress="zstd"
add_dracutmodules+=" {modules} "
omit_dracutmodules+=" {without} "
drivers+=" virtio_pci virtio_blk virtio_console ext4 {drivers} "
filesystems+=" ext4 "
"""
PLAIN = CONFIGURE.format(modules="", without="mdraid lvm crypt multipath", drivers="")
# Its mounts are gone with the last process.
MAKE_INITRD = """
cd "$1"
mount -t proc proc proc
mount --rbind /dev dev
version=$(ls lib/modules)
chroot . dracut --force "/boot/initrd.img-$version" "$version"
ln -sf "boot/vmlinuz-$version" vmlinuz
ln -sf "boot/initrd.img-$version" initrd.img
"""


def tree(suite, more):
    """A system for all layouts without other packages, with an initrd that none of them uses."""
    more = [name for name in more if name not in IN_SYSTEMD.get(suite, ())]
    packages = sorted({*host.packages("guest", "run", "dracut"), *more} - {"initramfs-tools"})
    recipe = cache.digest(Path(disk.__file__), Path(debian.__file__), disk.GUEST, *packages)
    return cache.get("-".join(["tree-dracut", suite, *more]), recipe,
                     lambda target: disk.bootstrap(target / "tree", suite, packages),
                     f"making a system of {suite} with dracut (about 90 s)") / "tree"


def make_initrd(tree, configuration=PLAIN):
    """In a system with one kernel."""
    (tree / "etc/dracut.conf.d/lab.conf").write_text(configuration)
    host.run("unshare", "--mount", "sh", "-euc", MAKE_INITRD, "sh", tree)


def make(suite, name):
    """A directory with root.img, with RAID mirror.img, and vmlinuz and initrd.img for QEMU's -kernel."""
    layout = LAYOUTS[name]
    system = tree(suite, layout.packages)
    configuration = CONFIGURE.format(**dataclasses.asdict(layout))

    def fill(target):
        new = target / "tree"
        host.run("cp", "-a", system, new)
        disk.configure(new, "")
        if "multipath" in layout.layers:
            (new / "etc/multipath.conf").write_text(MULTIPATH)
        make_initrd(new, configuration)
        shutil.copy(disk.newest(new / "boot", "vmlinuz-*"), target / "vmlinuz")
        shutil.copy(disk.newest(new / "boot", "initrd.img-*"), target / "initrd.img")
        superblocks.fill(target, new, layout.layers)
        shutil.rmtree(new)

    recipe = cache.digest(Path(superblocks.__file__), MAKE_INITRD, MULTIPATH, configuration, *layout.layers,
                          *cache.age(system))
    return cache.get(f"layout-{name}-{suite}", recipe, fill, f"making the disks of a {suite} machine with {name}")
