# SPDX-License-Identifier: LGPL-2.1-or-later
"""What scripts/try shows: both reboots have all their phases, in order, and the fast one is shorter."""
import pytest
import side_by_side as try_it


@pytest.mark.long
def test_side_by_side():
    slow, fast = reboots = try_it.run([try_it.through_firmware, try_it.fast])
    assert list(slow.phases) == [try_it.STOP, try_it.IPXE, try_it.DHCP, try_it.MENU, try_it.GRUB, try_it.BOOT]
    assert list(fast.phases) == [try_it.LOAD, try_it.STOP, try_it.JUMP, try_it.BOOT]
    assert all(seconds > 0 for reboot in reboots for seconds in reboot.phases.values())
    assert slow.reset and not fast.reset and slow.kernel == fast.kernel
    assert fast.seconds < slow.seconds
    # All lines have the same cells and the same width.
    assert len({(line.count("|"), len(line)) for line in try_it.table(reboots)}) == 1
