# SPDX-License-Identifier: LGPL-2.1-or-later
"""When something is missing after a fast reboot, the machine gets it back by itself with one firmware reboot."""
import json

import pytest

from lab import expect, machine as lab_machine

# For systemd-networkd, which uses the emulated network's DHCP server.
NETWORK = "[Match]\nName=en*\n[Network]\nDHCP=yes\n"
ONLINE = "systemctl enable --now systemd-networkd; until ip -6 route show default | grep -q .; do sleep 1; done; sync"
# In seconds from the start of fastreboot.service.
LIMIT = 45
# Only a kernel started by kexec lacks the interface: the boot loader's command line does not have this parameter.
DEAD_AFTER_KEXEC = "cmdline-append = module_blacklist=virtio_net"

pytestmark = pytest.mark.kind(devices=("nic",))


@pytest.fixture
def online(machine):
    machine.put("/etc/systemd/network/lab.network", NETWORK)
    machine.run(ONLINE)
    machine.run(f"echo 'health-timeout = {LIMIT}' > /etc/fastreboot.conf")
    return machine


def pull_the_cable(machine):
    machine.wait_for_console(lab_machine.JUMPED)
    machine.qemu.qmp("set_link", name="net", up=False)


def last(machine):
    return expect.status(machine)["last_reboot"]


def test_complete_then_a_dead_interface_heals(online):
    machine = online
    release = machine.output("uname -r")
    expect.fast(machine, machine.reboot(), release=release)
    assert expect.checked(machine) == f"checked: fast and complete: kernel {release} was started by kexec"
    assert (last(machine)["outcome"], last(machine)["health"]["state"]) == ("fast", "complete")
    machine.run("! systemctl is-active fastreboot-health.timer && ! test -e /var/lib/fastreboot/attempt")

    machine.run(f"echo '{DEAD_AFTER_KEXEC}' >> /etc/fastreboot.conf")
    boot = machine.reboot()
    assert boot.jumped and boot.resets == 0
    assert last(machine)["health"]["state"] == "checking"
    boot = machine.reboot("true")  # by itself
    expect.firmware(machine, boot, f"after the fast reboot into kernel {release} something was missing: network interface en")
    assert "everything is back" in expect.checked(machine)
    check = machine.run("fastreboot check", check=False).output
    assert f"into kernel {release} failed on 20" in check and "it came up, and something was missing" in check
    history = json.loads(machine.output("fastreboot history --json"))["reboots"]
    assert [line["outcome"] for line in history[-3:]] == ["fast", "damaged", "firmware"]


def test_an_inhibitor_is_waited_for(machine):
    machine.run("printf 'health-timeout = 10\\nhealth-unit = lab-never.service\\n' > /etc/fastreboot.conf; sync")
    boot = machine.reboot()
    assert boot.jumped and boot.resets == 0
    machine.run("systemd-run -u lab-inhibit systemd-inhibit --what=shutdown --who=lab --why=test sleep infinity")
    machine.run("grep -m1 'reboots through the firmware in a minute' "
                "< <(journalctl -b -f -n all -p emerg -t fastreboot -o cat --no-pager)", seconds=200)
    machine.run("grep -m1 'waits for lab (test)' < <(journalctl -b -f -n all -t fastreboot -o cat --no-pager)", seconds=200)
    boot = machine.reboot("systemctl stop lab-inhibit")  # then by itself
    expect.firmware(machine, boot, "something was missing: unit lab-never.service is inactive")


def test_a_cable_pulled_costs_one_reboot(online):
    machine = online
    boot = machine.reboot(meanwhile=pull_the_cable)
    assert boot.jumped and boot.resets == 0
    boot = machine.reboot("true")
    expect.went_by_firmware(machine, boot)
    line = expect.checked(machine)
    assert "still missing after the firmware reboot" in line and "has lost its carrier" in line
    assert last(machine)["health"]["state"] == "missing"
    machine.run("! systemctl is-active fastreboot-health.timer && ! test -e /var/lib/fastreboot/healed")
