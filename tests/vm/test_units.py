# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the services may do and what they are denied, on each suite's systemd. What they do is seen in all scenarios."""
import re

import pytest

from lab import expect

SUITES = [pytest.param(suite, marks=[pytest.mark.kind(suite), *([] if suite == "bookworm" else [pytest.mark.long])])
          for suite in ("bullseye", "bookworm", "trixie")]

COLLECTED = "/var/lib/prometheus/node-exporter"  # where node_exporter looks

LIMIT = "/proc/sys/kernel/kexec_load_limit_reboot"

# Run inside a service, as the command before its own. Each line must succeed; after "!" it must fail.
READS = "cat /proc/cmdline /sys/kernel/kexec_loaded /proc/1/status"
DENIED = """! head -c 1 /dev/mem
! echo >/dev/console
! mount -t tmpfs none /mnt
! chown 1 /run/fastreboot
! hostname elsewhere
! touch /usr/lab
! mkdir /sys/fs/cgroup/lab
! (echo >/dev/tcp/127.0.0.1/9)
! chrt -f 1 true
! ls /root"""
# The health check and its emergency unit.
LOOKS = f"""{READS}
test -e /sys/class/net/lo
touch /var/lib/fastreboot/lab /run/fastreboot/lab /run/motd.d/lab
! head -c 1 /dev/kmsg
! dd if=/dev/vda of=/dev/null count=1
! echo 0 >/proc/sys/kernel/panic
{DENIED}"""
# It lowers the limit, which stays far from 0. Linux before 6.3 has none.
LOADS = f"""{READS}
dd if=/dev/vda of=/dev/null count=1
! dd if=/dev/vda of=/dev/vda count=1
ls /usr/lib/modules/$(uname -r)/modules.dep
test -e /sys/class/net/lo
touch /var/lib/fastreboot/lab /run/fastreboot/lab
[ ! -e {LIMIT} ] || {{ left=$(cat {LIMIT}); [ $left -ge 0 ] || left=1000; echo $((left - 1)) >{LIMIT}; }}
! head -c 1 /dev/kmsg
! echo 0 >/proc/sys/kernel/panic
! echo 0 >/proc/sys/kernel/kexec_load_disabled
{DENIED}"""
PROBES = {
    "fastreboot": LOADS,
    "fastreboot-early": LOADS,
    "fastreboot-health": LOOKS,
    "fastreboot-emergency": LOOKS,
    "fastreboot-metrics": f"""{READS}
dd if=/dev/vda of=/dev/null count=1
! dd if=/dev/vda of=/dev/vda count=1
dd if=/dev/kmsg of=/dev/null bs=8k count=1 iflag=nonblock
ls /usr/lib/modules/$(uname -r)/modules.dep
test -e /sys/class/net/lo
touch /var/lib/prometheus/node-exporter/lab
! touch /var/lib/fastreboot/lab
! echo 0 >/proc/sys/kernel/panic
{DENIED}""",
    "fastreboot-wait": f"""{READS}
test -e /sys/class/net/lo
! touch /var/lib/fastreboot/lab
! touch /run/fastreboot/lab
! dd if=/dev/vda of=/dev/null count=1
{DENIED}""",
    "fastreboot-times": f"""{READS}
touch /var/lib/fastreboot/lab /run/fastreboot/lab
! head -c 1 /dev/kmsg
! dd if=/dev/vda of=/dev/null count=1
! echo 0 >/proc/sys/kernel/panic
{DENIED}""",
    # From 252 on systemd leaves all of /run writable to a unit that has a directory of its own there.
    "fastreboot-countdown": f"""touch /run/motd.d/lab
! touch /var/lib/fastreboot/lab
! dd if=/dev/vda of=/dev/null count=1
{DENIED}""",
    "fastreboot-modules": f"""{READS}
test -w /sys/bus/platform/drivers_probe
! head -c 1 /dev/kmsg
dd if=/dev/vda of=/dev/null count=1
! dd if=/dev/vda of=/dev/vda count=1
! touch /var/lib/fastreboot/lab
{DENIED}""",
    "fastreboot-jump": f"""{READS}
dd if=/dev/kmsg of=/dev/null bs=8k count=1 iflag=nonblock
touch /var/lib/fastreboot/lab /run/fastreboot/lab
! dd if=/dev/vda of=/dev/null count=1
! echo 0 >/proc/sys/kernel/panic
{DENIED}""",
}
# "[Unit]" lines of a service do not matter here, and would keep it from being started.
SANDBOX = """
systemctl cat UNIT | awk '/^\\[/ { on = $0 == "[Service]" } on && !/^(Exec|Type|Remain|Timeout)/' > /run/lab-unit
{ cat /run/lab-unit; echo Type=oneshot; echo ExecStart=/bin/bash /run/lab-probe; } > /run/systemd/system/lab-UNIT.service
systemctl daemon-reload
systemctl start lab-UNIT || { journalctl -u lab-UNIT -o cat --no-pager; exit 1; }
"""


