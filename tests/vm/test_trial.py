# SPDX-License-Identifier: LGPL-2.1-or-later
"""`fastreboot test`: everything that a fast reboot does but the reboot."""
import json

from lab import expect

# Each file of the state with its content, and what is loaded.
STATE = """
for file in $(find /var/lib/fastreboot /run/fastreboot -type f | sort); do echo "$file $(cksum < "$file")"; done
cat /sys/kernel/kexec_loaded
"""


def test_it_leaves_nothing_behind(machine):
    before = machine.output(STATE)
    answer = json.loads(machine.output("fastreboot test --json"))
    assert answer["result"] == "passed" and answer["load_usec"] > 0
    assert "and dropped again" in machine.output("fastreboot test")
    assert machine.output(STATE) == before
    expect.fast(machine, machine.reboot())


def test_what_it_refuses(machine):
    # Without its note, a kernel passes for another program's.
    machine.run("fastreboot load && rm /run/fastreboot/loaded")
    done = machine.run("fastreboot test 2>&1", check=False)
    assert done.code == 1 and "another program loaded" in done.output
    assert machine.output("cat /sys/kernel/kexec_loaded") == "1"
    machine.run("fastreboot set-next firmware")  # drops it
    done = machine.run("fastreboot test 2>&1", check=False)
    assert done.code == 3 and "[normal-asked]" in done.output


def test_killed_in_the_middle_it_blames_no_kernel(machine):
    machine.run("fastreboot test & test=$!; until [ -e /var/lib/fastreboot/test ]; do :; done; kill -KILL $test; "
                "! wait $test; sync")
    machine.power_cut()
    assert machine.output("ls /var/lib/fastreboot").split().count("test") == 0
    assert machine.output("fastreboot history --no-legend | grep -c failed || true") == "0"
    machine.run("fastreboot test")
    expect.fast(machine, machine.reboot())
