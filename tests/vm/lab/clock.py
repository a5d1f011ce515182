# SPDX-License-Identifier: LGPL-2.1-or-later
"""The machine's own time, read from outside. It runs on through reboots: firmware, boot loader and kexec alike."""
import calendar
import json

# QEMU's ACPI timer counts the machine's time and is never reset, but it wraps after seconds. The real-time clock
# counts whole seconds only, and tells how often that has happened.
PORT, HZ = 0x608, 3579545
WRAP = (1 << 24) / HZ  # seconds
DATE = ("tm_year", "tm_mon", "tm_mday", "tm_hour", "tm_min", "tm_sec")
STOPPED = "journalctl -b -1 -o json --output-fields=MESSAGE --no-pager UNIT=fastreboot.service | tail -n 20"


class Clock:
    def __init__(self, machine):
        self._machine = machine
        self._first = self._read()

    def now(self):
        """In seconds."""
        fine, coarse = self._read()
        wraps = round((self._first[0] + coarse - self._first[1] - fine) / WRAP)
        return fine + wraps * WRAP

    def kernel_start(self):
        """When the running kernel's clock was zero: at its first line."""
        def once():
            before = self.now()
            up = float(self._machine.output("cut -d' ' -f1 /proc/uptime"))
            return self.now() - before, before - up

        return min(once() for _ in range(5))[1]

    def multi_user(self):
        """When the running system reached multi-user.target."""
        show = "systemctl show -P ActiveEnterTimestampMonotonic multi-user.target"
        return self.kernel_start() + int(self._machine.output(show)) / 1e6

    def _read(self):
        """Seconds by the ACPI timer (modulo WRAP), and by the real-time clock."""
        while (ticks := self._ticks()) >= WRAP * HZ:
            pass  # just reset: the firmware sets up the timer in its first instants
        date = self._machine.qemu.qmp("qom-get", path="/machine", property="rtc-time")
        year, month, *rest = (date[name] for name in DATE)
        return ticks / HZ, calendar.timegm((year + 1900, month + 1, *rest))

    def _ticks(self):
        answer = self._machine.qemu.qmp("human-monitor-command", **{"command-line": f"i /w {PORT:#x}"})
        return int(answer.rpartition("=")[2], 0)


def load_seconds(machine):
    """How long fastreboot.service took to stop in the boot before: that is when it loads the next kernel."""
    entries = map(json.loads, machine.output(STOPPED).splitlines())
    times = {entry["MESSAGE"].split()[0]: int(entry["__MONOTONIC_TIMESTAMP"]) for entry in entries}
    return (times["Stopped"] - times["Stopping"]) / 1e6
