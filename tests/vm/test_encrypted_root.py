# SPDX-License-Identifier: LGPL-2.1-or-later
"""The units' sandbox lets the load read what unlocks an encrypted root, and the jump close it."""
import pytest

from lab import encryption, expect


@pytest.mark.long
@pytest.mark.kind(devices=("second-root",))
def test_encrypted_root(machine):
    encryption.encrypt(machine)
    boot = machine.reboot(meanwhile=encryption.unlock)  # recorded on the root that is left behind
    assert boot.jumped and not boot.resets
    assert machine.output("lsblk -no TYPE $(findmnt -no SOURCE /)") == "crypt"

    for _ in range(2):  # each compares what root sees with what the load sees in its sandbox
        boot = machine.reboot(meanwhile=encryption.unlock)
        assert boot.promised["next"] == "fast"
        expect.fast(machine, boot)
        assert machine.output("lsblk -no TYPE $(findmnt -no SOURCE /)") == "crypt"
