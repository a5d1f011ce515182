# SPDX-License-Identifier: LGPL-2.1-or-later
"""Machines broken on purpose come back. `scripts/test --faults` writes the table of results."""
import pytest

from lab import faults, faults_results


def scenarios():
    for name, fault in faults_results.FAULTS.items():
        kind = pytest.mark.kind(fault.suite, devices=fault.devices, **fault.hardware)
        yield pytest.param(fault, id=name, marks=[kind, *([] if fault.ordinary else [pytest.mark.long])])


@pytest.mark.faults
@pytest.mark.parametrize("fault", scenarios())
def test_fault(machine, fault, row):
    row(faults.try_out(machine, fault))
