# SPDX-License-Identifier: LGPL-2.1-or-later
"""A machine that updates and reboots itself: unattended-upgrades, with needrestart's word on it."""
import pytest

from lab import expect, machine as lab_machine, updates


@pytest.mark.long
@pytest.mark.kind(loader="bios")
def test_unattended_upgrades(machine):
    updates.set_up(machine)
    older = machine.output("uname -r")
    assert updates.kernel_status(machine) == "1"

    boot = machine.reboot("unattended-upgrade", meanwhile=updated, ask=False)
    expect.fast(machine, boot)
    assert machine.output("uname -r") != older
    assert updates.kernel_status(machine) == "1", "the newest kernel is running"
    assert "Found /var/run/reboot-required, rebooting" in machine.output(
        "cat /var/log/unattended-upgrades/unattended-upgrades.log")


def updated(machine):
    """Installing a kernel takes longer than a reboot may take."""
    machine.wait_for_console(lab_machine.JUMPED, seconds=1500, start=len(machine.qemu.console))
