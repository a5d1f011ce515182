# SPDX-License-Identifier: LGPL-2.1-or-later
"""Disk images. No loop device and no mount: mke2fs fills its file systems from directories."""
import shutil
from pathlib import Path

from lab import cache, debian, host

GUEST = Path(__file__).resolve().parents[1] / "guest"
ROOT_MIB, BOOT_MIB, ESP_MIB = 2000, 300, 64
# The second half only makes an emulated boot shorter.
COMMAND_LINE = ("root=LABEL=root ro console=ttyS0 "
                "mitigations=off audit=0 apparmor=0 cryptomgr.notests rcupdate.rcu_expedited=1 8250.nr_uarts=1")

# Started at boot, of no use here, and slow when the processor is emulated.
MASKED = """apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service
fstrim.timer getty@tty1.service serial-getty@ttyS0.service systemd-timesyncd.service
systemd-pstore.service systemd-tpm2-setup.service systemd-tpm2-setup-early.service systemd-update-utmp-runlevel.service
modprobe@configfs.service modprobe@dm_mod.service modprobe@drm.service modprobe@efi_pstore.service
modprobe@fuse.service modprobe@loop.service sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount
sys-fs-fuse-connections.mount dev-hugepages.mount dev-mqueue.mount proc-sys-fs-binfmt_misc.automount""".split()

GRUB_CFG = f"""search --no-floppy --set=root --label root
linux /vmlinuz {COMMAND_LINE}
initrd /initrd.img
boot
"""

# A second, newer kernel for the scenario that installs one. The meta package names the real one; it is
# packed anew without compression, as unpacking takes minutes when emulated.
GET_NEW_KERNEL = """
set -e
export APT_CONFIG=$MMDEBSTRAP_APT_CONFIG
new=$(apt-cache show linux-image-cloud-amd64/bookworm-backports | sed -n 's/^Depends: \\([^ ]*\\).*/\\1/p')
mkdir "$1/root/new-kernel"
cd "$1/root/new-kernel"
apt-get download -q "$new/bookworm-backports"
dpkg-deb -R ./*.deb tree
rm ./*.deb
dpkg-deb -Znone -b tree "$new.deb"
rm -r tree
"""


def make(suite, secure_boot=False):
    """A directory with root.img, and vmlinuz and initrd.img for QEMU's -kernel.

    Bookworm has /boot on a disk of its own (boot.img), the others have it on the root disk: both are
    covered. For Secure Boot, root.img has partitions and a boot loader instead.
    """
    packages = host.packages("guest", "run")
    own_boot = suite == "bookworm" and not secure_boot

    def fill(target):
        tree = target / "tree"
        debian.bootstrap(tree, suite, "minbase", packages, *hooks(own_boot),
                         sources=[debian.source("bookworm-backports")] if own_boot else [])
        configure(tree, own_boot)
        shutil.copy(newest(tree / "boot", "vmlinuz-*"), target / "vmlinuz")
        shutil.copy(newest(tree / "boot", "initrd.img-*"), target / "initrd.img")
        if secure_boot:
            write_partitioned(target, tree)
        else:
            write_plain(target, tree, own_boot)
        shutil.rmtree(tree)

    recipe = cache.digest(Path(__file__), Path(debian.__file__), GUEST, *packages)
    kind = "secure boot " if secure_boot else ""
    return cache.get(f"disk-{suite}{'-secure' if secure_boot else ''}", recipe, fill,
                     f"making the disk of a {kind}{suite} machine (about 60 s)")


def hooks(new_kernel):
    # Before the kernel is installed, so that its initrd is made with this configuration.
    yield f"--essential-hook=cp -r --preserve=mode {GUEST}/. \"$1\""
    if new_kernel:
        yield f"--customize-hook={GET_NEW_KERNEL}"


def newest(directory, pattern):
    (path,) = directory.glob(pattern)
    return path


def configure(tree, own_boot):
    fstab = "LABEL=root / ext4 errors=remount-ro 0 0\n"
    if own_boot:
        fstab += "LABEL=boot /boot ext4 defaults 0 0\n"
    (tree / "etc/fstab").write_text(fstab)
    (tree / "etc/hostname").write_text("lab\n")
    (tree / "var/log/journal").mkdir(exist_ok=True)  # the next boot has to tell about this one
    units = tree / "etc/systemd/system"
    for unit in MASKED:
        (units / unit).symlink_to("/dev/null")
    wants = units / "multi-user.target.wants"
    wants.mkdir(exist_ok=True)
    (wants / "lab-agent.service").symlink_to("/etc/systemd/system/lab-agent.service")


def ext4(image, tree, label, mib, offset=0):
    host.run("mke2fs", "-q", "-F", "-t", "ext4", "-E", f"offset={offset}", "-d", tree, "-L", label, image, f"{mib}M")


def write_plain(target, tree, own_boot):
    if own_boot:
        ext4(target / "boot.img", tree / "boot", "boot", BOOT_MIB)
        for path in (tree / "boot").iterdir():
            path.unlink() if path.is_file() else shutil.rmtree(path)
    ext4(target / "root.img", tree, "root", ROOT_MIB)


def write_partitioned(target, tree):
    """An ESP with shim and signed GRUB, then the root file system."""
    image = target / "root.img"
    with open(image, "wb") as file:
        file.truncate((ESP_MIB + ROOT_MIB + 2) << 20)
    host.run("sgdisk", f"--new=1:1M:+{ESP_MIB}M", "--typecode=1:ef00",
             f"--new=2:{ESP_MIB + 1}M:+{ROOT_MIB}M", "--typecode=2:8300", image)
    ext4(image, tree, "root", ROOT_MIB, offset=(ESP_MIB + 1) << 20)
    (target / "grub.cfg").write_text(GRUB_CFG)
    esp, tree = f"{image}@@1M", debian.firmware_tree()
    host.run("mformat", "-i", esp, "-T", ESP_MIB * 2048, "::")
    host.run("mmd", "-i", esp, "::EFI", "::EFI/BOOT", "::EFI/debian")
    for source, place in ((tree / "usr/lib/shim/shimx64.efi.signed", "EFI/BOOT/BOOTX64.EFI"),
                          (tree / "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed", "EFI/BOOT/grubx64.efi"),
                          (target / "grub.cfg", "EFI/debian/grub.cfg")):
        host.run("mcopy", "-i", esp, source, f"::{place}")
