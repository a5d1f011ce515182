# SPDX-License-Identifier: LGPL-2.1-or-later
"""One firmware reboot on request; the next reboot is fast again."""
from lab import expect


def test_normal_once_even_with_a_broken_configuration(machine):
    machine.run("fastreboot load && echo '[[[' > /etc/fastreboot.conf")
    boot = machine.reboot("fastreboot normal")
    assert boot.last_words == "reboot, kexec_loaded=0", "the loaded kernel was not dropped"
    expect.firmware(machine, boot, because="firmware: ")
    machine.run("rm /etc/fastreboot.conf")
    expect.fast(machine, machine.reboot())


def test_arm_and_cancel(machine):
    machine.run("fastreboot normal --arm && fastreboot normal --cancel")
    expect.fast(machine, machine.reboot())
    machine.run("normal-reboot --arm")
    assert machine.run("fastreboot check", check=False).code == 3
    expect.firmware(machine, machine.reboot(), because="firmware: .*requested")
    assert machine.run("fastreboot check", check=False).code == 0
