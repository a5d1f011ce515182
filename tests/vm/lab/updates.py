# SPDX-License-Identifier: LGPL-2.1-or-later
"""unattended-upgrades and needrestart, in a machine that has neither, and an archive with a newer kernel."""
import io
import tarfile

from lab import debian

FILES = ("usr/bin/python3*", "usr/lib/python3", "usr/lib/python3.11", "usr/share/python-apt", "usr/share/distro-info",
         "usr/share/unattended-upgrades", "usr/bin/unattended-upgrade*", "usr/bin/lsb_release", "usr/bin/gettext.sh",
         "usr/share/perl", "usr/share/perl5", "usr/lib/x86_64-linux-gnu/perl*", "usr/sbin/needrestart",
         "usr/lib/needrestart", "usr/share/needrestart", "lib/x86_64-linux-gnu/libexpat.so*", "etc/needrestart",
         "etc/kernel/postinst.d/unattended-upgrades", "etc/apt")
LEFT_OUT = ("/unicore/lib", "__pycache__", ".pod", "/idlelib", "/lib2to3", "/ensurepip")
# What `update` finds, and the settings of unattended-upgrades, but for the origin those of its manual.
SET_UP = """
set -e
tar -C / --keep-directory-symlink --no-same-owner -xzf /run/updates.tar.gz
rm /run/updates.tar.gz
mkdir -p /var/log/unattended-upgrades
cd /root/newer-kernel
for package in *.deb; do
    dpkg-deb -f $package Package Version Architecture Depends Description
    echo "Filename: ./$package"
    echo "Size: $(stat -c %s $package)"
    echo "SHA256: $(sha256sum $package | cut -d' ' -f1)"
    echo
done > Packages
printf 'Origin: lab\\nDate: %s\\nSHA256:\\n %s %s Packages\\n' \\
    "$(date -Ru)" $(sha256sum Packages | cut -d' ' -f1) $(stat -c %s Packages) > Release
rm -rf /etc/apt/sources.list /etc/apt/sources.list.d
echo 'deb [trusted=yes] file:/root/newer-kernel ./' > /etc/apt/sources.list
cat > /etc/apt/apt.conf.d/90lab <<'END'
Unattended-Upgrade::Origins-Pattern { "origin=lab"; };
Unattended-Upgrade::Automatic-Reboot "true";
END
apt-get update -q
"""


def files():
    """A tar of what the machine lacks."""
    tree = debian.unpacked("updates")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as tar:
        for path in sorted(path for pattern in FILES for path in tree.glob(pattern)):
            name = str(path.relative_to(tree))
            tar.add(path, name if name.startswith(("usr/", "etc/")) else f"usr/{name}",
                    filter=lambda entry: None if entry.name.endswith(LEFT_OUT) else entry)
    return buffer.getvalue()


def set_up(machine):
    machine.put("/run/updates.tar.gz", files())
    machine.run(SET_UP, seconds=600)


def kernel_status(machine):
    """What needrestart says of the running kernel: "1" is the newest, "3" an older version."""
    lines = machine.output("needrestart -b -k", seconds=300).splitlines()
    return dict(line.split(": ", 1) for line in lines)["NEEDRESTART-KSTA"]
