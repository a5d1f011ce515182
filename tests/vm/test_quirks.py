# SPDX-License-Identifier: LGPL-2.1-or-later
"""Quirks that act: what they detach is gone before the jump, and what does not let go delays it at most."""
import re

import pytest

from lab import expect

QUIRK = """mkdir -p /etc/fastreboot/quirks.d
cat > /etc/fastreboot/quirks.d/lab.conf <<'END'
[Lab]
MatchDMIModalias = dmi:*:svnQEMU:*
CmdlineAppend = lab.quirk=1
UnloadModules = dummy loop virtio_blk
UnbindDriver = rtc_cmos virtio_blk
END
"""
# One that does not even end when it is told to.
HANG = r"""mkdir -p /run/systemd/system/fastreboot-modules.service.d
printf '[Service]\nExecStartPre=/bin/sh -c "trap \\"\\" TERM; while :; do sleep 1000; done"\n' \
    > /run/systemd/system/fastreboot-modules.service.d/lab.conf
systemctl daemon-reload
"""


def told(boot):
    """What `detach` told the console, without times, colours and units' own messages."""
    return re.findall(r"(unloading module \S+|detaching \S+ from \S+|module \S+ stays: [a-z ]+|\S+ stays attached.*)",
                      boot.console)


def added(machine):
    return machine.output("cat /proc/cmdline").split().count("lab.quirk=1")


@pytest.mark.long
def test_quirks_act_and_what_refuses_is_told(machine):
    machine.run(QUIRK + "modprobe dummy")
    note = next(reason for reason in expect.status(machine)["reasons"] if reason["id"] == "quirk-applied")
    assert "unloads before the jump: dummy loop virtio_blk" in note["text"]

    boot = machine.reboot()
    expect.fast(machine, boot)
    lines = told(boot)
    assert "unloading module dummy" in lines
    assert any(re.fullmatch(r"detaching \S+ from \w+/drivers/rtc_cmos", line) for line in lines), lines
    # Of the two disks the one that holds /boot, which is unmounted by then; never the other.
    assert sum(line.endswith("from virtio/drivers/virtio_blk") for line in lines) == 1, lines
    assert "unloading module virtio_blk" not in lines
    assert [line for line in lines if "stays" in line] == ["module virtio_blk stays: the root file system needs it"]
    assert added(machine) == 1

    # In use until the end: the file is on the root file system.
    machine.run("modprobe loop && truncate -s 8M /root/disk && losetup -f /root/disk")
    boot = machine.reboot()
    expect.fast(machine, boot)
    assert "module loop stays: it is in use" in told(boot)
    assert added(machine) == 1, "what quirks add must not pile up"


@pytest.mark.long
def test_detaching_that_hangs(machine):
    machine.run(QUIRK + HANG)
    boot = machine.reboot()
    expect.fast(machine, boot)
    assert "unloading module" not in boot.console
