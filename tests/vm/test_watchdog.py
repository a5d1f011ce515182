# SPDX-License-Identifier: LGPL-2.1-or-later
"""The watchdog does not reset a healthy machine. Next kernels that hang are in the table of faults."""
import pytest

from lab import expect
from lab.faults_hardware import FEED, protect, told_of_watchdog


@pytest.mark.kind("trixie", devices=("watchdog",))
def test_healthy_machine_is_not_reset(machine):
    machine.run(FEED)
    protect(machine)
    machine.run("echo watchdog = 120 > /etc/fastreboot.conf")
    events = len(machine.qemu.events)
    expect.fast(machine, machine.reboot())
    assert not any("watchdog is not armed" in line for line in expect.told(machine, -1))
    # The old system's journal shows that it was armed. It is fed: the machine is up after its timeout.
    assert "timeout of 2min" in machine.output("journalctl -b -1 -o cat _PID=1 | grep -i watchdog | tail -n 1")
    machine.run("until [ $(cut -d. -f1 /proc/uptime) -gt 130 ]; do sleep 5; done", seconds=300)
    assert not machine.qemu.event("WATCHDOG", events) and not machine.qemu.event("RESET", events)
    assert told_of_watchdog(machine) == []
