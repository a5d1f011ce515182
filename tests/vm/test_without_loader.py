# SPDX-License-Identifier: LGPL-2.1-or-later
"""The EFI firmware starts a unified kernel image or a kernel by itself, as its boot entries say.

Each step compares what fastreboot says, what the firmware starts, and what a fast reboot starts.
"""
import pytest

from lab import efi, expect, menu

BEFORE = 'the firmware would start Boot.... "{}", which is before Boot.... in BootOrder'
LAB = f"{efi.ESP}/EFI/lab"
DEFAULT_FILE = f"{efi.ESP}/EFI/BOOT/BOOTX64.EFI"
# A second image: the first with another command line of the same length.
TWO_IMAGES = f"""
set -e
mkdir {LAB}
mv {efi.ESP}/lab.efi {LAB}/uki.efi
LC_ALL=C sed 's/lab\\.entry=uki/lab.entry=two/' {LAB}/uki.efi > {LAB}/two.efi
sync
"""


def first_in_order(machine, name, numbers):
    """Makes this entry the default, and returns what the firmware starts then."""
    efi.put_first(machine, numbers[name])
    expect.firmware(machine, machine.reboot(), because=BEFORE.format(name))
    start = menu.foretold(machine)
    assert menu.running(machine) == start, "the firmware has started something else"
    return start


@pytest.mark.long
@pytest.mark.kind(loader="systemd-boot")
def test_unified_image(machine):
    _, older = menu.kernels(machine)
    with_loader = menu.foretold(machine)
    efi.install(machine)
    machine.run(TWO_IMAGES, seconds=300)
    numbers = {name: efi.add(machine, name, f"/EFI/lab/{name}.efi") for name in ("two", "uki")}
    first = first_in_order(machine, "uki", numbers)
    assert first.release == older and "lab.entry=uki" in first.words
    menu.fast_into(machine, first)
    menu.by_loader_into(machine, first)

    second = first_in_order(machine, "two", numbers)
    assert second.release == older and "lab.entry=two" in second.words
    menu.fast_into(machine, second)

    # For one boot. After it, the entry that started the machine is not the one that the next boot starts.
    machine.run(f"efibootmgr --bootnext {numbers['uki']}")
    menu.by_loader_into(machine, first, "reboot", because="BootNext")
    menu.by_loader_into(machine, second, "reboot", because=BEFORE.format("two"))

    # Without its file, the firmware starts the next entry.
    machine.run(f"mv {LAB}/two.efi {LAB}/gone && sync")
    menu.by_loader_into(machine, first, "reboot", because=r"/EFI/lab/two\.efi, which .* starts, does not exist")

    # No entry, but the file that the firmware starts of any disk.
    machine.run(f"cp {LAB}/uki.efi {DEFAULT_FILE} && sync", seconds=300)
    efi.remove(machine, *numbers.values())
    menu.by_loader_into(machine, first, "reboot", because=f"boot entry Boot{numbers['uki']}, .* was removed")
    assert menu.foretold(machine) == first
    menu.fast_into(machine, first)
    machine.run(f"cp {efi.ESP}/EFI/systemd/systemd-bootx64.efi {DEFAULT_FILE} && sync")
    menu.by_loader_into(machine, with_loader, "reboot", because="unified kernel image")
    assert menu.foretold(machine) == with_loader


def stub_arguments(machine, release, word):
    """The kernel that kernel-install left on the ESP, and the parameters for its boot entry."""
    entry = f"{efi.ESP}/loader/entries/*-{release}.conf"
    kernel, initrd = (machine.output(f"sed -n 's/^{key} *//p' {entry}") for key in ("linux", "initrd"))
    return kernel, f"{efi.parameters(word)} initrd={efi.backslashes(initrd)}"


@pytest.mark.long
@pytest.mark.kind(loader="systemd-boot")
def test_kernel(machine):
    newer, older = menu.kernels(machine)
    efi.install(machine)
    kernels = {name: stub_arguments(machine, release, name) for name, release in (("older", older), ("newer", newer))}
    numbers = {name: efi.add(machine, name, *arguments) for name, arguments in kernels.items()}
    first = first_in_order(machine, "newer", numbers)
    assert first.release == newer and "lab.entry=newer" in first.words
    menu.fast_into(machine, first)
    menu.by_loader_into(machine, first)

    second = first_in_order(machine, "older", numbers)
    assert second.release == older and "lab.entry=older" in second.words
    menu.fast_into(machine, second)

    machine.run(f"efibootmgr --bootnext {numbers['newer']}")
    menu.by_loader_into(machine, first, "reboot", because="BootNext")
    menu.by_loader_into(machine, second, "reboot", because=BEFORE.format("older"))

    kernel, _ = kernels["older"]
    machine.run(f"mv {efi.ESP}{kernel} {efi.ESP}/gone && sync")
    menu.by_loader_into(machine, first, "reboot", because=f"{kernel}, which .* starts, does not exist")

    # Another entry of the same number: the running kernel does not have its parameters.
    efi.remove(machine, numbers["newer"])
    kernel, arguments = kernels["newer"]
    assert efi.add(machine, "newer", kernel, f"{arguments} lab.word=changed") == numbers["newer"]
    changed = menu.Start(newer, first.words + ["lab.word=changed"])
    menu.by_loader_into(machine, changed, "reboot", because="with other parameters than the running kernel has")
    assert menu.foretold(machine) == changed
