# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Debian package, in chroots: what it installs, and that removing it leaves nothing."""
import json
import os
import shutil

import pytest

from lab import cache, debian, host, package

# Changed by the installation of any package.
CHANGES_ANYWAY = ("/var/lib/dpkg/", "/var/log/", "/var/cache/", "/var/lib/apt/", "/proc", "/tmp", "/run/systemd", "/run/mount", "/etc/ld.so.cache")
SUITES = ["bookworm", *(pytest.param(suite, marks=pytest.mark.long) for suite in ("bullseye", "trixie", "sid"))]
LINKS = ("multi-user.target.wants/fastreboot.service", "reboot.target.wants/fastreboot-jump.service",
         "reboot.target.wants/fastreboot-modules.service", "kexec.target.wants/fastreboot-modules.service",
         "emergency.target.wants/fastreboot-emergency.service", "sysinit.target.wants/fastreboot-health.timer")


def listing(root):
    """Type, mode, owner and link target of everything, and which files were written."""
    lines = package.run_in(root, "find", "/", "-xdev", "-printf", "%p %y %#m %U:%G %l\\n").splitlines()
    written = [f"{path} written" for path in cache.rewritten(root)]
    return {line for line in lines + written if not any(path in line for path in CHANGES_ANYWAY)}


def apt(root, *words):
    return package.run_in(root, "apt-get", "-qy", *words)


def put(root, deb):
    shutil.copy(deb, root / "tmp/fastreboot.deb")


@pytest.mark.parametrize("suite", SUITES)
def test_install_remove_purge(suite):
    with package.copy(suite) as root:
        put(root, package.built(suite))
        before = listing(root)
        apt(root, "install", "/tmp/fastreboot.deb")
        units = root / "etc/systemd/system"
        assert all((units / link).is_symlink() for link in LINKS), "enabled"
        assert not (root / "etc/fastreboot.conf").exists()
        told = package.run_in(root, "fastreboot", "--version").split()[1]
        assert package.version(suite).startswith(f"{told}-")
        usable(root)
        if suite != "bullseye":  # whose systemd-analyze would change this computer's control groups; see test_units.py
            units_are_valid(root)

        apt(root, "install", "--reinstall", "/tmp/fastreboot.deb")
        assert all((units / link).is_symlink() for link in LINKS), "still enabled"
        (root / "etc/fastreboot.conf").write_text("mode = fast\n")
        (root / "var/lib/fastreboot").mkdir()

        apt(root, "remove", "fastreboot")
        assert (root / "etc/fastreboot.conf").exists(), "settings stay"
        assert package.run_in(root, "/etc/kernel/postinst.d/zzz-fastreboot", "6.1") == ""
        apt(root, "purge", "fastreboot")
        assert sorted(listing(root) ^ before) == []


def units_are_valid(root):
    assert package.run_in(root, "sh", "-euc", "dpkg -L fastreboot | grep '/systemd/system/fast' | "
                          "xargs systemd-analyze verify --man=no") == ""
    rate_units(root, "/lib/systemd/system")


def rate_units(root, directory):
    shutil.copy(host.REPO / "tests/check-units", root / "tmp")
    print(package.run_in(root, "python3", "/tmp/check-units", directory))
    (root / "tmp/check-units").unlink()


@pytest.mark.long
def test_units_of_bullseye_as_a_later_systemd_rates_them():
    with package.copy("bookworm") as root:
        put(root, package.built("bullseye"))
        package.run_in(root, "dpkg-deb", "-x", "/tmp/fastreboot.deb", "/tmp/bullseye")
        rate_units(root, "/tmp/bullseye/lib/systemd/system")


def usable(root):
    """Its commands run, and `uninstall` leaves the package's files to dpkg."""
    answer = package.run_in(root, "sh", "-c", "fastreboot status --json; :")
    assert json.loads(answer)["next"] == "firmware"
    assert "fastreboot: installed as a package; to remove it: apt purge fastreboot" in package.run_in(
        root, "sh", "-c", "! fastreboot uninstall --dry-run")
    assert (root / "usr/sbin/fastreboot").exists()


