# SPDX-License-Identifier: LGPL-2.1-or-later
"""The steps of a fast reboot. The table of faults cuts the power before each of them."""
from lab import steps
from lab.faults_table import LOAD_DID_NOT_END, NO_JUMP, NOT_WRITTEN_DOWN

ATTEMPT = ["write /var/lib/fastreboot/.attempt.new", "fsync /var/lib/fastreboot/.attempt.new",
           "rename /var/lib/fastreboot/attempt", "fsync /var/lib/fastreboot"]


def test_they_are_those_of_the_table(machine):
    seen, known = steps.trace(machine), steps.kept()
    if seen != known:
        steps.keep(seen)
    assert seen == known, f"{steps.FILE} has been written anew"


def test_what_is_said_depends_on_what_is_on_the_disk():
    said = [steps.said_after("load", (2 * ATTEMPT)[:n]) for n in range(9)]
    unsure = [f"{NOT_WRITTEN_DOWN}|{LOAD_DID_NOT_END}", f"{LOAD_DID_NOT_END}|{NO_JUMP}"]
    assert said == [NOT_WRITTEN_DOWN] * 3 + unsure[:1] + [LOAD_DID_NOT_END] * 3 + unsure[1:] + [NO_JUMP]


def test_a_row_for_each_step():
    rows = steps.faults({"load": ATTEMPT, "jump": [], "health": ["unlink /run/fastreboot/health"]})
    assert list(rows) == ["power-cut-load-01", "power-cut-load-02", "power-cut-load-03", "power-cut-load-04",
                          "power-cut-health-01"]
    assert "echo '3 *' > /root/lab-stop" in rows["power-cut-load-03"].do
    assert rows["power-cut-load-03"].says.endswith("before step 3, rename /var/lib/fastreboot/attempt")
    assert "fastreboot-health.service.d" in rows["power-cut-health-01"].do
