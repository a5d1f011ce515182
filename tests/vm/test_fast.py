# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every way to ask for a reboot starts the next kernel without the firmware."""
import pytest

from lab import expect

LOAD_BY_HAND = r"""
cat > /run/by-hand.pl <<'END'
open(my $kernel, '<', '/vmlinuz') or die;
open(my $initrd, '<', '/initrd.img') or die;
open(my $proc, '<', '/proc/cmdline') or die;
chomp(my $cmdline = <$proc>);
$cmdline .= " by.hand=1\0";
syscall(320, fileno($kernel), fileno($initrd), length($cmdline), $cmdline, 0) == 0 or die "kexec_file_load: $!";
END
perl /run/by-hand.pl
"""


@pytest.mark.parametrize("first, second", [("reboot", "systemctl reboot"), ("shutdown -r now", "kill -INT 1")])
def test_reboot(machine, first, second):
    assert machine.run("command -v kexec", check=False).code != 0, "kexec-tools must not be needed"
    before = machine.output("cat /proc/cmdline")
    for command in (first, second):
        expect.fast(machine, machine.reboot(command), release=machine.output("uname -r"))
        loaded_before_unmount(machine)
    mark, *added = [word for word in machine.output("cat /proc/cmdline").split() if word not in before.split()]
    assert mark.startswith("fastreboot.attempt=")
    assert added == ["fastreboot.added=3", "panic=30", "rd.shell=0", "rd.emergency=reboot"], "it grew"


def loaded_before_unmount(machine):
    """/boot is a separate file system; the journal of the previous boot shows the order."""
    assert machine.output("findmnt -no SOURCE /boot") == "/dev/vdb"
    lines = machine.output("journalctl -b -1 -o cat --no-pager").splitlines()
    told = next(n for n, line in enumerate(lines) if line.startswith("this reboot is fast: kernel"))
    unmounting = next(n for n, line in enumerate(lines) if line.startswith("Unmounting") and "/boot" in line)
    assert told < unmounting


def test_systemctl_kexec_after_load(machine):
    machine.run("fastreboot load")
    assert machine.output("cat /sys/kernel/kexec_loaded") == "1"
    release = machine.output("uname -r")
    loaded = expect.status(machine)["loaded"]
    # The kernel takes more than its file, the initrd is loaded as it is.
    assert loaded.pop("memory_bytes") > int(machine.output("cat /vmlinuz /initrd.img | wc -c"))
    assert loaded == {"by": "fastreboot", "release": release, "current": True}
    expect.fast(machine, machine.reboot("systemctl kexec"))


def test_kernel_loaded_by_hand_is_respected(machine):
    machine.run(LOAD_BY_HAND)
    assert expect.status(machine)["loaded"]["by"] == "other"
    assert "did not load" in machine.run("fastreboot check", check=False).output
    assert machine.run("fastreboot load", check=False).code == 1
    boot = machine.reboot()
    assert boot.resets == 0 and boot.jumped
    expect.came_up_once(machine, boot)
    assert "by.hand=1" in machine.output("cat /proc/cmdline").split()
    assert any("did not load" in line for line in expect.told(machine, -1))


def test_new_kernel_is_the_one_that_starts(machine):
    old = machine.output("uname -r")
    machine.run("dpkg -i /root/new-kernel/*.deb", seconds=400)
    new = machine.output("readlink /vmlinuz").removeprefix("boot/vmlinuz-")
    assert new != old
    expect.fast(machine, machine.reboot(), release=new)
