# SPDX-License-Identifier: LGPL-2.1-or-later
"""What this computer offers: commands, packages, mirrors."""
import functools
import subprocess
from pathlib import Path

REPO = Path(__file__).resolve().parents[3]


def run(*argv, **options):
    """Runs a command; an error has the end of its output."""
    argv = ["setpriv", "--pdeathsig", "KILL", *map(str, argv)]
    result = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, check=False, **options)
    if result.returncode != 0:
        command = " ".join(argv[3:])
        tail = "\n".join(result.stdout.splitlines()[-30:])
        raise RuntimeError(f"{command[:300]}: exit {result.returncode}\n{tail}")
    return result.stdout


@functools.cache
def packages(*purposes):
    return run(REPO / "scripts" / "packages", *purposes).split()


@functools.cache
def mirror():
    """The Debian mirror of this computer's own apt: the lab uses no other."""
    lines = run("apt-get", "indextargets", "--format", "$(COMPONENT) $(RELEASE) $(REPO_URI)",
                "Created-By: Packages").splitlines()
    suites = {"stable", "oldstable", "oldoldstable", "bullseye", "bookworm", "trixie", "sid", "unstable"}
    for component, release, uri in (line.split(maxsplit=2) for line in lines):
        if component == "main" and release in suites:
            return uri.rstrip("/")
    raise RuntimeError("apt's sources name no Debian archive; the lab takes its mirror from there")
