# SPDX-License-Identifier: LGPL-2.1-or-later
"""Faults as data, the checks that all of them must pass, and the table of results.

No fault may leave the machine down, start more kernels than expected, or lose a file.
"""
import dataclasses
import re
from collections.abc import Callable

from lab import expect, tables


@dataclasses.dataclass(frozen=True)
class Way:
    """How the machine gets from one system to the next, as QEMU and the serial console show it."""
    says: str
    kernels: int          # number of kernels started
    jumped: bool          # by kexec, at least once
    resets: bool          # through the firmware, at least once


FAST = Way("fast", kernels=1, jumped=True, resets=False)
FIRMWARE = Way("firmware", kernels=1, jumped=False, resets=True)
GIVEN_UP = Way("fast, then firmware", kernels=2, jumped=True, resets=True)
# The console starts empty with the power.
POWER_BACK = Way("firmware, once the power is back", kernels=1, jumped=False, resets=True)


def plain(machine):
    return machine.reboot()


@dataclasses.dataclass(frozen=True)
class Fault:
    says: str
    way: Way
    line: str | None                     # what fastreboot says afterwards (a regular expression); None: it cannot
    do: str = "true"                     # a script inside, before the reboot
    reboot: Callable = plain             # takes the machine, returns its Boot
    after: Callable | None = None        # more checks: takes the machine and its Boot, may return text for the table
    journal: bool = True                 # the journal has that line too
    suite: str = "bookworm"
    devices: tuple = ()
    hardware: dict = dataclasses.field(default_factory=dict)
    ordinary: bool = False               # in every run of the tests, not only in `scripts/test --faults`


# Files on every disk that must not be lost.
PLANT = """
set -e
for place in /srv /boot; do
    mkdir $place/lab-files
    cd $place/lab-files
    head -c 1000000 /dev/urandom | split -b 20000
    sha256sum * > ../lab-sums
done
sync
"""
CHECK = """
set -e
for place in /srv /boot; do
    cd $place/lab-files
    sha256sum --quiet -c ../lab-sums
done
cat /sys/fs/ext4/*/errors_count | { ! grep -v '^0$'; }
"""


def try_out(machine, fault):
    """Breaks the machine, reboots it, checks the outcome, and returns the row of the table."""
    machine.run(PLANT)
    machine.run(fault.do)
    boot = fault.reboot(machine)
    came_back(machine, boot, fault.way)
    expect.as_promised(machine, boot)
    line = told(machine, fault) if fault.line is not None else None
    more = fault.after(machine, boot) if fault.after else None
    machine.run(CHECK)
    return [fault.says, fault.way.says, happened(boot, line, more), f"{boot.up_seconds:.0f}", tables.commit()]


def came_back(machine, boot, way):
    """Came back in exactly this way, and stays up."""
    kernels = boot.console.count("Linux version")
    assert (kernels, boot.jumped, boot.resets > 0) == (way.kernels, way.jumped, way.resets), (way, boot)
    assert machine.output("cat /proc/sys/kernel/random/boot_id") == boot.boot_id
    assert machine.output("systemctl is-active multi-user.target") == "active"
    assert machine.output("systemctl list-jobs --no-legend | grep -E ' (reboot|kexec)[.]target ' || true") == ""


def told(machine, fault):
    """Checks and returns what fastreboot says about the reboot."""
    if fault.journal and expect.status(machine)["last_reboot"]["text"].endswith("health check under way"):
        machine.run(expect.CHECKED, seconds=240)
    line = expect.status(machine)["last_reboot"]["text"]
    assert re.search(fault.line, line), line
    if fault.journal:
        assert re.search(fault.line, expect.the_line(machine).removeprefix("last reboot: "))
    machine.run("fastreboot history --json >/dev/null")
    return line


def happened(boot, line, more=None):
    ways = [name for name, seen in (("kexec", boot.jumped), ("firmware", boot.resets > 0)) if seen] or ["no reboot"]
    kernels = boot.console.count("Linux version")
    parts = [", then ".join(ways), f"{kernels} {'kernel' if kernels == 1 else 'kernels'} started"]
    return "; ".join([*parts, *([f"“{line}”"] if line else []), *([more] if more else [])])


# Ways down and up.

def command(script, **options):
    return lambda machine: machine.reboot(script, **options)


def reset_at(pattern):
    """Presses the reset button when the console shows `pattern`."""
    def press(machine):
        machine.wait_for_console(pattern, start=len(machine.qemu.console))
        machine.qemu.qmp("system_reset")

    return lambda machine: machine.reboot(meanwhile=press)


def power_cut_at(pattern):
    def cut(machine):
        start = len(machine.qemu.console)
        machine.ask("reboot")
        machine.wait_for_console(pattern, start=start)
        return machine.power_cut()

    return cut


# Scripts.

def drop_in(unit, text, name="lab"):
    return f"""
mkdir -p /etc/systemd/system/{unit}.d
cat > /etc/systemd/system/{unit}.d/{name}.conf <<'END'
{text}
END
systemctl daemon-reload
"""


def in_between(script):
    """Runs a script during shutdown, after fastreboot.service has loaded the kernel and before the jump."""
    return f"""
cat > /run/lab-between <<'END'
{script}
END
cat > /run/systemd/system/lab-between.service <<'END'
[Unit]
Before=fastreboot.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
ExecStop=/bin/bash -e /run/lab-between
END
systemctl daemon-reload && systemctl start lab-between
"""
