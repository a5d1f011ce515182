# SPDX-License-Identifier: LGPL-2.1-or-later
"""GRUB 2.14 with everything on btrfs: a default subvolume, which Debian's GRUB does not look at, and variables in a
sector of the file system's header, where grub-reboot puts the entry for one boot."""
import pytest

from lab import expect, menu

GRUBENV = "/boot/grub/grubenv"
OWN_ENTRY = r"""
cat > /etc/grub.d/42_lab <<'END'
#!/bin/sh
directory=$(grub-mkrelpath /boot)
uuid=$(findmnt -nvo UUID /)
cat <<END_OF_ENTRY
menuentry 'An entry of my own' --id own {
    search --no-floppy --fs-uuid --set=root $uuid
    linux $directory/vmlinuz-$(uname -r) root=UUID=$uuid ro rootflags=subvol=@rootfs $GRUB_CMDLINE_LINUX lab.entry=own
    initrd $directory/initrd.img-$(uname -r)
}
END_OF_ENTRY
END
chmod +x /etc/grub.d/42_lab
"""
SET_DEFAULT_SUBVOLUME = "btrfs subvolume set-default $(btrfs inspect-internal rootid {}) / && sync"
# Where env_block=512+1 says that it is.
DESTROY_BLOCK = "dd if=/dev/zero of=/dev/vda2 bs=512 seek=512 count=1 conv=notrunc,fsync status=none"


def fast_into(machine, start):
    """Until the health check has seen the end of the boot, whose last unit writes to GRUB's environment block."""
    menu.fast_into(machine, start)
    assert expect.checked(machine).startswith("checked: fast and complete: ")


@pytest.mark.long
@pytest.mark.kind(suite="sid", loader="bios", root="btrfs", initrd="dracut")
def test_btrfs(machine):
    machine.run(SET_DEFAULT_SUBVOLUME.format("/"))
    machine.run(OWN_ENTRY + menu.SAVE_DEFAULT, seconds=400)
    first = menu.foretold(machine)
    assert "lab.word=changed" in first.words
    menu.by_loader_into(machine, first)
    fast_into(machine, first)

    # The default subvolume is one that has no GRUB.
    machine.run(SET_DEFAULT_SUBVOLUME.format("/home"))
    menu.set_grub_default(machine, "own")
    own = menu.foretold(machine)
    assert "lab.entry=own" in own.words
    fast_into(machine, own)
    menu.by_loader_into(machine, own)

    machine.run("grub-reboot 0")
    assert "env_block=512+1" in machine.output(f"cat {GRUBENV}")
    assert "next_entry" not in machine.output(f"cat {GRUBENV}")
    menu.by_loader_into(machine, first, "reboot", because=r'chose the entry "0" for one boot \(next_entry in block list 512\+1\)')
    fast_into(machine, own)

    # GRUB goes on without the variables in the block, and so does fastreboot.
    machine.run(DESTROY_BLOCK)
    assert menu.foretold(machine) == own
    menu.by_loader_into(machine, own)
    machine.run("grub-editenv - unset next_entry")  # makes the block anew
    assert menu.foretold(machine) == own

    machine.run("mv /boot/vmlinuz-$(uname -r) /boot/gone")
    assert expect.status(machine)["next"] == "firmware"
    machine.run("mv /boot/gone /boot/vmlinuz-$(uname -r)")
    assert menu.foretold(machine) == own
