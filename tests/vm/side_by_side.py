# SPDX-License-Identifier: LGPL-2.1-or-later
"""One reboot through the firmware and one fast reboot of the same machine, phase by phase, for scripts/try."""
import argparse
import dataclasses
import itertools
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from lab import cache, clock, expect, hardware, loaders, machine as lab_machine, program, qemu  # noqa: E402

KIND = hardware.Kind(loader="grub-menu")
MEASURED = dataclasses.replace(KIND, steady=True, devices=("network-boot",))

LOAD, STOP = "fastreboot loads the next kernel", "services stop, file systems are unmounted"
IPXE, DHCP = "firmware, then iPXE in the network card", "network boot: DHCP and TFTP"
MENU, GRUB = f"GRUB's menu of {loaders.MENU_SECONDS} seconds", "GRUB starts, reads kernel and initrd"
JUMP, BOOT = "kexec: checksums, then the kernel", "kernel and services start, to multi-user"
BY_HAND_LOAD = "kexec -s -l"
PHASES = (LOAD, BY_HAND_LOAD, STOP, IPXE, DHCP, MENU, GRUB, JUMP, BOOT)

# The console's words at which a phase ends.
FIRMWARE = ((STOP, "reboot: Restarting system"), (IPXE, r"Configuring \(net0"), (DHCP, "Booting from SAN device"),
            (GRUB, "executed automatically in "), (MENU, "Booting `"))
FAST = ((STOP, lab_machine.JUMPED),)
BY_HAND = ((BY_HAND_LOAD, "lab: loaded"), *FAST)
KEXEC_TOOLS = "DEBIAN_FRONTEND=noninteractive dpkg -i /root/kexec-tools/*.deb && fastreboot disable && sync"
KEXEC = "kexec -s -l /vmlinuz --initrd=/initrd.img --reuse-cmdline && echo lab: loaded >/dev/console && systemctl kexec"

REAL = """
Real: Debian 12's kernel and systemd; GRUB in the disk's boot sector, with its menu; iPXE in the network
card's ROM, which asks DHCP and TFTP for orders before it lets the disk start, as at many hosters; kexec.

Emulated: the computer (QEMU), and the boot server, which answers at once. The clock is the machine's own,
not yours: one instruction takes a nanosecond, and waiting takes as long as it takes. So the figures hardly
depend on your computer, but all computing is slow: for kexec's checksums, at the load and at the jump, a
server's processor needs a fraction of a second.

Missing: the power-on self test, which no emulator has. On a server add it to the left column alone.
Published figures, firmware against kexec:
  OVH dedicated server       90 s against 15 s            https://patrakov.blogspot.com/2019/06
  workstation, to login      160 s against 59 s           https://github.molgen.mpg.de/mariux64/mxtools/pull/87
  AWS metal instance         over 15 min against seconds  https://github.com/systemd/systemd-centos-ci/pull/662
  server with 16 TB memory   about 1 hour, firmware       https://github.com/rear/rear/issues/2186"""


@dataclasses.dataclass
class Reboot:
    name: str
    asked: str
    phases: dict  # name: seconds, in the order of PHASES
    kernel: str
    reset: bool
    loader: str   # bootloader_type, as the kernel was told

    @property
    def seconds(self):
        return sum(self.phases.values())


def step(text):
    print(f"[{time.monotonic() - START:4.0f} s] {text}", flush=True)


def prepare(machine):
    """From the first boot until fastreboot is installed and enabled."""
    machine.wait_up()
    machine.run(lab_machine.WAIT_IDLE, seconds=600)
    lab_machine.install(machine)
    machine.run(lab_machine.ENABLE, seconds=600)


def measure(machine, command, marks, starts):
    """Reboots; gives the Boot and the phases. `starts` is the phase at whose end the kernel's clock is zero."""
    now, at = clock.Clock(machine), len(machine.qemu.console)
    ends = [("", now.now())]

    def watch(_):
        nonlocal at
        for phase, pattern in marks:
            at += machine.wait_for_console(pattern, seconds=1200, start=at).end()
            ends.append((phase, now.now()))

    boot = machine.reboot(command, meanwhile=watch)
    ends += [(starts, now.kernel_start()), (BOOT, now.multi_user())]
    phases = {}
    for (_, begin), (phase, end) in itertools.pairwise(ends):
        assert end >= begin, f"{phase}: ended {begin - end:.1f} s before it began"
        phases[phase] = phases.get(phase, 0) + end - begin
    return boot, phases


