# SPDX-License-Identifier: LGPL-2.1-or-later
"""Faults of machines that need no hardware but a disk."""
import dataclasses
import re

from lab import expect
from lab.faults import (FAST, FIRMWARE, GIVEN_UP, POWER_BACK, Fault, came_back, command, drop_in, in_between,
                        reset_at)

STARTED_BY_KEXEC = "^fast.*: kernel .* was started by kexec"
NOT_WRITTEN_DOWN = "^unknown: nothing was recorded"
NO_JUMP = "^failed: kernel .* was loaded, but"
NOT_CHECKED = "^failed: kernel .* was started by kexec, but the machine went down before the health check was over"
LOAD_DID_NOT_END = "^failed: loading the kernel was interrupted"
KERNEL, INITRD = "$(readlink -f /vmlinuz)", "$(readlink -f /initrd.img)"


def not_tried_again(machine, _boot):
    assert "a fast reboot into kernel" in machine.run("fastreboot check", check=False).output
    assert machine.run("fastreboot check", check=False).code == 3


def told_before(text):
    """fastreboot said this in the previous boot."""
    def look(machine, _boot):
        assert any(text in line for line in expect.told(machine, -1)), expect.told(machine, -1)

    return look


def settings(text):
    return f"mkdir -p /etc/fastreboot.conf.d && cat > /etc/fastreboot.conf.d/10-test.conf <<'END'\n{text}\nEND\n"


# A second initrd appended to the real one: its files replace those of the first.
def second_initrd(script):
    return f"""
set -e
mkdir -p /run/initrd && cd /run/initrd
{script}
cp /initrd.img /boot/initrd-lab
truncate -s %4 /boot/initrd-lab
find . | cpio --quiet -o -H newc >> /boot/initrd-lab
""" + settings("kernel = /vmlinuz\ninitrd = /boot/initrd-lab")


NO_DRIVER = second_initrd("""
driver=usr/lib/modules/$(uname -r)/kernel/drivers/block/virtio_blk.ko
mkdir -p ${driver%/*} && : > $driver
""")
# It says how long it has been hanging.
HANGING_INITRD = second_initrd(r"""
cat > init <<'END'
#!/bin/sh
mount -t devtmpfs dev /dev
n=0
while :; do
    echo "lab: hanging for $n s" >/dev/console
    sleep 10
    n=$((n + 10))
done
END
chmod +x init
""")
RANDOM_INITRD = """
head -c 4000000 /dev/urandom > /boot/initrd-lab
""" + settings("kernel = /vmlinuz\ninitrd = /boot/initrd-lab")

HALF_INITRD = """
head -c $(($(stat -Lc %s /initrd.img) / 2)) /initrd.img > /boot/initrd-lab
""" + settings("kernel = /vmlinuz\ninitrd = /boot/initrd-lab")


def fill(place):
    """Fills a file system to the last block with fallocate, which writes no data."""
    return f"""
n=0 size=$((1 << 30))
while [ $size -ge 512 ]; do
    fallocate -l $size {place}/full$((n += 1)) 2>/dev/null || size=$((size / 2))
done
sync
! cp /etc/services {place}/one-more
"""


# Not on the root file system: there the journal and others free space again when it is full.
STATE_FULL = """
truncate -s 4M /root/state && mkfs.ext4 -qF /root/state
modprobe loop && mount -o loop /root/state /var/lib/fastreboot
""" + fill("/var/lib/fastreboot")

# A file with the header of an arm64 kernel.
ARM64_KERNEL = r"""
perl -e 'print "MZ", "\0" x 54, "ARMd", "\0" x 1000000' > /boot/vmlinuz-arm64
""" + settings("kernel = /boot/vmlinuz-arm64\ninitrd = /initrd.img")

# The hardware clock keeps the right time, so after the reboot the attempt is dated in the future.
CLOCK_AHEAD = """
date +%Y > /srv/year
date -s "$(date -d '1 year' '+%F %T')"
"""


def a_year_earlier(machine, _boot):
    assert machine.output("date +%Y") == machine.output("cat /srv/year")


NEW_MACHINE_ID = "tr -d - < /proc/sys/kernel/random/uuid > /etc/machine-id && sync"

NO_MEMORY = drop_in("fastreboot.service", "[Unit]\nRequiresMountsFor=/mnt") + """
mount -t tmpfs -o size=100% lab /mnt
systemctl daemon-reload && systemctl restart fastreboot
left=$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
dd if=/dev/zero of=/mnt/hog bs=1M count=$((left - 40)) status=none
free -m
"""

