# SPDX-License-Identifier: LGPL-2.1-or-later
"""What happens in a machine, waited for in its journal."""
import json


def message(machine, fields, n=1):
    """Waits for the nth message in this boot that has these fields, and returns it."""
    script = f"grep -m{n} . < <(journalctl -b -f -n all -o json --no-pager {fields})"
    return json.loads(machine.output(script, seconds=300).splitlines()[-1])


def job(machine, unit, kind, result="done", n=1):
    """Waits until PID 1 has done that with the unit for the nth time in this boot."""
    message(machine, f"UNIT={unit} JOB_TYPE={kind} JOB_RESULT={result}", n)
