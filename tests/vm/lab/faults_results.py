# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rows of the table of faults, kept from run to run for as long as the sources are the same, and FAULTS.md."""
import json
from pathlib import Path

from lab import cache, faults, hardware, host, program
from lab.faults_firmware import FAILURES
from lab.faults_hardware import HARDWARE_FAULTS
from lab.faults_kexec import KEXEC_FAULTS
from lab.faults_moments import MOMENT_FAULTS
from lab.faults_starters import STARTER_FAULTS
from lab.faults_table import SYSTEM_FAULTS
from lab.steps import STEP_FAULTS

FILE = host.REPO / "tests/vm/FAULTS.md"
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
commit that was tried: a run tries again only what it is asked for.
"""


def sources():
    """Names what a row depends on: the program and the tests that break it."""
    return cache.digest(program.recipe(), TESTS / "lab", TESTS / "test_faults.py", TESTS / "test_firmware.py")


def kept_in():
    return cache.root() / f"faults-{sources()}.json"


def kept():
    """{node id: row, as JSON} of these sources, of every run that ended well."""
    path = kept_in()
    return json.loads(path.read_text()) if path.exists() else {}


def keep(nodeid, row):
    """At once: the run may be interrupted. Each worker of a run does this, and the one that collects."""
    path = kept_in()
    new = path.with_suffix(".new")
    with cache.locked(cache.root() / ".faults.lock"):
        new.write_text(json.dumps(kept() | {nodeid: row}, indent=1))
        new.rename(path)


def name_of(nodeid):
    return nodeid.rpartition("[")[2].rstrip("]")


def says(name):
    return FAULTS[name].says if name in FAULTS else name.replace("-", " ")


def failed(nodeid):
    return faults.failed(says(name_of(nodeid)))


def earlier():
    """{fault: row} of the file as it is."""
    rows = map(faults.row_of, FILE.read_text().splitlines()) if FILE.exists() else ()
    return {row.fault: row for row in rows if row}


def merged(rows):
    """The table: of {node id: row}, and of earlier sources what was not tried again with these."""
    new = {name_of(nodeid): faults.Row(**json.loads(row)) for nodeid, row in rows.items()}
    old = earlier()
    table = [new.get(name) or old.get(says(name)) for name in NAMES]
    return [row for row in table if row]


def document(rows):
    """FAULTS.md."""
    yield INTRODUCTION
    how = "on KVM" if hardware.accelerator() == "kvm" else "emulated, many times slower than real machines"
    yield f"Written by `scripts/test --faults`; do not edit. Machines of Debian 12, where the row names no other, {how}."
    if len(rows) < len(NAMES):
        yield f"\n**Incomplete**: {len(NAMES) - len(rows)} faults have not been tried."
    yield ""
    yield from faults.table(rows)


def write(rows):
    FILE.write_text("\n".join(document(rows)) + "\n")
