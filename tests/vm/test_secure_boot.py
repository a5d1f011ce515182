# SPDX-License-Identifier: LGPL-2.1-or-later
"""OVMF with Secure Boot; shim, GRUB and kernels that Debian has signed; grub.cfg by update-grub."""
import pytest

from lab import expect, menu

# One byte in the middle of the compressed kernel: the header stays valid, the signature does not.
CHANGE_ONE_BYTE = """
cp /vmlinuz /boot/vmlinuz-changed
printf '\\125' | dd of=/boot/vmlinuz-changed bs=1 seek=5000000 conv=notrunc status=none
! cmp -s /vmlinuz /boot/vmlinuz-changed
printf 'kernel = /boot/vmlinuz-changed\\ninitrd = /initrd.img\\n' > /etc/fastreboot.conf
"""


@pytest.mark.kind(loader="shim")
def test_secure_boot(machine):
    newer, older = menu.kernels(machine)
    locked_down(machine)
    first = menu.agreed(machine)
    assert first.release == newer
    assert menu.running(machine) == first, "GRUB has started something else"
    fast_into(machine, first)

    machine.run(menu.SAVE_DEFAULT, seconds=300)
    menu.set_grub_default(machine, menu.grub_id(machine, older))
    second = menu.agreed(machine)
    assert second.release == older
    fast_into(machine, second)

    machine.run(CHANGE_ONE_BYTE)
    boot = machine.reboot()
    expect.firmware(machine, boot, because="signature|signed|Key was rejected")
    assert boot.last_words == "reboot, kexec_loaded=0"
    locked_down(machine)
    assert menu.running(machine) == second, "GRUB has started something else"


def fast_into(machine, start):
    menu.fast_into(machine, start)
    locked_down(machine)


def locked_down(machine):
    assert "[integrity]" in machine.output("cat /sys/kernel/security/lockdown")
