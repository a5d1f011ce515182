# SPDX-License-Identifier: LGPL-2.1-or-later
"""A machine for each scenario, and what it said when the scenario fails."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from lab import faults_results, hardware, machine as lab_machine  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--faults", action="store_true", help="only faults not yet tried with these sources; their table")
    parser.addoption("--name", default="", help="only scenarios whose name has this in it")


def pytest_collection_modifyitems(config, items):
    name = config.getoption("--name").lower()
    chosen = [item for item in items if name in item.nodeid.lower()]
    if config.getoption("--faults"):
        tried = faults_results.kept()
        chosen = [item for item in chosen if item.get_closest_marker("fault") and item.nodeid not in tried]
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
def row(record_property):
    """Records the scenario's row of the table of faults."""
    return lambda row: record_property("fault", row.to_json())


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.failed and call.when == "call" and hasattr(item, "machine"):
        report.sections.append(("the machine", item.machine.diagnosis()))


def pytest_runtest_logreport(report):
    row = dict(report.user_properties).get("fault")
    if report.when == "call" and report.passed and row:
        faults_results.keep(report.nodeid, row)


def pytest_terminal_summary(terminalreporter, config):
    """The table of faults: of this run, and of earlier ones with the same sources."""
    if not config.getoption("--faults") or config.option.collectonly:
        return
    failed = [report.nodeid for report in terminalreporter.stats.get("failed", []) if "fault" in report.keywords]
    new = faults_results.kept() | {nodeid: faults_results.failed(nodeid) for nodeid in failed}
    rows = faults_results.merged(new)
    terminalreporter.section("what was broken on purpose")
    terminalreporter.write("\n".join(faults_results.document(rows)) + "\n")
    faults_results.write(rows)
