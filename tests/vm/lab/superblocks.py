# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fills disks as mdadm, LVM and cryptsetup would, without md or the device mapper on this computer."""
import hashlib
import struct
import zlib

from lab import debian, disk, host

PASSPHRASE = "lab"
HEADER_MIB = 1  # of what is before the data of RAID and LVM
HEADER = HEADER_MIB << 20
SECTOR = 512
EXTENT_MIB = 4


def fill(target, tree, layers):
    """Makes root.img, and mirror.img with RAID, with the root file system on these layers."""
    image = target / "root.img"
    headers = [layer for layer in layers if layer in ("raid", "lvm")]
    start = len(headers) * HEADER_MIB
    disk.ext4(image, tree, "root", disk.ROOT_MIB, start << 20)
    host.run("truncate", f"--size={start + disk.ROOT_MIB}M", image)
    for number, layer in enumerate(headers):
        if layer == "lvm":
            add_lvm(image, number * HEADER_MIB, disk.ROOT_MIB)
    if "raid" in headers:
        host.run("cp", "--sparse=always", image, target / "mirror.img")
        for number, name in enumerate(("root.img", "mirror.img")):
            add_raid1(target / name, start - HEADER_MIB + disk.ROOT_MIB, number)
    if "luks" in layers:
        encrypt(image)


def encrypt(image):
    """QEMU's LUKS is that of cryptsetup."""
    plain = image.rename(image.with_suffix(".plain"))
    host.run(*debian.tool("qemu-img"), "convert", "-f", "raw", "-O", "luks", "--object",
             f"secret,id=key,data={PASSPHRASE}", "-o", "key-secret=key,iter-time=10", plain, image)
    plain.unlink()


def add_raid1(image, mib, number):
    """Version 1.2: a clean array of two disks with so much data, of which this is the one with that number."""
    sectors = mib * 2048
    array = hashlib.md5(b"array").digest()
    block = struct.pack("<IIII16s32sQIIQIII", 0xA92B4EFC, 1, 0, 0, array, b"lab:root", 1, 1, 0, sectors, 0, 2, 0)
    block = block.ljust(0x80, b"\0")
    block += struct.pack("<QQQQII16sQ", HEADER // SECTOR, sectors, 8, 0, number, 0,
                         hashlib.md5(b"%d" % number).digest(), 0)
    clean = 2**64 - 1  # nothing to resync from here on
    block += struct.pack("<QQQII32s", 1, 1, clean, 0, 2, b"")
    block += struct.pack("<HH", 0, 1)  # which role each disk has
    total = sum(struct.unpack("<65I", block))
    checksum = (total & 0xFFFFFFFF) + (total >> 32) & 0xFFFFFFFF
    write(image, 4096, block[:0xD8] + struct.pack("<I", checksum) + block[0xDC:])


METADATA = """lab {{
id = "{group}"
seqno = 1
format = "lvm2"
status = ["RESIZEABLE", "READ", "WRITE"]
flags = []
extent_size = {extent_size}
max_lv = 0
max_pv = 0
metadata_copies = 0
physical_volumes {{
pv0 {{
id = "{disk}"
device = "/dev/vda"
status = ["ALLOCATABLE"]
flags = []
dev_size = {size}
pe_start = {start}
pe_count = {extents}
}}
}}
logical_volumes {{
root {{
id = "{volume}"
status = ["READ", "WRITE", "VISIBLE"]
flags = []
creation_host = "lab"
creation_time = 1767225600
segment_count = 1
segment1 {{
start_extent = 0
extent_count = {extents}
type = "striped"
stripe_count = 1
stripes = ["pv0", 0]
}}
}}
}}
}}
contents = "Text Format Volume Group"
version = 1
description = ""
creation_host = "lab"
creation_time = 1767225600
"""


def add_lvm(image, start_mib, mib):
    """A volume group "lab" with one volume, "root", which fills it; it starts there in the image."""
    size, area = HEADER + (mib << 20), (4096, HEADER - 4096)
    label = struct.pack("<I8s", 32, b"LVM2 001")
    label += struct.pack("<32sQ", lvm_id("disk", ""), size)
    label += struct.pack("<QQQQ", HEADER, 0, 0, 0)      # the data
    label += struct.pack("<QQQQ", *area, 0, 0)          # the metadata
    label += struct.pack("<IIQQ", 2, 1, 0, 0)           # the disk is used
    rest = label.ljust(SECTOR - 20, b"\0")
    write(image, (start_mib << 20) + SECTOR, struct.pack("<8sQI", b"LABELONE", 1, lvm_checksum(rest)) + rest)

    text = METADATA.format(group=lvm_id("group").decode(), disk=lvm_id("disk").decode(),
                           volume=lvm_id("volume").decode(), extent_size=EXTENT_MIB * 2048, size=size // SECTOR,
                           start=HEADER // SECTOR, extents=mib // EXTENT_MIB).encode() + b"\0"
    header = struct.pack("<16sIQQ", b" LVM2 x[5A%r0N*>", 1, *area)
    header += struct.pack("<QQII", SECTOR, len(text), lvm_checksum(text), 0)
    header = header.ljust(SECTOR - 4, b"\0")
    write(image, (start_mib << 20) + area[0], struct.pack("<I", lvm_checksum(header)) + header + text)


def lvm_id(name, separator="-"):
    digits = hashlib.sha256(name.encode()).hexdigest()[:32]
    ends = (0, 6, 10, 14, 18, 22, 26, 32)
    return separator.join(digits[a:b] for a, b in zip(ends, ends[1:])).encode()


def lvm_checksum(data):
    return zlib.crc32(data, 0xF597A6CF ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


def write(image, offset, data):
    with open(image, "r+b") as file:
        file.seek(offset)
        file.write(data)
