# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many reboots of one machine in a row: which come, what is measured after each, and what that amounts to."""
import dataclasses
import json
import statistics

WAYS = ("reboot", "systemctl reboot", "shutdown -r now", "kill -INT 1", "fastreboot load && systemctl kexec")
FIRMWARE = "fastreboot normal"
FIRMWARE_EVERY = 25

# Prints what must not grow, a name and a number on each line. The journal has a limit of its own, and is not counted.
MEASURE = """
exec 2>/dev/null
sync
size() { du -s -B1 --apparent-size "$@" | awk '{ sum += $1 } END { print sum + 0 }'; }
of() { awk -v name="$1:" '$1 == name { print $2 }' /proc/meminfo; }
echo memory $((($(of MemTotal) - $(of MemAvailable)) * 1024))
echo disk $(($(df --output=used -B1 / | tail -n 1) - $(du -s -B1 /var/log/journal | cut -f1)))
echo state $(size /var/lib/fastreboot)
echo run $(size /run/fastreboot)
echo units $(find /run/systemd/transient /run/systemd/system /etc/systemd | wc -l)
echo cmdline $(wc -c </proc/cmdline)
echo fields $(journalctl --fields | wc -l)
echo variables $(find /sys/firmware/efi/efivars -type f | wc -l)
echo failed $(systemctl --failed --no-legend | wc -l)
"""

KIB, MIB = 1 << 10, 1 << 20
# How much more there may be at the end than at the beginning. The history of reboots is bounded, but fills up first.
ALLOWED = {"memory": 32 * MIB, "disk": 16 * MIB, "state": 64 * KIB, "run": 4 * KIB, "units": 0, "cmdline": 0,
           "fields": 4, "variables": 0, "failed": 0}
SETTLED = 3   # fast reboots before the beginning is measured
WINDOW = 5    # the beginning and the end are the medians of so many


@dataclasses.dataclass
class Reboot:
    way: str
    seconds: float = float("nan")    # until multi-user.target
    measured: dict = dataclasses.field(default_factory=dict)
    trouble: str | None = None       # anything but what was expected of it

    @property
    def fast(self):
        return self.way != FIRMWARE


def load(lines):
    return [Reboot(**json.loads(line)) for line in lines]


def dump(reboot):
    return json.dumps(dataclasses.asdict(reboot))


def way(number):
    """How reboot `number`, from 1 on, is asked for."""
    return FIRMWARE if number % FIRMWARE_EVERY == 0 else WAYS[number % len(WAYS)]


def measured(text):
    return {name: int(value) for name, value in (line.split() for line in text.splitlines())}


def growth(reboots):
    """{name: (at the beginning, at the end)} of all that was measured, or {} after too few reboots."""
    good = [reboot.measured for reboot in reboots if reboot.fast and not reboot.trouble][SETTLED:]
    if len(good) < 2 * WINDOW:
        return {}
    return {name: tuple(statistics.median(one[name] for one in window) for window in (good[:WINDOW], good[-WINDOW:]))
            for name in ALLOWED}


def report(reboots):
    """(lines to print, number of failures)"""
    fast = [reboot for reboot in reboots if reboot.fast]
    trouble = [reboot for reboot in reboots if reboot.trouble]
    seconds = [reboot.seconds for reboot in fast if not reboot.trouble]
    lines = [f"{len(fast)} fast reboots, {len(reboots) - len(fast)} through the firmware on request; "
             f"{len(trouble)} in trouble ({100 * len(trouble) / max(1, len(reboots)):.2f} %)"]
    if seconds:
        lines.append(f"seconds to multi-user: median {statistics.median(seconds):.0f}, longest {max(seconds):.0f}")
    grown = 0
    for name, (first, last) in growth(reboots).items():
        more = last - first > ALLOWED[name]
        grown += more
        lines.append(f"{name}: {first:.0f} at the beginning, {last:.0f} at the end{', TOO MUCH' if more else ''}")
    lines += [f"--- {reboot.way}\n{reboot.trouble[:6000]}" for reboot in trouble]
    lines.append(f"{len(reboots) - len(trouble)} passed, {len(trouble) + grown} failed, 0 skipped")
    return lines, len(trouble) + grown
