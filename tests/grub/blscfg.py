#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares fastreboot's blscfg with GRUB 2.14, the first version to have the command without a patch.

  blscfg.py --record TREE   asks the grub-emu in TREE, a Debian that has it, and records its answers
  blscfg.py PROGRAM         compares fastreboot with them: equal or unknown, never different

The cases are generated from seeds and are in blscfg-2.14.json with the answers, one per line. TREE is made by

  mmdebstrap --variant=extract --include=grub-emu forky TREE

grub-emu runs in it by chroot, with the case mounted at /case. With debug=linux its own `linux` command prints
the kernel and the parameters (without quotes between them). It keeps only one initrd, so the initrds are taken
from what blscfg prints with debug=blsuki."""

import json, os, random, re, shutil, subprocess, sys, tempfile

import emu

HERE = os.path.dirname(os.path.abspath(__file__))
RECORDED = os.path.join(HERE, 'blscfg-2.14.json')
COUNT = 240
RELEASES = ('4.18.0-80.el8.x86_64', '4.18.0-80.1.2.el8_0.x86_64', '6.8.5-301.fc40.x86_64', '6.10', '6.9',
            '6.8.10-300.fc40.x86_64', '6.9.0-0.rc1.fc41.x86_64', '6.9.0~rc2', '0-rescue', '6.1.0-9-amd64',
            '6.1.0-10-amd64', '5.14.0-427.13.1.el9_4.aarch64', '5.14.0-427.el9.aarch64', '1', 'x.conf.d')
OPTIONS = ('root=/dev/sda1 ro', '$kernelopts', '$kernelopts $tuned_params', 'ro $tuned_params quiet', '$none',
           '$none $kernelopts', 'ro x="a b" y=\'c d\'', 'a', 'ro $kernelopts,x', '$kernelopts 1', 'ro  two',
           'ro \\$x', '$tuned_params$kernelopts', 'ro;x', "ro 'open", 'ro $', '$$kernelopts ro', 'ro{x', 'ro *')
VARIABLES = {'kernelopts': ('root=UUID=1 ro', 'root=UUID=1 ro ', 'x="a b"', ''),
             'tuned_params': ('isolcpus=1 nohz=on', ' a=b', ''), 'early_initrd': ('early.img',),
             'default_kernelopts': ('root=y ro',), 'blsdir': ('/nowhere',), 'tuned_initrd': ('',)}


class Case:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.files = {}
        self.entries = self.random.sample(RELEASES, self.random.randint(1, 6))
        self.machine = self.random.choice(('9f2c', 'ab12', 'm'))
        for number, release in enumerate(self.entries):
            self.files['/case/entries/%s-%s.conf' % (self.machine, release)] = self.entry(number, release)
        self.config = self.make_config()

    def maybe(self, share):
        return self.random.random() < share

    def entry(self, number, release):
        """Each initrd's name starts with the number of its entry, which identifies it."""
        pick = self.random.choice
        lines = ['title Linux (%s)' % release, 'version ' + release, 'linux /case/vmlinuz-%d' % number,
                 'initrd /case/i-%d-0' % number, 'options ' + pick(OPTIONS)]
        self.files['/case/vmlinuz-%d' % number] = 'x'
        self.files['/case/i-%d-0' % number] = self.files['/case/i-%d-1' % number] = 'x'
        if self.maybe(.2):
            lines.append('initrd /case/i-%d-1' % number)
        elif self.maybe(.2):
            lines[3] += ' $tuned_initrd'
        if self.maybe(.1):
            self.random.shuffle(lines)
        if self.maybe(.12):
            del lines[self.random.randrange(len(lines))]
        if self.maybe(.25):
            lines += ['grub_users $grub_users', 'grub_arg --unrestricted', 'grub_class linux']
        if self.maybe(.2):
            lines.insert(self.random.randrange(len(lines) + 1),
                         pick(('# a note', '', 'nothing', ' # note', 'sort-key x', 'options twice x', 'machine-id 1')))
        if self.maybe(.1):
            at = self.random.randrange(len(lines))
            lines[at] = lines[at].replace(' ', pick(('\t', '  ', ' \t')), 1)
        if self.maybe(.05):
            lines[0] = ' ' + lines[0]
        return pick(('\n', '\n', '\n', '\r\n')).join(lines) + pick(('\n', '', '\n\n'))

    def make_config(self):
        pick = self.random.choice
        lines = ['set timeout=0']
        for name, values in VARIABLES.items():
            if self.maybe(.5):
                lines.append("set %s='%s'" % (name, pick(values)))
        release = pick(self.entries)
        default = pick((None, '0', '1', '5', '%s-%s' % (self.machine, release), '%s-%s.conf' % (self.machine, release),
                        'Linux (%s)' % release, 'gone', '%s-gone' % self.machine, "A menu entry", 'own'))
        if default is not None:
            lines.append("set default='%s'" % default)
        lines.append('set boot=$root')
        blscfg = pick(('blscfg --path /case/entries', 'blscfg --path=/case/entries/', 'blscfg -p /case/entries',
                       'blscfg --path /case/none'))
        own = ("menuentry 'A menu entry' --id own --unrestricted {\n  linux /case/vmlinuz-0 own\n"
               "  initrd /case/i-0-0\n}")
        where = self.random.random()
        lines += [own, blscfg] if where < .2 else [blscfg, own] if where < .4 else [blscfg]
        return '\n'.join(lines) + '\n'

    def write(self, where):
        for path, text in dict(self.files, **{'/boot/grub/grub.cfg': self.config,
                                              '/boot/grub/i386-pc/blsuki.mod': '', '/proc/cmdline': 'BOOT_IMAGE=/case/vmlinuz-0 ro\n',
                                              '/case/grub.cfg': 'set debug=linux,blsuki\n' + self.config}).items():
            os.makedirs(os.path.dirname(where + path), exist_ok=True)
            emu.write(where + path, text)


