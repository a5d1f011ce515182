# SPDX-License-Identifier: LGPL-2.1-or-later
"""A recording of a running machine gives the same answers as the machine, and does not identify it."""


def test_a_recording_answers_alike_and_names_nobody(machine):
    own = machine.output("cat /etc/machine-id /proc/sys/kernel/random/boot_id; blkid -o value -s UUID").split()
    assert len(own) >= 3, own
    own += [word.replace("-", "") for word in own]
    said = machine.output("cd /tmp && fastreboot record x.tar.gz 2>&1")
    assert said.startswith("x.tar.gz: ") and said.count("\n") <= 1, said
    assert machine.output("stat -c %a /tmp/x.tar.gz").strip() == "600"
    machine.run("mkdir /tmp/x && tar -C /tmp/x -xzf /tmp/x.tar.gz")
    for verb in ("check -v", "status", "list", "history"):
        name = verb.split()[0]
        machine.run(f"cd /tmp && {{ fastreboot {verb} --json --root=x || true; }} | diff - x/.recording/{name}.json")
    for word in own:
        assert machine.output(f"cd /tmp/x && grep -rlF {word} . || true; find . | grep -F {word} || true").strip() == "", word
    files, size = machine.output("find /tmp/x | wc -l; stat -c %s /tmp/x.tar.gz").split()
    assert 100 < int(files) < 20000 and int(size) < 4 << 20, (files, size)
