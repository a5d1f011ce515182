# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: perl stopper.pl PROGRAM VERB [ARGUMENT]...
#
# Runs the program under ptrace and names its steps: each system call that changes fastreboot's own files, or loads
# or drops a kernel. It stops the program for good before one of them, as /root/lab-stop says: "N STEP", where "*" is
# any step and the N-th is meant, over all runs in this boot; that file is used up when it comes to that, but a power
# cut may bring it back. What runs at boot is stopped only after a fast reboot, not when the power is back. Where there
# is a directory /root/lab-steps, the steps are added to its file VERB. Without either the program just runs.
#
# A seccomp filter passes all other calls: to trace every one is slow on an emulated processor.
use strict;
use warnings;

my $SPEC = '/root/lab-stop';
my $COUNT = '/run/lab-steps-taken';
my $STEPS = '/root/lab-steps';
my $OWN = qr{^/(?:run|var/lib)/fastreboot(?:/|$)};
-e $SPEC || -d $STEPS or exec(@ARGV);

my ($PTRACE, $PEEKUSER, $CONT, $SETOPTIONS) = (101, 3, 7, 0x4200);
my ($PRCTL, $SECCOMP, $WAIT4) = (157, 317, 61);
my $OPTIONS = 0x80 | 2 | 4 | 8;  # events of seccomp, and the children too: without a tracer their calls would fail
my ($R10, $R8, $RDX, $RSI, $RDI, $NUMBER) = (56, 72, 96, 104, 112, 120);
my $HERE = -100;  # AT_FDCWD

my $pid;
sub register {
    my $value = "\0" x 8;
    syscall($PTRACE, $PEEKUSER, $pid, 0 + $_[0], $value);
    return unpack('q', $value);
}
sub descriptor {
    return readlink("/proc/$pid/fd/" . register($_[0])) // '';
}
sub path {
    my ($directory, $name) = @_;
    open(my $memory, '<', "/proc/$pid/mem") or die "memory: $!";
    sysseek($memory, register($name), 0);
    sysread($memory, my $text, 200);
    ($text) = split /\0/, $text;
    return $text if $text =~ m{^/};
    my $fd = defined $directory ? unpack('l', pack('l', register($directory) & 0xffffffff)) : $HERE;
    my $start = readlink($fd == $HERE ? "/proc/$pid/cwd" : "/proc/$pid/fd/$fd") // '';
    return $start eq '/' ? "/$text" : "$start/$text";
}
sub existing {  # to remove what is not there changes nothing
    my $path = path(@_);
    return lstat($path) ? $path : '';
}
sub missing {  # nor does to make what is
    my $path = path(@_);
    return lstat($path) ? '' : $path;
}
sub kexec {  # flags that the kernel refuses only ask whether it has the call
    my $flags = register($R8);
    return $flags & ~0xf ? '' : $flags & 1 ? 'unload' : 'load';
}
my %calls = (
    1 => sub { write => descriptor($RDI) },
    18 => sub { write => descriptor($RDI) },
    20 => sub { write => descriptor($RDI) },
    74 => sub { fsync => descriptor($RDI) },
    75 => sub { fsync => descriptor($RDI) },
    77 => sub { truncate => descriptor($RDI) },
    82 => sub { rename => path(undef, $RSI) },
    83 => sub { mkdir => missing(undef, $RDI) },
    87 => sub { unlink => existing(undef, $RDI) },
    258 => sub { mkdir => missing($RDI, $RSI) },
    263 => sub { unlink => existing($RDI, $RSI) },
    264 => sub { rename => path($RDX, $R10) },
    316 => sub { rename => path($RDX, $R10) },
    320 => sub { kexec => kexec() },
);
sub step {
    my ($call, $what) = $calls{register($NUMBER)}->();
    return '' if $call eq 'fsync' && $what =~ m{^/run/};  # is in memory
    return $call eq 'kexec' ? $what && "$call $what" : $what =~ $OWN ? "$call $what" : '';
}

sub statement { return pack('SCCL', @_) }
sub filter {
    my @numbers = sort { $a <=> $b } grep { $_ != 1 } keys %calls;
    my $filter = statement(0x20, 0, 0, 0);                                     # the number
    $filter .= statement(0x15, @numbers - $_ + 3, 0, $numbers[$_]) for 0 .. $#numbers;
    $filter .= statement(0x15, 0, 2, 1);                                       # write()
    $filter .= statement(0x20, 0, 0, 16) . statement(0x25, 1, 0, 2);           # not to standard output or error
    return $filter . statement(0x06, 0, 0, 0x7fff0000) . statement(0x06, 0, 0, 0x7ff00000);
}
sub wait4 {  # perl's own does not report stopped children
    my $status = pack('l', 0);
    $pid = syscall($WAIT4, -1, $status, 0x40000000, 0);
    return unpack('l', $status);
}
sub slurp {
    open(my $file, '<', $_[0]) or return;
    return scalar <$file>;
}
sub put {
    my ($mode, $path, $text) = @_;
    open(my $file, $mode, $path) or die "$path: $!";
    print $file $text;
    close $file;
}

my ($wanted, $call) = split ' ', slurp($SPEC) // '0 *', 2;
chomp $call;
$wanted = 0 if $ARGV[1] =~ /^(?:booted|health)$/ && slurp('/proc/cmdline') !~ /\bfastreboot\.attempt=/;
system('sync');  # so that a power cut loses no more than what the program itself has not brought to the disk
my $program = fork;
if (!$program) {
    my $filter = filter();
    syscall($PTRACE, 0, 0, 0, 0);
    kill 'STOP', $$;
    syscall($PRCTL, 38, 1, 0, 0, 0);
    syscall($SECCOMP, 1, 0, pack('S x6 P', length($filter) / 8, $filter)) == 0 or die "seccomp: $!";
    exec(@ARGV);
}
wait4();
syscall($PTRACE, $SETOPTIONS, $program, 0, $OPTIONS);
my $signal = 0;
while (1) {
    syscall($PTRACE, $CONT, $pid, 0, $signal);
    my $status = wait4();
    $signal = 0;
    if (($status & 0xff) != 0x7f) {  # ended
        next if $pid != $program;
        exit($status & 127 ? 128 + ($status & 127) : $status >> 8);
    }
    if ($status >> 8 != 0x705) {
        my $what = $status >> 8;
        $signal = $what if $what < 0x100 && $what != 5 && $what != 19;  # not what tracing itself makes
        next;
    }
    my $step = step() or next;
    put('>>', "$STEPS/$ARGV[1]", "$step\n") if -d $STEPS;
    next if !$wanted || ($call ne '*' && $step ne $call);
    my $count = (slurp($COUNT) // 0) + 1;
    put('>', $COUNT, $count);
    next if $count < $wanted;
    unlink $SPEC;
    put('>', '/dev/console', "\nlab: stopped before $step\n");
    sleep 1000 while 1;
}
