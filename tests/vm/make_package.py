# SPDX-License-Identifier: LGPL-2.1-or-later
"""Builds a Debian package, for scripts/package."""
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from lab import package  # noqa: E402


def main(suite, directory):
    if suite not in package.SUITES:
        sys.exit(f"package: unknown suite {suite}; known are {', '.join(package.SUITES)}")
    built = package.built(suite)
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for path in sorted(built.parent.glob("fastreboot*_*")):
        shutil.copy(path, directory)
    print(directory / built.name)


main(*sys.argv[1:])
