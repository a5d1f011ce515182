# SPDX-License-Identifier: LGPL-2.1-or-later
"""The table of faults, FAULTS.md."""
from lab import host, program, tables
from lab.faults_firmware import FAILURES
from lab.faults_hardware import HARDWARE_FAULTS
from lab.faults_kexec import KEXEC_FAULTS
from lab.faults_moments import MOMENT_FAULTS
from lab.faults_starters import STARTER_FAULTS
from lab.faults_table import SYSTEM_FAULTS
from lab.steps import STEP_FAULTS

TESTS = host.REPO / "tests/vm"
# In the order of the table.
FAULTS = SYSTEM_FAULTS | MOMENT_FAULTS | STEP_FAULTS | STARTER_FAULTS | KEXEC_FAULTS | HARDWARE_FAULTS
NAMES = [*FAULTS, *FAILURES]
INTRODUCTION = """# What was broken on purpose

Each row is a Debian machine in QEMU that was broken in this way and then rebooted. From outside the test
looks how often the machine went through its firmware and how many kernels were started until it was up;
inside it looks for lost files and for what fastreboot says. A power cut is QEMU being killed and started
again on the same disks; to cut the power between two writes, the program is stopped (by ptrace and a
seccomp filter) right before the second.

The seconds are wall time from the command, or from the power being back, until the machine was up. They
include waiting for `health-timeout`, which is a minute here. A machine that hangs without a watchdog that
is armed comes back because the test presses the reset button; the row says so. The last column is the
commit that was tried: a run tries again only what it is asked for. Machines have Debian 12 where the row
names no other.
"""

TABLE = tables.Table(
    name="faults", file=TESTS / "FAULTS.md", introduction=INTRODUCTION,
    columns=("fault", "expected", "what happened", "seconds until back", "commit"),
    rows={name: FAULTS[name].says if name in FAULTS else name.replace("-", " ") for name in NAMES},
    sources=lambda: (program.recipe(), TESTS / "lab", TESTS / "test_faults.py", TESTS / "test_firmware.py"))
