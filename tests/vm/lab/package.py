# SPDX-License-Identifier: LGPL-2.1-or-later
"""fastreboot as a Debian package, built in a clean chroot of the suite."""
import os
import re
import shutil
from pathlib import Path

from lab import cache, debian, host, program

DEBIAN = host.REPO / "scripts/package.d/debian"
SUITES = {"bullseye": "~deb11", "bookworm": "~deb12", "trixie": "~deb13", "sid": ""}
BUILD = """
cd "$1"
export DEB_BUILD_OPTIONS=$2
dpkg-buildpackage --build=binary --no-sign
"""


def chroot(suite):
    """Has everything that building the package takes, and everything that running it takes except a kernel."""
    systemd = ["systemd", "systemd-dev"] if suite in ("trixie", "sid") else ["systemd"]
    packages = host.packages("build", "package") + systemd

    def make(target):
        debian.bootstrap(target, suite, "apt", packages)

    return cache.get(f"package-{suite}", cache.digest(*packages), make,
                     f"making a chroot of {suite} for packages (about 60 s)")


def run_in(root, *argv):
    """Runs a command in the chroot, with a clean environment and a /proc of its own."""
    return host.run("unshare", "--mount", "--pid", "--fork", "sh", "-euc",
                    'mount -t proc proc "$0/proc"; exec chroot "$0" env -i '
                    'PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"',
                    root, *argv)


def version(suite):
    """The package's version: the program's, and a suffix for the suite, so that an upgrade of the suite replaces it."""
    (own,) = re.findall(r"^  version: '(.*)'", (host.REPO / "meson.build").read_text(), re.M)
    (last,) = re.findall(r"^\w+ \((.*)\)", (DEBIAN / "changelog").read_text().split("\n\n")[0])
    if last.rpartition("-")[0] != own:
        raise RuntimeError(f"the changelog's version {last} is not that of meson.build, {own}")
    return last + SUITES[suite]


def maintainer():
    """Whoever builds the package, if the environment says so as Debian's tools expect."""
    name, address = os.environ.get("DEBFULLNAME"), os.environ.get("DEBEMAIL")
    return f"{name} <{address}>" if name and address else ""


def renumber(tree, newer):
    """Makes a later version of a source tree, as whoever releases it would."""
    own = version("sid").partition("-")[0]
    for name, line in (("meson.build", "  version: '{}'"), ("man/CHANGELOG.md", "## {} "), ("debian/changelog", "fastreboot ({}-")):
        path = tree / name
        text = path.read_text()
        if line.format(own) not in text:
            raise RuntimeError(f"{path} does not have version {own}")
        path.write_text(text.replace(line.format(own), line.format(newer), 1))


def source(target, suite, newer=None):
    """The source tree with debian/ where Debian's tools want it; of a later version on request."""
    program.copy_source(target)
    shutil.copytree(DEBIAN, target / "debian")
    changelog, control = target / "debian/changelog", target / "debian/control"
    head, rest = changelog.read_text().split("\n", 1)
    rest = re.sub(r"(?<=^ -- ).*?>", maintainer() or r"\g<0>", rest, count=1, flags=re.M)
    changelog.write_text(re.sub(r"\(.*?\) \w+", f"({version(suite)}) {suite}", head) + "\n" + rest)
    control.write_text(re.sub(r"(?<=^Maintainer: ).*", maintainer() or r"\g<0>", control.read_text(), flags=re.M))
    if newer:
        renumber(target, newer)


def build(suite, target, where="fastreboot", options="nocheck", newer=None):
    """Puts the .deb files, .buildinfo and .changes into `target`; of version `newer` on request."""
    with copy(suite) as root:
        source(root / "tmp" / where, suite, newer)
        run_in(root, "sh", "-euc", BUILD, "build", f"/tmp/{where}", options)
        for path in (root / "tmp").glob("fastreboot*_*"):
            shutil.copy(path, target)


def recipe():
    return cache.digest(program.recipe(), DEBIAN, host.REPO / "README.md", Path(__file__), maintainer())


def built(suite):
    """The .deb of this source."""
    directory = cache.get(f"deb-{suite}", recipe(), lambda target: build(suite, target),
                          f"building the package for {suite}")
    (deb,) = directory.glob("fastreboot_*.deb")
    return deb


def copy(suite):
    """A copy of the chroot, to install into."""
    return cache.copy_of(chroot(suite), f"package-{suite}")
