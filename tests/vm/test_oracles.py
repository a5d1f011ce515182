# SPDX-License-Identifier: LGPL-2.1-or-later
"""The answers of other programs that read the same files, on this computer, without a machine in QEMU."""
import os
import shlex
import subprocess
import tarfile
from pathlib import Path

import pytest

from lab import debian, program

TESTS = Path(__file__).resolve().parent.parent


@pytest.fixture
def fastreboot(tmp_path):
    """The program as built for the machines: this computer runs Debian 12 or newer."""
    with tarfile.open(program.build("bookworm") / "program.tar.gz") as tar:
        (tmp_path / "fastreboot").write_bytes(tar.extractfile("./usr/sbin/fastreboot").read())
    (tmp_path / "fastreboot").chmod(0o755)
    return tmp_path / "fastreboot"


def test_menus_are_listed_as_bootctl_lists_them(fastreboot):
    done = subprocess.run([TESTS / "oracle-bootctl", fastreboot, "200"], capture_output=True, text=True,
                          env={**os.environ, "BOOTCTL": shlex.join(map(str, debian.tool("bootctl")))})
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("200 menus with ")
