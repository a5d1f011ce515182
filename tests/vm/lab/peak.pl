# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: perl peak.pl PROGRAM [ARGUMENT]...
#
# Runs the program and prints the KiB of memory that it or one of its children had at most (VmHWM), read when they are
# about to end. Exits like the program.
use strict;
use warnings;

my ($PTRACE, $TRACEME, $CONT, $SETOPTIONS, $WAIT4) = (101, 0, 7, 0x4200, 61);
my $OPTIONS = 2 | 4 | 8 | 0x40;  # children, and the end of each
my $AT_EXIT = 5 | 6 << 8;

my $pid;
sub wait4 {  # perl's own does not report stopped children
    my $status = pack('l', 0);
    $pid = syscall($WAIT4, -1, $status, 0x40000000, 0);
    return unpack('l', $status);
}
sub peak {
    open(my $file, '<', "/proc/$pid/status") or die "status: $!";
    my ($peak) = map { /^VmHWM:\s*(\d+)/ } <$file>;
    return $peak // 0;
}

my $program = fork;
if (!$program) {
    syscall($PTRACE, $TRACEME, 0, 0, 0);
    open(STDOUT, '>&', \*STDERR);
    kill 'STOP', $$;
    exec(@ARGV);
    die "$ARGV[0]: $!";
}
wait4();
syscall($PTRACE, $SETOPTIONS, $program, 0, $OPTIONS);
my ($highest, $signal) = (0, 0);
while (1) {
    syscall($PTRACE, $CONT, $pid, 0, $signal);
    my $status = wait4();
    $signal = 0;
    if (($status & 0xff) != 0x7f) {  # ended
        next if $pid != $program;
        print "$highest\n";
        exit($status & 127 ? 128 + ($status & 127) : $status >> 8);
    }
    my $what = $status >> 8;
    if ($what == $AT_EXIT) {
        my $peak = peak();
        $highest = $peak if $peak > $highest;
    }
    $signal = $what if $what < 0x100 && $what != 5 && $what != 19;  # not what tracing itself makes
}