def test_disabled_stays_disabled():
    """Also after an upgrade."""
    with package.copy("bookworm") as root:
        put(root, package.built("bookworm"))
        apt(root, "install", "/tmp/fastreboot.deb")
        package.run_in(root, "systemctl", "disable", "fastreboot")
        apt(root, "install", "--reinstall", "/tmp/fastreboot.deb")
        assert not any((root / "etc/systemd/system" / link).is_symlink() for link in LINKS)


@pytest.mark.parametrize("suite", SUITES)
def test_built_twice_it_is_the_same(suite, tmp_path):
    package.build(suite, tmp_path, where="elsewhere", options="nocheck parallel=1")
    built = package.built(suite).parent
    for path in built.glob("*.deb"):
        # Not the bytes themselves: showing how they differ takes pytest hours.
        assert cache.digest(tmp_path / path.name) == cache.digest(path), path.name


@pytest.mark.long
@pytest.mark.parametrize("suite", package.SUITES)
def test_lintian_has_nothing_to_say(suite):
    built = package.built(suite).parent
    with package.copy(suite) as root:
        for path in built.glob("fastreboot*_*"):
            shutil.copy(path, root / "tmp")
        package.run_in(root, "sh", "-euc", "apt-get -qy update && apt-get -qy --no-install-recommends install lintian")
        said = package.run_in(root, "sh", "-euc", "lintian --allow-root --fail-on=error,warning /tmp/fastreboot_*.changes")
        # Debian 11's counts the overrides in a note; not all of them are for it.
        assert [line for line in said.splitlines() if not line.startswith("N: ")] == []


FILES = {"lib/fastreboot/quirks.d/10-boards.conf", "lib/kernel/install.d/95-fastreboot.install",
         "lib/systemd/system/fastreboot.service", "lib/systemd/system/fastreboot-jump.service",
         "share/zsh/site-functions/_fastreboot", "share/man/man5/fastreboot.conf.5",
         "share/man/man7/fastreboot-reasons.7", "share/fish/vendor_completions.d/normal-reboot.fish",
         "lib/systemd/system-preset/80-fastreboot.preset", "share/doc/fastreboot/examples/ansible-reboot.yml"}
RPM = """
apt-get -qy update && apt-get -qy --no-install-recommends install rpm
cd "$1"
tar -czf fastreboot-$2.tar.gz fastreboot-$2
rpmbuild -bb --nodeps --define "_sourcedir $1" --define "_topdir $1/rpm" --define '_sbindir %{_prefix}/sbin' \
    --define 'systemd_post() systemctl preset %*' --define 'systemd_preun() systemctl disable --now %*' \
    --define 'systemd_postun() systemctl daemon-reload' fastreboot-$2/scripts/package.d/fastreboot.spec >&2
rpm -qlp rpm/RPMS/*/fastreboot-$2-*.rpm
"""
ARCH = """
cd "$1"
pkgdir=$1/root
. fastreboot-$2/scripts/package.d/PKGBUILD
set -e
[ $pkgver = $2 ]
build >&2
package >&2
cd root && find . -type f
"""


@pytest.mark.long
@pytest.mark.parametrize("script, program", [(RPM, "sbin/fastreboot"), (ARCH, "bin/fastreboot")], ids=["rpm", "arch"])
def test_other_packages(script, program):
    """As far as Debian's tools can tell: they build, with every file in its place."""
    version = package.version("sid").partition("-")[0]
    with package.copy("bookworm") as root:
        package.source(root / "tmp" / f"fastreboot-{version}", "sid")
        lines = package.run_in(root, "bash", "-c", script, "build", "/tmp", version).splitlines()
    there = {line.removeprefix("./").removeprefix("/").removeprefix("usr/").removesuffix(".gz") for line in lines}
    assert FILES | {program} <= there
    assert not any("etc/" in line for line in there if line.startswith(("etc/", "./etc/", "/etc/")))


README = host.REPO / "README.md"


