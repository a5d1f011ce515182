# SPDX-License-Identifier: LGPL-2.1-or-later
"""The machines that the scenarios use, and what they ask of them."""
import base64
import contextlib
import dataclasses
import functools
import json
import os
import re
import subprocess
import time
from pathlib import Path

from lab import cache, debian, disk, host, program, qemu

BOOT_SECONDS = 300     # how long a boot may take: two emulated machines may share a slow computer
MEMORY_MIB = 1024
# An emulated processor with few features: the guest loads and tests a module for many of them.
CPU = {"kvm": ("-accel", "kvm", "-cpu", "host"), "tcg": ("-accel", "tcg,thread=multi", "-cpu", "qemu64,+rdrand")}
BOARD = "q35,sata=off,smbus=off,i8042=off,hpet=off"
JUMPED = "kexec_core: Starting new kernel"
WAIT_IDLE = "systemctl is-system-running --wait || systemctl --failed; sync"
UNPACK = "tar -C / --no-same-owner -xf /run/program.tar.gz && rm /run/program.tar.gz && systemctl daemon-reload"
ENABLE = "systemctl enable --now fastreboot && sync"
PANIC = re.compile(r"Kernel panic|---\[ end Kernel")


@dataclasses.dataclass
class Result:
    code: int
    output: str


@dataclasses.dataclass
class Boot:
    """One way from a running system to the next, as seen from outside."""
    resets: int            # how often the machine went through its firmware
    jumped: bool           # the old kernel said on the console that it starts a new one
    last_words: str        # of the old user space: what PID 1 was about to do, and with a kernel loaded or not
    console: str           # from the command that asked for the reboot to the next system being up
    boot_id: str
    kernel_seconds: float  # from the command to the first line of the new kernel
    up_seconds: float      # from the command to multi-user.target


@dataclasses.dataclass(frozen=True)
class Kind:
    suite: str = "bookworm"
    secure_boot: bool = False

    @property
    def name(self):
        return self.suite + ("-secure" if self.secure_boot else "")


class Machine:
    def __init__(self, kind, directory, below):
        """Starts from its firmware, or goes on from the snapshot `below`."""
        overlay(directory, kind, below)
        incoming = ["-incoming", "defer"] if below else []
        self.kind = kind
        self.qemu = qemu.Qemu([*hardware(kind, directory), *incoming], directory)
        self._number = 0
        if below:
            self.qemu.load_state(below / "state")

    # Commands inside.

    def run(self, script, check=True, seconds=120):
        """A bash script as root; its output and exit code."""
        number = self._send(script)
        result = self._wait(lambda: self._answer(number), f"the answer to: {script[:200]}", seconds)
        if check and result.code != 0:
            raise AssertionError(f"in the machine: {script}\nexit {result.code}\n{result.output}")
        return result

    def output(self, script, **options):
        return self.run(script, **options).output.strip()

    def put(self, path, data, mode=0o644):
        """A file written in the machine, with its directories."""
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

    def _hello(self, start):
        return next((line.split()[1] for line in self.qemu.agent_lines[start:] if line.startswith("boot ")), None)

    def _wait(self, condition, what, seconds):
        start = len(self.qemu.console)

        def or_panic():
            if panic := PANIC.search(self.qemu.console, start):
                raise qemu.QemuError(f"{panic[0]} while waiting for {what}")
            return condition()

        return self.qemu.wait(or_panic, what, seconds)

    # Ways down and up.

    def wait_up(self):
        self._wait(lambda: self._hello(0), "the first boot", BOOT_SECONDS)

    def reboot(self, script="reboot"):
        """Asks for a reboot by a script inside, and waits until the machine is up again."""
        since = Since(self)
        number = self._send(script)
        self._wait(lambda: self._hello(since.lines) or self._refused(number),
                   "the machine to be up again", BOOT_SECONDS)
        return since.boot()

    def _refused(self, number):
        result = self._answer(number)
        if result and result.code != 0:
            raise AssertionError(f"the command for the reboot failed: {result}")

    def power_off(self, script="poweroff"):
        """Asks for a power-off and waits for it. The machine stays off until power_on()."""
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

    # For the one who looks why a scenario failed.

    def diagnosis(self):
        parts = ["--- console\n" + "\n".join(self.qemu.console.splitlines()[-80:])]
        with contextlib.suppress(Exception):
            script = "journalctl --no-pager -o short-monotonic -u 'fastreboot*' -t fastreboot | tail -80"
            parts.append("--- journal of fastreboot\n" + self.run(script, check=False, seconds=30).output)
        parts.append("--- QMP events\n" + "\n".join(map(json.dumps, self.qemu.events[-20:])))
        return "\n".join(parts)


def last_words(console):
    """What guest/usr/lib/systemd/system-shutdown/lab-tell said; nothing after `reboot -f`."""
    words = re.search(r"^lab: (.*)$", console, re.MULTILINE)
    return words[1] if words else None


