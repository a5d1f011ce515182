# SPDX-License-Identifier: LGPL-2.1-or-later
"""Boot entries of the firmware, made by Debian's efibootmgr, and what they start."""
import io
import re
import tarfile

from lab import debian, disk

ESP = "/boot/efi"


def files():
    tree = debian.unpacked("efibootmgr")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for pattern in ("bin/efibootmgr", "usr/bin/efibootmgr", "usr/lib/*/libefi*.so.*"):
            for path in tree.glob(pattern):
                tar.add(path, path.relative_to(tree))
    return buffer.getvalue()


def install(machine):
    machine.put("/run/efibootmgr.tar", files())
    machine.run("tar -C / --no-same-owner --keep-directory-symlink -xf /run/efibootmgr.tar && ldconfig && efibootmgr")


def add(machine, label, path, arguments=""):
    """A boot entry for a file on the ESP, before all others. Returns its number."""
    words = f"--unicode '{arguments}'" if arguments else ""
    machine.run(f"efibootmgr --create --disk /dev/vda --part 1 --label '{label}' --loader '{backslashes(path)}' "
                f"{words}")
    return number(machine, label)


def number(machine, label):
    (found,) = re.findall(rf"^Boot([0-9A-F]{{4}})\*? {label}(?:\t| |$)", machine.output("efibootmgr"), re.MULTILINE)
    return found


def order(machine):
    return re.search(r"^BootOrder: (.*)$", machine.output("efibootmgr"), re.MULTILINE)[1].split(",")


def put_first(machine, *numbers):
    rest = [number for number in order(machine) if number not in numbers]
    machine.run(f"efibootmgr --bootorder {','.join([*numbers, *rest])}")


def remove(machine, *numbers):
    for one in numbers:
        machine.run(f"efibootmgr --bootnum {one} --delete-bootnum")


def backslashes(path):
    return path.replace("/", "\\")


def parameters(word):
    """A command line, with a word that only this entry has."""
    return f"root=LABEL=root ro {disk.OPTIONS} lab.entry={word}"
