# SPDX-License-Identifier: LGPL-2.1-or-later
"""Faults that lead straight to a firmware reboot: files, settings, a kernel that refuses, units that fail."""
import json

KERNEL, INITRD = "$(readlink -f /vmlinuz)", "$(readlink -f /initrd.img)"

# /mnt/vmlinuz on a device-mapper device whose table can be replaced while it is mounted.
KERNEL_ON_DM = """
modprobe -a loop dm_mod
truncate -s 40M /root/disk && mkfs.ext4 -qF /root/disk
dev=$(losetup --show -f /root/disk)
echo "0 81920 linear $dev 0" | dmsetup create lab
mount /dev/mapper/lab /mnt && cp /vmlinuz /mnt/vmlinuz && umount /mnt
mount -o ro,noload /dev/mapper/lab /mnt
printf 'kernel = /mnt/vmlinuz\\ninitrd = /initrd.img\\n' > /etc/fastreboot.conf.d/10-test.conf
mkdir -p /etc/systemd/system/fastreboot.service.d
cat > /etc/systemd/system/fastreboot.service.d/lab.conf <<'END'
[Unit]
RequiresMountsFor=/mnt
END
systemctl daemon-reload && systemctl restart fastreboot
"""


# Reading the kernel now hangs. Resumed when systemd has given up on the service, because systemd-shutdown would
# hang on such a device too.
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


def shutdown_went_on(machine, _boot):
    """The load cannot be killed: the shutdown has one time limit for it, not one for each signal."""
    show = "journalctl -b -1 -o json --output-fields=MESSAGE --no-pager UNIT={} | grep '\"Stopping ' | tail -n 1"
    times = [int(json.loads(machine.output(show.format(unit)))["__MONOTONIC_TIMESTAMP"]) / 1e6
             for unit in ("fastreboot.service", "lab-resume.service")]
    assert 20 < times[1] - times[0] < 40, times


def jump_drop_in(line):
    return f"""mkdir -p /etc/systemd/system/fastreboot-jump.service.d
printf '[Service]\\n{line}\\n' > /etc/systemd/system/fastreboot-jump.service.d/lab.conf
systemctl daemon-reload"""


# Name: what is done to the machine, what fastreboot says in the next boot, and what else must hold then.
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
    "load-hanging": (KERNEL_ON_DM + SUSPEND, "failed: loading the kernel was interrupted", shutdown_went_on),
    "jump-refused": (jump_drop_in("ExecStartPre=+/bin/rm /run/systemd/private"), "failed: cannot ask PID 1 for"),
    "jump-never-run": (jump_drop_in("ExecStartPre=+/bin/false"), "failed: kernel .* was loaded, but"),
}
