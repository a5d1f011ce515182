# SPDX-License-Identifier: LGPL-2.1-or-later
"""Faults as data, the checks that all of them must pass, and the table of results.

No fault may leave the machine down, start more kernels than expected, or lose a file.
"""
import dataclasses
import functools
import json
import re
from collections.abc import Callable

from lab import expect, host


@dataclasses.dataclass(frozen=True)
class Way:
    """How the machine gets from one system to the next, as QEMU and the serial console show it."""
    says: str
    kernels: int          # number of kernels started
    jumped: bool          # by kexec, at least once
    resets: bool          # through the firmware, at least once


FAST = Way("fast", kernels=1, jumped=True, resets=False)
FIRMWARE = Way("firmware", kernels=1, jumped=False, resets=True)
GIVEN_UP = Way("fast, then firmware", kernels=2, jumped=True, resets=True)
# The console starts empty with the power.
POWER_BACK = Way("firmware, once the power is back", kernels=1, jumped=False, resets=True)


def plain(machine):
    return machine.reboot()


@dataclasses.dataclass(frozen=True)
class Fault:
    says: str
    way: Way
    line: str | None                     # what fastreboot says afterwards (a regular expression); None: it cannot
    do: str = "true"                     # a script inside, before the reboot
    reboot: Callable = plain             # takes the machine, returns its Boot
    after: Callable | None = None        # more checks: takes the machine and its Boot, may return text for the table
    journal: bool = True                 # the journal has that line too
    suite: str = "bookworm"
    devices: tuple = ()
    hardware: dict = dataclasses.field(default_factory=dict)
    ordinary: bool = False               # in every run of the tests, not only in `scripts/test --faults`


COLUMNS = ("fault", "expected", "what happened", "seconds until back", "commit")


@dataclasses.dataclass(frozen=True)
class Row:
    fault: str
    expected: str
    happened: str
    seconds: float
    commit: str

    def to_json(self):
        return json.dumps(dataclasses.asdict(self))


def failed(says):
    """The row, as JSON, of a test that failed."""
    return Row(says, "", "**NOT AS EXPECTED**", float("nan"), commit()).to_json()


@functools.cache
def commit():
    """What is tried: short, and marked where files differ from it. Empty outside a git repository."""
    try:
        return host.run("git", "-C", host.REPO, "describe", "--always", "--dirty", "--abbrev=7", "--exclude=*").strip()
    except RuntimeError:
        return ""


# Waits for the health check after a fast reboot, and prints its result.
CHECKED = "grep -m1 '^checked:' < <(journalctl -b -f -n all -t fastreboot -o cat --no-pager)"

# Files on every disk that must not be lost.
PLANT = """
set -e
for place in /srv /boot; do
    mkdir $place/lab-files
    cd $place/lab-files
    head -c 1000000 /dev/urandom | split -b 20000
    sha256sum * > ../lab-sums
done
sync
"""
CHECK = """
set -e
for place in /srv /boot; do
    cd $place/lab-files
    sha256sum --quiet -c ../lab-sums
done
cat /sys/fs/ext4/*/errors_count | { ! grep -v '^0$'; }
"""


def try_out(machine, fault):
    """Breaks the machine, reboots it, checks the outcome, and returns the row of the table."""
    machine.run(PLANT)
    machine.run(fault.do)
    boot = fault.reboot(machine)
    came_back(machine, boot, fault.way)
    line = told(machine, fault) if fault.line is not None else None
    more = fault.after(machine, boot) if fault.after else None
    machine.run(CHECK)
    return Row(fault.says, fault.way.says, happened(boot, line, more), boot.up_seconds, commit())


def came_back(machine, boot, way):
    """Came back in exactly this way, and stays up."""
    kernels = boot.console.count("Linux version")
    assert (kernels, boot.jumped, boot.resets > 0) == (way.kernels, way.jumped, way.resets), (way, boot)
    assert machine.output("cat /proc/sys/kernel/random/boot_id") == boot.boot_id
    assert machine.output("systemctl is-active multi-user.target") == "active"
    assert machine.output("systemctl list-jobs --no-legend | grep -E ' (reboot|kexec)[.]target ' || true") == ""


def told(machine, fault):
    """Checks and returns what fastreboot says about the reboot."""
    if fault.journal and expect.status(machine)["last_reboot"]["text"].endswith("health check under way"):
        machine.run(CHECKED, seconds=240)
    line = expect.status(machine)["last_reboot"]["text"]
    assert re.search(fault.line, line), line
    if fault.journal:
        assert re.search(fault.line, expect.the_line(machine).removeprefix("last reboot: "))
    machine.run("fastreboot history --json >/dev/null")
    return line


def happened(boot, line, more=None):
    ways = [name for name, seen in (("kexec", boot.jumped), ("firmware", boot.resets > 0)) if seen] or ["no reboot"]
    kernels = boot.console.count("Linux version")
    parts = [", then ".join(ways), f"{kernels} {'kernel' if kernels == 1 else 'kernels'} started"]
    return "; ".join([*parts, *([f"“{line}”"] if line else []), *([more] if more else [])])


