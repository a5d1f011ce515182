# SPDX-License-Identifier: LGPL-2.1-or-later
"""systemd-boot on EFI: entries that kernel-install wrote, and a unified kernel image."""
import pytest

from lab import expect, menu

ONE_SHOT = "/sys/firmware/efi/efivars/LoaderEntryOneShot-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
INSTALL_UKI = "mkdir -p /boot/efi/EFI/Linux && mv /boot/efi/lab.efi /boot/efi/EFI/Linux/ && sync"


def entry_of(machine, release):
    return machine.output(f"basename /boot/efi/loader/entries/*-{release}.conf")


@pytest.mark.kind(loader="systemd-boot")
def test_systemd_boot(machine):
    newer, older = menu.kernels(machine)
    first = menu.foretold(machine)
    assert first.release == newer and f"lab.entry=type1-{newer}" in first.words
    assert menu.running(machine) == first, "systemd-boot has started something else"
    menu.fast_into(machine, first)

    # The older one, for one boot, by the boot loader.
    machine.run(f"bootctl set-oneshot {entry_of(machine, older)}")
    expect.firmware(machine, machine.reboot(), because="requested for one boot")
    second = menu.running(machine)
    assert second.release == older and f"lab.entry=type1-{older}" in second.words

    # With this module the kernel sets LoaderEntryOneShot at every kexec, to what is not a boot entry.
    machine.run("modprobe efibc")
    menu.fast_into(machine, first)
    assert machine.output(f"cat {ONE_SHOT} | tail -c +5 | tr -d '\\0'") == "kexec reboot"
    machine.run(f"bootctl set-default {entry_of(machine, older)}")
    assert menu.foretold(machine) == second
    menu.fast_into(machine, second)

    # An entry made from the running kernel's command line does not get fastreboot's parameters.
    assert "fastreboot.attempt=" in machine.output("cat /proc/cmdline")
    machine.run(f"rm /etc/kernel/cmdline && kernel-install add {older} /boot/vmlinuz-{older}", seconds=300)
    assert "fastreboot." not in machine.output(f"cat /boot/efi/loader/entries/{entry_of(machine, older)}")
    assert menu.foretold(machine) == second

    machine.run(INSTALL_UKI)
    boot = machine.reboot("systemctl reboot --boot-loader-entry=lab.efi")
    expect.firmware(machine, boot, because="requested for one boot")
    unified = menu.running(machine)
    assert unified.release == older and "lab.entry=uki" in unified.words
    machine.run("bootctl set-default lab.efi")
    assert menu.foretold(machine) == unified
    menu.fast_into(machine, unified)
