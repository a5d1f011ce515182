# SPDX-License-Identifier: LGPL-2.1-or-later
"""load = early: the shutdown loads only what has changed. The kernel's own count of loads tells."""
import re

import pytest

from lab import expect
from lab.faults_kexec import BY_HAND

pytestmark = pytest.mark.long
MOST = 2 ** 31 - 1
LIMIT = "/proc/sys/kernel/kexec_load_limit_reboot"
# Runs when everything is unmounted; the console keeps what it says.
TELL = f"#!/bin/sh\necho \"loads left: $(cat {LIMIT})\" >/dev/console\n"
EARLY = """
echo 'load = early' > /etc/fastreboot.conf.d/50-early.conf
systemctl restart fastreboot
"""
NEW_INITRD = "cp /initrd.img /boot/lab-new && mv /boot/lab-new $(readlink -f /initrd.img)"
HOOK = "/etc/kernel/postinst.d/zzz-fastreboot $(uname -r)"


def loads(machine):
    """How many the kernel has counted."""
    return MOST - int(machine.output(f"cat {LIMIT}"))


def reboot(machine, loads):
    """A fast reboot, before which the kernel has counted so many loads in all."""
    boot = machine.reboot()
    expect.fast(machine, boot)
    assert MOST - int(re.search(r"loads left: (\d+)", boot.console)[1]) == loads


def is_current(machine):
    return expect.status(machine)["loaded"]["current"]


def state(machine):
    return machine.output("systemctl show -P ActiveState fastreboot-early")


@pytest.mark.kind("trixie")
def test_the_shutdown_loads_what_has_changed(machine):
    machine.put("/usr/lib/systemd/system-shutdown/lab-left", TELL, 0o755)
    machine.run(EARLY)
    assert loads(machine) == 1 and is_current(machine)
    reboot(machine, 1)

    assert loads(machine) == 1 and is_current(machine)
    assert "MiB of memory" in machine.output("fastreboot status")
    machine.run(BY_HAND)
    assert not is_current(machine)
    reboot(machine, 3)

    machine.run(NEW_INITRD)
    assert not is_current(machine)
    reboot(machine, 2)

    machine.run("fastreboot set-next firmware")
    assert loads(machine) == 2  # it was dropped
    expect.firmware(machine, machine.reboot(), "firmware")


@pytest.mark.kind("trixie")
def test_hooks_have_it_loaded_again(machine):
    machine.put("/usr/lib/systemd/system-shutdown/lab-left", TELL, 0o755)
    machine.run(EARLY + NEW_INITRD)
    for _ in range(3):  # an installation has several
        machine.run(HOOK)
    assert state(machine) == "activating"
    machine.run("systemctl start fastreboot-early")  # waits for what has been started
    assert loads(machine) == 2 and is_current(machine)
    machine.run(HOOK)
    reboot(machine, 2)  # while the unit waits

    machine.run("rm /etc/fastreboot.conf.d/50-early.conf; systemctl restart fastreboot")
    machine.run(HOOK)
    assert state(machine) == "inactive"
