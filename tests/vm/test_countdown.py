# SPDX-License-Identifier: LGPL-2.1-or-later
"""A machine that will reboot itself runs the administrator's program first, and tells units."""
from lab import expect
from lab.journal import job

NEVER = "health-timeout = {}\nhealth-unit = lab-never.service\n"
# What an administrator hangs on fastreboot-failed.target.
NOTIFY = """[Service]
Type=oneshot
ExecStart=/bin/sh -c 'fastreboot history -n 3 >>/var/lib/lab-notified; sync'
[Install]
WantedBy=fastreboot-failed.target
"""
HOOK = """#!/bin/sh
env | grep -A1 ^FASTREBOOT_ >/var/lib/lab-hook
sync
trap '' TERM
while :; do sleep 1000; done
"""


def notify(machine):
    machine.put("/etc/systemd/system/lab-notify.service", NOTIFY)
    machine.run("systemctl enable lab-notify")


def state(machine, unit):
    return machine.output(f"systemctl is-active {unit}", check=False)


def test_a_hook_that_hangs_does_not_keep_the_machine_up(machine):
    notify(machine)
    machine.put("/usr/local/sbin/lab-hook", HOOK, 0o755)
    hook = "health-hook = /usr/local/sbin/lab-hook\nhealth-hook-timeout = 10\n"
    machine.put("/etc/fastreboot.conf", NEVER.format(10) + hook)
    machine.run("sync")
    boot = machine.reboot()
    assert boot.jumped and boot.resets == 0
    release = machine.output("uname -r")
    boot = machine.reboot("true")  # by itself
    expect.firmware(machine, boot, "something was missing: unit lab-never.service is inactive")
    seen = machine.output("cat /var/lib/lab-hook")
    assert "FASTREBOOT_MISSING=unit lab-never.service is inactive" in seen and f"FASTREBOOT_RELEASE={release}" in seen
    assert any("out of time while running the program of health-hook" in line for line in
               machine.output("journalctl -b -1 -u fastreboot-hook -o cat --no-pager").splitlines())  # fmt: skip
    # Not before it is known whether that has helped.
    job(machine, "lab-notify.service", "start")
    machine.run("grep firmware /var/lib/lab-notified")
    assert state(machine, "fastreboot-failed.target") == "active"
