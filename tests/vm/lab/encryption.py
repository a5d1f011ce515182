# SPDX-License-Identifier: LGPL-2.1-or-later
"""An encrypted root file system, made inside a machine with Debian's own cryptsetup."""
import io
import tarfile

from lab import debian

PASSPHRASE = "lab"
PROMPT = "Please unlock disk"
# The root is copied to the second disk, and takes over the label by which the command line names the root.
ENCRYPT = f"""
set -e
tar -C / --no-same-owner -xf /run/encryption.tar
ldconfig
disk=/dev/disk/by-id/virtio-lab-disk
printf {PASSPHRASE} | cryptsetup luksFormat -q --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 $disk -
printf {PASSPHRASE} | cryptsetup open $disk root_crypt -
mke2fs -q -t ext4 /dev/mapper/root_crypt
mount /dev/mapper/root_crypt /mnt
cp -ax /. /mnt
echo "root_crypt UUID=$(cryptsetup luksUUID $disk) none luks,initramfs" > /mnt/etc/crypttab
for place in boot dev proc sys run; do
    mount --bind /$place /mnt/$place
done
printf '%s\n' dm_mod dm_crypt aes_generic xts >> /mnt/etc/initramfs-tools/modules
chroot /mnt update-initramfs -u
umount /mnt/boot /mnt/dev /mnt/proc /mnt/sys /mnt/run
e2label /dev/mapper/root_crypt root
e2label "$(findmnt -no SOURCE /)" plain
umount /mnt
cryptsetup close root_crypt
sync
"""


def files():
    """A tar of what the machines lack of cryptsetup and its scripts for initramfs-tools."""
    tree = debian.unpacked("encryption")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for pattern in ("sbin/cryptsetup", "lib/cryptsetup", "bin/busybox", "usr/share/initramfs-tools",
                        "usr/share/cryptsetup", "usr/lib/x86_64-linux-gnu/libpopt.so*",
                        "lib/x86_64-linux-gnu/libpopt.so*", "lib/x86_64-linux-gnu/libcryptsetup.so*",
                        "usr/lib/x86_64-linux-gnu/libcryptsetup.so*", "usr/lib/x86_64-linux-gnu/libargon2.so*",
                        "lib/x86_64-linux-gnu/libjson-c.so*", "usr/lib/x86_64-linux-gnu/libssl.so*"):
            for path in sorted(tree.glob(pattern)):
                name = str(path.relative_to(tree))
                tar.add(path, name if name.startswith("usr/") else f"usr/{name}")
    return buffer.getvalue()


def encrypt(machine):
    """From the next fast reboot on, the root is encrypted. The firmware's initrd cannot open it."""
    machine.put("/run/encryption.tar", files())
    machine.run(ENCRYPT, seconds=1200)


def unlock(machine):
    """Types the passphrase at the console, when it is asked for."""
    machine.wait_for_console(PROMPT, start=len(machine.qemu.console))
    machine.qemu.type(PASSPHRASE + "\n")
