# SPDX-License-Identifier: LGPL-2.1-or-later
"""Root on RAID, LVM or LUKS, and dracut's initrd without kexec-tools: the shutdown ends in dracut's script."""
import re

import pytest

from lab import expect, layouts

pytestmark = pytest.mark.long
MACHINES = {"bookworm": ("raid", "lvm-on-raid", "luks"),
            "trixie": ("raid", "lvm", "luks", "luks-systemd", "multipath"),
            "sid": ("raid", "raid-cpio", "lvm-cpio")}
# dracut's script cannot run here: /run is noexec, or dracut cannot unpack it. Debian 12's mdadm remounts /run.
CANNOT_RUN = {("luks", "trixie"), ("raid", "sid")}
HOOK = "/usr/lib/systemd/system-shutdown/fastreboot.shutdown"
REQUEST = "/run/initramfs/.need_shutdown"
TYPES = "lsblk -snro TYPE $(findmnt -no SOURCE /)"
ARRAY = "cat /sys/block/md*/md/{level,degraded,sync_action,array_state}"
# What md and ext4 say if they were not stopped, when they are started again.
UNCLEAN = "journalctl -b -k -o cat | grep -iE 'not clean|background reconstruction|recover|resync'"
UNMOUNTED = r"Unmounted /oldroot\."
MAPPED = "Disassembling device-mapper devices"
RELEASED = {"raid": r"md\d+: stopped|md: md\d+ stopped", "lvm": MAPPED, "luks": MAPPED, "multipath": MAPPED}
STARTED = "Starting new kernel"


@pytest.mark.parametrize("name", [pytest.param(name, id=f"{name}-{suite}", marks=pytest.mark.kind(suite, layout=name))
                                  for suite, names in MACHINES.items() for name in names])
def test_root_is_released_before_the_next_kernel(machine, name):
    layout = layouts.LAYOUTS[name]
    is_on(machine, layout)
    boot = machine.reboot()
    expect.fast(machine, boot, release=machine.output("uname -r"))
    assert boot.promised["next"] == "fast"
    if layout.shutdown and (name, machine.kind.suite) not in CANNOT_RUN:
        ended_in_order(boot.console, layout)
    else:
        ended_without_script(boot.console)
    is_on(machine, layout)


UNPACKING_FAILS = """
mkdir -p /run/systemd/system/dracut-shutdown.service.d
printf '[Service]\\nExecStop=\\nExecStop=false\\n' > /run/systemd/system/dracut-shutdown.service.d/lab.conf
systemctl daemon-reload
"""


# systemd starts the kernel itself then, as it ends a reboot through the firmware itself.
@pytest.mark.kind("trixie", layout="raid")
@pytest.mark.parametrize("script", ["mount -o remount,noexec /run", UNPACKING_FAILS], ids=["noexec", "not-unpacked"])
def test_fast_if_dracuts_script_cannot_run(machine, script):
    machine.run(script)
    boot = machine.reboot()
    expect.fast(machine, boot)
    ended_without_script(boot.console)
    is_on(machine, layouts.LAYOUTS["raid"])


@pytest.mark.kind("trixie", layout="raid")
def test_through_the_firmware_without_the_hook(machine):
    # systemctl kexec of systemd 257 wants kexec-tools, the target does not.
    expect.fast(machine, machine.reboot("systemctl start --job-mode=replace-irreversibly kexec.target"))
    is_on(machine, layouts.LAYOUTS["raid"])

    for script, words in ((f"mv {HOOK} /root/hook", f"{HOOK}, is missing"),
                          (f"mv /root/hook {HOOK} && chmod -x {HOOK}", f"{HOOK}, is not executable")):
        machine.run(script)
        assert expect.status(machine)["reason_id"] == "initrd-shutdown"
        boot = machine.reboot()
        expect.firmware(machine, boot, because=f"firmware: .*{words}")
        is_on(machine, layouts.LAYOUTS["raid"])
    machine.run(f"chmod +x {HOOK}")
    expect.fast(machine, machine.reboot())


@pytest.mark.kind("trixie", layout="raid")
def test_through_the_firmware_if_the_hook_places_no_program(machine):
    machine.run(f"cp /bin/true {HOOK}")
    boot = machine.reboot()
    assert boot.last_words == "kexec, kexec_loaded=1" and re.search("kexec: (not found|command not found)", boot.console)
    expect.went_by_firmware(machine, boot)
    is_on(machine, layouts.LAYOUTS["raid"])
    assert "last reboot: failed: kernel" in expect.the_line(machine)  # nothing could write down why
    machine.run("fastreboot retry")
    assert expect.status(machine)["next"] == "fast"


# The state is on a file system of its own. dracut unpacks a script that knows nothing of kexec.
OTHER_SCRIPT = """
truncate -s 16M /state.img
mke2fs -q -t ext4 /state.img
echo '/state.img /var/lib/fastreboot ext4 loop 0 0' >> /etc/fstab
mkdir /etc/systemd/system/dracut-shutdown.service.d
cat > /etc/systemd/system/dracut-shutdown.service.d/lab.conf <<'END'
[Service]
ExecStopPost=/bin/sh -c 'printf "#!/bin/sh\\nreboot -f -n\\n" > /run/initramfs/shutdown'
END
systemctl daemon-reload
systemctl start /var/lib/fastreboot
systemctl restart fastreboot
"""


@pytest.mark.kind("trixie", layout="raid")
def test_a_script_that_cannot_start_the_kernel_is_not_the_kernels_fault(machine):
    machine.run(OTHER_SCRIPT)
    for _ in range(2):
        assert expect.status(machine)["next"] == "fast"  # the script is not there yet
        boot = machine.reboot(ask=False)
        expect.firmware(machine, boot, because="firmware: .*not known to start a kernel")


def ended_in_order(console, layout):
    """dracut's script unmounted the root file system and released what it was on before the next kernel started."""
    patterns = [UNMOUNTED, *(RELEASED[layer] for layer in reversed(layout.layers)), STARTED]
    places = [re.search(pattern, console) for pattern in patterns]
    assert all(places), [place and place[0] for place in places]
    assert [place.start() for place in places] == sorted(place.start() for place in places)


def ended_without_script(console):
    assert re.search(STARTED, console) and not re.search(UNMOUNTED, console)


def is_on(machine, layout):
    """The root is on these layers, all were left clean, and dracut is asked for its script where it has one."""
    types = [word for word in machine.output(TYPES).split() if word not in ("disk", "part")]
    assert list(dict.fromkeys(reversed(types))) == layout.types
    assert machine.run(UNCLEAN, check=False).output == ""
    if "raid" in layout.layers:
        level, degraded, action, state = machine.output(ARRAY).split()
        assert (level, degraded, action) == ("raid1", "0", "idle") and state in ("clean", "active")
    assert (machine.run(f"test -e {REQUEST}", check=False).code == 0) == layout.shutdown
    assert machine.run("command -v kexec", check=False).code != 0
