# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tables of scripts/bench, of the results of bench_run, which are kept until what was measured changes."""
import json

from lab import bench_disk, host, program, tables
from lab.bench_ways import ROWS, RUNS, WAYS, dump

TESTS = host.REPO / "tests/vm"
SPREAD = 0.02  # how much the runs of a row may differ
MIB, KIB = 1 << 20, 1 << 10

PICTURE = "picture"  # kept beside the rows
# What the seconds depend on.
MEASURED = ("bench_ways.py", "bench_run.py", "bench_disk.py", "peak.pl", "clock.py", "machine.py", "hardware.py",
            "qemu.py", "disk.py", "loaders.py", "debian.py")

INTRODUCTION = f"""<!-- SPDX-License-Identifier: LGPL-2.1-or-later -->
# How long a reboot takes

Each row is one way to reboot the same Debian 13 machine in QEMU: the same disk, kernel and initrd. The seconds are
those of the machine's own clock, on which every instruction takes one nanosecond (QEMU's icount), so they hardly
depend on the computer; but all computing is slow, above all checksums, for an emulated processor without SHA
instructions. No emulator has a power-on self test: on a server it comes on top of the firmware rows alone.

- **load**: from the command until the next kernel is loaded. With kexec-tools, until `kexec` has ended; where
  `systemctl kexec` loads, until PID 1 stops the first unit; with fastreboot, how long fastreboot.service takes to
  stop. All by the machine's uptime or the timestamps of its journal. `kexec -c` takes the system call kexec_load,
  as versions of kexec-tools before 2.0.29 do by default; `kexec -s` takes kexec_file_load.
- **shutdown**: from there, or from the command, to the last step of user space: a program in systemd's
  system-shutdown directory writes the uptime to the console.
- **gap**: from there to the zero of the next kernel's clock. Both kernels' zeros are read from outside: QEMU's ACPI
  timer, which no reset sets back, less the uptime at that moment.
- **kernel to multi-user**: ActiveEnterTimestampMonotonic of multi-user.target. After a soft-reboot, from the start
  of the new PID 1.
- **total**: the sum, from the command to multi-user.target.
- **loader's memory**: the most that the process that loads had (VmHWM), in a load of its own that is not timed. Its
  pages only: the kernel's copy of kernel and initrd is the same for all.

Each row was measured {RUNS} times, and shows the run in the middle. *Spread* is by how much the totals of the runs,
or their times from kernel to multi-user, differ: rows with more than {SPREAD:.0%} are not accepted.
"""
TABLE = tables.Table(
    name="bench", file=TESTS / "BENCH.md", introduction=INTRODUCTION,
    columns=("reboot", "load", "shutdown", "gap", "kernel to multi-user", "total", "spread", "loader's memory",
             "commit"),
    rows={name: WAYS[way].says for name, (_, way) in ROWS.items()},
    sources=lambda: (program.recipe(), TESTS / "netboot", TESTS / "guest",
                     *(TESTS / "lab" / one for one in MEASURED)))


def acceptable(result):
    return result.spread <= SPREAD


def complaints(refused):
    """The lines that say which rows, {name: Result}, are not accepted."""
    for name, result in refused.items():
        totals = ", ".join(f"{run.total:.2f}" for run in result.runs)
        yield f"bench: {name}: the runs differ by {result.spread:.1%}: {totals} s in all"
    yield (f"bench: runs that differ by more than {SPREAD:.0%} mean that something else ran on this computer. Stop it, "
           "and run this again: the other rows are kept. Nothing was written.")


def cells(name, result):
    run = result.middle
    times = [f"{value:.2f}" if value is not None else "–" for value in (run.load, run.shutdown, run.gap, run.boot)]
    differ = f"{result.spread:.1%}" if len(result.runs) > 1 else "one run"
    memory = f"{result.memory_kib / KIB:.1f} MiB" if result.memory_kib else "–"
    return [TABLE.rows[name], *times, f"**{run.total:.2f}**", differ, memory, result.commit]


def section(initrd, results):
    """The lines of the table for that initrd."""
    mine = {name: result for name, result in results.items() if ROWS[name][0] == initrd}
    if not mine:
        return
    machine = next(iter(mine.values())).machine
    yield ""
    yield f"## An initrd of {machine['initrd_bytes'] / MIB:.0f} MiB"
    yield ""
    yield (f"{bench_disk.INITRDS[initrd].says.capitalize()}. Kernel {machine['kernel']} of "
           f"{machine['kernel_bytes'] / MIB:.0f} MiB, systemd {machine['systemd']}, {machine['kexec']}.")
    yield ""
    yield from TABLE.grid(cells(name, mine[name]) for name in ROWS if name in mine)


def document(results):
    """The lines of BENCH.md, of {name: Result} with every row."""
    yield INTRODUCTION
    yield "Written by `scripts/bench`; do not edit."
    for initrd in bench_disk.INITRDS:
        yield from section(initrd, results)


def as_json(results):
    rows = [{"initrd": ROWS[name][0], "way": ROWS[name][1], "says": TABLE.rows[name], "spread": result.spread,
             **dump(result)} for name, result in results.items()]
    return json.dumps({"unit": "seconds", "accepted_spread": SPREAD, "rows": rows}, indent=1) + "\n"


BEGIN, END = "<!-- written by scripts/bench: -->", "<!-- end -->"


def in_readme(text, results):
    """README.md with the first table in its place there."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    first = next(iter(bench_disk.INITRDS))
    lines = list(section(first, results))
    table = lines[next(n for n, line in enumerate(lines) if line.startswith("|")):]
    picture = "![A reboot through the firmware, with a network boot, and a fast reboot](tests/vm/bench.svg)"
    return "\n".join([f"{before}{BEGIN}", "", *table, "", picture, "", f"{END}{after}"])


def with_licence(picture):
    """The picture with a comment on its licence, as other files here have."""
    head, tag, rest = picture.partition("<svg")
    return f"{head}<!-- SPDX-License-Identifier: LGPL-2.1-or-later -->\n{tag}{rest}"
