# SPDX-License-Identifier: LGPL-2.1-or-later
"""What scripts/bench measures: every way to reboot the same machine, and what a reboot of it amounts to."""
import dataclasses
import statistics

from lab import bench_disk

RUNS = 3  # of each row

BIOS, EFI, NETWORK = "bios", "efi", "network"  # how the machine's firmware starts it
BY_FIRMWARE, BY_KEXEC, SOFT = "firmware", "kexec", "soft"  # what the reboot must be
# How long the load takes: told by the script that asks for the reboot; until PID 1 stops the first unit; how long
# fastreboot.service stops; or there is none.
TOLD, UNTIL_STOPPING, SERVICE, NO_LOAD = "told", "until-stopping", "service", ""

OPTIONS = "/vmlinuz --initrd=/initrd.img --reuse-cmdline"
ENABLE = "systemctl enable --now fastreboot"
EARLY = f"echo 'load = early' > /etc/fastreboot.conf && {ENABLE}"


@dataclasses.dataclass(frozen=True)
class Way:
    says: str
    command: str                  # asks for the reboot
    loads: str = ""               # loads a kernel before that
    reboot: str = BY_KEXEC
    load: str = NO_LOAD
    firmware: str = BIOS
    setup: str = ":"              # once, in the machine that is up
    memory: str = ""              # a command that loads in the same way, whose memory is measured


WAYS = {
    "firmware-bios": Way("firmware: SeaBIOS, GRUB's menu of 5 s", "reboot", reboot=BY_FIRMWARE),
    "firmware-efi": Way("firmware: OVMF, GRUB's menu of 5 s", "reboot", reboot=BY_FIRMWARE, firmware=EFI),
    "firmware-network": Way("firmware: SeaBIOS, network boot, GRUB's menu of 5 s", "reboot", reboot=BY_FIRMWARE,
                            firmware=NETWORK),
    "kexec-load": Way("`kexec -c -l`, `systemctl kexec`", "systemctl kexec", f"kexec -c -l {OPTIONS}", load=TOLD,
                      memory=f"kexec -c -l {OPTIONS}"),
    "kexec-file-load": Way("`kexec -s -l`, `systemctl kexec`", "systemctl kexec", f"kexec -s -l {OPTIONS}", load=TOLD,
                           memory=f"kexec -s -l {OPTIONS}"),
    "systemctl-kexec": Way("`systemctl kexec`, which loads by itself", "systemctl kexec", load=UNTIL_STOPPING,
                           memory=f"kexec -l {OPTIONS}"),
    "soft-reboot": Way("`systemctl soft-reboot`: the same kernel goes on", "systemctl soft-reboot", reboot=SOFT),
    "fastreboot": Way("**fastreboot as installed**, `reboot`", "reboot", load=SERVICE, setup=ENABLE,
                      memory="fastreboot load"),
    "fastreboot-early": Way("fastreboot with `load = early`, `reboot`", "reboot", load=SERVICE, setup=EARLY,
                            memory="fastreboot load"),
}
ROWS = {f"{initrd}-{way}": (initrd, way) for initrd in bench_disk.INITRDS for way in WAYS}


@dataclasses.dataclass
class Run:
    """One reboot, in seconds; None where there is no such phase."""
    load: float | None
    shutdown: float | None
    gap: float | None
    boot: float | None     # kernel to multi-user
    total: float


@dataclasses.dataclass
class Result:
    """A row."""
    runs: list             # of Run
    memory_kib: int | None
    machine: dict          # names and sizes of what was started
    commit: str

    @property
    def middle(self):
        return sorted(self.runs, key=lambda run: run.total)[(len(self.runs) - 1) // 2]

    @property
    def spread(self):
        """Of the total, or of the time from kernel to multi-user if that is more: 0.02 is 2 %."""
        columns = zip(*((run.total, run.boot) for run in self.runs))
        return max(spread(column) for column in columns if None not in column)


def spread(values):
    return (max(values) - min(values)) / statistics.median(values)


def kernel_run(asked, load, down, gap, boot):
    """Of a reboot to another kernel. `asked` and `down` are times by the old kernel's clock, the others lengths."""
    shutdown = down - asked - (load or 0)
    return Run(load, shutdown, gap, boot, down - asked + gap + boot)


def soft_run(asked, started, up):
    """Of a soft-reboot: all times are by the same kernel's clock. `started` is that of the new PID 1, or None."""
    if started is None:
        return Run(None, None, None, None, up - asked)
    return Run(None, started - asked, None, up - started, up - asked)


def dump(result):
    return dataclasses.asdict(result)


def load(kept):
    return Result(**kept | {"runs": [Run(**run) for run in kept["runs"]]})
