# SPDX-License-Identifier: LGPL-2.1-or-later
"""`fastreboot unlock`: a fast reboot opens encrypted volumes, nobody types; all other boots ask."""
import base64
import dataclasses
import os
import re

import pytest

from lab import debian, expect, host, layouts, roots

pytestmark = pytest.mark.long
KEYS = "/var/lib/fastreboot/keys"
DEVICE = "lsblk -snrpo NAME,FSTYPE $(findmnt -no SOURCE /) | awk '/crypto_LUKS/ {print $1; exit}'"
ENROLL = "printf '%s' {} | fastreboot unlock enroll 2>&1"
# Keys that are left where the initrd had them, and words of them anywhere.
LEFT = ("find /run /etc/cryptsetup-keys.d /fastreboot -name '*.key' 2>/dev/null; "
        "journalctl -b -o cat | grep -F '.key'")
# A load that could not test a key says so.
UNTESTED = "journalctl -b -1 -o cat | grep -F untested"
LUKS = {"loader": "bios", "root": "luks"}


@pytest.mark.parametrize("suite", [
    pytest.param("trixie", marks=pytest.mark.kind("trixie", **LUKS, initrd="dracut"), id="dracut"),
    pytest.param("trixie", marks=pytest.mark.kind("trixie", **LUKS), id="initramfs_tools"),
    pytest.param("sid", marks=pytest.mark.kind("sid", **LUKS, initrd="dracut"), id="sid"),
])
def test_root(machine, suite):
    assert machine.kind.suite == suite
    go_through(machine)
    boot = machine.reboot("fastreboot normal")  # the machine types the passphrase
    expect.firmware(machine, boot, because="firmware: .*requested")
    assert asks(boot)
    is_removed(machine)
    boot = machine.reboot()
    expect.fast(machine, boot)
    assert asks(boot)


# QEMU makes LUKS1, whose headers have no tokens.
@pytest.mark.kind("trixie", layout="luks-systemd")
def test_luks1(machine):
    assert machine.output(f"cryptsetup luksDump $({DEVICE}) | awk '/^Version/ {{print $2}}'") == "1"
    go_through(machine)
    is_removed(machine, "fastreboot uninstall")


@pytest.mark.kind("trixie", **LUKS, initrd="dracut")
def test_slot_that_was_removed_by_hand(machine):
    machine.run(ENROLL.format("lab"))
    machine.run(f"cryptsetup luksKillSlot -q $({DEVICE}) 1")
    assert "not enrolled: its keyslot is gone" in machine.output("fastreboot unlock status")
    boot = machine.reboot()
    expect.fast(machine, boot)
    assert asks(boot)
    machine.run(ENROLL.format("lab"))
    unlocks(machine)


# A token as systemd-cryptenroll leaves it. Without a TPM systemd would wait for one.
TOKEN = ('{"type":"systemd-tpm2","keyslots":["0"],"tpm2-blob":"","tpm2-pcrs":[7],"tpm2-pcr-bank":"sha256",'
         '"tpm2-primary-alg":"ecc","tpm2-policy-hash":""}')
OPTIONS = "rd.luks.options=tpm2-device=auto,discard"


@pytest.mark.kind("trixie", **LUKS, initrd="dracut")
def test_beside_a_tpm(machine):
    machine.run(f"echo '{TOKEN}' | cryptsetup token import $({DEVICE})")
    machine.run(f"sed -i 's/^GRUB_CMDLINE_LINUX=\"/&{OPTIONS} /' /etc/default/grub && update-grub")
    assert expect.status(machine)["reason_id"] == "tpm-unlock"
    machine.run(ENROLL.format("lab"))
    assert expect.status(machine)["next"] == "fast"
    unlocks(machine)
    assert "tpm2-device=auto" in machine.output("cat /proc/cmdline")
    assert "allow_discards" in machine.output("dmsetup table root_crypt || dmsetup table")
    assert machine.run("journalctl -b -o cat | grep 'TPM2 device not present'", check=False).code != 0


@pytest.mark.kind("trixie", layout="luks")
def test_initrd_without_systemd_is_refused(machine):
    enrolled = machine.run(ENROLL.format("lab"), check=False)
    assert enrolled.code != 0
    assert "does not know how the next kernel's initrd opens" in " ".join(enrolled.output.split())
    assert machine.run(f"test -e {KEYS}", check=False).code != 0


@pytest.mark.kind("trixie", **LUKS, initrd="dracut")
def test_memory(machine, tmp_path):
    machine.run(ENROLL.format("lab"))
    key = base64.b64decode(machine.output(f"base64 -w0 {KEYS}/*.key"))
    unlocks(machine)
    known = os.urandom(64)
    machine.put("/run/known", known)
    dump = tmp_path / "memory"
    machine.qemu.qmp("pmemsave", val=0, size=machine.kind.memory << 20, filename=str(dump))
    memory = dump.read_bytes()
    dump.unlink()
    assert memory.count(known) > 0
    print(f"copies of the key in the machine's memory: {memory.count(key)}")
    assert memory.count(key) <= 2, "more than the key file's page cache and the memory of the archive"


