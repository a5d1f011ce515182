# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whatever fails, the machine reboots through the firmware, comes back, and says why."""
import pytest

from lab import expect, faults
from lab.faults_firmware import FAILURES

# `status` reads the kernel, too, and would hang with it.
HANGS = ("load-hanging",)


@pytest.mark.faults
@pytest.mark.parametrize("name", FAILURES)
def test_failure(machine, name, row):
    script, because, *after = FAILURES[name]
    assert machine.output("fastreboot check | tail -n 1").startswith("Next reboot: fast")
    fault = faults.Fault(name.replace("-", " "), faults.FIRMWARE, because, script,
                         reboot=faults.command("systemctl reboot", ask=name not in HANGS),
                         after=after[0] if after else None)
    row(faults.try_out(machine, fault))
    assert expect.status(machine)["boot"]["way"] == "firmware"


def test_program_removed(machine):
    machine.run("rm /usr/sbin/fastreboot")
    expect.went_by_firmware(machine, machine.reboot())
    lines = machine.output("journalctl -b -u fastreboot -o cat").splitlines()
    assert sum("/usr/sbin/fastreboot" in line and "No such file" in line for line in lines) == 1, lines


@pytest.mark.parametrize("unit", ["fastreboot", "fastreboot-jump"])
def test_masked(machine, unit):
    machine.run(f"systemctl mask {unit}")
    assert "masked" in machine.run("fastreboot check", check=False).output
    boot = machine.reboot()
    expect.went_by_firmware(machine, boot)
    assert boot.last_words == "reboot, kexec_loaded=0"
    # A masked service does not run its ExecStop=, so nothing is said.
    said = [line for line in expect.told(machine, -1) if line.startswith("this reboot")]
    assert ["masked by" in line for line in said] == ([] if unit == "fastreboot" else [True])


def test_disabled_and_enabled_again(machine):
    machine.run("echo 'mode = fast' > /etc/fastreboot.conf && fastreboot disable")
    boot = machine.reboot()
    expect.went_by_firmware(machine, boot)
    assert boot.last_words == "reboot, kexec_loaded=0"
    assert "not enabled" in machine.run("fastreboot check", check=False).output
    assert machine.output("cat /etc/fastreboot.conf") == "mode = fast", "settings stay"
    machine.run("fastreboot enable")
    expect.fast(machine, machine.reboot())
