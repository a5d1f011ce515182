# SPDX-License-Identifier: LGPL-2.1-or-later
"""extlinux on BIOS. Each step compares what fastreboot says, what extlinux starts, and what a fast reboot starts."""
import pytest

from lab import expect, extlinux, menu

NOT_FOUND = r"/vmlinuz-gone(.|\n)*boot:"


@pytest.mark.long
@pytest.mark.kind(loader="grub")
def test_extlinux(machine):
    newer, older = menu.kernels(machine)
    extlinux.install(machine)
    extlinux.configure(machine, default="newer")
    # So far GRUB is what started the machine.
    expect.firmware(machine, machine.reboot("fastreboot normal"), because="requested")
    first = menu.foretold(machine)
    assert first.release == newer and "lab.entry=newer" in first.words
    assert menu.running(machine) == first, "extlinux has started something else"
    menu.fast_into(machine, first)

    extlinux.configure(machine, default="older")
    second = menu.foretold(machine)
    assert second.release == older and "lab.entry=older" in second.words
    menu.fast_into(machine, second)
    menu.by_loader_into(machine, second)

    # The newer one, for one boot. extlinux forgets the request when it obeys it.
    machine.run("extlinux --once=newer /boot/extlinux && sync")
    expect.firmware(machine, machine.reboot(), because="for one boot")
    assert menu.running(machine) == first
    menu.fast_into(machine, second)

    # A default whose kernel is gone: extlinux asks at the console, and fastreboot does not answer for it.
    machine.run(f"sed -i 's,/vmlinuz-{older}$,/vmlinuz-gone,' {extlinux.CONFIG} && sync")
    assert expect.status(machine)["next"] == "firmware"

    def answer(machine):
        machine.wait_for_console(NOT_FOUND, start=len(machine.qemu.console))
        machine.qemu.type("newer\r")

    boot = machine.reboot(meanwhile=answer)
    assert boot.resets and not boot.jumped
    assert menu.running(machine) == first
