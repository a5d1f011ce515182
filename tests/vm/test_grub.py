# SPDX-License-Identifier: LGPL-2.1-or-later
"""GRUB from the disk, installed by grub-install and configured by update-grub inside the machine.

Each step compares four answers: what grub-emu makes of the configuration, what fastreboot says, what GRUB itself
started, and what a fast reboot starts.
"""
import pytest

from lab import expect, menu

# An administrator's own entry, and a default that depends on a variable in grubenv.
HIDDEN_CHOICE = """
cat > /etc/grub.d/42_lab <<'END'
#!/bin/sh
cat <<END_OF_ENTRY
if [ "\\${lab_choice}" = "own" ]; then
    if [ -n "\\${have_grubenv}" ]; then set default="lab-own"; else set default="no-such-entry"; fi
fi
menuentry 'An entry of my own' --id lab-own {
    search --no-floppy --label boot --set=root
    linux /vmlinuz-$(uname -r) root=LABEL=root ro $GRUB_CMDLINE_LINUX lab.entry="one of mine"
    initrd /initrd.img-$(uname -r)
}
END_OF_ENTRY
END
chmod +x /etc/grub.d/42_lab
update-grub
grub-editenv - set lab_choice=own
"""


@pytest.mark.kind(loader="grub")
def test_grub(machine):
    newer, older = menu.kernels(machine)
    first = menu.agreed(machine)
    assert first.release == newer
    assert menu.running(machine) == first, "GRUB has started something else"
    menu.fast_into(machine, first)

    # The older kernel, by id, and another command line.
    machine.run(menu.SAVE_DEFAULT, seconds=300)
    menu.set_grub_default(machine, menu.grub_id(machine, older))
    saved = menu.agreed(machine)
    assert saved == (older, first.words + ["lab.word=changed"])
    menu.fast_into(machine, saved)
    menu.by_loader_into(machine, saved)

    # The newer one, for one boot. GRUB forgets the request when it obeys it.
    machine.run("grub-reboot '1>0'")
    once = menu.by_grub_emu(machine)
    assert once == (newer, saved.words)
    expect.firmware(machine, machine.reboot(), because='grub-reboot chose the entry "1>0" for one boot')
    assert menu.running(machine) == once
    menu.fast_into(machine, saved)

    machine.run(HIDDEN_CHOICE, seconds=300)
    own = menu.agreed(machine)
    assert own.release == older and "lab.entry=one" in " ".join(own.words)
    menu.fast_into(machine, own)
    menu.by_loader_into(machine, own)


@pytest.mark.long
@pytest.mark.kind(loader="grub")
@pytest.mark.parametrize("entry", ["1>2", "Advanced options for Debian GNU/Linux>Debian GNU/Linux, with Linux {older}",
                                   "Advanced options for Debian GNU/Linux>2", "2>0"])
def test_grub_default(machine, entry):
    """Other ways to name a default: positions, titles, both, and one that does not exist."""
    _, older = menu.kernels(machine)
    machine.run(menu.SAVE_DEFAULT, seconds=300)
    menu.set_grub_default(machine, entry.format(older=older))
    start = menu.agreed(machine)
    menu.by_loader_into(machine, start)
    menu.fast_into(machine, start)
