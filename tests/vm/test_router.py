# SPDX-License-Identifier: LGPL-2.1-or-later
"""A router has more routes than are read as text, and IPv6's default route stands behind all of them."""
import pytest

from lab import expect

pytestmark = pytest.mark.kind(devices=("nic",))

ROUTES = 9000
TABLE = r"""
link=$(basename /sys/class/net/en*)
ip link set "$link" up
ip -6 address add 2001:db8:ffff::1/64 dev "$link" nodad
for i in $(seq %d); do printf 'route add 2001:db8:%%x::/64 dev %%s\n' "$i" "$link"; done | ip -6 -batch -
ip -6 route add default via 2001:db8:ffff::2 dev "$link" metric 1
"""


def test_the_default_route_of_a_router_is_known(machine):
    """What is not known would send the reboot through the firmware, here and in the service alike."""
    machine.run(TABLE % ROUTES, seconds=300)
    machine.run("echo 'missing-driver = block' > /etc/fastreboot.conf")
    assert int(machine.output("wc -c < /proc/net/ipv6_route")) > 1024 * 1024
    assert expect.status(machine)["next"] == "fast"
    expect.fast(machine, machine.reboot())
