# SPDX-License-Identifier: LGPL-2.1-or-later
"""Faults that are a matter of the moment: resets, power cuts, and reboots on top of reboots."""
from lab import expect
from lab.faults import FAST, FIRMWARE, GIVEN_UP, POWER_BACK, Fault, Way, command, power_cut_at, reset_at
from lab.faults_table import (LOAD_DID_NOT_END, NO_JUMP, NOT_CHECKED, NOT_WRITTEN_DOWN, STARTED_BY_KEXEC,
                              not_tried_again)
from lab.steps import STOPPED, stop_before

SOFT = Way("as without fastreboot: no kernel starts", kernels=0, jumped=False, resets=False)
FAST_THEN_FIRMWARE = Way("fast, then firmware for the second reboot", kernels=2, jumped=True, resets=True)

# One reboot while the next boot has not finished.
REBOOT_IN_BOOT = """
cat > /etc/systemd/system/lab-early.service <<'END'
[Unit]
Before=ORDER
ConditionPathExists=/root/lab-early
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'rm /root/lab-early; sync; systemctl --no-block reboot'
[Install]
WantedBy=multi-user.target
END
touch /root/lab-early
systemctl daemon-reload && systemctl enable lab-early && sync
"""


def then_fast(machine, _boot):
    expect.fast(machine, machine.reboot())
    return "the reboot after it was fast"


MOMENT_FAULTS = {
    # Resets and power cuts.
    "reset-before-jump": Fault(
        "reset button right before the jump", FIRMWARE, NO_JUMP, reboot=reset_at("lab: kexec, kexec_loaded=1")),
    "reset-in-new-kernel": Fault(
        "reset button while the next kernel starts", GIVEN_UP, NO_JUMP, reboot=reset_at("Linux version"),
        after=not_tried_again),
    "power-cut-in-new-kernel": Fault(
        "power cut while the next kernel starts", POWER_BACK, NO_JUMP, reboot=power_cut_at("Linux version")),
    "power-cut-in-initrd": Fault(
        "power cut while the next kernel checks and mounts the root file system", POWER_BACK, NO_JUMP,
        reboot=power_cut_at("(?s)Linux version.*Begin: .*root file")),
    "power-cut-before-write": Fault(
        "power cut before the attempt is on the disk", POWER_BACK, NOT_WRITTEN_DOWN,
        stop_before("fsync /var/lib/fastreboot/.attempt.new"), reboot=power_cut_at(STOPPED)),
    "power-cut-before-rename": Fault(
        "power cut when the attempt is written but not renamed", POWER_BACK, NOT_WRITTEN_DOWN,
        stop_before("rename /var/lib/fastreboot/attempt"), reboot=power_cut_at(STOPPED)),
    "power-cut-after-rename": Fault(
        "power cut when the attempt is renamed but the directory not synced", POWER_BACK,
        f"{NOT_WRITTEN_DOWN}|{LOAD_DID_NOT_END}", stop_before("fsync /var/lib/fastreboot"),
        reboot=power_cut_at(STOPPED)),
    "power-cut-in-load": Fault(
        "power cut right before the kernel is loaded", POWER_BACK, LOAD_DID_NOT_END,
        stop_before("kexec load"), reboot=power_cut_at(STOPPED), ordinary=True),
    "power-cut-loaded": Fault(
        "power cut when the kernel is loaded but this is not recorded", POWER_BACK, LOAD_DID_NOT_END,
        stop_before("rename /var/lib/fastreboot/attempt", 2), reboot=power_cut_at(STOPPED)),
    "power-cut-before-jump": Fault(
        "power cut right before the jump", POWER_BACK, NO_JUMP, reboot=power_cut_at("lab: kexec, kexec_loaded=1")),
    "power-cut-in-booted": Fault(
        "power cut in the next boot, before fastreboot has judged it", POWER_BACK, NO_JUMP,
        stop_before("rename /var/lib/fastreboot/attempt", verb="booted"), reboot=power_cut_at(STOPPED)),
    "power-cut-in-history": Fault(
        "power cut in the next boot, when it is judged but not in the history", POWER_BACK, NOT_CHECKED,
        stop_before("rename /var/lib/fastreboot/history", verb="booted"), reboot=power_cut_at(STOPPED)),
    "power-cut-in-check": Fault(
        "power cut in the next boot, when the health check has passed but the attempt is not closed", POWER_BACK,
        NOT_WRITTEN_DOWN, stop_before("unlink /var/lib/fastreboot/attempt", verb="health"),
        reboot=power_cut_at(STOPPED)),
    "sysrq-reset": Fault(
        "the machine is reset by SysRq", FIRMWARE, NOT_WRITTEN_DOWN,
        reboot=command("sync; echo b > /proc/sysrq-trigger")),
    "old-kernel-panics": Fault(
        "the running kernel panics before the reboot", FIRMWARE, NOT_WRITTEN_DOWN, "sysctl -w kernel.panic=1",
        reboot=command("sync; echo c > /proc/sysrq-trigger", may_panic=True)),

    # Reboots at unusual moments.
    "reboot-in-boot-early": Fault(
        "a second reboot in the next boot, before fastreboot.service has started", FAST_THEN_FIRMWARE, NO_JUMP,
        REBOOT_IN_BOOT.replace("ORDER", "fastreboot.service"), reboot=command("reboot")),
    "reboot-twice": Fault(
        "two reboots are requested at once", FAST, STARTED_BY_KEXEC,
        reboot=command("systemctl --no-block reboot; systemctl --no-block reboot; kill -INT 1"), ordinary=True),
    "reboot-in-load": Fault(
        "a reboot is requested while `fastreboot load` runs", FAST, STARTED_BY_KEXEC,
        reboot=command("fastreboot load & systemctl --no-block reboot; wait; true")),
    "soft-reboot": Fault(
        "systemctl soft-reboot (Debian 13), then a reboot", SOFT, None, reboot=command("systemctl soft-reboot"),
        after=then_fast, suite="trixie"),
}
