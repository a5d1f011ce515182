# SPDX-License-Identifier: LGPL-2.1-or-later
"""What scripts/bench makes of its runs. It measures for an hour or two, and not here."""
import dataclasses
import json
import sys

import bench as command
import pytest
from lab import bench, bench_disk, bench_run, bench_ways, hardware, machine as lab_machine
from lab.bench_ways import Result, Run

MACHINE = {"kernel": "6.12-amd64", "kernel_bytes": 12 * bench.MIB, "initrd_bytes": 80 * bench.MIB, "systemd": "257",
           "kexec": "kexec-tools 2.0"}


def result(*totals, boot=5.0, memory=None):
    return Result([Run(1.0, 0.5, 3.0, boot, total) for total in totals], memory, MACHINE, "abcdef0")


def all_rows():
    return {name: result(11.0, 11.1, 11.2, memory=4096) for name in bench_ways.ROWS}


def test_the_phases_add_up():
    run = bench_ways.kernel_run(asked=100.0, load=1.5, down=102.25, gap=3.5, boot=6.0)
    assert run == Run(1.5, 0.75, 3.5, 6.0, 11.75)
    run = bench_ways.kernel_run(asked=100.0, load=None, down=100.5, gap=9.5, boot=6.0)
    assert run == Run(None, 0.5, 9.5, 6.0, 16.0)


def test_a_soft_reboot_has_no_kernel():
    assert bench_ways.soft_run(asked=50.0, started=51.0, up=55.0) == Run(None, 1.0, None, 4.0, 5.0)
    assert bench_ways.soft_run(asked=50.0, started=None, up=55.0) == Run(None, None, None, None, 5.0)


def test_the_run_in_the_middle_is_shown():
    assert result(11.2, 11.0, 11.1).middle.total == 11.1
    assert result(11.0).middle.total == 11.0


def test_more_than_two_percent_is_refused():
    assert bench.acceptable(result(10.0, 10.1, 10.2))
    assert not bench.acceptable(result(10.0, 10.1, 10.31))
    # Seen beside other jobs: the kernel took longer to start, and the total hides it.
    late = result(100.0, 100.0, 100.0)
    late.runs[0].boot = 5.2
    assert not bench.acceptable(late)
    without_kernel = Result([Run(None, None, None, None, 5.0)] * 3, None, MACHINE, "")
    assert bench.acceptable(without_kernel)


def measures(monkeypatch, tmp_path, results):
    """Lets the command take these results, and write below a directory."""
    monkeypatch.setenv("FASTREBOOT_CACHE", str(tmp_path))
    monkeypatch.setattr(command.bench_run, "measure", lambda name, runs: results[name])
    monkeypatch.setattr(command.bench_run, "picture", lambda: "<svg/>")
    monkeypatch.setattr(bench, "TABLE", dataclasses.replace(
        bench.TABLE, file=tmp_path / "BENCH.md", sources=lambda: ("test",)))
    readme = tmp_path / "README.md"
    readme.write_text(f"one\n{bench.BEGIN}\n{bench.END}\ntwo\n")
    monkeypatch.setattr(command, "README", readme)
    monkeypatch.setattr(command, "PICTURE_FILE", tmp_path / "bench.svg")


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["bench.py", *arguments])
    command.main()


def test_a_refused_row_is_named_and_nothing_is_written(monkeypatch, tmp_path):
    results = all_rows() | {"large-kexec-load": result(10.0, 11.0, 12.0)}
    measures(monkeypatch, tmp_path, results)
    with pytest.raises(SystemExit) as end:
        run(monkeypatch)
    assert "large-kexec-load: the runs differ by 18.2%: 10.00, 11.00, 12.00 s" in str(end.value)
    assert "something else ran on this computer" in str(end.value)
    assert not (tmp_path / "BENCH.md").exists() and not (tmp_path / "bench.json").exists()
    assert len(bench.TABLE.kept()) == len(bench_ways.ROWS) - 1

    # The next run measures that row alone, and writes.
    now = {"large-kexec-load": result(9.0, 9.0, 9.0)}
    monkeypatch.setattr(command.bench_run, "measure", lambda name, runs: now[name])
    run(monkeypatch)
    assert (tmp_path / "BENCH.md").read_text().count("\n| ") == 2 * (len(bench_ways.WAYS) + 2)
    rows = json.loads((tmp_path / "bench.json").read_text())["rows"]
    assert [(row["initrd"], row["way"]) for row in rows] == list(bench_ways.ROWS.values())
    assert [run["total"] for run in rows[0]["runs"]] == [11.0, 11.1, 11.2]
    assert (tmp_path / "bench.svg").read_text().endswith("-->\n<svg/>")


