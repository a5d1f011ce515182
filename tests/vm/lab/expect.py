# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a reboot must look like: first as QEMU sees it, then from inside the machine."""
import json
import re

BY_KEXEC = "208"  # the kernel's type_of_loader after kexec


def fast(machine, boot, release=None):
    """No firmware, one kernel start, and fastreboot says the same."""
    assert boot.resets == 0, "the machine went through its firmware"
    assert boot.jumped and boot.last_words == "kexec, kexec_loaded=1"
    came_up_once(machine, boot)
    assert loader(machine) == BY_KEXEC
    now = status(machine)
    assert (now["boot"]["way"], now["last_reboot"]["outcome"]) == ("kexec", "fast")
    assert "last reboot: fast" in the_line(machine)
    if release:
        assert machine.output("uname -r") == release == now["boot"]["release"]


def firmware(machine, boot, because):
    """Through the firmware, and one line in the journal of this boot says why."""
    went_by_firmware(machine, boot)
    assert status(machine)["boot"]["way"] == "firmware"
    assert re.search(because, the_line(machine)), the_line(machine)


def went_by_firmware(machine, boot):
    """The same without asking fastreboot, for when it is not installed or did not run."""
    assert boot.resets > 0 and not boot.jumped, "the machine did not go through its firmware"
    came_up_once(machine, boot)
    assert loader(machine) != BY_KEXEC


def came_up_once(machine, boot):
    assert boot.console.count("Linux version") == 1, "more than one kernel was started"
    assert machine.output("cat /proc/sys/kernel/random/boot_id") == boot.boot_id
    assert machine.output("systemctl is-active multi-user.target") == "active"


def loader(machine):
    return machine.output("cat /proc/sys/kernel/bootloader_type")


def status(machine):
    return json.loads(machine.output("fastreboot status --json"))


def told(machine, boot=0):
    """Lines that fastreboot wrote to the journal in this boot, or in the previous one (-1)."""
    return machine.output(f"journalctl -b {boot} -t fastreboot -o cat --no-pager", check=False).splitlines()


def the_line(machine):
    lines = [line for line in told(machine) if line.startswith("last reboot:")]
    assert len(lines) == 1, f"not one line about the last reboot: {lines}"
    return lines[0]
