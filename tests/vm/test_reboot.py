# SPDX-License-Identifier: LGPL-2.1-or-later
"""`fastreboot reboot`, also at a later time and where molly-guard stands before the commands."""
from lab import expect

SCHEDULED = """busctl get-property org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager \
ScheduledShutdown"""
# As Debian's package: links to a script, which runs the real command from its own directory.
MOLLY_GUARD = """
mkdir -p /lib/molly-guard
cat > /lib/molly-guard/molly-guard <<'END'
#!/bin/sh
echo "${0##*/} $*" >> /var/log/molly-guard
[ -e /root/this-host ] || exit 1
exec /lib/molly-guard/"${0##*/}" "$@"
END
chmod +x /lib/molly-guard/molly-guard
for command in reboot shutdown; do
    mv /sbin/$command /lib/molly-guard/
    ln -s /lib/molly-guard/molly-guard /sbin/$command
done
"""


def test_fast_or_not_at_all(machine):
    expect.fast(machine, machine.reboot("fastreboot reboot --fast"))
    machine.run("fastreboot set-next firmware")
    assert machine.run("fastreboot reboot --fast", check=False).code == 3
    machine.run("fastreboot set-next auto")
    boot = machine.reboot("fastreboot reboot --firmware")
    expect.firmware(machine, boot, because="firmware: .*requested")
    expect.fast(machine, machine.reboot())


def test_at_a_later_time(machine):
    machine.run("fastreboot reboot --when=+600")
    assert '"reboot"' in machine.output(SCHEDULED)
    assert "cancelled" in machine.output("fastreboot reboot --when=cancel")
    assert '"reboot"' not in machine.output(SCHEDULED)
    assert "nothing is scheduled" in machine.output("fastreboot reboot --when=cancel")
    expect.fast(machine, machine.reboot("fastreboot reboot --when=+2s"))


def test_molly_guard_is_asked(machine):
    machine.run(MOLLY_GUARD)
    for words in ("fastreboot reboot", "fastreboot reboot --when=+5", "normal-reboot"):
        assert machine.run(words, check=False).code == 1
    asked = machine.output("cat /var/log/molly-guard; rm /var/log/molly-guard; touch /root/this-host").splitlines()
    assert [line.strip() for line in asked] == ["reboot", "shutdown -r +5", "reboot"]
    assert machine.run("fastreboot check", check=False).code == 0, "the refused normal-reboot is still requested"
    expect.fast(machine, machine.reboot("fastreboot reboot"))
    expect.firmware(machine, machine.reboot("normal-reboot"), because="firmware: .*requested")
