# SPDX-License-Identifier: LGPL-2.1-or-later
"""A machine that will reboot itself says so, can be stopped, runs the administrator's program first, and tells units."""
from lab import expect
from lab.journal import job, message

MOTD = "/run/motd.d/fastreboot"
COUNTDOWN, CALLED_OFF = "c41f6a0d2b7e4d5c8a93e7f05b1c6d48", "e9a35d7c14f84b06b2d0c86f7a3e5b91"
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
# Right after a look at the machine, of which there is one every ten seconds: another would write the text again.
AFTER_A_LOOK = ("grep -qm1 . < <(journalctl -f -n 0 -o cat --no-pager UNIT=fastreboot-health.service JOB_TYPE=start "
                "JOB_RESULT=done)")
# Somebody may log in at the serial console.
CONSOLE = "systemctl unmask serial-getty@ttyS0 && passwd -d root"


def notify(machine):
    machine.put("/etc/systemd/system/lab-notify.service", NOTIFY)
    machine.run("systemctl enable lab-notify")


def state(machine, unit):
    return machine.output(f"systemctl is-active {unit}", check=False)


def log_in(machine):
    """At the serial console. Returns what it shows from the login to the prompt."""
    start = len(machine.qemu.console)
    machine.qemu.type("\n")
    machine.wait_for_console(r"login: ", start=start)
    machine.qemu.type("root\n")
    shown = machine.wait_for_console(r"login: root\n((.|\n)*?)root@lab:~# ", start=start)
    return shown[1]


def announced(machine, start, text):
    """Waits until whoever is logged in at the console has been told so by the journal."""
    wall = rf"Broadcast message from systemd-journald@lab .*\n\n+fastreboot\[\d+\]: {text}"
    machine.wait_for_console(wall, start=start)


def test_it_is_said_everywhere_and_can_be_cancelled(machine):
    notify(machine)
    machine.put("/etc/fastreboot.conf", NEVER.format(600))
    machine.run(f"{CONSOLE} && sync")
    boot = machine.reboot()
    assert boot.jumped and boot.resets == 0
    start = len(machine.qemu.console)
    job(machine, "fastreboot-countdown.service", "start")
    shown = log_in(machine)
    text = machine.output(f"setpriv --reuid=65534 --clear-groups cat {MOTD}")
    assert text.startswith("THIS MACHINE REBOOTS ITSELF at ") and "unit lab-never.service is inactive" in text
    assert "fastreboot cancel" in text
    # Each look at the machine writes it anew: the time may be a second off by now, and the boot may have ended.
    assert text.split(" at ")[0] in shown and all(line in shown for line in text.splitlines()[1:])
    assert state(machine, "fastreboot-countdown") == "active"
    assert machine.output("fastreboot status").startswith("THIS MACHINE REBOOTS ITSELF in ")
    assert machine.run("fastreboot wait --timeout=0", check=False).code == 6

    # Whatever ends the check takes the text away.
    machine.run(f"{AFTER_A_LOOK}\nsystemctl stop fastreboot-health.timer")
    job(machine, "fastreboot-countdown.service", "stop")
    machine.run(f"! test -e {MOTD} && systemctl start fastreboot-health.timer")
    job(machine, "fastreboot-countdown.service", "start", n=2)
    machine.run(f"test -e {MOTD}")

    # Not before: the wait ends where the timer stays stopped.
    machine.run("systemctl start --no-block boot-complete.target")
    entry = message(machine, f"MESSAGE_ID={COUNTDOWN}")
    assert entry["PRIORITY"] == "0" and "reboots through the firmware at " in entry["MESSAGE"]
    announced(machine, start, "this machine reboots through the firmware at ")
    assert state(machine, "fastreboot-wait") == "activating"
    machine.run(AFTER_A_LOOK)
    machine.qemu.type("fastreboot cancel\n")
    announced(machine, start, "this machine does not reboot after all")
    assert "does not reboot after all" in message(machine, f"MESSAGE_ID={CALLED_OFF}")["MESSAGE"]
    assert machine.run("fastreboot wait", check=False).code == 5
    job(machine, "fastreboot-wait.service", "start", "failed")
    job(machine, "boot-complete.target", "start", "dependency")
    for unit in ("fastreboot-health.timer", "fastreboot-countdown.service"):
        job(machine, unit, "stop", n=2)
    machine.run(f"! test -e {MOTD}")
    job(machine, "lab-notify.service", "start")
    machine.run("grep damaged /var/lib/lab-notified")
    machine.run("journalctl --update-catalog")
    assert "fastreboot cancel" in machine.output(f"journalctl -b -x -t fastreboot MESSAGE_ID={COUNTDOWN}")


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
