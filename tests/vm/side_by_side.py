# SPDX-License-Identifier: LGPL-2.1-or-later
"""One reboot through the firmware and one fast reboot of the same machine, for scripts/try."""
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from lab import cache, debian, disk, expect, hardware, machine as lab_machine, program  # noqa: E402

KIND = hardware.Kind("bookworm")
HOW = {
    "tcg": "The machine is emulated without KVM: all of it is many times slower than on a real one.",
    "kvm": "The machine runs on KVM.",
}
FOOTER = """
The firmware of this machine has nothing to test, no disks to find and no network to boot from: on a real
server the left column is longer by all of that, one to ten minutes. The right column is not, as it never
gets there. What it has instead is a checksum over the new kernel and its initrd: seconds when emulated, a
fraction of one on a real processor."""


def step(text):
    print(f"[{time.monotonic() - START:4.0f} s] {text}", flush=True)


def prepare():
    cache.announce = lambda text: step(text.removeprefix("lab: "))
    step("nothing is cached yet" if not any(cache.root().iterdir()) else "using what an earlier run has cached")
    debian.qemu()
    disk.make(KIND.suite)
    program.build(KIND.suite)
    step("starting the machine, with fastreboot installed and enabled")
    return lab_machine.installed(KIND)


def reboot(machine, command, looks_right):
    step(f"in the machine: {command}")
    boot = machine.reboot(command)
    looks_right(machine, boot)
    last = expect.status(machine)["last_reboot"]["text"]
    step(f"up again; fastreboot says: {last}")
    return {
        "asked with": command,
        "seconds to the first line of the kernel": f"{boot.kernel_seconds:.1f}",
        "seconds to multi-user": f"{boot.up_seconds:.1f}",
        "kernel": machine.output("uname -r"),
        "QEMU saw the machine being reset": "yes" if boot.resets else "no",
        "the old kernel said it starts a new one": "yes" if boot.jumped else "no",
        "type of loader the kernel was told (208: kexec)": expect.loader(machine),
    }


def table(left, right):
    width = max(map(len, left))
    columns = [max(map(len, side.values())) for side in (left, right)]
    columns = [max(columns[0], len("firmware")), max(columns[1], len("fast"))]
    yield f"| {'':{width}} | {'firmware':{columns[0]}} | {'fast':{columns[1]}} |"
    yield f"|-{'-' * width}-|-{'-' * columns[0]}-|-{'-' * columns[1]}-|"
    for name, value in left.items():
        yield f"| {name:{width}} | {value:{columns[0]}} | {right[name]:{columns[1]}} |"


def main():
    with lab_machine.start(KIND, prepare()) as machine:
        slow = reboot(machine, "fastreboot normal", lambda *args: expect.firmware(*args, because="requested"))
        fast = reboot(machine, "reboot", expect.fast)
    print()
    print("\n".join(table(slow, fast)))
    print(f"\n{HOW[hardware.accelerator()]}{FOOTER}")


START = time.monotonic()
if __name__ == "__main__":
    main()
