# SPDX-License-Identifier: LGPL-2.1-or-later
"""What only the firmware can do goes through the firmware, and the next reboot is fast again."""
import dataclasses

import pytest

from lab import expect

INDICATIONS = "/sys/firmware/efi/efivars/OsIndications-8be4df61-93ca-11d2-aa0d-00e098032b8c"
# The bit for "update from a file on the ESP". The kernel protects the variable against accidents.
CAPSULE_WAITING = f"""
[ ! -e {INDICATIONS} ] || chattr -i {INDICATIONS}
printf '\\x07\\0\\0\\0\\x04\\0\\0\\0\\0\\0\\0\\0' > {INDICATIONS}
"""
CAPSULE_FILE = "/boot/efi/EFI/UpdateCapsule/lab.cap"
BOARD = "type=2,manufacturer=Intel Corporation,product=S1200SPL"
KEXEC_TOOLS = """
export DEBIAN_FRONTEND=noninteractive
dpkg -i /root/kexec-tools/*.deb
sed -i 's/^LOAD_KEXEC=.*/LOAD_KEXEC=true/' /etc/default/kexec
systemctl daemon-reload && systemctl start kexec-load
"""


@pytest.mark.kind(loader="systemd-boot")
def test_firmware_setup_and_capsule(machine):
    machine.leave("systemctl reboot --firmware-setup", for_console="Boot Maintenance Manager")
    expect.firmware(machine, machine.power_on(), because="firmware: the firmware setup was requested")
    expect.fast(machine, machine.reboot())

    machine.run(CAPSULE_WAITING)
    expect.firmware(machine, machine.reboot(), because="firmware: a firmware update is pending")
    machine.run(f"mkdir -p $(dirname {CAPSULE_FILE}) && touch {CAPSULE_FILE}")
    assert f"a firmware update is pending: {CAPSULE_FILE}" in machine.run("fastreboot check", check=False).output
    machine.run(f"rm {CAPSULE_FILE}")
    expect.fast(machine, machine.reboot())


def test_board_on_the_list_of_quirks(machine, kind):
    machine.power_cut(dataclasses.replace(kind, qemu=("-smbios", BOARD)))
    assert machine.output("cat /sys/class/dmi/id/board_name") == "S1200SPL"
    boot = machine.reboot()
    expect.firmware(machine, boot, because="firmware: .*S1200SPL")
    assert any("S1200SPL" in line for line in expect.told(machine, -1))


def test_kexec_tools_beside(machine):
    """Both want to load a kernel at the reboot: fastreboot decides, also for the firmware."""
    machine.run(KEXEC_TOOLS, seconds=300)
    assert "kexec-tools load a kernel at every reboot, too" in machine.run("fastreboot check", check=False).output
    expect.fast(machine, machine.reboot())
    expect.firmware(machine, machine.reboot("fastreboot normal"), because="firmware: .*requested")
