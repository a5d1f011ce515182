# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Debian package where it cannot work: the reason is said, and nothing is half installed. See also
tests/check-refusals, for scripts/install."""
import shutil

import pytest

from lab import cache, debian, package
from test_package import LINKS, apt, listing, put


def refused(root, *argv):
    """The output of a command that must fail."""
    return package.run_in(root, "sh", "-c", '! "$@"', "sh", *argv)


def status(root):
    return package.run_in(root, "sh", "-c", "dpkg-query -Wf '${db:Status-Status}' fastreboot 2>/dev/null; :")


READ_ONLY = """
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
! apt-get -qy install /tmp/fastreboot.deb
"""


@pytest.mark.parametrize("where", ["/usr", "/etc"])
def test_read_only(where):
    with package.copy("bookworm") as root:
        put(root, package.built("bookworm"))
        before = listing(root)
        assert "Read-only file system" in package.run_in(root, "sh", "-euc", READ_ONLY, "sh", where)
        assert package.run_in(root, "dpkg", "--audit") == ""
        assert status(root) in ("", "not-installed")
        assert sorted(listing(root) ^ before) == []
        apt(root, "install", "/tmp/fastreboot.deb")
        assert all((root / "etc/systemd/system" / link).is_symlink() for link in LINKS)


def test_without_systemd_as_pid_1():
    """As in a container of Docker, or while an image is made: PID 1 is apt, and later the program itself."""
    with package.copy("bookworm") as root:
        put(root, package.built("bookworm"))
        said = apt(root, "install", "/tmp/fastreboot.deb")
        assert not any(word in said.lower() for word in ("error", "warning", "fail", "systemd as init"))
        said = package.run_in(root, "fastreboot", "disable")
        assert said.endswith("\nfastreboot is disabled; reboots go through the firmware\n")
        assert not any((root / "etc/systemd/system" / link).is_symlink() for link in LINKS)
        said = package.run_in(root, "fastreboot", "enable")
        assert said.endswith("\nfastreboot is enabled for the next boot; systemd does not run here\n")
        assert all((root / "etc/systemd/system" / link).is_symlink() for link in LINKS)
        assert package.run_in(root, "sh", "-c", "fastreboot check -q; echo $?") == "3\n"
        assert "not loaded: " in refused(root, "fastreboot", "load")
        apt(root, "purge", "fastreboot")
        assert package.run_in(root, "dpkg", "--audit") == ""


@pytest.mark.long
def test_32_bit_system():
    """On a 64-bit kernel, as left from an upgrade of long ago."""
    def make(target):
        debian.bootstrap(target, "bookworm", "apt", ["systemd-sysv"], "--architectures=i386", "--skip=check/qemu")

    tree = cache.get("i386-bookworm", cache.digest("systemd-sysv"), make, "making a 32-bit chroot (about 60 s)")
    with cache.copy_of(tree, "i386-bookworm") as root:
        put(root, package.built("bookworm"))
        before = listing(root)
        assert "fastreboot:amd64" in refused(root, "apt-get", "-qy", "install", "/tmp/fastreboot.deb")
        assert "(amd64) does not match system (i386)" in refused(root, "dpkg", "-i", "/tmp/fastreboot.deb")
        assert package.run_in(root, "dpkg", "--audit") == ""
        shutil.copytree(package.host.REPO / "scripts", root / "tmp/scripts")
        assert refused(root, "/tmp/scripts/install") == (
            "install: fastreboot runs on amd64 and arm64; the packages of this system are for i386\n")
        shutil.rmtree(root / "tmp/scripts")
        assert sorted(listing(root) ^ before) == []


# The machine's own system with changes in memory, and systemd as PID 1, as LXC and systemd-nspawn start it.
CONTAINER = """
mkdir -p /run/lab
mount -t tmpfs none /run/lab
mkdir /run/lab/{upper,work,root}
mount -t overlay -o lowerdir=/,upperdir=/run/lab/upper,workdir=/run/lab/work overlay /run/lab/root
systemd-run --unit=lab-container -p Delegate=yes -p Type=notify -p NotifyAccess=all -p TimeoutStartSec=300 \
    unshare --mount --pid --fork --kill-child --cgroup --net --ipc --uts bash -euc '
        cd /run/lab/root
        mount -t proc proc proc
        mount -t sysfs -o ro sys sys
        mount -t cgroup2 cgroup sys/fs/cgroup
        mount -t tmpfs dev dev
        for node in null zero full random urandom tty; do cp -a /dev/$node dev; done
        mount -t tmpfs run run
        touch run/outside
        mount --bind "$NOTIFY_SOCKET" run/outside
        NOTIFY_SOCKET=/run/outside container=lab exec chroot . /lib/systemd/systemd'
"""
INSIDE = "nsenter -a -r -w -t $(pgrep -P $(systemctl show -P MainPID lab-container)) "
IDENTITY = "uname -r; cat /proc/sys/kernel/random/boot_id"


@pytest.mark.long
def test_container(bare_machine):
    """It has a PID 1 of its own, and the kernel of its host."""
    machine = bare_machine
    machine.put("/root/fastreboot.deb", package.built(machine.kind.suite).read_bytes())
    before = machine.output(IDENTITY)
    machine.run(CONTAINER, seconds=400)

    def inside(command):
        return machine.output(INSIDE + command)

    said = inside("apt-get install -qy /root/fastreboot.deb 2>&1")
    assert not any(word in said.lower() for word in ("error", "warning", "failed"))
    assert inside("systemctl show -P ConditionResult fastreboot") == "no"
    assert "this is a container" in inside("fastreboot status; :")
    assert "this is a container" in inside("fastreboot load 2>&1; :")
    inside("fastreboot load --at-shutdown; :")
    assert machine.output("cat /sys/kernel/kexec_loaded") == "0"
    inside("apt-get purge -qy fastreboot 2>&1")
    assert inside("find /run /etc /var -name '*fastreboot*'") == ""
    # It reboots, and nothing else does.
    machine.run(f"main=$(systemctl show -P MainPID lab-container)\n{INSIDE} systemctl reboot\ntail --pid=$main -f /dev/null")
    assert machine.output(IDENTITY) == before
