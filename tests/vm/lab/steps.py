# SPDX-License-Identifier: LGPL-2.1-or-later
"""The steps of a fast reboot: each system call that changes fastreboot's files, or loads a kernel; and power cuts there.

steps.json lists them as stopper.pl has seen them; test_steps.py writes it anew where that differs.
"""
import json
import re
from pathlib import Path

from lab import expect
from lab.faults import POWER_BACK, Fault, drop_in, power_cut_at
from lab.faults_table import LOAD_DID_NOT_END, NO_JUMP, NOT_CHECKED, NOT_WRITTEN_DOWN

FILE = Path(__file__).with_suffix(".json")
STOPPER = Path(__file__).with_name("stopper.pl").read_text()
STOPPED = "lab: stopped before"
# Verb of the program: its unit, and the line there that runs it. In the order of a reboot.
RUNS = {
    "load": ("fastreboot.service", "ExecStop", "load --at-shutdown"),
    "jump": ("fastreboot-jump.service", "ExecStart", "jump"),
    "booted": ("fastreboot.service", "ExecStart", "booted"),
    "health": ("fastreboot-health.service", "ExecStart", "health"),
}
# What the next boot says after a power cut before the first step of a verb, and from which step on it says something
# else. That step counts once the directory is on the disk; until then both may be said.
SAYS = {
    "load": [NOT_WRITTEN_DOWN, ("rename /var/lib/fastreboot/attempt", LOAD_DID_NOT_END),
             ("rename /var/lib/fastreboot/attempt", NO_JUMP)],
    "jump": [NO_JUMP],
    "booted": [NO_JUMP, ("rename /var/lib/fastreboot/attempt", NOT_CHECKED)],
    # With the result in the history, the attempt is over: it is removed only afterwards.
    "health": [NOT_CHECKED, ("rename /var/lib/fastreboot/history", NOT_WRITTEN_DOWN)],
}
ON_DISK = "fsync /var/lib/fastreboot"


def under_stopper(verb):
    """A script after which the unit runs the program so. What the stopper shows on the console takes its device."""
    unit, line, arguments = RUNS[verb]
    return f"""
cat > /usr/local/sbin/lab-stopper <<'END'
{STOPPER}
END
""" + drop_in(unit, f"[Service]\nDeviceAllow=/dev/console rw\n{line}=\n"
                    f"{line}=+/usr/bin/perl /usr/local/sbin/lab-stopper /usr/sbin/fastreboot {arguments}", f"lab-{verb}")


def stop_before(step, number=1, verb="load"):
    """A script after which the verb stops for good before such a step for the N-th time; "*" is any."""
    return under_stopper(verb) + f"echo '{number} {step}' > /root/lab-stop\n"


def said_after(verb, done):
    """What is said after a power cut when these steps have been done, as a regular expression."""
    sure, *changes = SAYS[verb]
    may = sure
    for step in done:
        if changes and step == changes[0][0]:
            may = changes.pop(0)[1]
        elif step == ON_DISK:
            sure = may
    return sure if sure == may else f"{sure}|{may}"


def can_go_on(machine, _boot):
    """Nothing that the power cut left behind is in the way of the next fast reboot, once the kernel may be tried."""
    machine.run("fastreboot retry; fastreboot check | tail -n 1 | grep '^Next reboot: fast'")


def faults(steps):
    """{name: row of the table} of {verb: its steps}."""
    return {f"power-cut-{verb}-{number:02}": Fault(
        f"power cut in `fastreboot {verb}` before step {number}, {step}", POWER_BACK, said_after(verb, done),
        stop_before("*", number, verb), reboot=power_cut_at(re.escape(f"{STOPPED} {step}\n")), after=can_go_on)
        for verb, listed in steps.items()
        for number, step, done in ((i + 1, step, listed[:i]) for i, step in enumerate(listed))}


def kept():
    return json.loads(FILE.read_text())


def keep(steps):
    FILE.write_text(json.dumps(steps, indent=1) + "\n")


TRACE = "mkdir /root/lab-steps\n" + "".join(map(under_stopper, RUNS))


def trace(machine):
    """Makes a fast reboot, and returns its steps."""
    machine.run(TRACE)
    expect.fast(machine, machine.reboot())
    machine.run(expect.CHECKED)
    return {verb: machine.output(f"cat /root/lab-steps/{verb} 2>/dev/null || true").splitlines() for verb in RUNS}


STEP_FAULTS = faults(kept())