def probe(lines):
    """A script that runs all lines and tells those that did not do what they must."""
    for line in lines.splitlines():
        command = line.removeprefix("! ")
        quiet = f"( {command} ) >/dev/null 2>&1"
        wrong = f"echo 'lab: not as expected: {line}'; bad=1"
        yield f"if {quiet}; then {wrong}; fi" if line.startswith("! ") else f"{quiet} || {{ {wrong}; }}"
    yield "exit ${bad-0}"


@pytest.mark.parametrize("suite", SUITES)
def test_sandbox(machine, suite):
    machine.run(f"mkdir -p {COLLECTED}")
    for unit, lines in PROBES.items():
        machine.put("/run/lab-probe", "\n".join(probe(lines)) + "\n")
        machine.run(SANDBOX.replace("UNIT", unit))
    unknown = machine.output("journalctl -b -o cat --no-pager | grep -E '(fastreboot|lab-).*(Unknown|Failed to parse)' || true")
    assert unknown == ""
    if suite == "bullseye":  # the later ones are rated without a machine, see test_package.py
        exposures(machine)


def exposures(machine):
    for unit in PROBES:
        line = machine.output(f"systemd-analyze security --no-pager {unit}.service | tail -n 1")
        print(line)
        assert float(re.search(r"service: ([\d.]+)", line)[1]) <= 2.0, line


# A write to a loop device whose file system is full.
DISK_ERROR = """
mkdir /run/lab && mount -t tmpfs -o size=64k none /run/lab
truncate -s 1M /run/lab/disk
modprobe loop
dev=$(losetup --show -f /run/lab/disk)
! dd if=/dev/zero of=$dev bs=128k count=1 oflag=direct
"""


def test_disk_errors_are_told_before_the_reboot(machine):
    machine.run(DISK_ERROR)
    expect.fast(machine, machine.reboot())
    told = [line for line in expect.told(machine, -1) if line.startswith("before this reboot: ")]
    assert told == ["before this reboot: loop0 had 1 I/O error since the machine started"]


def test_metrics_are_collected_as_root_sees_them(machine):
    """The sandbox of the service hides nothing, and the timer is there again after a reboot."""
    machine.run(f"mkdir -p {COLLECTED}\nsystemctl enable --now fastreboot-metrics.timer")
    machine.run("systemctl start fastreboot-metrics")
    values = "grep -v -e '^#' -e last_check_timestamp"
    assert machine.output(f"{values} {COLLECTED}/fastreboot.prom") == machine.output(f"fastreboot metrics | {values}")
    machine.run(f"ls -A {COLLECTED} | diff - <(echo fastreboot.prom)")
    expect.fast(machine, machine.reboot())
    machine.run("systemctl is-active fastreboot-metrics.timer && systemctl start fastreboot-metrics")
    machine.run(f"grep -xF 'fastreboot_last_reboot{{outcome=\"fast\"}} 1' {COLLECTED}/fastreboot.prom")
    assert machine.output("fastreboot check --nagios").startswith("FASTREBOOT OK - ")


SLOW = """
mkdir /etc/systemd/system/fastreboot.service.d
cat > /etc/systemd/system/fastreboot.service.d/lab.conf <<'END'
[Service]
ExecStart=
ExecStart=-/bin/sh -c 'sleep 35; exec fastreboot booted'
END
systemctl daemon-reload
"""


@pytest.mark.long
def test_a_slow_boot_does_not_cost_the_next_fast_reboot(machine):
    """The unit is active in the end, so the load runs at the next shutdown."""
    machine.run(SLOW)
    machine.reboot(ask=False)
    machine.run("while [ $(systemctl is-active fastreboot) = activating ]; do sleep 1; done")
    assert "last reboot: fast" in expect.the_line(machine)
    machine.run("rm -r /etc/systemd/system/fastreboot.service.d && systemctl daemon-reload")
    expect.fast(machine, machine.reboot())
