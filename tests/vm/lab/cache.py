# SPDX-License-Identifier: LGPL-2.1-or-later
"""A cache of whatever is slow to make: one directory each, named after a hash of its recipe."""
import contextlib
import fcntl
import filecmp
import hashlib
import os
import shutil
import stat
import sys
import tempfile
from pathlib import Path

from lab import host

KEEP = 2  # versions of each, so that switching branches does not rebuild everything


def root():
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    path = Path(os.environ.get("FASTREBOOT_CACHE") or Path(home) / "fastreboot")
    path.mkdir(parents=True, exist_ok=True)
    return path


def digest(*parts):
    """A hash of strings and files. A directory stands for all files below it."""
    total = hashlib.sha256()
    for part in parts:
        if not isinstance(part, Path):
            total.update(f"{part}\0".encode())
            continue
        for path in sorted(part.rglob("*")) if part.is_dir() else [part]:
            if path.is_file() and "__pycache__" not in path.parts:
                total.update(f"{path.relative_to(part)}\0{path.stat().st_mode & 0o111}\0".encode())
                total.update(path.read_bytes())
    return total.hexdigest()[:16]


def announce(text):
    """Prints one line per slow step, on the terminal even when pytest captures output."""
    print(text, file=sys.__stderr__, flush=True)


def age(path):
    """Identifies a file in a cached directory: it differs when the directory was made again from the same recipe.

    The modification time of the directory itself is the time of its last use.
    """
    return path.parent.name, path.stat().st_mtime_ns


@contextlib.contextmanager
def locked(path):
    with open(path, "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def get(name, recipe, make, says=None):
    """Returns the directory NAME-RECIPE, after make(directory) has filled it if it did not exist."""
    path = root() / f"{name}-{recipe}"
    with locked(root() / f".{name}.lock"):
        if path.is_dir():
            os.utime(path)
            return path
        if says:
            announce(f"lab: {says}")
        for leftover in root().glob(f".new-{name}+*"):  # no name has a "+", so none is the beginning of another
            remove(leftover)
        new = Path(tempfile.mkdtemp(prefix=f".new-{name}+", dir=root()))
        new.chmod(0o755)
        try:
            make(new)
            new.rename(path)
        except BaseException:
            remove(new)
            raise
        drop_old(name)
    return path


def unmount_below(path):
    points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for point in reversed(points):
        if point.startswith(f"{path}/"):
            host.run("umount", point)


def remove(path):
    """Removes a tree. Who was killed leaves file systems mounted in it: these are unmounted first."""
    unmount_below(path)
    host.run("rm", "-rf", "--one-file-system", path)


def drop_old(name):
    versions = sorted(root().glob(f"{name}-" + "[0-9a-f]" * 16), key=lambda path: path.stat().st_mtime)
    for path in versions[:-KEEP]:
        shutil.rmtree(path)


@contextlib.contextmanager
def scratch(name):
    """A directory for one machine. Its lock shows whether the owner still runs or was killed."""
    with locked(root() / ".scratch.lock"):
        for other in root().glob("scratch-*"):
            sweep(other)
        path = Path(tempfile.mkdtemp(prefix=f"scratch-{name}-", dir=root()))
        owner = open(path / ".owner", "w", encoding="ascii")
        fcntl.flock(owner, fcntl.LOCK_EX)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        owner.close()


@contextlib.contextmanager
def copy_of(tree, name):
    """A copy of a tree, to change: an overlay, whose changes are in memory."""
    with scratch(name) as place:
        changes, root = place / "changes", place / "root"
        changes.mkdir()
        root.mkdir()
        (place / "original").symlink_to(tree)
        host.run("mount", "-t", "tmpfs", "tmpfs", changes)
        try:
            (changes / "work").mkdir()
            (changes / "upper").mkdir()
            (changes / "upper").chmod(0o755)
            host.run("mount", "-t", "overlay", "-o",
                     f"lowerdir={tree},upperdir={changes}/upper,workdir={changes}/work", "overlay", root)
            yield root
        finally:
            unmount_below(place)


def rewritten(root):
    """The files of such a copy whose content is not that of the original."""
    upper, original = root.parent / "changes/upper", root.parent / "original"
    for path in upper.rglob("*"):
        name, mode = path.relative_to(upper), path.lstat().st_mode
        before = original / name
        if stat.S_ISREG(mode) and not (before.is_file() and filecmp.cmp(path, before, shallow=False)):
            yield f"/{name}"


def sweep(path):
    try:
        with open(path / ".owner", encoding="ascii") as owner:
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove(path)
    except BlockingIOError:
        pass
    except FileNotFoundError:
        remove(path)
