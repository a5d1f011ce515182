# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whatever fails, the machine does the firmware reboot, comes back, and says why."""
import pytest

from lab import expect, faults

KERNEL, INITRD = "$(readlink -f /vmlinuz)", "$(readlink -f /initrd.img)"

# /mnt/vmlinuz on a device whose table can be exchanged below it.
KERNEL_ON_DM = """
modprobe -a loop dm_mod
truncate -s 40M /root/disk && mkfs.ext4 -qF /root/disk
dev=$(losetup --show -f /root/disk)
echo "0 81920 linear $dev 0" | dmsetup create lab
mount /dev/mapper/lab /mnt && cp /vmlinuz /mnt/vmlinuz && umount /mnt
mount -o ro,noload /dev/mapper/lab /mnt
printf 'kernel = /mnt/vmlinuz\\ninitrd = /initrd.img\\n' > /etc/fastreboot.conf
mkdir -p /etc/systemd/system/fastreboot.service.d
cat > /etc/systemd/system/fastreboot.service.d/lab.conf <<'END'
[Unit]
RequiresMountsFor=/mnt
[Service]
TimeoutStopSec=8
END
systemctl daemon-reload && systemctl restart fastreboot
"""


# Whoever reads the kernel now hangs, until the service has been given up: systemd-shutdown itself would
# hang on such a device.
SUSPEND = """
cat > /run/systemd/system/lab-resume.service <<'END'
[Unit]
Before=fastreboot.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
ExecStop=/sbin/dmsetup resume lab
END
systemctl daemon-reload && systemctl start lab-resume
echo 3 > /proc/sys/vm/drop_caches
dmsetup suspend lab
"""


def jump_drop_in(line):
    return f"""mkdir -p /etc/systemd/system/fastreboot-jump.service.d
printf '[Service]\\n{line}\\n' > /etc/systemd/system/fastreboot-jump.service.d/lab.conf
systemctl daemon-reload"""


# What is done to the machine, and what the one line of the next boot says.
FAILURES = {
    "mode-firmware": ("echo 'mode = firmware' > /etc/fastreboot.conf", "firmware: .*mode = firmware"),
    "unknown-key": ("echo 'colour = blue' > /etc/fastreboot.conf", "firmware: /etc/fastreboot.conf:1: .*colour"),
    "configuration-broken": ("echo '[[[' > /etc/fastreboot.conf", "firmware: /etc/fastreboot.conf:1: "),
    "kernel-missing": (f"rm {KERNEL}", "firmware: kernel /vmlinuz.*No such file"),
    "kernel-truncated": (f"truncate -s -100000 {KERNEL}", "firmware: kernel /vmlinuz: "),
    "kernel-unreadable": (KERNEL_ON_DM + """
dmsetup suspend lab && dmsetup load lab --table "0 81920 error" && dmsetup resume lab
echo 3 > /proc/sys/vm/drop_caches""", "firmware: .*/mnt/vmlinuz.*Input/output error"),
    "initrd-missing": (f"rm {INITRD}", "firmware: initrd /initrd.img.*No such file"),
    "kernel-writable-by-others": (f"chmod o+w {KERNEL}", "firmware: kernel /vmlinuz.*writ"),
    "kexec-load-disabled": ("sysctl -w kernel.kexec_load_disabled=1", "firmware: kernel.kexec_load_disabled is 1"),
    "socket-of-pid-1-gone": ("rm /run/systemd/private", "firmware: cannot ask PID 1"),
    "load-hanging": (KERNEL_ON_DM + SUSPEND, "failed: loading the kernel was interrupted"),
    "jump-refused": (jump_drop_in("ExecStartPre=+/bin/rm /run/systemd/private"), "failed: cannot ask PID 1 for"),
    "jump-never-run": (jump_drop_in("ExecStartPre=+/bin/false"), "failed: kernel .* was loaded, but"),
}


@pytest.mark.fault
@pytest.mark.parametrize("name", FAILURES)
def test_failure(machine, name, row):
    script, because = FAILURES[name]
    assert machine.output("fastreboot check | tail -n 1").startswith("Next reboot: fast")
    fault = faults.Fault(name.replace("-", " "), faults.FIRMWARE, because, script,
                         reboot=faults.command("systemctl reboot"))
    row(faults.try_out(machine, fault))
    assert expect.status(machine)["boot"]["way"] == "firmware"


def test_program_removed(machine):
    machine.run("rm /usr/sbin/fastreboot")
    expect.went_by_firmware(machine, machine.reboot())
    lines = machine.output("journalctl -b -u fastreboot -o cat").splitlines()
    assert sum("/usr/sbin/fastreboot" in line and "No such file" in line for line in lines) == 1, lines


@pytest.mark.parametrize("unit", ["fastreboot", "fastreboot-jump"])
def test_masked(machine, unit):
    machine.run(f"systemctl mask {unit}")
    assert "masked" in machine.run("fastreboot check", check=False).output
    boot = machine.reboot()
    expect.went_by_firmware(machine, boot)
    assert boot.last_words == "reboot, kexec_loaded=0"
    # A masked service is not stopped by its ExecStop=, so nobody is there to say it.
    said = [line for line in expect.told(machine, -1) if line.startswith("this reboot")]
    assert ["masked by" in line for line in said] == ([] if unit == "fastreboot" else [True])


def test_disabled_and_enabled_again(machine):
    machine.run("echo 'mode = fast' > /etc/fastreboot.conf && fastreboot disable")
    boot = machine.reboot()
    expect.went_by_firmware(machine, boot)
    assert boot.last_words == "reboot, kexec_loaded=0"
    assert "not enabled" in machine.run("fastreboot check", check=False).output
    assert machine.output("cat /etc/fastreboot.conf") == "mode = fast", "settings stay"
    machine.run("fastreboot enable")
    expect.fast(machine, machine.reboot())
