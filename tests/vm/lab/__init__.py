# SPDX-License-Identifier: LGPL-2.1-or-later
"""Throw-away Debian machines in QEMU.

host     what this computer offers: commands, packages, mirrors
cache    things that are slow to make, made once
debian   package trees: the lab's own QEMU, build chroots, guest root file systems
program  fastreboot built for a suite
disk     disk images for a suite
loaders  disk images with a boot loader
superblocks  disk images with RAID, LVM or LUKS
layouts  disk images of machines with dracut, with the root file system on those
hardware kinds of machine
qemu     one QEMU process and its channels
machine  what the scenarios use
bench    how long each way to reboot takes: the tables; bench_ways, bench_run, bench_disk measure it
clock    the machine's own time, read from outside
menu     what a boot loader would start, by every account
"""