# Kills the load when the attempt file appears, which is right before the load.
KILL_LOAD = """
cat > /root/lab-kill.pl <<'END'
use strict;
my $notify = syscall(253);
my $path = '/var/lib/fastreboot';
syscall(254, $notify, $path, 0x80) >= 0 or die;
open(my $events, '<&=', $notify) or die;
while (sysread($events, my $event, 4096)) {
    last if $event =~ /attempt\\0/;
}
system('pkill', '-KILL', '-x', 'fastreboot');
open(my $console, '>', '/dev/console');
print $console "\\nlab: killed the load\\n";
END
systemd-run --unit=lab-kill -p DefaultDependencies=no perl /root/lab-kill.pl
"""

KILLED_AT_LOAD = drop_in(
    "fastreboot.service", "[Service]\nSystemCallErrorNumber=\nSystemCallFilter=~kexec_file_load")

NO_JOURNAL = """
units="systemd-journald.socket systemd-journald-dev-log.socket systemd-journald-audit.socket systemd-journald.service"
systemctl mask $units
systemctl stop $units
sync
"""

DROP_KERNEL = "perl -e 'syscall(320, -1, -1, 0, 0, 5) == 0 or die $!'"

STUBBORN = """
cat > /run/systemd/system/lab-stubborn.service <<'END'
[Service]
ExecStart=/bin/sh -c 'trap "" TERM; while :; do sleep 1000; done'
TimeoutStopSec=5
END
systemctl daemon-reload && systemctl start lab-stubborn
"""

# test_quirks.py has the same and looks at what it does.
QUIRK = """mkdir -p /etc/fastreboot/quirks.d
cat > /etc/fastreboot/quirks.d/lab.conf <<'END'
[Lab]
MatchDMIModalias = dmi:*:svnQEMU:*
CmdlineAppend = lab.quirk=1
UnloadModules = dummy loop virtio_blk
UnbindDriver = rtc_cmos virtio_blk
END
"""
# Stays in use until the end, as the file is on the root file system.
USE_LOOP = "modprobe loop && truncate -s 8M /root/disk && losetup -f /root/disk\n"
DETACHING_HANGS = r"""mkdir -p /run/systemd/system/fastreboot-modules.service.d
printf '[Service]\nExecStartPre=/bin/sh -c "trap \\"\\" TERM; while :; do sleep 1000; done"\n' \
    > /run/systemd/system/fastreboot-modules.service.d/lab.conf
systemctl daemon-reload
"""


def detached(boot):
    """What `detach` wrote to the console, without times, colours and systemd's messages."""
    return re.findall(r"(unloading module \S+|detaching \S+ from \S+|module \S+ stays: [a-z ]+|\S+ stays attached.*)",
                      boot.console)


def loop_stays(_machine, boot):
    assert "module loop stays: it is in use" in detached(boot)


def nothing_detached(_machine, boot):
    assert detached(boot) == []


GARBAGE = "head -c 3000 /dev/urandom"


def set_aside(name, suffix):
    def look(machine, _boot):
        machine.run(f"test -s /var/lib/fastreboot/{name}.{suffix}")
        lines = [line for line in expect.told(machine) if f"/{name}: " in line]
        assert any(f"kept with the suffix .{suffix}" in line for line in lines), expect.told(machine)

    return look


# Keeps a copy of the attempt; the next boot then reads beginnings of it, of many lengths.
KEEP_ATTEMPT = drop_in("fastreboot.service", "[Service]\nExecStop=+/bin/cp /var/lib/fastreboot/attempt /srv/attempt")
READ_BEGINNINGS = """
set -e
size=$(stat -c %s /srv/attempt)
n=0 aside=0
for length in $(seq 0 $((size / 24 + 1)) $((size - 2))) $((size - 2)) $((size - 1)) $size; do
    rm -f /run/fastreboot/boot /var/lib/fastreboot/attempt.damaged
    head -c $length /srv/attempt > /var/lib/fastreboot/attempt
    fastreboot booted
    fastreboot status >/dev/null
    n=$((n + 1))
    [ ! -e /var/lib/fastreboot/attempt.damaged ] || aside=$((aside + 1))
done
rm -f /run/fastreboot/boot /run/fastreboot/health /var/lib/fastreboot/attempt
fastreboot booted
echo $n $aside
"""


def every_beginning_is_read(machine, _boot):
    read, aside = map(int, machine.output(READ_BEGINNINGS, seconds=300).split())
    assert read > 20 and aside == read - 2, "only the complete attempt, with or without its newline, is used"


def fails_to_come_up(machine):
    boot = reset_at("Linux version")(machine)
    came_back(machine, boot, GIVEN_UP)


