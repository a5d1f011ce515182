# SPDX-License-Identifier: LGPL-2.1-or-later
"""A machine for each scenario, and its last words when the scenario fails."""
import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from lab import faults, hardware, machine as lab_machine  # noqa: E402
from lab.faults_hardware import HARDWARE_FAULTS  # noqa: E402
from lab.faults_kexec import KEXEC_FAULTS  # noqa: E402
from lab.faults_table import FAULTS  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--fault-rows", help="a file for the table of faults; rows of earlier runs stay in it")
    parser.addoption("--name", default="", help="only scenarios whose name has this in it")


def pytest_collection_modifyitems(config, items):
    name = config.getoption("--name").lower()
    items[:] = [item for item in items if name in item.nodeid.lower()]


@pytest.fixture
def kind(request):
    marker = request.node.get_closest_marker("kind")
    return hardware.Kind(*marker.args, **marker.kwargs) if marker else hardware.Kind()


def running(request, kind, snapshot):
    with lab_machine.start(kind, snapshot(kind)) as machine:
        request.node.machine = machine
        yield machine


@pytest.fixture
def machine(request, kind):
    """Up, with fastreboot installed and enabled."""
    yield from running(request, kind, lab_machine.installed)


@pytest.fixture
def bare_machine(request, kind):
    """Up, without fastreboot."""
    yield from running(request, kind, lab_machine.booted)


@pytest.fixture
def row(record_property):
    """Takes the scenario's row of the table of faults."""
    return lambda row: record_property("fault", row.to_json())


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.failed and call.when == "call" and hasattr(item, "machine"):
        report.sections.append(("the machine", item.machine.diagnosis()))


def pytest_terminal_summary(terminalreporter, config):
    if path := config.getoption("--fault-rows"):
        terminalreporter.section("what was broken on purpose")
        rows = fault_rows(Path(path), terminalreporter.stats)
        terminalreporter.write("\n".join(faults.table(rows)) + "\n")


def fault_rows(path, stats):
    """Those of this run and, where the file has them, of earlier ones; in the order of the table."""
    rows = json.loads(path.read_text()) if path.exists() else {}
    for report in (*stats.get("passed", []), *stats.get("failed", [])):
        if "fault" in report.keywords and report.when == "call":
            rows[report.nodeid] = dict(report.user_properties).get("fault") or faults.failed(report.nodeid)
    path.write_text(json.dumps(rows, indent=1))
    names = [*FAULTS, *KEXEC_FAULTS, *HARDWARE_FAULTS]

    def place(nodeid):
        name = nodeid.rpartition("[")[2].rstrip("]")
        return names.index(name) if name in names else len(names)

    return [faults.Row(**json.loads(rows[nodeid])) for nodeid in sorted(rows, key=place)]
