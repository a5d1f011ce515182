# SPDX-License-Identifier: LGPL-2.1-or-later
"""A kernel panics after a fast reboot: the next boot says why, and leaves the records of others in the store."""
import json

import pytest

from lab import expect

STORE = "cd /sys/fs/pstore && sha256sum * 2>/dev/null || true"
# As a kernel leaves its log at any reboot when it is told to, which another program may have asked for.
LEAVE_A_RECORD = "echo Y > /sys/module/printk/parameters/always_kmsg_dump"
# The initrd's program is not found, and its disk needs a driver from the initrd.
PANICS = "cmdline-append = rdinit=/none panic=1"
PANIC = "VFS: Unable to mount root fs on unknown-block(0,0)"


@pytest.mark.kind(devices=("erst",))
def test_the_next_boot_says_why(machine):
    # QEMU's store writes nothing after its state was restored from a snapshot, until the machine is reset.
    expect.went_by_firmware(machine, machine.reboot("fastreboot normal"))
    machine.run(LEAVE_A_RECORD)
    expect.went_by_firmware(machine, machine.reboot("fastreboot normal"))
    others = machine.output(STORE)
    assert "dmesg-erst-" in others

    machine.run(f"echo '{PANICS}' > /etc/fastreboot.conf")
    boot = machine.reboot(may_panic=True)
    print(machine.output("ls -lR /sys/fs/pstore /var/lib/systemd/pstore 2>&1; fastreboot status; fastreboot why"))
    assert boot.jumped and boot.resets > 0 and boot.console.count("Linux version") == 2
    last = expect.status(machine)["last_reboot"]
    assert last["outcome"] == "failed" and f"(the new kernel panicked: {PANIC})" in last["text"], last
    death = last["death"]
    assert death["kind"] == "panic" and death["marked"] and death["panic"] == PANIC, death
    assert "swapper" in death["process"] and "prepare_namespace" in death["trace"], death
    text = machine.output("fastreboot status")
    assert PANIC in text and death["record"] in text and len(text.split("Last reboot:")[1].splitlines()) <= 14, text
    answer = json.loads(machine.output("fastreboot why --json"))
    assert answer["number"] == 1 and any("Rebooting in 1 seconds" in line or PANIC in line for line in answer["log"])
    assert [line for line in expect.told(machine) if line.startswith(f"the new kernel panicked: {PANIC}")]
    assert machine.output(STORE) == others, "its own record goes, and those of others stay"
    assert machine.output("stat -c %a /var/lib/fastreboot/last-words/*") == "600"

    # It stays known after a reboot that went well.
    machine.run("rm /etc/fastreboot.conf && fastreboot retry")
    expect.fast(machine, machine.reboot())
    assert expect.status(machine)["last_reboot"]["death"] is None
    assert json.loads(machine.output("fastreboot why --json"))["number"] == 2
