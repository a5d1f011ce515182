# SPDX-License-Identifier: LGPL-2.1-or-later
"""Disk images. No loop device and no mount: mke2fs fills its file systems from directories."""
import shutil
from pathlib import Path

from lab import cache, debian, host

GUEST = Path(__file__).resolve().parents[1] / "guest"
ROOT_MIB, BOOT_MIB = 2000, 300
# no_timer_check: the kernel counts timer ticks against the processor's clock, and panics when a busy computer holds
# the emulator up meanwhile; under KVM it does not look either. What follows only shortens an emulated boot.
OPTIONS = ("console=ttyS0 no_timer_check "
           "mitigations=off audit=0 apparmor=0 cryptomgr.notests rcupdate.rcu_expedited=1 8250.nr_uarts=1")
COMMAND_LINE = f"root=LABEL=root ro {OPTIONS}"

# Units that the scenarios do not need and that an emulated processor takes long to start.
MASKED = """apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service
fstrim.timer getty@tty1.service serial-getty@ttyS0.service systemd-timesyncd.service
systemd-pstore.service systemd-tpm2-setup.service systemd-tpm2-setup-early.service systemd-update-utmp-runlevel.service
modprobe@configfs.service modprobe@dm_mod.service modprobe@drm.service modprobe@efi_pstore.service
modprobe@fuse.service modprobe@loop.service sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount
sys-fs-fuse-connections.mount dev-hugepages.mount dev-mqueue.mount proc-sys-fs-binfmt_misc.automount""".split()

MERGE_USR = 'for d in bin sbin lib lib32 lib64 libx32; do mkdir -p "$1/usr/$d"; ln -s "usr/$d" "$1/$d"; done'

# Packages that scenarios install: a newer kernel, and kexec-tools. The metapackage depends on the real kernel,
# which is repacked without compression because unpacking takes minutes when emulated.
GET_PACKAGES = """
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
mkdir -p "$1/root/kexec-tools/partial"
chroot "$1" env -u APT_CONFIG apt-get install -qy --no-install-recommends --download-only \
    -o Dir::Cache::archives=/root/kexec-tools kexec-tools
"""


def make(suite):
    """A directory with root.img, and vmlinuz and initrd.img for QEMU's -kernel.

    Bookworm has /boot on a separate disk (boot.img), the other suites have it on the root disk: this covers both.
    """
    packages = host.packages("guest", "run")
    own_boot = suite == "bookworm"

    def fill(target):
        tree = target / "tree"
        more = [f"--customize-hook={GET_PACKAGES}"] if own_boot else []
        bootstrap(tree, suite, packages, *more, sources=[debian.source("bookworm-backports")] if own_boot else [])
        configure(tree, "LABEL=boot /boot ext4 defaults 0 0\n" if own_boot else "")
        shutil.copy(newest(tree / "boot", "vmlinuz-*"), target / "vmlinuz")
        shutil.copy(newest(tree / "boot", "initrd.img-*"), target / "initrd.img")
        if own_boot:
            ext4(target / "boot.img", tree / "boot", "boot", BOOT_MIB)
            empty(tree / "boot")
        ext4(target / "root.img", tree, "root", ROOT_MIB)
        shutil.rmtree(tree)

    recipe = cache.digest(Path(__file__), Path(debian.__file__), GUEST, *packages)
    return cache.get(f"disk-{suite}", recipe, fill, f"making the disk of a {suite} machine (about 60 s)")


def bootstrap(tree, suite, packages, *hooks, sources=()):
    if suite == "bullseye":  # as in installed systems; later suites merge /usr by themselves
        hooks = (f"--setup-hook={MERGE_USR}", *hooks)
    # Before the kernel is installed, so that its initrd is made with this configuration.
    guest = f"--essential-hook=cp -r --preserve=mode {GUEST}/. \"$1\""
    debian.bootstrap(tree, suite, "minbase", packages, guest, *hooks, sources=sources)


def newest(directory, pattern):
    (path,) = directory.glob(pattern)
    return path


def configure(tree, fstab):
    """`fstab`: the lines for all file systems except the root."""
    (tree / "etc/fstab").write_text("LABEL=root / ext4 errors=remount-ro 0 0\n" + fstab)
    (tree / "etc/hostname").write_text("lab\n")
    (tree / "var/log/journal").mkdir(exist_ok=True)  # keeps the journal: the next boot reads this one's
    units = tree / "etc/systemd/system"
    for unit in MASKED:
        (units / unit).symlink_to("/dev/null")
    wants = units / "multi-user.target.wants"
    wants.mkdir(exist_ok=True)
    (wants / "lab-agent.service").symlink_to("/etc/systemd/system/lab-agent.service")


def ext4(image, tree, label, mib, offset=0):
    host.run("mke2fs", "-q", "-F", "-t", "ext4", "-E", f"offset={offset}", "-d", tree, "-L", label, image, f"{mib}M")


def empty(directory):
    for path in directory.iterdir():
        path.unlink() if path.is_file() else shutil.rmtree(path)
