# SPDX-License-Identifier: LGPL-2.1-or-later
"""GRUB 2.14 with blscfg: the entries are those that kernel-install writes, with an initrd by dracut.

Debian's grub-mkconfig does not use the command, and the GRUB that Debian signs does not have it: it is a module of
grub-pc-bin.
"""
import re

import pytest

from lab import disk, expect, menu

ENTRIES = "/boot/loader/entries"
OTHER = "lab-0"
MAKE_ENTRIES = f"""
set -e
mkdir -p /etc/kernel
printf '%s\\n' layout=bls BOOT_ROOT=/boot initrd_generator=dracut > /etc/kernel/install.conf
echo 'root=LABEL=root ro {disk.OPTIONS} lab.entry=bls' > /etc/kernel/cmdline
kernel-install --entry-token=literal:lab --make-entry-directory=yes add "$(uname -r)" "/boot/vmlinuz-$(uname -r)"
cd {ENTRIES}
sed 's/lab.entry=bls/lab.entry=other/' "lab-$(uname -r).conf" > {OTHER}.conf
"""
USE_ENTRIES = f"""
set -e
chmod -x /etc/grub.d/10_linux /etc/grub.d/20_linux_xen /etc/grub.d/30_*
printf '%s\\n' '#!/bin/sh' "echo insmod blsuki" "echo blscfg --path {ENTRIES}" > /etc/grub.d/15_bls
chmod +x /etc/grub.d/15_bls
sed -i 's/^GRUB_DEFAULT=.*/GRUB_DEFAULT=saved/' /etc/default/grub
update-grub
grep -q '^blscfg' /boot/grub/grub.cfg
sync
"""


@pytest.mark.long
@pytest.mark.kind(suite="sid", loader="bios", initrd="dracut")
def test_blscfg(machine):
    machine.run(MAKE_ENTRIES, seconds=900)
    machine.run(USE_ENTRIES, seconds=400)
    written = f"lab-{machine.output('uname -r')}"
    first = menu.foretold(machine)
    assert "lab.entry=bls" in first.words
    menu.by_loader_into(machine, first)
    menu.fast_into(machine, first)

    menu.set_grub_default(machine, OTHER)
    second = menu.foretold(machine)
    assert "lab.entry=other" in second.words
    menu.fast_into(machine, second)
    menu.by_loader_into(machine, second)

    machine.run(f"grub-reboot '{written}'")
    menu.by_loader_into(machine, first, "reboot", because=re.escape(f'chose the entry "{written}" for one boot'))
    menu.fast_into(machine, second)

    # The default is an entry that is not there: GRUB starts the first one.
    machine.run(f"mv {ENTRIES}/{OTHER}.conf /boot/gone && sync")
    assert menu.foretold(machine) == first
    menu.by_loader_into(machine, first)
    machine.run(f"mv /boot/gone {ENTRIES}/{OTHER}.conf")
    assert menu.foretold(machine) == second
    machine.run("mv /boot/lab/$(uname -r)/linux /boot/gone")
    assert expect.status(machine)["reason_id"] == "kernel-missing"
