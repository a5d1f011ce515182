# SPDX-License-Identifier: LGPL-2.1-or-later
"""Faults that need more hardware than a disk: devices removed during the reboot, and the watchdog."""
import json

from lab import expect, machine as lab_machine
from lab.faults import FAST, GIVEN_UP, Fault, Way, reset_at
from lab.faults_table import HANGING_INITRD, NO_JUMP, not_tried_again

HEALED = Way("fast, then one firmware reboot by itself because something is missing", kernels=2, jumped=True,
             resets=True)

# In seconds from the start of fastreboot.service.
LIMIT = 60
SETTINGS = f"echo 'health-timeout = {LIMIT}' > /etc/fastreboot.conf\n"
ONLINE = """
printf '[Match]\\nName=en*\\n[Network]\\nDHCP=yes\\n' > /etc/systemd/network/lab.network
systemctl enable --now systemd-networkd
/lib/systemd/systemd-networkd-wait-online --timeout=60
until ip -6 route show default | grep -q .; do sleep 1; done
sync
"""
DATA_DISK = """
mkfs.ext4 -q -L data /dev/disk/by-id/virtio-lab-disk
echo 'LABEL=data /data ext4 nofail,x-systemd.device-timeout=5s 0 0' >> /etc/fstab
mkdir /data && systemctl daemon-reload && mount /data && cp /etc/services /data && sync
"""
# Only a kernel started by kexec lacks the disk: the boot loader's command line does not have this parameter.
LOST_BY_KEXEC = """
modprobe -a virtio_scsi sd_mod && udevadm settle
mkfs.ext4 -q -L data /dev/disk/by-id/scsi-*lab-disk
echo 'LABEL=data /data ext4 x-systemd.device-timeout=40s 0 0' >> /etc/fstab
mkdir /data && systemctl daemon-reload && mount /data && cp /etc/services /data && sync
echo 'cmdline-append = module_blacklist=virtio_scsi' >> /etc/fastreboot.conf
"""
# The last script before the jump powers off its slot, and QEMU removes the device.
UNPLUG = """
device=$(readlink -f SYSFS)
address=$(grep -oE '[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\\.0/virtio' <<<"$device" | tail -n 1)
slot=$(dirname "$(grep -lx "${address%%.*}" /sys/bus/pci/slots/*/address)")
cat > /usr/lib/systemd/system-shutdown/lab-unplug <<END
#!/bin/sh
[ "\\$1" = kexec ] || exit 0
echo 0 > $slot/power
echo "lab: unplugged" >/dev/console
END
chmod +x /usr/lib/systemd/system-shutdown/lab-unplug
sync
"""
UNPLUG_NIC = UNPLUG.replace("SYSFS", "/sys/class/net/en*/device")
UNPLUG_DISK = UNPLUG.replace("SYSFS", "/sys/class/block/$(basename $(readlink /dev/disk/by-id/virtio-lab-disk))")


def unplugged(machine):
    machine.wait_for_console("lab: unplugged", start=len(machine.qemu.console))
    machine.qemu.wait(lambda: machine.qemu.event("DEVICE_DELETED"), "the device to be gone", 60)


def unplugged_until_reset(machine):
    start = len(machine.qemu.events)
    unplugged(machine)
    machine.qemu.wait(lambda: machine.qemu.event("RESET", start), "the firmware reboot", lab_machine.BOOT_SECONDS)
    machine.qemu.qmp("device_add", driver="virtio-net-pci", id="nic", bus="port-nic", netdev="net", romfile="")


# Boots that never end, but only by kexec: the boot loader's command line does not have this parameter.
def hanging_boot(unit, service):
    return f"""
cat > /etc/systemd/system/lab-hang.service <<'END'
[Unit]
ConditionKernelCommandLine=lab.hang
{unit}
[Service]
Type=oneshot
TimeoutSec=infinity
{service}
END
systemctl enable lab-hang.service
echo 'cmdline-append = lab.hang' >> /etc/fastreboot.conf
sync
"""


HANGING_JOB = hanging_boot("", "ExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target")
# cryptsetup is not in the machine. This asks as systemd-cryptsetup@.service does, at the same point of the boot.
HANGING_PROMPT = hanging_boot(
    "DefaultDependencies=no\nBefore=local-fs.target",
    'ExecStart=systemd-ask-password --timeout=0 "lab: passphrase"\n[Install]\nWantedBy=local-fs.target')
