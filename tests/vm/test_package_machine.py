# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Debian package in a machine: installed, upgraded at any moment, removed."""
import pytest

from lab import expect, machine as lab_machine, package
from lab.matrix import INSTALL, MAKE_NEWER, UPGRADE
from test_uninstall import listing

pytestmark = pytest.mark.long
UPGRADE_AT_STOP = """
cat > /etc/systemd/system/lab-upgrade.service <<'END'
[Unit]
{order}=fastreboot.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=true
ExecStop=dpkg -i /root/newer.deb
StandardOutput=journal+console
END
systemctl daemon-reload
systemctl start lab-upgrade
"""
# Runs the hook of update-initramfs, as if that had left an empty initrd.
CHANGE_INITRD = """
initrd=$(readlink -f /initrd.img)
mv $initrd /boot/away
run-parts --arg=$(uname -r) --arg=$initrd /etc/initramfs/post-update.d
mv /boot/away $initrd
run-parts --arg=$(uname -r) --arg=$initrd /etc/initramfs/post-update.d
"""
HOOK_WARNS = "fastreboot: warning: the next reboot goes through the firmware: initrd"
VERSION = "dpkg-query -Wf '${Version} ${db:Status-Status}' fastreboot"


def install(machine):
    machine.put("/root/fastreboot.deb", package.built(machine.kind.suite).read_bytes())
    machine.run(INSTALL)
    lab_machine.name_kernel(machine)


@pytest.mark.parametrize("_suite", [pytest.param(suite, marks=pytest.mark.kind(suite))
                                    for suite in ("bullseye", "bookworm", "trixie")])
def test_fast_with_nothing_else_done_and_gone_after_purge(bare_machine, _suite):
    machine = bare_machine
    before = without_dpkg(machine)
    install(machine)
    expect.fast(machine, machine.reboot())

    machine.run(MAKE_NEWER + "fastreboot load")
    run = machine.output("systemctl show -P InvocationID fastreboot")
    machine.run(UPGRADE)
    assert machine.output("systemctl show -P InvocationID fastreboot") == run, "neither stopped nor started"
    assert machine.output("cat /sys/kernel/kexec_loaded") == "1"
    expect.fast(machine, machine.reboot())

    assert HOOK_WARNS in machine.output(CHANGE_INITRD)
    machine.run("fastreboot load && apt-get remove -qy fastreboot")
    assert machine.output("cat /sys/kernel/kexec_loaded") == "0"
    assert machine.output("find /run -name '*fastreboot*'") == ""
    machine.run("apt-get purge -qy fastreboot && rm /root/*.deb")
    expect.went_by_firmware(machine, machine.reboot())
    assert sorted(without_dpkg(machine) ^ before) == []


@pytest.mark.parametrize("order", ["Before", "After"])
def test_upgrade_in_the_middle_of_a_shutdown(bare_machine, order):
    """After the kernel was loaded, and before that."""
    machine = bare_machine
    install(machine)
    machine.run(MAKE_NEWER + UPGRADE_AT_STOP.format(order=order))
    boot = machine.reboot()
    expect.fast(machine, boot)
    assert machine.output(VERSION).endswith(".1 installed")
    assert machine.output("systemctl is-enabled fastreboot fastreboot-jump") == "enabled\nenabled"


def without_dpkg(machine):
    return {line for line in listing(machine) if not any(path in line for path in
            ("/var/lib/dpkg", "/var/log/", "/var/lib/apt", "/var/cache"))}
