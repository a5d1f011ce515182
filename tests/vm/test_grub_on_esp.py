# SPDX-License-Identifier: LGPL-2.1-or-later
"""GRUB with its whole configuration on the EFI system partition, as RHEL 8 has it: a program with all its modules and
that directory in it, and no /boot/grub."""
import pytest

from lab import efi, expect, menu

HOME = f"{efi.ESP}/EFI/lab"
MODULES = ("all_video boot configfile echo efifwsetup ext2 fat font gettext gzio halt linux loadenv minicmd normal "
           "part_gpt part_msdos probe reboot regexp search search_fs_file search_fs_uuid search_label sleep terminal "
           "test true video")
INSTALL = f"""
set -e
mkdir -p {HOME} /boot/grub
grub-mkimage -O x86_64-efi -p /EFI/lab -o {HOME}/grubx64.efi {MODULES}
grub-editenv {HOME}/grubenv create
sed -i 's/^GRUB_DEFAULT=.*/GRUB_DEFAULT=saved/' /etc/default/grub
grub-mkconfig -o {HOME}/grub.cfg
test ! -e /boot/grub/grub.cfg
sync
"""


@pytest.mark.long
@pytest.mark.kind(loader="systemd-boot")
def test_grub_on_esp(machine):
    newer, older = menu.kernels(machine)
    with_loader = menu.foretold(machine)
    efi.install(machine)
    machine.run(INSTALL, seconds=400)
    number = efi.add(machine, "lab", "/EFI/lab/grubx64.efi")
    expect.firmware(machine, machine.reboot(), because='would start Boot.... "lab", which is before Boot....')
    first = menu.foretold(machine)
    assert first.release == newer
    assert menu.running(machine) == first, "GRUB has started something else"
    menu.fast_into(machine, first)

    machine.run(f"grub-editenv {HOME}/grubenv set saved_entry='{menu.grub_id(machine, older)}' && sync")
    second = menu.foretold(machine)
    assert second.release == older
    menu.fast_into(machine, second)
    expect.firmware(machine, machine.reboot("fastreboot normal"), because="requested")
    assert menu.running(machine) == second

    machine.run(f"grub-editenv {HOME}/grubenv set next_entry='1>0' && sync")
    expect.firmware(machine, machine.reboot(),
                    because=rf'chose the entry "1>0" for one boot \(next_entry in {HOME}/grubenv\)')
    assert menu.running(machine) == first
    menu.fast_into(machine, second)

    machine.run(f"mv /boot/vmlinuz-{older} /boot/gone")
    assert expect.status(machine)["reason_id"] == "kernel-missing"
    machine.run(f"mv /boot/gone /boot/vmlinuz-{older}")
    assert menu.foretold(machine) == second

    # Without the boot entry that GRUB was started by, the firmware starts systemd-boot.
    efi.remove(machine, number)
    expect.firmware(machine, machine.reboot(), because=f"boot entry Boot{number}, .* was removed")
    assert menu.running(machine) == with_loader == menu.foretold(machine)
