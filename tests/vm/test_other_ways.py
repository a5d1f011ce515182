# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whatever is not a reboot, or must not be fast, works as it does without fastreboot."""
from lab import expect


def test_poweroff_loads_nothing(machine):
    assert machine.power_off() == "poweroff, kexec_loaded=0"
    boot = machine.power_on()
    expect.went_by_firmware(machine, boot)
    assert not any("fast" in line for line in expect.told(machine, -1) if line.startswith("this reboot"))


def test_halt_loads_nothing(machine):
    assert machine.halt() == "halt, kexec_loaded=0"
    expect.went_by_firmware(machine, machine.power_on())


def test_forced_reboot_is_as_before(machine):
    boot = machine.reboot("reboot -f")
    assert boot.last_words is None, "the services were stopped"
    expect.firmware(machine, boot, because="unknown: nothing was recorded")


def test_stop_loads_nothing(machine):
    machine.run("systemctl stop fastreboot")
    assert machine.output("cat /sys/kernel/kexec_loaded") == "0"
    assert "not running" in machine.run("fastreboot status", check=False).output
    boot = machine.reboot()
    assert boot.last_words == "reboot, kexec_loaded=0"
    expect.firmware(machine, boot, because="unknown: nothing was recorded")
