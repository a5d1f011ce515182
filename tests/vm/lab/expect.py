# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a reboot must look like: first as QEMU sees it, then from inside the machine."""
import json
import re

# Reasons that only the shutdown itself can find; "" is an error of the kernel's.
UNFORESEEN = ("load-failed", "state-unwritable", "manager-unreachable", "")
BY_KEXEC = "208"  # the kernel's type_of_loader after kexec
# Waits for the end of the health check, which says what came of it, writes that down, and then stops its timer.
CHECKED = """grep -m1 '^checked:' < <(journalctl -b -f -n all -t fastreboot -o cat --no-pager)
grep -qm1 . < <(journalctl -b -f -n all -o cat --no-pager UNIT=fastreboot-health.timer JOB_TYPE=stop JOB_RESULT=done)"""


def fast(machine, boot, release=None):
    """No firmware, one kernel start, and fastreboot says the same."""
    assert boot.resets == 0, "the machine went through its firmware"
    assert boot.jumped and boot.last_words == "kexec, kexec_loaded=1"
    came_up_once(machine, boot)
    assert loader(machine) == BY_KEXEC
    as_promised(machine, boot)
    now = status(machine)
    assert (now["boot"]["way"], now["last_reboot"]["outcome"]) == ("kexec", "fast")
    assert "last reboot: fast" in the_line(machine)
    if release:
        assert machine.output("uname -r") == release == now["boot"]["release"]


def firmware(machine, boot, because):
    """Through the firmware, and one line in the journal of this boot says why."""
    went_by_firmware(machine, boot)
    as_promised(machine, boot)
    assert status(machine)["boot"]["way"] == "firmware"
    assert re.search(because, the_line(machine)), the_line(machine)


def checked(machine, seconds=200):
    """What the health check said in the end."""
    return machine.output(CHECKED, seconds=seconds)


def as_promised(machine, boot):
    """The shutdown decided as `status` had said before, and for the same reason."""
    twice = boot.jumped and boot.resets  # the second reboot is another decision
    decided = decision(machine) if boot.promised and not twice else None
    if not decided or decided[1] in UNFORESEEN:
        return
    promised = (boot.promised["next"], boot.promised["reason_id"])
    assert decided == promised, f"promised {promised}, and the shutdown decided {decided}"


def decision(machine):
    """What the load at the last shutdown decided and why, by the journal: ("firmware", "masked"); or None."""
    script = "journalctl -b -1 -t fastreboot -o json --output-fields=MESSAGE,FASTREBOOT_REASON --no-pager 2>/dev/null"
    for line in machine.output(f"{script} | grep '\"this reboot ' || true").splitlines():
        entry = json.loads(line)
        fast = entry["MESSAGE"].startswith("this reboot is fast")
        return ("fast", None) if fast else ("firmware", entry.get("FASTREBOOT_REASON", ""))
    return None


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
