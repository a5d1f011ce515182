# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where the time of a reboot went, by `fastreboot history`, agrees with what is seen from outside."""
import json
import re

from lab import expect
from lab.faults import drop_in

# It asks PID 1 about every service: on a busy computer, an emulator may need more than its 30 seconds.
PATIENT = drop_in("fastreboot-times.service", "[Service]\nTimeoutStartSec=5min")
SLOW = 4  # seconds
SLOW_SERVICE = rf"""
cat > /etc/systemd/system/lab-slow.service <<'END'
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sleep {SLOW}
ExecStop=/bin/sleep {SLOW}
TimeoutStopSec=60
[Install]
WantedBy=multi-user.target
END
systemctl daemon-reload && systemctl enable --now lab-slow
"""
# The kernel reads the hardware clock, which has whole seconds; and what it prints comes late, later still on a busy
# computer.
EARLY, LATE = 3, 15


def times(machine):
    """Of the last reboot, when they are complete."""
    machine.run("systemctl is-system-running --wait", check=False, seconds=300)
    (reboot,) = json.loads(machine.output("fastreboot history 1 --json"))["reboots"]
    assert reboot["boot_id"] == machine.output("cat /proc/sys/kernel/random/boot_id")
    assert reboot["times"], machine.output("journalctl -b -u fastreboot-times --no-pager; ls -l /run/fastreboot")
    print(machine.output("fastreboot history 1"))
    return reboot, {phase["id"]: phase for phase in reboot["times"]["phases"]}


def end(phase):
    return phase["start_usec"] + phase["duration_usec"]


def when(machine, start, pattern):
    """When the console, after its first `start` characters, showed the pattern."""
    place = start + re.search(pattern, machine.qemu.console[start:]).start()
    return next(time for length, time in machine.qemu.console_times if place < length)


def agrees(machine, start, boot, reboot, phases):
    """What QEMU's console shows, and the sum of what fastreboot says."""
    assert reboot["times"]["clock_comparable"]
    for before, after in (("gap", "kernel"), ("kernel", "initrd"), ("initrd", "userspace")):
        assert end(phases[before]) == phases[after]["start_usec"], (before, after)
    old = when(machine, start, "Linux version") - when(machine, start, "Stopp(ing|ed) ")
    new = boot.up_seconds - boot.kernel_seconds
    inside = phases["kernel"]["start_usec"] / 1e6, (end(phases["userspace"]) - phases["kernel"]["start_usec"]) / 1e6
    print("from outside:", old, new, "from inside:", inside)
    assert -EARLY < old - inside[0] < LATE and -LATE < new - inside[1] < LATE, (old, new, inside)
    away = end(phases["userspace"]) - phases.get("unmounting", phases["gap"])["start_usec"]
    assert reboot["away_usec"] == away


def test_where_the_time_went(machine):
    machine.run(PATIENT + SLOW_SERVICE)
    start = len(machine.qemu.console)
    boot = machine.reboot()
    expect.fast(machine, boot)
    reboot, phases = times(machine)
    assert set(phases) >= {"stopping", "loading", "unmounting", "gap", "kernel", "initrd", "userspace"}
    agrees(machine, start, boot, reboot, phases)
    for kind, phase in (("slowest_stops", "stopping"), ("slowest_starts", "userspace")):
        (slow,) = [one for one in reboot["times"][kind] if one["unit"] == "lab-slow.service"]
        assert SLOW <= slow["duration_usec"] / 1e6 < SLOW + LATE
        assert phases[phase]["duration_usec"] >= slow["duration_usec"] - 1e6
    assert slow["failed"] is False
    assert reboot["times"]["slowest_stops"][0]["timeout_usec"] in (28000000, 60000000, 90000000)
    assert any(text.startswith("lab-slow.service took") for text in reboot["times"]["advice"])

    # Through the firmware, which is next to nothing in QEMU; and the journal ends with the boot.
    machine.run("mkdir -p /etc/systemd/journald.conf.d; "
                "printf '[Journal]\nStorage=volatile\n' > /etc/systemd/journald.conf.d/lab.conf; "
                "systemctl restart systemd-journald; rm -rf /var/log/journal")
    start = len(machine.qemu.console)
    boot = machine.reboot("fastreboot normal")
    expect.went_by_firmware(machine, boot)
    reboot, phases = times(machine)
    assert set(phases) >= {"stopping", "gap", "kernel", "initrd", "userspace"}
    assert not set(phases) & {"loading", "unmounting"}
    assert reboot["times"]["slowest_stops"] == []
    agrees(machine, start, boot, reboot, phases)

    answer = json.loads(machine.output("fastreboot history --json"))["mean_away"]
    assert (answer["fast_count"], answer["firmware_count"]) == (1, 1)
    assert answer["saved_usec"] == answer["firmware_usec"] - answer["fast_usec"]
