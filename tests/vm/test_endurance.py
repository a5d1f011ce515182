# SPDX-License-Identifier: LGPL-2.1-or-later
"""What scripts/test --endurance makes of its reboots. It runs for hours, and not here."""
import collections

from lab import endurance
from lab.endurance import ALLOWED, FIRMWARE, FIRMWARE_EVERY, WAYS, Reboot

FIRST = dict.fromkeys(ALLOWED, 1000)


def reboots(number, measured=lambda _number: {}):
    return [Reboot(endurance.way(n), 10.0, FIRST | measured(n)) for n in range(1, number + 1)]


def test_each_way_comes_as_often():
    ways = collections.Counter(endurance.way(number) for number in range(1, 1 + 5 * FIRMWARE_EVERY * len(WAYS)))
    assert ways.keys() == {FIRMWARE, *WAYS}
    assert ways[FIRMWARE] == 5 * len(WAYS)
    assert min(ways.values()) > 0 and endurance.way(1) != FIRMWARE


def test_a_run_is_continued():
    done = [Reboot("reboot", 9.5, {"disk": 1}), Reboot(FIRMWARE, trouble="two\nlines")]
    assert repr(endurance.load(map(endurance.dump, done))) == repr(done)
    assert "\n" not in endurance.dump(done[1])


def test_what_is_measured():
    assert endurance.measured("memory 1\ndisk 2\n") == {"memory": 1, "disk": 2}
    named = [line.split()[1] for line in endurance.MEASURE.splitlines() if line.startswith("echo ")]
    assert named == list(ALLOWED)


def test_growth_is_a_failure():
    for name, allowed in ALLOWED.items():
        lines, failures = endurance.report(reboots(100, lambda n: {name: 1000 + (allowed + 1) * n // 50}))
        assert failures == 1, (name, lines)
        assert [line.split(":")[0] for line in lines if line.endswith("TOO MUCH")] == [name]
        _, failures = endurance.report(reboots(100, lambda n: {name: 1000 + allowed * (n > 50)}))
        assert failures == 0, name


def test_one_odd_reboot_is_no_growth():
    assert endurance.report(reboots(100, lambda n: {"memory": 1 << 40} if n in (1, 7, 99) else {}))[1] == 0


def test_what_is_measured_after_the_firmware_does_not_count():
    after = [Reboot(FIRMWARE, 60.0, FIRST | {"memory": 1 << 40}) for _ in range(endurance.WINDOW)]
    assert endurance.report(reboots(20) + after)[1] == 0


def test_too_few_to_tell():
    assert endurance.growth(reboots(12, lambda n: {"disk": n << 40})) == {}
    assert endurance.report([])[0][0] == "0 fast reboots, 0 through the firmware on request; 0 in trouble (0.00 %)"


def test_trouble_is_told():
    done = reboots(49) + [Reboot("reboot", trouble="it went through its firmware")]
    lines, failures = endurance.report(done)
    assert failures == 1
    assert lines[0] == "49 fast reboots, 1 through the firmware on request; 1 in trouble (2.00 %)"
    assert "--- reboot\nit went through its firmware" in lines
    assert lines[-1] == "49 passed, 1 failed, 0 skipped"
