# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many fast reboots of one machine in a row, for scripts/test --endurance N. An interrupted run is continued."""
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from lab import cache, debian, endurance, expect, hardware, host, machine as lab_machine, qemu  # noqa: E402

KIND = hardware.Kind(loader="systemd-boot")  # has EFI variables


class Run:
    """The machine's disks and a line of JSON for each reboot, in a directory of their own."""

    def __init__(self):
        below = lab_machine.installed(KIND)
        self.directory = cache.root() / f"endurance-{below.name}"
        self._log = self.directory / "reboots"
        if not self._log.exists():
            self._begin(below)
        self.done = endurance.load(self._log.read_text().splitlines())

    def _begin(self, below):
        """Copies the disks: the snapshot may be removed before the run ends."""
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir()
        for name in hardware.drives(KIND, KIND.loader):
            host.run(*debian.tool("qemu-img"), "convert", "-O", "qcow2", below / f"{name}.qcow2",
                     self.directory / f"{name}.qcow2")
        self._log.touch()

    def fast(self):
        return sum(reboot.fast for reboot in self.done)

    def add(self, reboot):
        self.done.append(reboot)
        with open(self._log, "a", encoding="utf-8") as log:
            log.write(endurance.dump(reboot) + "\n")


def reboot(machine, number):
    """Once, with all checks. After trouble the machine is started again on the same disks."""
    result = endurance.Reboot(endurance.way(number))
    before = len(machine.qemu.console)
    try:
        boot = machine.reboot(result.way)
        result.seconds = boot.up_seconds
        if result.fast:
            expect.fast(machine, boot)
            checked = machine.output(expect.CHECKED, seconds=240)
            assert checked.startswith("checked: fast and complete"), checked
        else:
            expect.firmware(machine, boot, because="fastreboot normal|requested")
        result.measured = endurance.measured(machine.output(endurance.MEASURE))
    except (AssertionError, qemu.QemuError) as error:
        result.trouble = f"{error}\n{machine.diagnosis()}\n--- console of this reboot\n{machine.qemu.console[before:]}"
        machine.power_cut()
    return result


def main(wanted):
    run = Run()
    if run.done:
        print(f"continuing after {len(run.done)} reboots; to begin anew, remove {run.directory}", flush=True)
    if run.fast() < wanted:
        machine = lab_machine.Machine(KIND, run.directory, None)
        try:
            machine.wait_up()
            while run.fast() < wanted:
                run.add(reboot(machine, len(run.done) + 1))
                last = run.done[-1]
                print(f"{run.fast()}/{wanted} {last.way}: {last.seconds:.0f} s{', TROUBLE' if last.trouble else ''}",
                      flush=True)
        finally:
            machine.qemu.close()
    lines, failures = endurance.report(run.done)
    print(*lines, sep="\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
