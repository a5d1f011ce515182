# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's extlinux, installed inside a machine in place of GRUB, with an entry for each of its two kernels."""
import io
import tarfile

from lab import debian, disk, menu

CONFIG = "/boot/extlinux/extlinux.conf"
# extlinux reads no ext4 with 64-bit block numbers, so /boot is made anew. Its boot record looks for an active partition
# in the old kind of partition table, which the first sector has room for beside that of the GPT.
INSTALL = """
set -e
tar -C / --no-same-owner -xf /run/extlinux.tar
mkdir /root/boot
cp -a /boot/. /root/boot
umount /boot
mke2fs -q -F -t ext4 -O ^64bit,^metadata_csum -L boot /dev/vda2
mount /dev/vda2 /boot
cp -a /root/boot/. /boot
rm -r /root/boot /boot/grub
mkdir /boot/extlinux
extlinux --install /boot/extlinux
dd if=/usr/lib/EXTLINUX/mbr.bin of=/dev/vda bs=440 conv=notrunc status=none
part=/sys/class/block/vda2
perl -e 'print pack("C8VV", 0x80, 0xfe, 0xff, 0xff, 0x83, 0xfe, 0xff, 0xff, @ARGV)' $(cat $part/start $part/size) |
    dd of=/dev/vda bs=1 seek=462 conv=notrunc status=none
sync
"""
# By the serial console, so that a scenario can answer when there is nothing to start.
HEAD = """SERIAL 0 115200
DEFAULT {default}
PROMPT 0
"""
LABEL = """
LABEL {label}
    LINUX /vmlinuz-{release}
    INITRD /initrd.img-{release}
    APPEND root=LABEL=root ro {options} lab.entry={label}
"""


def files():
    tree = debian.unpacked("extlinux")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name in ("usr/bin/extlinux", "usr/lib/EXTLINUX/mbr.bin"):
            tar.add(tree / name, name)
    return buffer.getvalue()


def install(machine):
    machine.put("/run/extlinux.tar", files())
    machine.run(INSTALL, seconds=400)


def configure(machine, default):
    """The entries "newer" and "older", and which one is the default."""
    text = HEAD.format(default=default)
    for label, release in zip(("newer", "older"), menu.kernels(machine)):
        text += LABEL.format(label=label, release=release, options=disk.OPTIONS)
    machine.put(CONFIG, text)
    machine.run("sync")
