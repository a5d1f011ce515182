# SPDX-License-Identifier: LGPL-2.1-or-later
"""A machine for each scenario, and its last words when the scenario fails."""
import dataclasses
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from lab import hardware, machine as lab_machine  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--name", default="", help="only scenarios whose name has this in it")


def pytest_collection_modifyitems(config, items):
    name = config.getoption("--name").lower()
    items[:] = [item for item in items if name in item.nodeid.lower()]


@pytest.fixture
def kind(request):
    marker = request.node.get_closest_marker("kind")
    kind = hardware.Kind(*marker.args, **marker.kwargs) if marker else hardware.Kind()
    if marker := request.node.get_closest_marker("hardware"):
        kind = dataclasses.replace(kind, devices=marker.args, **marker.kwargs)
    return kind


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


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.failed and call.when == "call" and hasattr(item, "machine"):
        report.sections.append(("the machine", item.machine.diagnosis()))