HANGING_NETWORK = hanging_boot(
    "Wants=systemd-networkd.service\nAfter=systemd-networkd.service\nBefore=network-online.target",
    "ExecStart=/lib/systemd/systemd-networkd-wait-online --interface=lab9 --timeout=0\n"
    "[Install]\nWantedBy=network-online.target") + "systemctl add-wants multi-user.target network-online.target; sync\n"


def hangs(machine):
    """No hello comes from a boot that hangs: only its console shows that the machine is about to reboot."""
    machine.wait_for_console("this machine reboots through the firmware in a minute", lab_machine.BOOT_SECONDS,
                             start=len(machine.qemu.console))


def healing_a_hang(machine):
    return machine.reboot(meanwhile=hangs)


def cable_out(machine):
    machine.wait_for_console(lab_machine.JUMPED, start=len(machine.qemu.console))
    machine.qemu.qmp("set_link", name="net", up=False)


def healing(meanwhile):
    return lambda machine: machine.reboot(meanwhile=meanwhile, boots=2)


def cable_back_when_up(machine):
    boot = machine.reboot(meanwhile=cable_out)
    machine.qemu.qmp("set_link", name="net", up=True)
    return boot


def checked(text):
    """The health check ended with this text, its timer has stopped, and the machine does not reboot again."""
    def look(machine, boot):
        line = machine.output(expect.CHECKED, seconds=2 * LIMIT)
        assert text in line, line
        machine.run("! systemctl is-active fastreboot-health.timer")
        assert machine.output("cat /proc/sys/kernel/random/boot_id") == boot.boot_id

    return look


# The watchdog. Only trixie's kernel has the driver for QEMU's.
FEED = """
mkdir -p /etc/systemd/system.conf.d
printf '[Manager]\\nRuntimeWatchdogSec=30\\n' > /etc/systemd/system.conf.d/watchdog.conf
systemctl daemon-reexec
until [ "$(cat /sys/class/watchdog/watchdog0/state)" = active ]; do sleep 1; done
"""
LATER = "every fast reboot except the next one"
LIMIT_OF_WATCHDOG = 40
HANGS = HANGING_INITRD + f"echo 'watchdog = {LIMIT_OF_WATCHDOG}' >> /etc/fastreboot.conf\n"
HANGING_FOR_LONG = f"lab: hanging for {2 * LIMIT_OF_WATCHDOG} s"


def told_of_watchdog(machine):
    reasons = json.loads(machine.output("fastreboot check --json", check=False))["reasons"]
    return [reason["text"] for reason in reasons if reason["id"] == "watchdog"]


def protect(machine):
    """One fast reboot, after which the next is protected."""
    (told,) = told_of_watchdog(machine)
    assert LATER in told
    expect.fast(machine, machine.reboot())
    assert "watchdog.stop_on_reboot=0" in machine.output("cat /proc/cmdline").split()
    assert told_of_watchdog(machine) == []


def hang_with_watchdog(machine, early=""):
    protect(machine)
    machine.run(HANGS + early)
    assert told_of_watchdog(machine) == []
    events = len(machine.qemu.events)
    boot = machine.reboot()
    assert machine.qemu.event("WATCHDOG", events), "something else than the watchdog reset the machine"
    return boot


def hang_after_kexec_target(machine):
    """The kernel is loaded before, so `reboot` is kexec.target."""
    return hang_with_watchdog(machine, """
echo 'load = early' >> /etc/fastreboot.conf
systemctl restart fastreboot
grep -q 1 /sys/kernel/kexec_loaded
""")


def hang_before_watchdog(machine):
    (told,) = told_of_watchdog(machine)
    assert LATER in told
    events = len(machine.qemu.events)
    boot = reset_at(HANGING_FOR_LONG)(machine)
    assert not machine.qemu.event("WATCHDOG", events), "the watchdog was armed, and fastreboot did not know"
    return boot


def as_without_watchdog(machine, boot):
    """After the firmware reboot the boot loader's command line is back."""
    assert "watchdog.stop_on_reboot=0" not in machine.output("cat /proc/cmdline")
    not_tried_again(machine, boot)


def reset_by_watchdog(machine, boot):
    # This machine is up before its driver is loaded.
    machine.run("until [ -e /sys/class/watchdog/watchdog0/bootstatus ]; do sleep 1; done", seconds=60)
    death = expect.status(machine)["last_reboot"]["death"]
    assert death["kind"] == "watchdog" and "i6300ESB" in death["evidence"], death
    as_without_watchdog(machine, boot)


