# SPDX-License-Identifier: LGPL-2.1-or-later
"""Faults while a kernel is loaded: from systemd 255 on, `systemctl reboot` then becomes kexec.target."""
import dataclasses

from lab.faults import FAST, FIRMWARE, Fault, command
from lab.faults_table import KILLED_AT_LOAD, LOAD_DID_NOT_END, STARTED_BY_KEXEC, settings
from lab.steps import stop_before

EARLY = settings("load = early") + """
systemctl restart fastreboot
grep -q 1 /sys/kernel/kexec_loaded
"""
# As `kexec -s -l` does.
BY_HAND = r"""
cat > /root/lab-load.pl <<'END'
use strict;
open(my $kernel, '<', '/vmlinuz') or die;
open(my $initrd, '<', '/initrd.img') or die;
open(my $file, '<', '/proc/cmdline') or die;
chomp(my $line = <$file>);
$line =~ s/ fastreboot\.\S+//g;
syscall(320, fileno($kernel), fileno($initrd), length($line) + 1, "$line\0", 0) == 0 or die $!;
END
perl /root/lab-load.pl
grep -q 1 /sys/kernel/kexec_loaded
"""
SHORT_TIME = """
mkdir -p /etc/systemd/system/fastreboot.service.d
printf '[Service]\\nTimeoutStopSec=10s\\n' > /etc/systemd/system/fastreboot.service.d/lab-time.conf
systemctl daemon-reload
"""

# Makes the shutdown load the kernel again.
ANOTHER_LINE = settings("load = early\ncmdline-append = lab.new")

# This starts kexec.target with every version of systemd.
KEXEC = command("systemctl kexec")
SYSTEMS = {"bookworm": "Debian 12", "trixie": "Debian 13", "sid": "Debian sid"}


def everywhere(name, says, way, line, do, **options):
    for suite, system in SYSTEMS.items():
        yield f"early-{name}-{suite}", Fault(f"{says} ({system})", way, line, do, suite=suite, **options)


EVERYWHERE = (
    ("load-hangs", "loaded early; the load at shutdown hangs; systemctl kexec", FIRMWARE, LOAD_DID_NOT_END,
     EARLY + stop_before("rename /var/lib/fastreboot/attempt", 2) + SHORT_TIME),
    ("load-killed", "loaded early; a seccomp filter kills the load at shutdown at kexec_file_load; systemctl kexec",
     FIRMWARE, LOAD_DID_NOT_END, EARLY + ANOTHER_LINE + KILLED_AT_LOAD),
    ("program-gone", "loaded early; the program is gone; systemctl kexec", FIRMWARE, None,
     EARLY + "rm /usr/sbin/fastreboot"),
    ("jump-masked", "loaded early; the jump is masked; systemctl kexec", FIRMWARE, "^firmware: masked by",
     EARLY + "systemctl mask fastreboot-jump"),
    ("service-masked", "loaded early; fastreboot.service is masked; systemctl kexec", FIRMWARE, None,
     EARLY + "systemctl mask fastreboot"),
    ("reason", "loaded early; then a reason for the firmware; systemctl kexec", FIRMWARE,
     "^firmware: .*mode = firmware", EARLY + settings("mode = firmware")),
    ("setup", "loaded early; the firmware setup is requested; systemctl kexec", FIRMWARE,
     "^firmware: .*firmware setup", EARLY + "touch /run/systemd/reboot-to-firmware-setup"),
    ("undroppable", "loaded early; kernel.kexec_load_disabled keeps it from being dropped, and a reason for the "
     "firmware; systemctl kexec", FIRMWARE, "^firmware: .*mode = firmware",
     EARLY + settings("mode = firmware") + "sysctl -w kernel.kexec_load_disabled=1"),
    ("by-hand", "loaded by another program; systemctl kexec", FAST, STARTED_BY_KEXEC, BY_HAND),
    ("by-hand-reason", "loaded by another program, and a reason for the firmware; systemctl kexec", FIRMWARE,
     "^firmware: .*mode = firmware", BY_HAND + settings("mode = firmware")),
)

KEXEC_FAULTS = dict(row for name, *rest in EVERYWHERE for row in everywhere(name, *rest, reboot=KEXEC))
for _name, _script in (("kexec", "systemctl kexec"), ("systemctl", "systemctl reboot"), ("reboot", "reboot"),
                       ("ctrl-alt-del", "kill -INT 1")):
    KEXEC_FAULTS |= everywhere(f"by-{_name}", f"loaded early; `{_script}`", FAST, STARTED_BY_KEXEC, EARLY,
                         reboot=command(_script))
# By `reboot`, which Debian 13 turns into kexec.target.
for _name in ("load-hangs", "program-gone", "reason"):
    _fault = KEXEC_FAULTS[f"early-{_name}-trixie"]
    KEXEC_FAULTS[f"early-{_name}-reboot"] = dataclasses.replace(
        _fault, says=_fault.says.replace("systemctl kexec", "reboot"), reboot=command("reboot"),
        ordinary=_name == "load-hangs")
