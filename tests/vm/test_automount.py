# SPDX-License-Identifier: LGPL-2.1-or-later
"""A /boot that systemd mounts when it is looked at, and unmounts again when nobody does."""
from lab import expect

# From now on, without a reboot.
AUTOMOUNT = """
set -e
sed -i 's/ext4 defaults 0 0$/ext4 x-systemd.automount,x-systemd.idle-timeout=5s 0 0/' /etc/fstab
grep ^LABEL=boot.*automount /etc/fstab
systemctl stop boot.mount
systemctl daemon-reload
systemctl start boot.automount
systemctl restart fastreboot
"""
# Looks into /boot, and waits until it is gone again by itself.
EXPIRE = """
set -e
test -e /boot/vmlinuz-$(uname -r)  # so that it stays until the next look
cursor=$(journalctl -n 0 --show-cursor | sed -n 's/^-- cursor: //p')
test -e /boot/vmlinuz-$(uname -r)
grep -qm1 '^Unmounted' < <(journalctl -f -n all --after-cursor="$cursor" -o cat --no-pager -u boot.mount)
! findmnt -t ext4 /boot
"""


def test_boot_that_comes_and_goes(machine):
    machine.run(AUTOMOUNT)
    for _ in range(2):
        machine.run(EXPIRE)
        assert machine.output("systemctl is-active fastreboot") == "active"
        # Of boot.mount, boot.automount and fastreboot.service: the health check's timer makes jobs at any time.
        assert "boot." not in machine.output("systemctl list-jobs --no-legend")
        assert expect.status(machine)["next"] == "fast"
        machine.run(EXPIRE)
        expect.fast(machine, machine.reboot(ask=False))  # asking would have it mounted
        assert not [line for line in expect.told(machine, -1) if "out of time" in line]


def test_stopped_service_is_not_called_fast(machine):
    machine.run("systemctl stop fastreboot")
    now = expect.status(machine)
    assert (now["next"], now["reason_id"]) == ("firmware", "not-active")
    machine.run("touch /run/fastreboot/active")
    assert expect.status(machine)["reason_id"] == "not-active", "systemd is asked, no file of fastreboot's"
    expect.firmware(machine, machine.reboot(), "nothing was recorded")