SOMETHING_WAS_MISSING = "^firmware: .*after the fast reboot into kernel .* something was missing: "

HARDWARE_FAULTS = {
    "hang-watchdog": Fault(
        "the initrd hangs; systemd feeds a watchdog (i6300esb, Debian 13), and a fast reboot was made since", GIVEN_UP,
        NO_JUMP, FEED, reboot=hang_with_watchdog, after=reset_by_watchdog, suite="trixie", devices=("watchdog",),
        ordinary=True),
    "hang-watchdog-early": Fault(
        "the same with load = early, so by kexec.target", GIVEN_UP,
        NO_JUMP, FEED, reboot=hang_after_kexec_target, after=as_without_watchdog, suite="trixie", devices=("watchdog",)),
    "hang-watchdog-not-yet": Fault(
        "the same at the first fast reboot, which fastreboot calls unprotected: after twice the watchdog's timeout "
        "the test presses the reset button", GIVEN_UP,
        NO_JUMP, FEED + HANGS, reboot=hang_before_watchdog, after=as_without_watchdog, suite="trixie",
        devices=("watchdog",)),
    "nic-gone": Fault(
        "the network interface is pulled out over the reboot, for good", HEALED, SOMETHING_WAS_MISSING,
        SETTINGS + ONLINE + UNPLUG_NIC, reboot=healing(unplugged), devices=("nic",),
        after=checked("still missing after the firmware reboot")),
    "nic-back-after-firmware": Fault(
        "the network interface is gone after kexec, and comes back with the firmware", HEALED, SOMETHING_WAS_MISSING,
        SETTINGS + ONLINE + UNPLUG_NIC, reboot=healing(unplugged_until_reset), devices=("nic",),
        after=checked("everything is back")),
    "disk-gone": Fault(
        "a disk is pulled out over the reboot, for good", HEALED, SOMETHING_WAS_MISSING,
        SETTINGS + DATA_DISK + UNPLUG_DISK, reboot=healing(unplugged), devices=("disk",),
        after=checked("still missing after the firmware reboot")),
    "disk-gone-emergency": Fault(
        "a disk that fstab wants is gone after kexec, which ends in emergency mode; it comes back with the firmware",
        HEALED, SOMETHING_WAS_MISSING, SETTINGS + LOST_BY_KEXEC, reboot=healing(None), devices=("scsi",),
        after=checked("everything is back"), ordinary=True),
    "unit-not-active": Fault(
        "the administrator's own unit (health-unit) does not come up after the fast reboot, nor after the next",
        HEALED, SOMETHING_WAS_MISSING, SETTINGS + "echo 'health-unit = lab-never.service' >> /etc/fastreboot.conf",
        reboot=healing(None), after=checked("still missing after the firmware reboot: unit lab-never.service")),
    "hang-job": Fault(
        "after kexec a job without a time limit keeps the boot from reaching multi-user.target", HEALED,
        SOMETHING_WAS_MISSING + ".*lab-hang.service", SETTINGS + HANGING_JOB, reboot=healing_a_hang,
        after=checked("everything is back"), ordinary=True),
    "hang-prompt": Fault(
        "after kexec local-fs.target waits for a passphrase, so that fastreboot.service never starts", HEALED,
        SOMETHING_WAS_MISSING + ".*lab-hang.service", SETTINGS + HANGING_PROMPT, reboot=healing_a_hang,
        after=checked("everything is back"), ordinary=True),
    "hang-network": Fault(
        "after kexec network-online.target waits for ever for an interface", HEALED,
        SOMETHING_WAS_MISSING + ".*lab-hang.service", SETTINGS + ONLINE + HANGING_NETWORK, reboot=healing_a_hang,
        devices=("nic",), after=checked("everything is back")),
    "cable-out": Fault(
        "the network cable is pulled out over the reboot, for good", HEALED, SOMETHING_WAS_MISSING,
        SETTINGS + ONLINE, reboot=healing(cable_out), devices=("nic",),
        after=checked("still missing after the firmware reboot")),
    "cable-out-and-back": Fault(
        "the network cable is pulled out over the reboot, and put back when the machine is up", FAST,
        "^fast.*: kernel .* was started by kexec", SETTINGS + ONLINE, reboot=cable_back_when_up, devices=("nic",),
        after=checked("fast and complete")),
}
