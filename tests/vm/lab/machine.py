# SPDX-License-Identifier: LGPL-2.1-or-later
"""The machines that the scenarios use."""
import base64
import contextlib
import dataclasses
import json
import re
import time
from pathlib import Path

from lab import bench_disk, cache, layouts, loaders, program, qemu, superblocks
from lab.hardware import hardware, make_disk, overlay

BOOT_SECONDS = 600     # how long a boot may take: two emulated machines may share a slow computer
JUMPED = "kexec_core: Starting new kernel"
WAIT_IDLE = "systemctl is-system-running --wait || systemctl --failed; sync"
UNPACK = "tar -C / --no-same-owner -xf /run/program.tar.gz && rm /run/program.tar.gz && systemctl daemon-reload"
ENABLE = "systemctl enable --now fastreboot && sync"
# No boot loader starts a kernel that QEMU is given, so fastreboot is told which one is next: by the names that
# follow updates. Scenarios have settings of their own in later files.
SETTINGS = "/etc/fastreboot.conf.d/00-lab.conf"
KERNEL = "kernel = /vmlinuz\ninitrd = /initrd.img\n"
# On a busy computer an emulated TSC is found to be unstable in one boot and not in the next: a loss, after a fast
# reboot. The other clock is always the same.
CLOCK = "/etc/tmpfiles.d/lab-clock.conf"
ACPI_PM = "w /sys/devices/system/clocksource/clocksource0/current_clocksource - - - - acpi_pm\n"
# What asks for a reboot and for nothing else, so that what fastreboot says before it must come true.
PLAIN = ("reboot", "systemctl reboot", "systemctl kexec", "shutdown -r now", "kill -INT 1")
PANIC = re.compile(r"Kernel panic|---\[ end Kernel")


@dataclasses.dataclass
class Result:
    code: int
    output: str


@dataclasses.dataclass
class Boot:
    """One way from a running system to the next, as seen from outside."""
    resets: int            # how often the machine went through its firmware
    jumped: bool           # the old kernel said on the console that it starts the next one
    last_words: str        # of the old user space: what PID 1 was about to do, and whether a kernel was loaded
    console: str           # from the command that asked for the reboot to the next system being up
    boot_id: str
    kernel_seconds: float  # from the command to the first line of the new kernel
    up_seconds: float      # from the command to multi-user.target
    promised: dict | None = None  # what `status` said before; None where it was not asked or could not answer


