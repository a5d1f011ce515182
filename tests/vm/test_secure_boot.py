# SPDX-License-Identifier: LGPL-2.1-or-later
"""OVMF with Secure Boot, shim, signed GRUB, signed kernel."""
import pytest

from lab import expect

# One byte in the middle of the compressed kernel: still a kernel by its header, no longer the signed one.
CHANGE_ONE_BYTE = """
cp /vmlinuz /boot/vmlinuz-changed
printf '\\125' | dd of=/boot/vmlinuz-changed bs=1 seek=5000000 conv=notrunc status=none
! cmp -s /vmlinuz /boot/vmlinuz-changed
printf 'kernel = /boot/vmlinuz-changed\\ninitrd = /initrd.img\\n' > /etc/fastreboot.conf
"""


@pytest.mark.kind(secure_boot=True)
def test_secure_boot(machine):
    locked_down(machine)
    expect.fast(machine, machine.reboot(), release=machine.output("uname -r"))
    locked_down(machine)

    machine.run(CHANGE_ONE_BYTE)
    boot = machine.reboot()
    expect.firmware(machine, boot, because="signature|signed|Key was rejected")
    assert boot.last_words == "reboot, kexec_loaded=0"
    locked_down(machine)


def locked_down(machine):
    assert "[integrity]" in machine.output("cat /sys/kernel/security/lockdown")
