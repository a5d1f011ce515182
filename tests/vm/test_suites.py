# SPDX-License-Identifier: LGPL-2.1-or-later
"""The oldest and the newest systemd that fastreboot is for."""
import pytest

from lab import expect


@pytest.mark.kind("bullseye")
def test_bullseye(machine):
    assert machine.output("systemctl --version").startswith("systemd 247")
    fast_then_firmware(machine)


@pytest.mark.kind("trixie")
def test_trixie(machine):
    """Its logind turns a reboot into kexec.target while a kernel is loaded."""
    assert machine.output("systemctl --version").startswith("systemd 257")
    fast_then_firmware(machine)


def fast_then_firmware(machine):
    expect.fast(machine, machine.reboot(), release=machine.output("uname -r"))
    machine.run("fastreboot load")
    boot = machine.reboot("fastreboot normal")
    assert boot.last_words == "reboot, kexec_loaded=0"
    expect.firmware(machine, boot, because="firmware: .*requested")
