# SPDX-License-Identifier: LGPL-2.1-or-later
"""After `fastreboot uninstall` the machine is as it was before the installation, except for the settings."""
from lab import expect, host, machine as lab_machine, package, program
from test_package import listing as in_chroot

# Changed by every boot, with or without fastreboot.
CHANGES_ANYWAY = [
    "/var/log/journal",                 # the journal
    "/var/log/wtmp",                    # written at each boot
    "/var/lib/systemd/random-seed",     # rewritten at each boot
    "/var/tmp",                         # systemd-private-* of running services
]
# Type, mode, owner and link target of everything; size and checksum of every file.
LISTING = (r"find /etc /usr /boot /var -printf '%p %y %#m %U:%G %l\n'; "
           "find /etc /usr /boot /var -type f -print0 | xargs -0 cksum")


def test_uninstall_leaves_nothing(bare_machine):
    machine = bare_machine
    before = listing(machine)
    lab_machine.install(machine)
    machine.run(lab_machine.ENABLE + " && echo 'mode = fast' > /etc/fastreboot.conf")
    assert len(listing(machine) ^ before) > 10, "the comparison sees an installation"
    expect.fast(machine, machine.reboot())

    machine.run("fastreboot load && fastreboot normal --arm && fastreboot normal --cancel")
    machine.run("systemctl mask --runtime fastreboot-jump && fastreboot uninstall --purge")
    assert machine.output("cat /sys/kernel/kexec_loaded") == "0"
    assert machine.output("find /run -name '*fastreboot*'") == ""
    assert machine.run("systemctl cat fastreboot fastreboot-jump", check=False).code != 0
    boot = machine.reboot()
    assert boot.last_words == "reboot, kexec_loaded=0"
    expect.went_by_firmware(machine, boot)
    assert sorted(listing(machine) ^ before) == []


SETTINGS = """/etc/fastreboot.conf /etc/fastreboot.conf.d /etc/fastreboot /etc/systemd/system/fastreboot.service.d
/etc/systemd/system/fastreboot-health.timer""".split()
CONFIGURE = """
systemctl enable fastreboot
echo 'mode = fast' >/etc/fastreboot.conf
mkdir -p /etc/fastreboot.conf.d /etc/fastreboot/quirks.d /etc/systemd/system/fastreboot.service.d
echo 'panic = 30s' >/etc/fastreboot.conf.d/50-panic.conf
ln -s /dev/null /etc/fastreboot/quirks.d/10-boards.conf
printf '[Service]\\nNice=1\\n' >/etc/systemd/system/fastreboot.service.d/nice.conf
cp /lib/systemd/system/fastreboot-health.timer /etc/systemd/system
ln -s /dev/null /etc/systemd/system/fastreboot-wait.service
: >/usr/lib/fastreboot/quirks.d/50-of-another-package.conf
"""


def test_uninstall_keeps_settings():
    """In a chroot. It names them, and leaves what others have beside its files."""
    built = program.build("bookworm") / "program.tar.gz"
    with package.copy("bookworm") as root:
        package.run_in(root, "mkdir", "-p", "/etc/kernel/postrm.d")  # every machine has it, of its kernel
        before = in_chroot(root)
        for option in [], ["--purge"]:
            host.run("tar", "-C", root, "--no-same-owner", "-xf", built)
            package.run_in(root, "sh", "-euc", CONFIGURE)
            words = package.run_in(root, "fastreboot", "uninstall", "--dry-run", *option)
            for path in SETTINGS:
                assert f"would {'remove' if option else 'keep'} {path}\n" in words
            words = package.run_in(root, "env", "SYSTEMD_OFFLINE=1", "fastreboot", "uninstall", *option)
            assert "fastreboot is removed" in words
            kept = f"Settings are kept; to remove them, too: rm -r {' '.join(SETTINGS)}\n"
            assert (kept in words) == (not option), words
            package.run_in(root, "rm", "-r", "/usr/lib/fastreboot/quirks.d/50-of-another-package.conf")
            package.run_in(root, "rmdir", "/usr/lib/fastreboot/quirks.d", "/usr/lib/fastreboot")
            if not option:
                assert (root / "etc/fastreboot.conf").read_text() == "mode = fast\n"
                package.run_in(root, "rm", "-r", *SETTINGS)
            assert sorted(in_chroot(root) ^ before) == []


def listing(machine):
    lines = machine.run(LISTING, seconds=300).output.splitlines()
    return {line for line in lines if not any(path in line for path in CHANGES_ANYWAY)}