def told(machine, name, command, boot, phases):
    ordered = {phase: phases[phase] for phase in PHASES if phase in phases}
    result = Reboot(name, command, ordered, machine.output("uname -r"), boot.resets > 0, expect.loader(machine))
    step(f"up again after {result.seconds:.1f} s by its own clock")
    return result


def through_firmware(machine):
    command = "fastreboot normal"
    step(f"in the machine: {command}")
    boot, phases = measure(machine, command, FIRMWARE, starts=GRUB)
    expect.firmware(machine, boot, because="fastreboot normal")
    if abs(phases[MENU] - loaders.MENU_SECONDS) > 0.5:
        raise qemu.QemuError(f"GRUB's menu of {loaders.MENU_SECONDS} s took {phases[MENU]:.1f} s: the machine's clock "
                             "cannot be trusted, so nothing is printed; try again when this computer is less busy")
    return told(machine, "firmware", command, boot, phases)


def fast(machine):
    command = "reboot"
    step(f"in the machine: {command}")
    boot, phases = measure(machine, command, FAST, starts=JUMP)
    expect.fast(machine, boot)
    phases[LOAD] = clock.load_seconds(machine)
    phases[STOP] -= phases[LOAD]
    return told(machine, "fast", command, boot, phases)


def by_hand(machine):
    """What an administrator types who has kexec-tools and no fastreboot."""
    machine.run(KEXEC_TOOLS, seconds=600)
    step(f"in the machine: {KEXEC}")
    boot, phases = measure(machine, KEXEC, BY_HAND, starts=JUMP)
    assert boot.jumped and not boot.resets
    return told(machine, "by hand", "kexec -l; systemctl kexec", boot, phases)


def rows(reboots):
    """Of the table: a list of cells each."""
    yield ["seconds by the machine's clock", *(reboot.name for reboot in reboots)]
    for phase in PHASES:
        if any(phase in reboot.phases for reboot in reboots):
            yield [phase, *(f"{reboot.phases[phase]:.1f}" if phase in reboot.phases else "-" for reboot in reboots)]
        if phase == STOP:
            yield ["power-on self test", *("not emulated" if reboot.reset else "-" for reboot in reboots)]
    yield ["from the command to multi-user", *(f"**{reboot.seconds:.1f}**" for reboot in reboots)]
    yield ["asked with", *(f"`{reboot.asked}`" for reboot in reboots)]
    yield ["kernel", *(reboot.kernel for reboot in reboots)]
    yield ["QEMU saw the machine being reset", *("yes" if reboot.reset else "no" for reboot in reboots)]
    yield ["boot loader type that the kernel was told", *(
        f"{reboot.loader} ({'kexec' if reboot.loader == expect.BY_KEXEC else 'GRUB'})" for reboot in reboots)]


def table(reboots):
    """In Markdown."""
    first, *others = rows(reboots)
    widths = [max(map(len, column)) for column in zip(first, *others)]

    def line(cells, fill=" "):
        return "|" + "|".join(f"{fill}{cell:{fill}<{width}}{fill}" for cell, width in zip(cells, widths)) + "|"

    return [line(first), line([""] * len(first), "-"), *map(line, others)]


def run(tries):
    """The reboots, one after the other, of one machine."""
    cache.announce = lambda text: step(text.removeprefix("lab: "))
    below = lab_machine.disk_with_loader(KIND)
    program.build(KIND.suite)
    step("starting the machine: firmware, network boot, GRUB, Debian; then installing fastreboot in it")
    with lab_machine.start(MEASURED, below) as machine:
        prepare(machine)
        return [reboot(machine) for reboot in tries]


def main():
    parser = argparse.ArgumentParser(prog="scripts/try", description=__doc__)
    parser.add_argument("--kexec", action="store_true", help="also reboot with kexec-tools, by hand")
    options = parser.parse_args()
    try:
        reboots = run([through_firmware, fast, *([by_hand] if options.kexec else [])])
    except (AssertionError, OSError, RuntimeError, qemu.QemuError) as error:
        sys.exit(f"try: {error}")
    made = f"Disks and tools are kept in {cache.root()}, so the next run is shorter; delete it to get rid of them."
    print("", *table(reboots), REAL, "", made, sep="\n")


START = time.monotonic()
if __name__ == "__main__":
    main()
