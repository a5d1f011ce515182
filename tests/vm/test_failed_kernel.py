# SPDX-License-Identifier: LGPL-2.1-or-later
"""A kernel that did not come up after a fast reboot is not tried again until `fastreboot retry`."""
from lab import expect
from lab.journal import job
from test_countdown import notify

# The initrd stops before it mounts the root file system, and panics.
DOES_NOT_COME_UP = "panic = 5\ncmdline-append = break=mount"


def test_failed_kernel(machine):
    release = machine.output("uname -r")
    notify(machine)
    machine.run(f"echo '{DOES_NOT_COME_UP}' > /etc/fastreboot.conf")

    boot = machine.reboot()
    assert boot.jumped and boot.resets > 0, "it was to be tried, and to fail"
    assert boot.console.count("Linux version") == 2
    assert expect.loader(machine) != expect.BY_KEXEC
    assert f"failed: kernel {release} was loaded, but" in expect.the_line(machine)
    assert expect.status(machine)["last_reboot"]["outcome"] == "failed"
    job(machine, "lab-notify.service", "start")
    machine.run("grep failed /var/lib/lab-notified")

    # Not tried again by itself, although the cause is gone.
    machine.run("rm /etc/fastreboot.conf")
    assert f"into kernel {release} failed on" in machine.run("fastreboot check", check=False).output
    expect.firmware(machine, machine.reboot(), f"firmware: a fast reboot into kernel {release} failed on")

    assert release in machine.output("fastreboot retry")
    expect.fast(machine, machine.reboot(), release=release)