def two_more_kernels(machine, boot):
    """Copies count as different kernels. After three failures the machine is suspected, so a fourth is not tried."""
    not_tried_again(machine, boot)
    for name in ("second", "third", "fourth"):
        machine.run(f"cp /vmlinuz /boot/vmlinuz-{name}; sync\n" +
                    settings(f"kernel = /boot/vmlinuz-{name}\ninitrd = /initrd.img"))
        if name != "fourth":
            fails_to_come_up(machine)
    assert machine.run("fastreboot check", check=False).code == 3
    machine.run("fastreboot retry")
    expect.fast(machine, machine.reboot())
    return "after two more a fourth was not tried; after `fastreboot retry` it was started by kexec"


NEW_BIOS = ("-smbios", "type=0,vendor=lab,version=2.0,date=01/01/2026")


def another_chance_with_a_new_bios(machine, boot):
    not_tried_again(machine, boot)
    boot = machine.power_cut(dataclasses.replace(machine.kind, qemu=NEW_BIOS))
    came_back(machine, boot, POWER_BACK)
    assert machine.output("cat /sys/class/dmi/id/bios_version") == "2.0"
    expect.fast(machine, machine.reboot())
    return "not tried again until the BIOS changed, then fast"


SYSTEM_FAULTS = {
    # The next kernel.
    "kernel-panics": Fault(
        "the next kernel panics at once", GIVEN_UP, NO_JUMP, settings("cmdline-append = rdinit=/none panic=1"),
        reboot=command("reboot", may_panic=True), after=not_tried_again, ordinary=True),
    "no-root-driver": Fault(
        "the initrd lacks the driver of the root's disk", GIVEN_UP, NO_JUMP,
        NO_DRIVER + "echo 'cmdline-append = panic=1 rootdelay=5' >> /etc/fastreboot.conf", after=not_tried_again),
    "no-init": Fault(
        "the next kernel finds no init", GIVEN_UP, NO_JUMP, settings("cmdline-append = init=/bin/false panic=1"),
        reboot=command("reboot", may_panic=True), after=not_tried_again),
    "initrd-no-archive": Fault(
        "the initrd is 4 MB of random bytes", FIRMWARE,
        "^firmware: initrd /boot/initrd-lab: it does not start with an archive", RANDOM_INITRD),
    "initrd-cut": Fault(
        "the initrd is cut in half", FIRMWARE, "^firmware: initrd /boot/initrd-lab: ", HALF_INITRD),
    "state-in-memory": Fault(
        "/var/lib/fastreboot is in memory", FIRMWARE, "^unknown: nothing was recorded before this boot",
        "mount -t tmpfs lab /var/lib/fastreboot", after=told_before("/var/lib/fastreboot is in memory")),
    "stop-emptied": Fault(
        "a drop-in empties ExecStop of fastreboot.service", FIRMWARE, "^unknown: nothing was recorded before this boot",
        drop_in("fastreboot.service", "[Service]\nExecStop=")),
    "hang-no-watchdog": Fault(
        "the initrd hangs, and there is no watchdog: the test presses the reset button", GIVEN_UP, NO_JUMP,
        HANGING_INITRD, reboot=reset_at("lab: hanging for 0 s"), after=not_tried_again),
    "three-kernels": Fault(
        "three kernels in turn do not come up", GIVEN_UP, NO_JUMP, reboot=reset_at("Linux version"),
        after=two_more_kernels),
    "new-bios": Fault(
        "a kernel does not come up, then the BIOS is updated", GIVEN_UP, NO_JUMP, reboot=reset_at("Linux version"),
        after=another_chance_with_a_new_bios),
    "kernel-other-architecture": Fault(
        "the kernel is for arm64", FIRMWARE, "^firmware: kernel .*vmlinuz-arm64", ARM64_KERNEL),
    "boot-unmounted": Fault(
        "/boot is unmounted before the reboot", FIRMWARE, "^firmware: kernel /vmlinuz.*No such file",
        "umount /boot && systemctl is-active boot.mount || true"),
    "boot-full": Fault(
        "/boot is full", FAST, STARTED_BY_KEXEC, fill("/boot")),
    "load-limit": Fault(
        "kernel.kexec_load_limit_reboot is used up (Debian 13)", FIRMWARE,
        "^firmware: .*kexec_load_limit_reboot is used up", "sysctl -w kernel.kexec_load_limit_reboot=0",
        suite="trixie"),
    "dropped-after-load": Fault(
        "the loaded kernel is unloaded before the jump", FIRMWARE, "^failed: no kernel is loaded any more",
        in_between(DROP_KERNEL)),

    # State.
    "attempt-cut-off": Fault(
        "the attempt is cut off at any of 24 lengths", FAST, STARTED_BY_KEXEC, KEEP_ATTEMPT,
        after=every_beginning_is_read, ordinary=True),
    "state-immutable": Fault(
        "/var/lib/fastreboot cannot be written to", FIRMWARE, NOT_WRITTEN_DOWN, "chattr +i /var/lib/fastreboot",
        after=told_before("goes through the firmware: /var/lib/fastreboot/attempt: Operation not permitted")),
    "disk-full": Fault(
        "the file system of /var/lib/fastreboot is full to the last block", FIRMWARE, NOT_WRITTEN_DOWN, STATE_FULL,
        after=told_before("goes through the firmware: /var/lib/fastreboot/attempt: No space left on device")),
    "read-only": Fault(
        "every file system is read-only, as after a disk error", FIRMWARE, NOT_WRITTEN_DOWN,
        "echo u > /proc/sysrq-trigger; while touch /var/x; do :; done"),
    "history-garbage": Fault(
        "the history is garbage", FAST, STARTED_BY_KEXEC, f"{GARBAGE} > /var/lib/fastreboot/history",
        after=set_aside("history", "damaged")),
    "run-deleted": Fault("/run/fastreboot is deleted", FAST, STARTED_BY_KEXEC, "rm -rf /run/fastreboot"),
    "clock-back": Fault("the clock is set back a year over the reboot", FAST, STARTED_BY_KEXEC, CLOCK_AHEAD,
                        after=a_year_earlier),
    "machine-id": Fault("/etc/machine-id changes over the reboot", FAST,
                        "^a kernel with a mark of fastreboot that is not recorded", in_between(NEW_MACHINE_ID),
                        after=set_aside("attempt", "other-machine")),

    # What fastreboot depends on.
    "no-memory": Fault(
        "no memory for the next kernel: 40 MiB of 256 free", FIRMWARE, f"{LOAD_DID_NOT_END}|memory",
        NO_MEMORY, hardware={"memory": 256}),
    "killed": Fault("the load is killed", FIRMWARE, LOAD_DID_NOT_END, KILL_LOAD),
    "killed-at-load": Fault(
        "a seccomp filter kills the load at kexec_file_load", FIRMWARE, LOAD_DID_NOT_END,
        KILLED_AT_LOAD),
    "no-journal": Fault(
        "journald is stopped and masked", FAST, STARTED_BY_KEXEC, NO_JOURNAL, journal=False),
    "no-bus": Fault(
        "D-Bus is stopped", FAST, STARTED_BY_KEXEC, "systemctl stop dbus.socket dbus.service"),
    "reexec-before": Fault("PID 1 re-executes before the reboot", FAST, STARTED_BY_KEXEC,
                           "systemctl daemon-reexec"),
    "reexec-between": Fault("PID 1 re-executes between load and jump", FAST, STARTED_BY_KEXEC,
                            in_between("systemctl daemon-reexec")),
    "quirk-broken": Fault(
        "a quirks file is broken", FIRMWARE, "^firmware: /etc/fastreboot/quirks.d/lab.conf:2: ",
        "mkdir -p /etc/fastreboot/quirks.d && printf '[quirk]\\nMatch' > /etc/fastreboot/quirks.d/lab.conf"),
    "settings-half": Fault(
        "/etc/fastreboot.conf is half written", FIRMWARE, "^firmware: /etc/fastreboot.conf:1: ",
        "printf 'mode = fa' > /etc/fastreboot.conf"),
    "jump-unit-broken": Fault(
        "fastreboot-jump.service is garbage", FIRMWARE, NO_JUMP,
        f"{GARBAGE} > /etc/systemd/system/fastreboot-jump.service; systemctl daemon-reload"),
    "unit-broken": Fault(
        "fastreboot.service is garbage", FIRMWARE, None,
        f"{GARBAGE} > /etc/systemd/system/fastreboot.service; systemctl daemon-reload"),
    "upgraded": Fault(
        "fastreboot was reinstalled since the boot", FAST, STARTED_BY_KEXEC,
        "cp -p /usr/sbin/fastreboot /usr/sbin/new; mv /usr/sbin/new /usr/sbin/fastreboot; systemctl daemon-reload"),
    "program-cut-off": Fault(
        "an upgrade was interrupted: the program is cut in half", FIRMWARE, None,
        "truncate -s 50000 /usr/sbin/fastreboot"),
    "module-in-use": Fault(
        "a module that a quirk unloads before the jump is still in use", FAST, STARTED_BY_KEXEC, QUIRK + USE_LOOP,
        after=loop_stays),
    "detaching-hangs": Fault(
        "unloading modules before the jump hangs and ignores SIGTERM", FAST, STARTED_BY_KEXEC,
        QUIRK + DETACHING_HANGS, after=nothing_detached),
    "stubborn-service": Fault("a service does not stop", FAST, STARTED_BY_KEXEC, STUBBORN),
}