def unlocks(machine):
    boot = machine.reboot()
    expect.fast(machine, boot)
    assert not asks(boot), "somebody was asked"
    assert "crypt" in roots.types(machine)
    assert machine.run(LEFT, check=False).output == ""
    assert machine.run(UNTESTED, check=False).output == ""


def go_through(machine):
    assert "not enrolled: every boot asks" in machine.output("fastreboot unlock status")
    assert machine.run(ENROLL.format("wrong"), check=False).code != 0
    assert machine.run(f"test -e {KEYS}", check=False).code != 0
    assert "from now on a fast reboot unlocks it" in machine.output(ENROLL.format("lab"))
    assert "a fast reboot unlocks it" in machine.output("fastreboot unlock status")
    assert machine.output(f"stat -c %a {KEYS} {KEYS}/*").split() == ["700", "400"]
    unlocks(machine)

    # A key that no longer fits is found before the reboot.
    expect.checked(machine)  # `test` loads nothing before
    machine.run(f"cp -p {KEYS}/*.key /root/key && chmod u+w {KEYS}/*.key && head -c 64 /dev/zero > $(ls {KEYS}/*.key)")
    assert "no longer opens it" in machine.output("fastreboot unlock status")
    tried = machine.run("fastreboot test 2>&1", check=False)
    assert tried.code == 3 and "no longer opens volume" in " ".join(tried.output.split())
    machine.run(f"cp -p /root/key $(ls {KEYS}/*.key)")
    assert machine.run("fastreboot test", check=False).code in (0, 4)


def is_removed(machine, by="fastreboot unlock remove"):
    device = machine.output(DEVICE)
    before = slots(machine, device)
    assert "removed: every boot asks" in machine.output(by)
    assert machine.run(f"test -e {KEYS}", check=False).code != 0
    assert slots(machine, device) == before - 1
    assert "fastreboot" not in machine.output(f"cryptsetup luksDump {device}")


def slots(machine, device):
    return len(re.findall(r"^  \d+: luks2|^Key Slot \d: ENABLED", machine.output(f"cryptsetup luksDump {device}"), re.M))


def asks(boot):
    return re.search(layouts.PROMPT, boot.console) is not None


# On the second disk: two partitions, RAID1 on them, a volume on that, and LVM with /home and swap in it.
SEVERAL = """
set -e
disk=/dev/vdb
dd if=/run/table of=$disk conv=notrunc status=none
partx -u $disk
udevadm settle
mdadm --create /dev/md0 --run --level=1 --raid-devices=2 --metadata=1.2 --assume-clean ${disk}1 ${disk}2
printf lab | cryptsetup luksFormat -q --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 /dev/md0 -
printf lab | cryptsetup open /dev/md0 data -
pvcreate -q /dev/mapper/data
vgcreate -q vault /dev/mapper/data
lvcreate -q -y -n home -L 40M vault
lvcreate -q -y -n swap -L 40M vault
mke2fs -q -t ext4 /dev/vault/home
mkswap /dev/vault/swap
mdadm --detail --scan >> /etc/mdadm/mdadm.conf
echo "data UUID=$(cryptsetup luksUUID /dev/md0) none luks,discard" >> /etc/crypttab
echo "/dev/vault/home /home ext4 defaults 0 0" >> /etc/fstab
echo "/dev/vault/swap none swap sw 0 0" >> /etc/fstab
sed -i 's/rd.auto=1 //' /etc/default/grub
update-grub
systemctl daemon-reload
mount /home
swapon -a
"""


def table(*sectors):
    """A partition table with partitions of that size."""
    entries, start = b"", 2048
    for size in sectors:
        entries += bytes((0, 0, 0, 0, 0x83, 0, 0, 0)) + start.to_bytes(4, "little") + size.to_bytes(4, "little")
        start += size
    return bytes(446) + entries.ljust(64, b"\0") + b"\x55\xaa"


@pytest.mark.parametrize("initrd", [
    pytest.param(name, marks=pytest.mark.kind("trixie", **LUKS, initrd=name), id=name)
    for name in ("dracut", "initramfs-tools")])
def test_several(machine, initrd, tmp_path):
    second = tmp_path / "second.qcow2"
    host.run(*debian.tool("qemu-img"), "create", "-q", "-f", "qcow2", second, "2G")
    machine.run("sync")
    machine.power_cut(dataclasses.replace(
        machine.kind, qemu=("-drive", f"if=virtio,format=qcow2,cache=unsafe,file={second}")))
    machine.put("/run/table", table(300 << 11, 300 << 11))
    machine.run(SEVERAL, seconds=300)
    assert machine.output(ENROLL.format("lab")).count("from now on a fast reboot unlocks it") == 2
    unlocks(machine)
    assert "/dev/mapper/vault-home" in machine.output("findmnt -no SOURCE /home")
    assert machine.output("lsblk -snro TYPE $(findmnt -no SOURCE /home)").split()[:3] == ["lvm", "crypt", "raid1"]
    assert "partition" in machine.output("swapon --show --noheadings")
    assert "allow_discards" in machine.output("dmsetup table data")
    opened = machine.output("journalctl -b -o cat | grep -F 'systemd-cryptsetup@data' || true")
    print(f"with {initrd}: {opened}")