class Machine:
    def __init__(self, kind, directory, below, loader=None):
        """Starts from the firmware, or continues from the snapshot `below`. For `loader` see hardware().

        Disks that are in the directory already are used as they are.
        """
        if not (directory / "root.qcow2").exists():
            overlay(directory, kind, below, kind.loader if loader is None else loader)
        state = below / "state" if below and (below / "state").exists() else None
        incoming = ["-incoming", "defer"] if state else []
        self.kind = kind
        self._directory = directory
        self._boot_seconds = BOOT_SECONDS * (4 if kind.steady else 1)
        self.qemu = qemu.Qemu([*hardware(kind, directory, loader), *incoming], directory)
        self._number = 0
        self._answered = 0  # the part of the console in which a passphrase was given
        if state:
            self.qemu.load_state(state)

    # Commands inside.

    def run(self, script, check=True, seconds=120):
        """Runs a bash script as root; returns its output and exit code."""
        number = self._send(script)
        result = self._wait(lambda: self._answer(number), f"the answer to: {script[:200]}", seconds)
        if check and result.code != 0:
            raise AssertionError(f"in the machine: {script}\nexit {result.code}\n{result.output}")
        return result

    def output(self, script, **options):
        return self.run(script, **options).output.strip()

    def ask(self, script):
        """Runs a script without waiting for an answer, for when the machine may go down before it can give one."""
        self._send(script)

    def put(self, path, data, mode=0o644):
        """Writes a file in the machine, with its directories."""
        if isinstance(data, str):
            data = data.encode()
        text = base64.b64encode(data).decode()
        self.run(f"mkdir -p '{Path(path).parent}' && base64 -d > '{path}' <<'END' && chmod {mode:o} '{path}'\n"
                 f"{text}\nEND")

    def _send(self, script):
        self._number += 1
        self.qemu.send_agent(f"{self._number} {script.encode().hex()}")
        return self._number

    def _answer(self, number):
        for line in self.qemu.agent_lines:
            if match := re.fullmatch(rf"done {number} (\d+) (\S*)", line):
                output = bytes.fromhex(match[2]).decode("utf-8", "replace")
                return Result(int(match[1]), output)
        return None

    def _hello(self, start, boots=1):
        hellos = [line for line in self.qemu.agent_lines[start:] if line.startswith("boot ")]
        return hellos[boots - 1].split()[1] if len(hellos) >= boots else None

    def wait_for_console(self, pattern, seconds=BOOT_SECONDS // 2, start=0):
        """Waits until the console shows `pattern` (a regular expression) after its first `start` characters."""
        return self.qemu.wait(lambda: re.search(pattern, self.qemu.console[start:]), f"'{pattern}' on the console",
                              seconds)

    def _wait(self, condition, what, seconds, may_panic=False):
        start = len(self.qemu.console)

        def or_panic():
            if not may_panic and (panic := PANIC.search(self.qemu.console, start)):
                raise qemu.QemuError(f"{panic[0]} while waiting for {what}")
            self._unlock()
            return condition()

        return self.qemu.wait(or_panic, what, seconds)

    def _unlock(self):
        """Types the passphrase, if the boot asks for it."""
        if self.kind.asks and re.search(layouts.PROMPT, self.qemu.console[self._answered:]):
            self._answered = len(self.qemu.console)
            self.qemu.type(superblocks.PASSPHRASE + "\n")

    # Reboots.

    def wait_up(self):
        self._wait(lambda: self._hello(0), "the first boot", self._boot_seconds)

    def reboot(self, script="reboot", meanwhile=None, may_panic=False, boots=1, ask=True):
        """Requests a reboot by a script, and waits until the machine is up again.

        meanwhile(machine) runs in between; it waits for something on the console first. `boots` is how often the
        machine must come up, if it reboots by itself. `ask`: fastreboot is asked before what it will be.
        """
        promised = self._promise() if ask and script in PLAIN and not self.kind.steady else None
        since = Since(self)
        number = self._send(script)
        if meanwhile:
            meanwhile(self)
        self._wait(lambda: self._hello(since.lines, boots) or self._refused(number),
                   "the machine to be up again", boots * self._boot_seconds, may_panic)
        return dataclasses.replace(since.boot(), promised=promised)

    def _promise(self):
        answer = self.run("timeout -s KILL 20 fastreboot status --json 2>/dev/null", check=False)
        with contextlib.suppress(json.JSONDecodeError):
            return json.loads(answer.output)
        return None

    def _refused(self, number):
        result = self._answer(number)
        if result and result.code != 0:
            raise AssertionError(f"the command for the reboot failed: {result}")

    def power_off(self, script="poweroff"):
        """Powers the machine off. It stays off until power_on()."""
        start, console = len(self.qemu.events), len(self.qemu.console)
        self._send(script)
        self._wait(lambda: self.qemu.event("SHUTDOWN", start, guest=True), "the machine to power off", BOOT_SECONDS)
        return last_words(self.qemu.console[console:])

    def halt(self, script="halt"):
        console = len(self.qemu.console)
        self._send(script)
        self._wait(lambda: "System halted" in self.qemu.console[console:], "the machine to halt", BOOT_SECONDS)
        return last_words(self.qemu.console[console:])

    def power_on(self):
        """After power_off() or halt()."""
        since = Since(self)
        self.qemu.qmp("system_reset")
        if self.qemu.qmp("query-status")["status"] != "running":
            self.qemu.qmp("cont")
        self._wait(lambda: self._hello(since.lines), "the machine to be up", BOOT_SECONDS)
        return since.boot()

    def leave(self, script, for_console):
        """Reboots into something else than the system, which writes `for_console`. Continue with power_on()."""
        start = len(self.qemu.console)
        self._send(script)
        self.wait_for_console(for_console, start=start)

    def power_cut(self, kind=None):
        """Kills QEMU and starts it again on the same disks, with the hardware of `kind` if given.

        What the guest had not flushed may be lost, as with a disk that has a cache.
        """
        self.qemu.close()
        self.kind = kind or self.kind
        start = time.monotonic()
        self.qemu = qemu.Qemu(hardware(self.kind, self._directory), self._directory)
        since = Since(self, start)
        self.wait_up()
        return dataclasses.replace(since.boot(), resets=since.resets() + 1)

    # For finding out why a scenario failed.

    def diagnosis(self):
        parts = ["--- console\n" + "\n".join(self.qemu.console.splitlines()[-80:])]
        with contextlib.suppress(Exception):
            script = "journalctl --no-pager -o short-monotonic -u 'fastreboot*' -t fastreboot | tail -80"
            parts.append("--- journal of fastreboot\n" + self.run(script, check=False, seconds=30).output)
        parts.append("--- QMP events\n" + "\n".join(map(json.dumps, self.qemu.events[-20:])))
        return "\n".join(parts)


def last_words(console):
    """What guest/usr/lib/systemd/system-shutdown/lab-tell wrote; None after `reboot -f`."""
    words = re.search(r"^lab: (.*)$", console, re.MULTILINE)
    return words[1] if words else None


class Since:
    """A point in time; gives what has happened since."""

    def __init__(self, machine, start=None):
        self._qemu = machine.qemu
        self._qemu.pump(0)
        self.lines = len(self._qemu.agent_lines)
        self._events = len(self._qemu.events)
        self._console = len(self._qemu.console)
        self._time = start or time.monotonic()

    def resets(self):
        return sum(event["event"] == "RESET" for event in self._qemu.events[self._events:])

    def boot(self):
        console = self._qemu.console[self._console:]
        hello = [line for line in self._qemu.agent_lines[self.lines:] if line.startswith("boot ")][-1]
        return Boot(resets=self.resets(), jumped=JUMPED in console,
                    last_words=last_words(console), console=console, boot_id=hello.split()[1],
                    kernel_seconds=self._when("Linux version") - self._time, up_seconds=time.monotonic() - self._time)

    def _when(self, text):
        place = self._qemu.console.find(text, self._console)
        return next((when for length, when in self._qemu.console_times if 0 <= place < length), float("nan"))


# Snapshots.

def snapshot(kind, recipe, name, below, prepare, says):
    """A directory with the disks and the state of a machine after prepare(machine)."""
    def make(target):
        machine = Machine(kind, target, below)
        try:
            prepare(machine)
            machine.qemu.save_state(target / "state")
        except Exception as error:
            raise qemu.QemuError(f"{says}: {error}\n{machine.diagnosis()}") from error
        finally:
            machine.qemu.close()

    return cache.get(f"{name}-{kind.name}", recipe, make, f"{says} ({kind.name})")


def disk_with_loader(kind):
    """A disk on which the boot loader was installed from inside the machine, as installers do it."""
    script = bench_disk.INSTALL if kind.loader in bench_disk.LOADERS else \
        loaders.install(kind.loader, kind.root, kind.initrd)

    def make(target):
        machine = Machine(kind, target, None, loader="")
        try:
            machine.wait_up()
            machine.run(WAIT_IDLE)
            machine.run(script, seconds=1200)
            machine.power_off()
        except Exception as error:
            raise qemu.QemuError(f"installing {kind.loader}: {error}\n{machine.diagnosis()}") from error
        finally:
            machine.qemu.close()
        (target / "source.qcow2").unlink(missing_ok=True)

    recipe = cache.digest(*hardware(kind, "here", ""), script, *cache.age(make_disk(kind) / "root.img"))
    return cache.get(f"loader-{kind.name}", recipe, make, f"installing the boot loader in a machine ({kind.name})")


def booted(kind):
    """Up, without fastreboot."""
    below = disk_with_loader(kind) if kind.loader else None
    made = cache.age(below / "root.qcow2" if below else make_disk(kind) / "root.img")
    recipe = cache.digest(*hardware(kind, "here"), *qemu.CHANNELS, WAIT_IDLE, *made)

    def prepare(machine):
        machine.wait_up()
        machine.run(WAIT_IDLE)

    return snapshot(kind, recipe, "booted", below, prepare, "first boot of a machine")


def installed(kind):
    """Up, with fastreboot installed and enabled."""
    below, built = booted(kind), program.build(kind.suite)
    recipe = cache.digest(below.name, built / "program.tar.gz", UNPACK, ENABLE, SETTINGS, KERNEL, ACPI_PM)

    def prepare(machine):
        install(machine)
        machine.put(CLOCK, ACPI_PM)
        machine.run(f"systemd-tmpfiles --create {CLOCK}")
        machine.run(ENABLE)

    return snapshot(kind, recipe, "installed", below, prepare, "installing fastreboot in a machine")


def install(machine):
    machine.put("/run/program.tar.gz", (program.build(machine.kind.suite) / "program.tar.gz").read_bytes())
    machine.run(UNPACK)
    name_kernel(machine)


def name_kernel(machine):
    if not machine.kind.loader:
        machine.put(SETTINGS, KERNEL)


@contextlib.contextmanager
def start(kind, below):
    """A machine that continues from a snapshot, which takes about a second."""
    with cache.scratch(kind.name) as directory:
        machine = Machine(kind, directory, below)
        try:
            yield machine
        finally:
            machine.qemu.close()
