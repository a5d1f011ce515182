# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Debian package in a machine: installed, upgraded at any moment, removed."""
import io
import shutil
import tarfile
import time

import pytest

from lab import expect, host, machine as lab_machine, package
from lab.matrix import INSTALL, MAKE_NEWER, UPGRADE
from test_package import NEWER, SOURCE, with_key  # noqa: F401, a fixture
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


LATE = """
cat > /etc/systemd/system/lab-late.service <<'END'
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=true
END
systemctl daemon-reload
echo 'health-unit = lab-late.service' > /etc/fastreboot.conf
sync
"""


def test_upgrade_while_health_is_checked(bare_machine):
    """The check goes on with the new version, and the next reboot is fast again."""
    machine = bare_machine
    install(machine)
    machine.run(MAKE_NEWER + LATE)
    boot = machine.reboot()
    assert boot.jumped and boot.resets == 0
    machine.run(UPGRADE)
    assert expect.status(machine)["last_reboot"]["health"]["state"] == "checking"
    machine.run("systemctl is-active fastreboot-health.timer && systemctl start lab-late")
    assert expect.checked(machine).startswith("checked: fast and complete: ")
    machine.run("rm /etc/fastreboot.conf && sync")
    expect.fast(machine, machine.reboot())
    assert machine.output(VERSION).endswith(".1 installed")


# From this source alone: the machine has no network.
APT = "apt-get -qy -o Dir::Etc::SourceList=/etc/apt/sources.list.d/fastreboot.list -o Dir::Etc::SourceParts=- "


def serve(machine, repository):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        tar.add(repository, "repository")
    machine.put("/root/repository.tar.gz", buffer.getvalue())
    machine.run(f"date -s @{time.time():.0f}")  # a snapshot's clock stood still, and a signature must not be of later
    machine.run("tar -C /srv --no-same-owner -xf /root/repository.tar.gz && mkdir -p /etc/apt/keyrings && "
                f"cp /srv/repository/fastreboot.asc /etc/apt/keyrings && echo '{SOURCE.strip()}' > "
                f"/etc/apt/sources.list.d/fastreboot.list && {APT} -o APT::Update::Error-Mode=any update", seconds=300)


def test_machine_of_a_fleet(bare_machine, tmp_path, environment):
    """It installs from a repository that scripts/repository made, and upgrades from it."""
    machine = bare_machine
    packages = tmp_path / "packages" / machine.kind.suite
    packages.mkdir(parents=True)
    make = (host.REPO / "scripts/repository", tmp_path / "repository", tmp_path / "packages")
    shutil.copy(package.built(machine.kind.suite), packages)
    host.run(*make, env=environment)
    serve(machine, tmp_path / "repository")
    machine.run(f"{APT} install fastreboot", seconds=300)
    lab_machine.name_kernel(machine)
    expect.fast(machine, machine.reboot())

    package.build(machine.kind.suite, packages, newer=NEWER)
    host.run(*make, env=environment)
    serve(machine, tmp_path / "repository")
    machine.run(f"{APT} upgrade", seconds=300)
    assert machine.output("fastreboot --version").split()[:2] == ["fastreboot", NEWER]
    expect.fast(machine, machine.reboot())


def without_dpkg(machine):
    return {line for line in listing(machine) if not any(path in line for path in
            ("/var/lib/dpkg", "/var/log/", "/var/lib/apt", "/var/cache"))}
