# SPDX-License-Identifier: LGPL-2.1-or-later
"""Package trees by mmdebstrap: the lab's own tools, build chroots, guest root file systems."""
from lab import cache, host

SUITES = ("bullseye", "bookworm", "trixie", "sid")
# Mirrors may be behind, and sid's Release file is valid for a week only. apt reads this as an option of mmdebstrap.
STALE = "--aptopt=Acquire::Check-Valid-Until \"false\""
QEMU_SUITE = "bookworm-backports"  # bookworm's own 7.2 crashes 6.12 kernels under emulation


def source(suite):
    return f"deb {host.mirror()} {suite} main"


def bootstrap(target, suite, variant, packages, *extra, sources=()):
    stale = [STALE] if suite == "sid" else []
    host.run("mmdebstrap", "--mode=root", "--format=directory", f"--variant={variant}",
             f"--include={','.join(packages)}", *stale, *extra, suite, target, source(suite), *sources)


def unpacked(purpose, *options, sources=()):
    """Packages that the lab uses without installing them: the host gets neither them nor an apt source."""
    packages = host.packages(purpose)

    def make(target):
        bootstrap(target, "bookworm", "extract", packages, *options, sources=sources)

    return cache.get(purpose, cache.digest(*options, *sources, *packages), make, f"unpacking {purpose} for the lab")


def tools():
    """QEMU, and the programs whose answers fastreboot is compared with."""
    return unpacked("tools", f"--aptopt=APT::Default-Release \"{QEMU_SUITE}\"", sources=[source(QEMU_SUITE)])


def firmware_tree():
    """OVMF, shim and signed GRUB. All of one suite: shim refuses a GRUB that it considers too old."""
    return unpacked("firmware")


def tool(name):
    """The command line of a program from the tools, run with that tree's own libraries."""
    tree = tools()
    libraries = ":".join(f"{tree}/{path}" for path in ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu",
                                                        "usr/lib/x86_64-linux-gnu/systemd"))
    return [f"{tree}/lib64/ld-linux-x86-64.so.2", "--library-path", libraries, f"{tree}/usr/bin/{name}"]


def qemu():
    tree = tools()
    return [*tool("qemu-system-x86_64"), "-L", f"{tree}/usr/share/qemu", "-L", f"{tree}/usr/share/seabios"]


def build_chroot(suite):
    packages = host.packages("build", "run")

    def make(target):
        bootstrap(target, suite, "apt", packages)

    return cache.get(f"build-{suite}", cache.digest(*packages), make,
                     f"making a build chroot of {suite} (about 60 s)")
