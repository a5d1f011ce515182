# SPDX-License-Identifier: LGPL-2.1-or-later
"""A next kernel that hangs is reset by the hardware watchdog, and one that is well is not."""
import json

import pytest

from lab import expect

# The kernel of trixie's machines has the driver of QEMU's watchdog.
pytestmark = [pytest.mark.kind("trixie"), pytest.mark.hardware("watchdog")]

FEED = """
mkdir -p /etc/systemd/system.conf.d
printf '[Manager]\\nRuntimeWatchdogSec=30\\n' > /etc/systemd/system.conf.d/watchdog.conf
systemctl daemon-reexec
until [ "$(cat /sys/class/watchdog/watchdog0/state)" = active ]; do sleep 1; done
"""
# Behind the real initrd, it takes the place of its /init.
HANGING_INITRD = """
mkdir /run/hangs
cd /run/hangs
printf '#!/bin/sh\\nwhile :; do sleep 1000; done\\n' > init
chmod +x init
echo init | cpio --quiet -o -H newc > /boot/hangs
printf 'kernel = /vmlinuz\\ninitrd = /initrd.img /boot/hangs\\nwatchdog = 40\\n' > /etc/fastreboot.conf
"""
LATER = "from the fast reboot after the next one on"


def told_of_watchdog(machine):
    reasons = json.loads(machine.output("fastreboot check --json", check=False))["reasons"]
    return [reason["text"] for reason in reasons if reason["id"] == "watchdog"]


def protect(machine):
    """One fast reboot, after which the next is protected."""
    machine.run(FEED)
    (told,) = told_of_watchdog(machine)
    assert LATER in told
    expect.fast(machine, machine.reboot())
    assert "watchdog.stop_on_reboot=0" in machine.output("cat /proc/cmdline").split()
    assert told_of_watchdog(machine) == []


def test_hang_is_reset(machine):
    protect(machine)
    release = machine.output("uname -r")
    machine.run(HANGING_INITRD)
    assert told_of_watchdog(machine) == []
    events = len(machine.qemu.events)
    boot = machine.reboot()
    assert boot.jumped and boot.resets > 0
    assert machine.qemu.event("WATCHDOG", events), "it was not the watchdog that reset the machine"
    assert boot.console.count("Linux version") == 2
    assert expect.loader(machine) != expect.BY_KEXEC
    assert f"although kernel {release} was loaded" in expect.the_line(machine)
    assert "watchdog.stop_on_reboot=0" not in machine.output("cat /proc/cmdline")
    assert f"into kernel {release} has failed before" in machine.run("fastreboot check", check=False).output


@pytest.mark.long
def test_healthy_machine_is_not_reset(machine):
    protect(machine)
    machine.run("echo watchdog = 120 > /etc/fastreboot.conf")
    events = len(machine.qemu.events)
    expect.fast(machine, machine.reboot())
    assert not any("watchdog is not armed" in line for line in expect.told(machine, -1))
    # It was armed: systemd of the old system says so, and fed: the time is over, and the machine is up.
    assert "timeout of 2min" in machine.output("journalctl -b -1 -o cat _PID=1 | grep -i watchdog | tail -n 1")
    machine.run("until [ $(cut -d. -f1 /proc/uptime) -gt 130 ]; do sleep 5; done", seconds=300)
    assert not machine.qemu.event("WATCHDOG", events) and not machine.qemu.event("RESET", events)
    assert told_of_watchdog(machine) == []
