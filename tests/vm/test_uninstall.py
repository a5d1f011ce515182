# SPDX-License-Identifier: LGPL-2.1-or-later
"""After `fastreboot uninstall` the machine is as it was before the installation."""
from lab import expect, machine as lab_machine

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
    machine.run("systemctl mask --runtime fastreboot-jump && fastreboot uninstall")
    assert machine.output("cat /sys/kernel/kexec_loaded") == "0"
    assert machine.output("find /run -name '*fastreboot*'") == ""
    assert machine.run("systemctl cat fastreboot fastreboot-jump", check=False).code != 0
    boot = machine.reboot()
    assert boot.last_words == "reboot, kexec_loaded=0"
    expect.went_by_firmware(machine, boot)
    assert sorted(listing(machine) ^ before) == []


def listing(machine):
    lines = machine.run(LISTING, seconds=300).output.splitlines()
    return {line for line in lines if not any(path in line for path in CHANGES_ANYWAY)}