class Since:
    """Remembers where things stood, to tell afterwards what came since."""

    def __init__(self, machine):
        self._qemu = machine.qemu
        self._qemu.pump(0)
        self.lines = len(self._qemu.agent_lines)
        self._events = len(self._qemu.events)
        self._console = len(self._qemu.console)
        self._time = time.monotonic()

    def boot(self):
        console = self._qemu.console[self._console:]
        events = self._qemu.events[self._events:]
        hello = next(line for line in self._qemu.agent_lines[self.lines:] if line.startswith("boot "))
        return Boot(resets=sum(event["event"] == "RESET" for event in events), jumped=JUMPED in console,
                    last_words=last_words(console), console=console, boot_id=hello.split()[1],
                    kernel_seconds=self._when("Linux version") - self._time, up_seconds=time.monotonic() - self._time)

    def _when(self, text):
        place = self._qemu.console.find(text, self._console)
        return next((when for length, when in self._qemu.console_times if 0 <= place < length), float("nan"))


# Hardware, and machines that were up before.

@functools.cache
def accelerator():
    """"kvm" if a kernel really runs on it: there are machines with a /dev/kvm where QEMU aborts or hangs."""
    if not os.access("/dev/kvm", os.W_OK):
        return "tcg"
    # The kernel finds no root file system, panics, and restarts at once; -no-reboot makes that the end.
    argv = ["setpriv", "--pdeathsig", "KILL", *debian.qemu(), *CPU["kvm"], "-m", f"{MEMORY_MIB}M", "-no-reboot",
            "-nodefaults", "-no-user-config", "-display", "none",
            "-kernel", disk.make("bookworm") / "vmlinuz", "-append", "panic=-1"]
    try:
        subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=30)
    except subprocess.SubprocessError:
        return "tcg"
    return "kvm"


def hardware(kind, directory):
    yield from debian.qemu()
    yield from CPU[accelerator()]
    yield from ("-m", f"{MEMORY_MIB}M", "-smp", "1", "-rtc", "clock=vm")
    yield from ("-nodefaults", "-no-user-config", "-display", "none", "-no-shutdown")
    yield from ("-device", "virtio-rng-pci")
    disks = disk.make(kind.suite, kind.secure_boot)
    if kind.secure_boot:
        yield from ("-machine", f"{BOARD},smm=on", "-global", "driver=cfi.pflash01,property=secure,value=on")
        code = debian.firmware_tree() / "usr/share/OVMF/OVMF_CODE_4M.secboot.fd"
        yield from ("-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={code}")
        yield from ("-drive", f"if=pflash,format=qcow2,unit=1,file={directory}/vars.qcow2")
    else:
        yield from ("-machine", BOARD, "-kernel", f"{disks}/vmlinuz", "-initrd", f"{disks}/initrd.img")
        yield from ("-append", disk.COMMAND_LINE)
    for name in drives(kind):
        if name != "vars":
            yield from ("-drive", f"if=virtio,format=qcow2,cache=unsafe,file={directory}/{name}.qcow2")


def drives(kind):
    if kind.secure_boot:
        return ["vars", "root"]
    return ["root", "boot"] if kind.suite == "bookworm" else ["root"]


def overlay(directory, kind, below):
    """Every machine writes to thin images of its own, above those of `below` (a snapshot, or None)."""
    for name in drives(kind):
        if below:
            base, form = below / f"{name}.qcow2", "qcow2"
        elif name == "vars":
            base, form = debian.firmware_tree() / "usr/share/OVMF/OVMF_VARS_4M.ms.fd", "raw"
        else:
            base, form = disk.make(kind.suite, kind.secure_boot) / f"{name}.img", "raw"
        host.run(*debian.tool("qemu-img"), "create", "-q", "-f", "qcow2", "-b", base, "-F", form,
                 directory / f"{name}.qcow2")


def snapshot(kind, recipe, name, below, prepare, says):
    """A directory with the disks and the state of a machine that is up after prepare(machine)."""
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


def booted(kind):
    """Up, without fastreboot."""
    disks = disk.make(kind.suite, kind.secure_boot)
    # A disk that was made anew is another disk, though its recipe is the same.
    recipe = cache.digest(*hardware(kind, "here"), *qemu.CHANNELS, WAIT_IDLE, disks.name, disks.stat().st_mtime_ns)

    def prepare(machine):
        machine.wait_up()
        machine.run(WAIT_IDLE)

    return snapshot(kind, recipe, "booted", None, prepare, "first boot of a machine")


def installed(kind):
    """Up, with fastreboot installed and enabled as its user would."""
    below, built = booted(kind), program.build(kind.suite)
    recipe = cache.digest(below.name, built / "program.tar.gz", UNPACK, ENABLE)

    def prepare(machine):
        install(machine)
        machine.run(ENABLE)

    return snapshot(kind, recipe, "installed", below, prepare, "installing fastreboot in a machine")


def install(machine):
    machine.put("/run/program.tar.gz", (program.build(machine.kind.suite) / "program.tar.gz").read_bytes())
    machine.run(UNPACK)


@contextlib.contextmanager
def start(kind, below):
    """A machine of one's own that goes on from a snapshot, in about a second."""
    with cache.scratch(kind.name) as directory:
        machine = Machine(kind, directory, below)
        try:
            yield machine
        finally:
            machine.qemu.close()