def test_some_rows_are_not_written(monkeypatch, tmp_path, capsys):
    measures(monkeypatch, tmp_path, all_rows())
    run(monkeypatch, "default-")
    assert f"{len(bench_ways.WAYS)} rows have not been measured: large-firmware-bios," in capsys.readouterr().out
    assert not (tmp_path / "BENCH.md").exists()
    with pytest.raises(SystemExit) as end:
        run(monkeypatch, "nonsense")
    assert "no row has 'nonsense' in its name" in str(end.value)


def test_once_is_marked_and_neither_checked_nor_kept(monkeypatch, tmp_path, capsys):
    measures(monkeypatch, tmp_path, {"large-soft-reboot": result(5.0)})
    run(monkeypatch, "--once", "large-soft", "--json", str(tmp_path / "it"))
    out = capsys.readouterr().out
    assert "these figures prove nothing" in out and "| one run |" in out
    assert not bench.TABLE.kept() and not (tmp_path / "BENCH.md").exists() and not (tmp_path / "it").exists()


def test_a_result_is_kept_whole():
    one = result(11.0, 11.1, 11.2, memory=5000)
    assert bench_ways.load(json.loads(json.dumps(bench_ways.dump(one)))) == one


def test_the_table():
    lines = list(bench.section("large", all_rows()))
    assert lines[1] == "## An initrd of 80 MiB"
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == 2 + len(bench_ways.WAYS) and len({line.count("|") for line in table}) == 1
    assert table[2] == ("| firmware: SeaBIOS, GRUB's menu of 5 s | 1.00 | 0.50 | 3.00 | 5.00 | **11.10** | 1.8% "
                        "| 4.0 MiB | abcdef0 |")


def test_the_readme_takes_the_first_table_each_time_anew():
    text = f"before\n{bench.BEGIN}\nold\n{bench.END}\nafter\n"
    once = bench.in_readme(text, all_rows())
    assert once.startswith("before\n") and once.endswith(f"{bench.END}\nafter\n") and "old" not in once
    assert once.count("\n| ") == len(bench_ways.WAYS) + 2 and "](tests/vm/bench.svg)" in once
    assert bench.in_readme(once, all_rows()) == once


def test_the_readme_shows_what_was_measured():
    readme = command.README.read_text()
    assert readme.count(f"{bench.BEGIN}\n") == readme.count(f"{bench.END}\n") == 1
    place = readme.partition(bench.BEGIN)[2].partition(bench.END)[0]
    rows = [line for line in place.splitlines() if line.startswith("| ")]
    if bench.TABLE.file.exists():
        assert rows and "\n".join(rows) in bench.TABLE.file.read_text()
        assert command.PICTURE_FILE.exists()
    else:
        assert not rows and not command.PICTURE_FILE.exists()


def test_points_on_the_console():
    console = "[ 1.0] x\nbench: asked 12.34\nfoo\nbench: loaded 13.00\n[  OK  ] y\nbench: down 14.5\n"
    assert bench_run.told(console) == {"asked": 12.34, "loaded": 13.0, "down": 14.5}


def test_the_first_line_of_the_journal():
    lines = [journal_line(1000000, "Stopping early"), journal_line(5000000, "Reached"),
             journal_line(6000000, "Stopping x.service"), journal_line(7000000, "Stopped x.service")]
    stops = lambda text: text.startswith(bench_run.STOPPING)  # noqa: E731
    assert bench_run.first_line(lines, 2.0, stops) == 6.0
    assert bench_run.first_line(lines, 8.0, stops) is None


class Machine:
    """Answers like one that was rebooted in a certain way. The old kernel's zero was at 1000 s."""

    def __init__(self, console, loader, journal=(), **boot):
        self.answers = {"boot_id": "id", "ActiveEnterTimestampMonotonic": "6500000", "bootloader_type": loader,
                        "is-active multi-user": "active", "UNIT=fastreboot.service": "\n".join(journal),
                        "_PID=1": "\n".join(journal), "perl ": "lines\n5120", "kexec --version":
                        "kernel 6.12-amd64\nkernel_bytes 12\ninitrd_bytes 80\nsystemd 257\nkexec kexec-tools 2.0"}
        self.boot = lab_machine.Boot(**{"resets": 0, "jumped": True, "last_words": "", "console": console,
                                        "boot_id": "id", "kernel_seconds": 1, "up_seconds": 2} | boot)
        self.asked = None

    def output(self, script, **_):
        return next(answer for words, answer in self.answers.items() if words in script)

    def run(self, _script, **_):
        pass

    def reboot(self, script):
        self.asked = script
        return self.boot


