# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is broken on purpose, and that the machine comes back from it. `scripts/test --faults` prints the table."""
import pytest

from lab import faults
from lab.faults_hardware import HARDWARE_FAULTS
from lab.faults_kexec import KEXEC_FAULTS
from lab.faults_table import FAULTS


def scenarios():
    for name, fault in (FAULTS | KEXEC_FAULTS | HARDWARE_FAULTS).items():
        kind = pytest.mark.kind(fault.suite, devices=fault.devices, **fault.hardware)
        yield pytest.param(fault, id=name, marks=[kind, *([] if fault.ordinary else [pytest.mark.long])])


@pytest.mark.fault
@pytest.mark.parametrize("fault", scenarios())
def test_fault(machine, fault, row):
    row(faults.try_out(machine, fault))
