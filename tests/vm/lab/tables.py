# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tables of results, each in a file of its own. A row is a list of text; its first cell is its name.

A row that passed is kept from run to run for as long as the sources are the same, so that an interrupted run can
be continued. A row that was not tried again stays in the file as it was.
"""
import dataclasses
import functools
import json
import re
from collections.abc import Callable
from pathlib import Path

from lab import cache, host

NOT_AS_EXPECTED = "**NOT AS EXPECTED**"


@dataclasses.dataclass(frozen=True)
class Table:
    name: str               # of the marker of its tests
    file: Path
    introduction: str
    columns: tuple          # the last is the commit that was tried
    rows: dict              # {parameter of the test: name of the row}, in the order of the table
    sources: Callable       # what a row depends on: strings and files, see cache.digest()

    def _path(self):
        return cache.root() / f"{self.name}-{cache.digest(*self.sources())}.json"

    def kept(self):
        """{node id: row} of every test that passed with these sources."""
        path = self._path()
        return json.loads(path.read_text()) if path.exists() else {}

    def keep(self, nodeid, row):
        """At once: the run may be interrupted. Each worker of a run does this, and the one that collects."""
        path = self._path()
        new = path.with_suffix(".new")
        with cache.locked(cache.root() / f".{self.name}.lock"):
            new.write_text(json.dumps(self.kept() | {nodeid: row}, indent=1))
            new.rename(path)

    def failed(self, nodeid):
        """The row of a test that failed."""
        row = [self.rows[parameter(nodeid)], *[""] * (len(self.columns) - 2), commit()]
        row[2] = NOT_AS_EXPECTED
        return row

    def earlier(self):
        """{name: row} of the file as it is."""
        lines = self.file.read_text().splitlines() if self.file.exists() else ()
        return {row[0]: row for row in map(cells, lines) if len(row) == len(self.columns) and row != [*self.columns]}

    def merged(self, new):
        """The table: of {node id: row}, and of earlier sources what was not tried again with these."""
        new = {parameter(nodeid): row for nodeid, row in new.items()}
        old = self.earlier()
        rows = [new.get(name) or old.get(says) for name, says in self.rows.items()]
        return [row for row in rows if row]

    def document(self, rows, how):
        """The lines of the file. `how`: a sentence on the machines."""
        yield self.introduction
        yield f"Written by `scripts/test --{self.name}`; do not edit. {how}"
        if len(rows) < len(self.rows):
            yield f"\n**Incomplete**: {len(self.rows) - len(rows)} rows have not been tried."
        yield ""
        yield from self.grid(rows)

    def grid(self, rows):
        """The lines of the table alone."""
        for row in (self.columns, ["---"] * len(self.columns), *rows):
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"

    def write(self, rows, how):
        self.file.write_text("\n".join(self.document(rows, how)) + "\n")


def cells(line):
    """Of a line of a table; an empty list for any other line."""
    parts = [cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    return [] if set("".join(parts)) <= {"-"} else parts


def parameter(nodeid):
    return nodeid.rpartition("[")[2].rstrip("]")


@functools.cache
def commit():
    """What is tried: short, and marked where files other than results differ from it. Empty outside a repository."""
    def git(*argv):
        return host.run("git", "-C", host.REPO, *argv).strip()

    try:
        changed = git("status", "--porcelain", "--untracked-files=no", "--", ":/", ":!/tests/vm/*.md", ":!/tests/vm/*.svg")
        return git("rev-parse", "--short=7", "HEAD") + ("-dirty" if changed else "")
    except RuntimeError:
        return ""