@pytest.fixture
def zeros(monkeypatch):
    """When the old kernel's clock was zero, and the new one's, by the machine's own clock."""
    times = iter((1000.0, 1110.25))
    fake = type("Clock", (), {"__init__": lambda self, machine: None, "kernel_start": lambda self: next(times)})
    monkeypatch.setattr(bench_run.clock, "Clock", fake)


CONSOLE = "bench: asked 100.00\nbench: loaded 101.50\nbench: down 102.25\n[    0.000000] Linux version 6\n"


def test_a_reboot_with_kexec_tools(zeros):
    machine, way = Machine(CONSOLE, "208"), bench_ways.WAYS["kexec-file-load"]
    assert bench_run.run(machine, way) == Run(1.5, 0.75, 8.0, 6.5, 16.75)
    assert machine.asked.endswith("\ntell asked\nkexec -s -l /vmlinuz --initrd=/initrd.img --reuse-cmdline "
                                  "&& tell loaded && systemctl kexec")
    assert bench_run.memory(machine, way) == 5120
    assert bench_run.facts(machine) == {"kernel": "6.12-amd64", "kernel_bytes": 12, "initrd_bytes": 80,
                                        "systemd": "257", "kexec": "kexec-tools 2.0"}


def journal_line(usec, text):
    return json.dumps({"__MONOTONIC_TIMESTAMP": str(usec), "MESSAGE": text})


def test_a_reboot_by_systemctl_alone(zeros):
    machine = Machine(CONSOLE, "208", [journal_line(90000000, "Stopping a"), journal_line(101250000, "Stopped b")])
    assert bench_run.run(machine, bench_ways.WAYS["systemctl-kexec"]) == Run(1.25, 1.0, 8.0, 6.5, 16.75)


def test_a_reboot_through_the_firmware(zeros):
    machine, way = Machine(CONSOLE, "114", resets=1, jumped=False), bench_ways.WAYS["firmware-efi"]
    assert bench_run.run(machine, way) == Run(None, 2.25, 8.0, 6.5, 16.75)
    assert machine.asked.endswith("\ntell asked\nreboot") and bench_run.memory(machine, way) is None


def test_a_fast_reboot(zeros, monkeypatch):
    monkeypatch.setattr(bench_run.expect, "fast", lambda machine, boot: None)
    machine = Machine(CONSOLE, "208", [journal_line(100500000, "Stopping fastreboot.service"),
                                       journal_line(101500000, "Stopped fastreboot.service")])
    assert bench_run.run(machine, bench_ways.WAYS["fastreboot"]) == Run(1.0, 1.25, 8.0, 6.5, 16.75)


def test_a_soft_reboot(zeros):
    machine = Machine("bench: asked 2.00\n", "114", [journal_line(3250000, "systemd 257 running in system mode")],
                      jumped=False)
    assert bench_run.run(machine, bench_ways.WAYS["soft-reboot"]) == Run(None, 1.25, None, 3.25, 4.5)


@pytest.mark.parametrize("way, boot", [("firmware-bios", {}), ("kexec-load", {"resets": 1, "jumped": False}),
                                       ("soft-reboot", {}), ("fastreboot", {"resets": 1})])
def test_another_kind_of_reboot_is_not_measured(zeros, way, boot):
    with pytest.raises(AssertionError):
        bench_run.run(Machine(CONSOLE, "208", **boot), bench_ways.WAYS[way])


def test_each_row_has_a_machine_of_its_own_kind():
    kinds = {(initrd, bench_run.kind(initrd, way.firmware).name)
             for initrd in bench_disk.INITRDS for way in bench_ways.WAYS.values()}
    assert len({name for _, name in kinds}) == len(kinds) == 3 * len(bench_disk.INITRDS)
    assert bench_disk.EFI in hardware.OVMF and bench_disk.BIOS not in hardware.OVMF


def test_the_picture_says_its_licence():
    assert bench.with_licence('<?xml version="1.0"?>\n<svg a="b">\n') == \
        '<?xml version="1.0"?>\n<!-- SPDX-License-Identifier: LGPL-2.1-or-later -->\n<svg a="b">\n'
