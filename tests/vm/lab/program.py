# SPDX-License-Identifier: LGPL-2.1-or-later
"""fastreboot, built in a chroot of the suite it will run on, as a tar of the installed files."""
import os
import shutil
import tempfile
from pathlib import Path

from lab import cache, debian, host

SOURCES = ("meson.build", "meson_options.txt", "src", "units", "man")
BUILD = """
cd "$1"
meson setup -Dtests=false build source >&2
DESTDIR=$1/installed meson install -C build >&2
tar -C installed -czf program.tar.gz .
"""


def recipe():
    return cache.digest(BUILD, *(host.REPO / name for name in SOURCES if (host.REPO / name).exists()))


def build(suite):
    """The directory that holds program.tar.gz."""
    override = os.environ.get("FASTREBOOT_PROGRAM")
    if override:  # a directory with a program.tar.gz made elsewhere
        return Path(override)

    def make(target):
        chroot = debian.build_chroot(suite)
        room = Path(tempfile.mkdtemp(prefix="build-", dir=chroot / "tmp"))
        try:
            copy_source(room / "source")
            host.run("chroot", chroot, "/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8",
                     "sh", "-euc", BUILD, "build", f"/{room.relative_to(chroot)}")
            shutil.copy(room / "program.tar.gz", target)
        finally:
            shutil.rmtree(room)

    return cache.get(f"program-{suite}", recipe(), make, f"building fastreboot for {suite}")


def copy_source(target):
    target.mkdir()
    leave = {"vm", "__pycache__", ".git", ".pytest_cache"}
    for path in host.REPO.iterdir():
        if path.name in leave or path.name.startswith("build"):
            continue
        if path.is_dir():
            shutil.copytree(path, target / path.name, symlinks=True, ignore=lambda _, names: leave & set(names))
        else:
            shutil.copy2(path, target / path.name)