def asked(tree, where):
    """What GRUB starts, as [kernel, parameters, initrds], or None."""
    script = 'mount --bind "$1/case" "$2/case"; exec chroot "$2" /usr/bin/grub-emu -d /case -r host -m /dev/null'
    out = emu.run_emu(None, command=['unshare', '-m', 'sh', '-ec', script, 'sh', where, tree])
    out = re.sub(r'\x1b\[[0-9;?]*[A-Za-z]', '', out).replace('\r', '')
    found = re.search(r"Not performing 'kexec -la (\S+) (?:--initrd=(\S*) )? *(?:\(null\)|--command-line=(.*))'\n", out)
    if not found:
        return None
    kernel, first, parameters = found.groups()
    parameters, initrds = parameters or '', [first] if first else []
    number = re.fullmatch(r'/case/vmlinuz-(\d)', kernel).group(1)
    if initrds and "Booting `A menu entry'" not in out:
        initrds = re.findall(r'adding initrd\s+(/case/i-%s-\d)' % number, out)
    return [kernel, parameters, initrds]


def plain(cmdline):
    return re.sub(r'\\(.)|"', lambda match: match.group(1) or '', cmdline)


def answered(program, where):
    done = subprocess.run([program, 'list', '--json', '--root=' + where], stdout=subprocess.PIPE, check=True)
    for entry in json.loads(done.stdout)['entries']:
        if entry['default'] and entry['kernel']:
            return [entry['kernel'], plain(entry['cmdline']), entry['initrds']]
    return None


def record(tree):
    os.makedirs(tree + '/case', exist_ok=True)
    os.makedirs(tree + '/boot', exist_ok=True)
    for directory in ('bin', 'lib', 'lib64'):
        if not os.path.lexists(tree + '/' + directory):
            os.symlink('usr/' + directory, tree + '/' + directory)
    with open(RECORDED, 'w') as file:
        for seed in range(COUNT):
            with tempfile.TemporaryDirectory() as where:
                case = Case(seed)
                case.write(where)
                answer = asked(tree, where)
            file.write(json.dumps({'seed': seed, 'config': case.config, 'files': case.files, 'answer': answer}) + '\n')


def compare(program):
    counts = {'equal': 0, 'unknown': 0, 'different': 0}
    for line in open(RECORDED):
        recorded = json.loads(line)
        with tempfile.TemporaryDirectory() as where:
            os.chmod(where, 0o755)
            case = Case.__new__(Case)
            case.config, case.files = recorded['config'], recorded['files']
            case.write(where)
            ours, theirs = answered(program, where), recorded['answer']
        result = 'equal' if ours == theirs else 'different' if ours else 'unknown'
        counts[result] += 1
        if result == 'different':
            print('blscfg: different: seed %d: GRUB %r, fastreboot %r' % (recorded['seed'], theirs, ours))
    print('blscfg: %d cases, %d equal, %d unknown, %d different' % (sum(counts.values()), counts['equal'],
                                                                  counts['unknown'], counts['different']))
    # There are many malformed files, for which the answer is unknown; but it must not be for nearly all.
    return counts['different'] == 0 and counts['equal'] > sum(counts.values()) / 3


if __name__ == '__main__':
    if sys.argv[1:2] == ['--record']:
        record(os.path.abspath(sys.argv[2]))
    elif not compare(sys.argv[1]):
        sys.exit(1)