def table(rows):
    """As Markdown."""
    yield "| " + " | ".join(COLUMNS) + " |"
    yield "|---" * len(COLUMNS) + "|"
    for row in rows:
        cells = (row.fault, row.expected, row.happened, f"{row.seconds:.0f}", row.commit)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def row_of(line):
    """The Row in a line of the table, or None."""
    cells = [cell.replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    cells = [cell.strip() for cell in cells]
    if len(cells) != len(COLUMNS) or not re.fullmatch(r"nan|\d+", cells[3]):
        return None
    return Row(*cells[:3], float(cells[3]), cells[4])


# Ways down and up.

def command(script, **options):
    return lambda machine: machine.reboot(script, **options)


def reset_at(pattern):
    """Presses the reset button when the console shows `pattern`."""
    def press(machine):
        machine.wait_for_console(pattern, start=len(machine.qemu.console))
        machine.qemu.qmp("system_reset")

    return lambda machine: machine.reboot(meanwhile=press)


def power_cut_at(pattern):
    def cut(machine):
        start = len(machine.qemu.console)
        machine.ask("reboot")
        machine.wait_for_console(pattern, start=start)
        return machine.power_cut()

    return cut


# Scripts.

def drop_in(unit, text):
    return f"""
mkdir -p /etc/systemd/system/{unit}.d
cat > /etc/systemd/system/{unit}.d/lab.conf <<'END'
{text}
END
systemctl daemon-reload
"""


def in_between(script):
    """Runs a script during shutdown, after fastreboot.service has loaded the kernel and before the jump."""
    return f"""
cat > /run/lab-between <<'END'
{script}
END
cat > /run/systemd/system/lab-between.service <<'END'
[Unit]
Before=fastreboot.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
ExecStop=/bin/bash -e /run/lab-between
END
systemctl daemon-reload && systemctl start lab-between
"""


# Runs the program under ptrace, and stops it for good before the Nth system call of a kind, as /root/lab-stop says:
# "N CALL PATH". The file is used once. A seccomp filter passes all calls but those that change the disk or load a
# kernel: tracing every call is slow on an emulated processor.
STOPPER = r"""
use strict;
my ($PTRACE, $PEEKUSER, $CONT, $SETOPTIONS, $TRACESECCOMP) = (101, 3, 7, 0x4200, 0x80);
my ($PRCTL, $SECCOMP, $WAIT4) = (157, 317, 61);
my ($RDI, $RSI, $R10, $NUMBER) = (112, 104, 56, 120);
open(my $spec, '<', '/root/lab-stop') or exec(@ARGV);
my ($left, $wanted) = split ' ', scalar(<$spec>), 2;
chomp $wanted;
unlink '/root/lab-stop';
system('sync');
my $pid;
sub register {
    my $value = "\0" x 8;
    syscall($PTRACE, $PEEKUSER, $pid, 0 + $_[0], $value);
    return unpack('Q', $value);
}
sub path {
    open(my $memory, '<', "/proc/$pid/mem") or die;
    sysseek($memory, register($_[0]), 0);
    sysread($memory, my $text, 200);
    return (split /\0/, $text)[0];
}
my %names = (
    74 => sub { 'fsync ' . readlink("/proc/$pid/fd/" . register($RDI)) },
    264 => sub { 'rename ' . path($R10) },
    263 => sub { 'unlink ' . path($RSI) },
    320 => sub { 'kexec_file_load' },
);
sub filter {
    my @numbers = keys %names;
    my $filter = pack('SCCL', 0x20, 0, 0, 0);
    $filter .= pack('SCCL', 0x15, @numbers - $_, 0, $numbers[$_]) for 0 .. $#numbers;
    return $filter . pack('SCCL', 0x06, 0, 0, 0x7fff0000) . pack('SCCL', 0x06, 0, 0, 0x7ff00000);
}
sub wait4 {  # perl's own does not report stopped children
    my $status = pack('l', 0);
    syscall($WAIT4, $pid, $status, 0, 0);
    return unpack('l', $status);
}
$pid = fork;
if (!$pid) {
    my $filter = filter();
    syscall($PTRACE, 0, 0, 0, 0);
    kill 'STOP', $$;
    syscall($PRCTL, 38, 1, 0, 0, 0);
    syscall($SECCOMP, 1, 0, pack('S x6 P', length($filter) / 8, $filter)) == 0 or die "seccomp: $!";
    exec(@ARGV);
}
wait4();
syscall($PTRACE, $SETOPTIONS, $pid, 0, $TRACESECCOMP);
while (1) {
    syscall($PTRACE, $CONT, $pid, 0, 0);
    my $status = wait4();
    exit($status >> 8) if ($status & 127) == 0;
    exit(128 + ($status & 127)) if ($status & 0xff) != 0x7f;
    next if ($status >> 8) != 0x705;
    my $name = $names{register($NUMBER)}->();
    next if $name ne $wanted || --$left > 0;
    open(my $console, '>', '/dev/console');
    print $console "\nlab: stopped before $wanted\n";
    close $console;
    while (1) { sleep 1000; }
}
"""
STOPPED = "lab: stopped before"


def stop_before(call, number=1, verb="ExecStop", arguments="load --at-shutdown", unit="fastreboot.service"):
    return f"""
cat > /usr/local/sbin/lab-stopper <<'END'
{STOPPER}
END
echo '{number} {call}' > /root/lab-stop
""" + drop_in(unit, f"[Service]\n{verb}=\n"
                    f"{verb}=+/usr/bin/perl /usr/local/sbin/lab-stopper /usr/sbin/fastreboot {arguments}")
