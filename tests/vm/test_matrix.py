# SPDX-License-Identifier: LGPL-2.1-or-later
"""The package on every suite and boot loader. `scripts/test --matrix` writes the table of results."""
import pytest

from lab import matrix


def scenarios():
    for name, cell in matrix.CELLS.items():
        yield pytest.param(cell, id=name, marks=pytest.mark.kind(**cell.kind))


@pytest.mark.matrix
@pytest.mark.long
@pytest.mark.parametrize("cell", scenarios())
def test_cell(bare_machine, cell, row):
    row(matrix.go_through(bare_machine, cell))
