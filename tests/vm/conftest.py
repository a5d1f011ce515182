# SPDX-License-Identifier: LGPL-2.1-or-later
"""A machine for each scenario, and what it said when the scenario fails."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from lab import faults_results, hardware, matrix, machine as lab_machine  # noqa: E402

TABLES = {table.name: table for table in (faults_results.TABLE, matrix.TABLE)}


def pytest_addoption(parser):
    parser.addoption("--table", choices=TABLES, help="only rows of that table that were not yet tried with these sources")
    parser.addoption("--name", default="", help="only scenarios whose name has this in it")


def pytest_collection_modifyitems(config, items):
    name = config.getoption("--name").lower()
    chosen = [item for item in items if name in item.nodeid.lower()]
    if table := TABLES.get(config.getoption("--table")):
        tried = table.kept()
        chosen = [item for item in chosen if item.get_closest_marker(table.name) and item.nodeid not in tried]
    # Machines that take longest to make come first, so that the workers rarely wait for the same one.
    items[:] = sorted(chosen, key=lambda item: kind_of(item).name, reverse=True)


def kind_of(item):
    marker = item.get_closest_marker("kind")
    return hardware.Kind(*marker.args, **marker.kwargs) if marker else hardware.Kind()


@pytest.fixture
def kind(request):
    return kind_of(request.node)


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
def row(request, record_property):
    """Records the scenario's row of the table that it is marked with."""
    (name,) = (name for name in TABLES if request.node.get_closest_marker(name))
    return lambda row: record_property("row", [name, row])


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.failed and call.when == "call" and hasattr(item, "machine"):
        report.sections.append(("the machine", item.machine.diagnosis()))


def pytest_runtest_logreport(report):
    recorded = dict(report.user_properties).get("row")
    if report.when == "call" and report.passed and recorded:
        name, row = recorded
        TABLES[name].keep(report.nodeid, row)


def pytest_terminal_summary(terminalreporter, config):
    """The table: of this run, and of earlier ones."""
    table = TABLES.get(config.getoption("--table"))
    if not table or config.option.collectonly:
        return
    failed = [report.nodeid for report in terminalreporter.stats.get("failed", []) if table.name in report.keywords]
    rows = table.merged(table.kept() | {nodeid: table.failed(nodeid) for nodeid in failed})
    how = "Machines run on KVM." if hardware.accelerator() == "kvm" else \
        "The machines are emulated, many times slower than real ones."
    terminalreporter.section(table.name)
    terminalreporter.write("\n".join(table.document(rows, how)) + "\n")
    table.write(rows, how)
