# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a boot loader starts, from three sources: the running kernel, fastreboot, and GRUB's own script engine."""
import itertools
import re
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from lab import expect, host

sys.path.insert(0, str(host.REPO / "tests" / "grub"))
import emu  # noqa: E402

# Added by the loader, not by the entry. What fastreboot adds follows its mark.
LOADERS_WORDS = ("BOOT_IMAGE=", "initrd=")
MARK = "fastreboot.attempt="

SAVE_DEFAULT = """
sed -i 's/^GRUB_DEFAULT=.*/GRUB_DEFAULT=saved/; s/^\\(GRUB_CMDLINE_LINUX=".*\\)"/\\1 lab.word=changed"/' /etc/default/grub
update-grub
"""


class Start(NamedTuple):
    release: str
    words: list  # of the command line


def running(machine):
    words = machine.output("cat /proc/cmdline").split()
    words = itertools.takewhile(lambda word: not word.startswith(MARK), words)
    return Start(machine.output("uname -r"), [word for word in words if not word.startswith(LOADERS_WORDS)])


def foretold(machine):
    """What fastreboot says the loader would start."""
    entry = expect.status(machine)["entry"]
    return Start(entry["release"], entry["cmdline"].split())


def by_grub_emu(machine):
    """What GRUB's script engine would start with this machine's configuration."""
    config, grubenv = (machine.run(f"cat /boot/grub/{name}").output for name in ("grub.cfg", "grubenv"))
    config = re.sub(r"^(serial|terminal_\w+) .*", "true", config, flags=re.MULTILINE)
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / "grub.cfg").write_text(f"{emu.PRELUDE}{config}\nset timeout=0\n")
        (Path(directory) / "grubenv").write_text(grubenv)
        kernel, parameters, _ = emu.started(emu.run_emu(directory))
    return Start(kernel.rpartition("/vmlinuz-")[2], emu.quote(parameters).split())


def kernels(machine):
    """Releases of the two kernels of a machine with a boot loader, the newer one first."""
    newer, older = machine.output("linux-version list | linux-version sort --reverse").split()
    return newer, older


def agreed(machine):
    """Checks that grub-emu and fastreboot agree, and returns what they say."""
    start = foretold(machine)
    assert start == by_grub_emu(machine)
    return start


def fast_into(machine, start):
    expect.fast(machine, machine.reboot(), release=start.release)
    assert running(machine) == start


def by_loader_into(machine, start, script="fastreboot normal", because="requested"):
    """What the firmware or the boot loader starts by itself."""
    expect.firmware(machine, machine.reboot(script), because=because)
    assert running(machine) == start, "something else was started"


def grub_id(machine, release):
    """The id of an entry in the submenu, as grub-mkconfig makes it."""
    uuid = machine.output("findmnt -no UUID /")
    return f"gnulinux-advanced-{uuid}>gnulinux-{release}-advanced-{uuid}"


def set_grub_default(machine, entry):
    machine.run(f"grub-set-default '{entry}'")