@pytest.mark.long
@pytest.mark.parametrize("suite", package.SUITES)
def test_a_newcomer_has_what_the_readme_says(suite, tmp_path):
    """On a server with nothing but systemd: apt gets the rest from the archive."""
    part = README.read_text().split("## Install")[1].split("**Without a package**")[0]
    lines = [line.split("#")[0].strip() for line in part.splitlines() if line.startswith("    ")]
    build, install, show = (line.replace("bookworm", suite) for line in lines)
    assert all(name in part for name in package.SUITES)
    assert (build, show) == (f"scripts/package {suite}", "fastreboot status")
    host.run(host.REPO / build.split()[0], *build.split()[1:], tmp_path / "build-packages" / suite)
    with cache.copy_of(bare(suite), f"bare-{suite}") as root:
        shutil.copytree(tmp_path / "build-packages", root / "root/build-packages")
        apt(root, "update")  # the chroot has no lists, a server has
        package.run_in(root, "sh", "-euc", f"cd /root && {install.replace('apt ', 'apt-get -qy ')}")
        said = package.run_in(root, "sh", "-c", f"{show}; :")
        assert said.startswith("Next reboot: firmware")
        assert package.run_in(root, "dpkg", "--audit") == ""


def bare(suite):
    """A server's packages, as far as they matter here."""
    packages = ["systemd-sysv", "ca-certificates"]
    return cache.get(f"bare-{suite}", cache.digest(*packages), lambda target: debian.bootstrap(target, suite, "apt", packages),
                     f"making a bare chroot of {suite} (about 60 s)")


SOURCE = "deb [signed-by=/etc/apt/keyrings/fastreboot.asc] file:/srv/repository bookworm main\n"


@pytest.fixture(name="environment")
def with_key(tmp_path):
    """Made by a user who has a signing key."""
    (tmp_path / "gnupg").mkdir(mode=0o700)
    environment = dict(os.environ, GNUPGHOME=str(tmp_path / "gnupg"))
    host.run(host.REPO / "scripts/packages", "--install", "repository")
    host.run("gpg", "--batch", "--passphrase", "", "--quick-generate-key", "test@example.org", env=environment)
    yield environment
    host.run("gpgconf", "--kill", "all", env=environment)


@pytest.mark.long
def test_repository(tmp_path, environment):
    """apt installs the package from it, later a newer version, and goes back. Whatever is set stays."""
    suite = tmp_path / "packages/bookworm"
    suite.mkdir(parents=True)
    make = (host.REPO / "scripts/repository", tmp_path / "repository", tmp_path / "packages")
    older = package.version("bookworm")
    with package.copy("bookworm") as root:
        shutil.copy(package.built("bookworm"), suite)
        host.run(*make, env=environment)
        (root / "etc/apt/sources.list").write_text(SOURCE)
        (root / "etc/apt/keyrings").mkdir(exist_ok=True)
        shutil.copy(tmp_path / "repository/fastreboot.asc", root / "etc/apt/keyrings")
        update(root, tmp_path)
        apt(root, "install", "fastreboot")
        versions_agree(root, older)
        (root / "etc/fastreboot.conf").write_text("mode = fast\n")
        shutil.copytree(root / "etc/systemd", tmp_path / "systemd", symlinks=True)
        (root / "var/lib/fastreboot").mkdir()
        (root / "var/lib/fastreboot/history").write_text(LINE)

        package.build("bookworm", suite, newer=NEWER)
        host.run(*make, env=environment)
        update(root, tmp_path)
        apt(root, "upgrade")
        versions_agree(root, older.replace(older.partition("-")[0], NEWER))
        unchanged(root, tmp_path)
        apt(root, "install", "--allow-downgrades", f"fastreboot={older}")
        versions_agree(root, older)
        unchanged(root, tmp_path)


NEWER = "9.9"
LINE = '{"time":1700000000000000,"outcome":"fast","text":"fast","back_ms":9800}\n'


def versions_agree(root, version):
    assert package.run_in(root, "dpkg-query", "-Wf", "${Version} ${db:Status-Status}", "fastreboot") == f"{version} installed"
    assert package.run_in(root, "fastreboot", "--version").split()[:2] == ["fastreboot", version.partition("-")[0]]
    changes = package.run_in(root, "sh", "-c", "zcat -f /usr/share/doc/fastreboot/changelog.gz")
    assert changes.split("\n## ")[1].split()[0] == version.partition("-")[0]


def unchanged(root, where):
    assert (root / "etc/fastreboot.conf").read_text() == "mode = fast\n"
    assert (root / "var/lib/fastreboot/history").read_text() == LINE
    host.run("diff", "-r", "--no-dereference", where / "systemd", root / "etc/systemd")


def update(root, where):
    shutil.copytree(where / "repository", root / "srv/repository", dirs_exist_ok=True)
    apt(root, "update", "-o", "APT::Update::Error-Mode=any")
