# SPDX-License-Identifier: LGPL-2.1-or-later
"""Measures every way to reboot the same machine, for scripts/bench. An interrupted run is continued."""
import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from lab import bench, bench_disk, bench_run, bench_ways, cache, host, qemu  # noqa: E402

PICTURE_FILE = bench.TABLE.file.with_name("bench.svg")
README = host.REPO / "README.md"


def step(text):
    print(f"[{time.monotonic() - START:5.0f} s] {text}", flush=True)


def measured(name, runs):
    result = bench_run.measure(name, runs)
    step(f"{name}: " + ", ".join(f"{run.total:.2f}" for run in result.runs) + " s")
    return result


def once(names):
    """One run of each, printed and not kept: to see that everything works."""
    results = {name: measured(name, 1) for name in names}
    print("\nOne run of each row, on a computer that may be doing other things: these figures prove nothing.")
    for initrd in bench_disk.INITRDS:
        print(*bench.section(initrd, results), sep="\n")


def complete(names):
    """Measures what no earlier run has measured with these sources; returns the rows that are there then.

    Ends the program if the runs of a row differ too much.
    """
    refused = {}
    for name in names:
        if name in bench.TABLE.kept():
            step(f"{name}: measured before")
            continue
        result = measured(name, bench_ways.RUNS)
        if bench.acceptable(result):
            bench.TABLE.keep(name, bench_ways.dump(result))
        else:
            refused[name] = result
    if refused:
        sys.exit("\n".join(bench.complaints(refused)))
    kept = bench.TABLE.kept()
    return {name: bench_ways.load(kept[name]) for name in bench_ways.ROWS if name in kept}


def picture():
    if bench.PICTURE not in bench.TABLE.kept():
        step("drawing a reboot through the firmware and a fast one")
        bench.TABLE.keep(bench.PICTURE, bench_run.picture())
    return bench.with_licence(bench.TABLE.kept()[bench.PICTURE])


def write(results, json_file):
    PICTURE_FILE.write_text(picture())
    json_file.write_text(bench.as_json(results))
    bench.TABLE.file.write_text("\n".join(bench.document(results)) + "\n")
    README.write_text(bench.in_readme(README.read_text(), results))
    print(*bench.document(results), sep="\n")
    step(f"written: {bench.TABLE.file}, {PICTURE_FILE}, {README}, {json_file}")


def run(options):
    names = [name for name in bench_ways.ROWS if options.name in name]
    if not names:
        sys.exit(f"bench: no row has '{options.name}' in its name; the rows are: {', '.join(bench_ways.ROWS)}")
    if options.once:
        once(names)
        return
    results = complete(names)
    if missing := [name for name in bench_ways.ROWS if name not in results]:
        print(f"{len(missing)} rows have not been measured: {', '.join(missing)}. Nothing was written.")
        return
    write(results, options.json or cache.root() / "bench.json")


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--once", action="store_true", help="one run of each row, unchecked, which is only printed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the results as JSON")
    parser.add_argument("name", nargs="?", default="", help="only rows with this in their name")
    cache.announce = lambda text: step(text.removeprefix("lab: "))
    try:
        run(parser.parse_args())
    except (AssertionError, OSError, RuntimeError, qemu.QemuError) as error:
        sys.exit(f"bench: {error}")


START = time.monotonic()
if __name__ == "__main__":
    main()
