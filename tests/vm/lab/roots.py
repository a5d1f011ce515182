# SPDX-License-Identifier: LGPL-2.1-or-later
"""Root file systems that an installer makes inside a machine, with the suite's own tools.

It runs on a disk of its own, the source. The disk that the boot loader will start has only partitions then.
"""
import dataclasses

from lab import disk, superblocks


@dataclasses.dataclass(frozen=True)
class Root:
    make: str               # makes and mounts it at /mnt, on the partition $disk; sets $device and $options for fstab
    packages: tuple
    modules: str            # for the initrd
    types: tuple            # of what the root is on, from the file system to the partition, as lsblk calls them
    configure: str = ":"    # in the new system at /mnt
    mirror: bool = False    # has a second disk like the first
    boot: bool = False      # /boot is a file system of its own
    asks: bool = False      # for a passphrase, at the console


EXT4 = """
mke2fs -q -t ext4 $device
udevadm settle
mount $device /mnt
"""
ROOTS = {
    "lvm": Root("pvcreate -y $disk; vgcreate lab $disk; lvcreate -y -n root -l 100%FREE lab\n"
                f"device=/dev/mapper/lab-root {EXT4}", ("lvm2",), "dm_mod", ("ext4", "lvm")),
    "raid1": Root("mdadm --create /dev/md0 --run --level=1 --raid-devices=2 --metadata=1.2 --assume-clean "
                  f"/dev/vd[ab]2\ndevice=/dev/md0 {EXT4}", ("mdadm",), "md_mod raid1", ("ext4", "raid1"), mirror=True,
                  configure="mdadm --detail --scan >> /mnt/etc/mdadm/mdadm.conf"),
    "luks": Root(f"key() {{ printf {superblocks.PASSPHRASE}; }}\n"
                 "key | cryptsetup luksFormat -q --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 $disk -\n"
                 f"key | cryptsetup open $disk root_crypt -\ndevice=/dev/mapper/root_crypt {EXT4}",
                 ("cryptsetup", "cryptsetup-initramfs"), "dm_mod dm_crypt aes_generic xts", ("ext4", "crypt"),
                 boot=True, asks=True,
                 configure='echo "root_crypt UUID=$(cryptsetup luksUUID $disk) none luks" > /mnt/etc/crypttab'),
    "btrfs": Root("mkfs.btrfs -q $disk\nudevadm settle\nmount $disk /mnt\n"
                  "btrfs subvolume create /mnt/@rootfs; btrfs subvolume create /mnt/@home\n"
                  "umount /mnt\ndevice=$disk options=subvol=@rootfs\nmount -o $options $disk /mnt", ("btrfs-progs",),
                  "btrfs", ("btrfs",), configure='echo "$(line $disk /home subvol=@home)" >> /mnt/etc/fstab'),
    "xfs": Root("mkfs.xfs -q $disk\nudevadm settle\ndevice=$disk\nmount $disk /mnt", ("xfsprogs",), "xfs", ("xfs",)),
}
# Packages of a suite that belong to another one's package there.
IN_OTHERS = {("bullseye", "systemd-cryptsetup"), ("bookworm", "systemd-cryptsetup")}

INSTALL = """
set -e
line() { echo "UUID=$(blkid -s UUID -o value "$1") $2 $(blkid -s TYPE -o value "$1") $3 0 0"; }
options=defaults disk=/dev/vda@number@
@make@
cp -ax /. /mnt
line $device / $options > /mnt/etc/fstab
if [ @boot@ = True ]; then
    mke2fs -q -t ext4 /dev/vda2
    line /dev/vda2 /boot defaults >> /mnt/etc/fstab
    mount /dev/vda2 /mnt/boot
    cp -a /boot/. /mnt/boot
fi
@configure@
for place in dev proc sys run; do
    mount --rbind /$place /mnt/$place
done
cat > /mnt/root/install <<'END'
set -e
@initrd@
for disk in /dev/vda @second@; do
    grub-install --target=i386-pc $disk
done
update-grub
END
chroot /mnt sh /root/install
sync
"""
INITRD = {
    "initramfs-tools": "printf '%s\\n' @modules@ >> /etc/initramfs-tools/modules\nupdate-initramfs -u",
    "dracut": """
printf '%s\\n' 'hostonly="yes"' 'compress="zstd"' > /etc/dracut.conf.d/lab.conf
sed -i 's/^GRUB_CMDLINE_LINUX="/&rd.auto=1 /' /etc/default/grub
dracut --quiet --force /boot/initrd.img-$(uname -r) $(uname -r)""",
}


def packages(suite, initrd):
    """What a system needs for all of these."""
    names = {"e2fsprogs", *(name for root in ROOTS.values() for name in root.packages)}
    if initrd == "dracut":
        names = names - {"cryptsetup-initramfs"} | {"systemd-cryptsetup"}
    return sorted(name for name in names if (suite, name) not in IN_OTHERS)


def install(name, initrd):
    """The script that an installer runs."""
    root = ROOTS[name]
    values = {"initrd": INITRD[initrd], "number": 3 if root.boot else 2, "make": root.make, "boot": root.boot,
              "configure": root.configure, "second": "/dev/vdb" if root.mirror else "", "modules": root.modules}
    script = INSTALL
    for key, value in values.items():
        script = script.replace(f"@{key}@", str(value))
    return script


def types(machine):
    """What the machine's root is on, as in Root."""
    kind, *layers = machine.output("findmnt -nvo FSTYPE /; lsblk -snro TYPE $(findmnt -nvo SOURCE /)").split()
    return (kind, *dict.fromkeys(layer for layer in layers if layer not in ("part", "disk")))


def write_source(target, system):
    disk.ext4(target / "source.img", system, "root", disk.ROOT_MIB)
