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


# What a machine may have besides. On ports of their own, so that device_del can take them away; i6300esb is a
# plain PCI device, which stays.
DEVICES = {
    # No packet leaves the computer. QEMU answers DHCP and is the default route, 10.0.2.2.
    "nic": ("-netdev", "user,id=net,restrict=on", "-device", "pcie-root-port,id=port-nic,chassis=1,slot=1",
            "-device", "virtio-net-pci,id=nic,bus=port-nic,netdev=net,romfile="),
    "disk": ("-device", "pcie-root-port,id=port-disk,chassis=2,slot=2",
             "-device", "virtio-blk-pci,id=disk,bus=port-disk,drive=disk,serial=lab-disk"),
    "watchdog": ("-device", "i6300esb,id=watchdog", "-action", "watchdog=reset"),
}
DISK_MIB = 64  # of DEVICES["disk"], which is empty


@dataclasses.dataclass(frozen=True)
class Kind:
    """A machine that differs in any of these has snapshots of its own: each costs one more first boot."""
    suite: str = "bookworm"
    secure_boot: bool = False
    devices: tuple = ()         # names from DEVICES
    memory: int = MEMORY_MIB
    append: str = ""            # to the kernel's command line; not for Secure Boot
    qemu: tuple = ()            # more of QEMU's options

    @property
    def name(self):
        more = [*self.devices, *([f"{self.memory}M"] if self.memory != MEMORY_MIB else [])]
        if self.append or self.qemu:
            more.append(cache.digest(self.append, *self.qemu)[:6])
        return "-".join([self.suite, *(["secure"] if self.secure_boot else []), *more])


class Machine:
    def __init__(self, kind, directory, below):
        """Starts from its firmware, or goes on from the snapshot `below`."""
        overlay(directory, kind, below)
        incoming = ["-incoming", "defer"] if below else []
        self.kind = kind
        self._directory = directory
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

    def ask(self, script):
        """Does not wait for an answer: the machine may well go down before it can give one."""
        self._send(script)

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

    def _hello(self, start, boots=1):
        hellos = [line for line in self.qemu.agent_lines[start:] if line.startswith("boot ")]
        return hellos[boots - 1].split()[1] if len(hellos) >= boots else None

    def wait_for_console(self, pattern, seconds=BOOT_SECONDS // 2, start=0):
        """Until the console says `pattern` (a regular expression) after its first `start` characters."""
        return self.qemu.wait(lambda: re.search(pattern, self.qemu.console[start:]), f"'{pattern}' on the console",
                              seconds)

    def _wait(self, condition, what, seconds, may_panic=False):
        start = len(self.qemu.console)

        def or_panic():
            if not may_panic and (panic := PANIC.search(self.qemu.console, start)):
                raise qemu.QemuError(f"{panic[0]} while waiting for {what}")
            return condition()

        return self.qemu.wait(or_panic, what, seconds)

    # Ways down and up.

    def wait_up(self):
        self._wait(lambda: self._hello(0), "the first boot", BOOT_SECONDS)

    def reboot(self, script="reboot", meanwhile=None, may_panic=False, boots=1):
        """Asks for a reboot by a script inside, and waits until the machine is up again.

        What meanwhile(machine) does comes in between: it waits for something on the console first.
        `boots` is how often it is to come up, when it reboots by itself.
        """
        since = Since(self)
        number = self._send(script)
        if meanwhile:
            meanwhile(self)
        self._wait(lambda: self._hello(since.lines, boots) or self._refused(number),
                   "the machine to be up again", boots * BOOT_SECONDS, may_panic)
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

    def power_cut(self, kind=None):
        """QEMU is killed and started again on the same disks, with the hardware of `kind` if that is given.

        What the guest had not flushed may be lost, as with a disk that has a cache.
        """
        self.qemu.close()
        self.kind = kind or self.kind
        start = time.monotonic()
        self.qemu = qemu.Qemu(hardware(self.kind, self._directory), self._directory)
        since = Since(self, start)
        self.wait_up()
        return dataclasses.replace(since.boot(), resets=since.resets() + 1)

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
    yield from ("-m", f"{kind.memory}M", "-smp", "1", "-rtc", "clock=vm")
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
        yield from ("-append", f"{disk.COMMAND_LINE} {kind.append}".strip())
    for name in drives(kind):
        if name != "vars":
            place = "if=none,id=disk" if name == "disk" else "if=virtio"
            yield from ("-drive", f"{place},format=qcow2,cache=unsafe,file={directory}/{name}.qcow2")
    for name in kind.devices:
        yield from DEVICES[name]
    yield from kind.qemu


def drives(kind):
    more = ["disk"] if "disk" in kind.devices else []
    if kind.secure_boot:
        return ["vars", "root", *more]
    return ["root", "boot", *more] if kind.suite == "bookworm" else ["root", *more]


def overlay(directory, kind, below):
    """Every machine writes to thin images of its own, above those of `below` (a snapshot, or None)."""
    for name in drives(kind):
        image = directory / f"{name}.qcow2"
        if name == "disk" and not below:
            host.run(*debian.tool("qemu-img"), "create", "-q", "-f", "qcow2", image, f"{DISK_MIB}M")
            continue
        if below:
            base, form = below / f"{name}.qcow2", "qcow2"
        elif name == "vars":
            base, form = debian.firmware_tree() / "usr/share/OVMF/OVMF_VARS_4M.ms.fd", "raw"
        else:
            base, form = disk.make(kind.suite, kind.secure_boot) / f"{name}.img", "raw"
        host.run(*debian.tool("qemu-img"), "create", "-q", "-f", "qcow2", "-b", base, "-F", form, image)


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
    # A disk that was made anew is another disk, though its recipe is the same. The directory's own time is
    # that of its last use.
    made = (disks / "root.img").stat().st_mtime_ns
    recipe = cache.digest(*hardware(kind, "here"), *qemu.CHANNELS, WAIT_IDLE, disks.name, made)

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
