# SPDX-License-Identifier: LGPL-2.1-or-later
"""Asks GRUB's own script engine (grub-emu) and fastreboot the same question: what is started?"""

import fcntl, json, os, pty, re, select, shutil, signal, struct, subprocess, termios, time

# grub-emu has none of these commands, so functions replace them and print their words.
PRELUDE = ''.join(
    'function %s { echo "@%s"; for @w in "$@"; do echo "@<$@w>@"; done\n}\n'.replace('@w', 'grub_word')
    % (name, tag)
    for name, tag in (('linux', 'LINUX'), ('linuxefi', 'LINUX'), ('linux16', 'LINUX'),
                      ('initrd', 'INITRD'), ('initrdefi', 'INITRD'), ('initrd16', 'INITRD'),
                      ('multiboot', 'OTHER'), ('multiboot2', 'OTHER'), ('module2', 'OTHER')))

ENDS = (b'grub>', b'Enter username', b'Failed to boot both', b'Falling back to',
        b'to force a system restart')


def run_emu(directory, limit=120, command=None):
    """What grub-emu, or `command`, prints until its default entry has run."""
    command = command or ['grub-emu', '-d', directory, '-r', 'host', '-m', '/dev/null']
    began = time.time()
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM='dumb', LC_ALL='C.UTF-8')
        os.execvp(command[0], command)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 500, 8000, 0, 0))
    out = b''
    ended = False
    keys = 0
    while time.time() - began < limit and not ended:
        if select.select([fd], [], [], 0.5)[0]:
            try:
                chunk = os.read(fd, 65536)
            except OSError:
                break
            out += chunk
            ended = not chunk or any(end in out for end in ENDS)
            if out.count(b'Press any key') > keys: # an error was shown; it continues after a key
                keys += 1
                os.write(fd, b' ')
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(fd)
    if not ended:
        raise RuntimeError('grub-emu did not come to an end:\n' + out.decode(errors='replace')[-500:])
    return out.decode(errors='surrogateescape')


def started(output):
    """(kernel, parameters, initrds) of what was last loaded, or None."""
    output = re.sub(r'\x1b\[[0-9;?]*[A-Za-z]', '', output).replace('\r', '')
    output = re.split(r'Falling back to|Failed to boot both', output)[0]
    linux = initrds = None
    for tag, words in re.findall(r'@(LINUX|INITRD|OTHER)\n((?:@<.*?>@\n)*)', output, re.S):
        words = re.findall(r'@<(.*?)>@\n', words, re.S)
        if tag == 'OTHER':
            return None
        if tag == 'LINUX':
            linux, initrds = words, []
        elif linux is not None:
            initrds = words
    if not linux:
        return None
    return linux[0], linux[1:], initrds


def quote(parameters):
    """The kernel's command line that GRUB makes of them."""
    return ' '.join('"%s"' % text if ' ' in text else text
                    for text in (re.sub(r'''([\\'"])''', r'\\\1', p) for p in parameters))


def locate(path, tree):
    """The file below /boot, if the path is on a separate file system."""
    path = re.sub(r'^\([^)]*\)', '', path)
    return path if os.path.lexists(tree + path) else '/boot' + path


class Case:
    """A tree with a grub.cfg, and perhaps a grubenv and a custom.cfg next to it."""

    def __init__(self, where, name, config, env=None, custom=None, files=()):
        self.name = name
        self.tree = os.path.join(where, 'tree')
        self.emu = os.path.join(where, 'emu')
        shutil.rmtree(self.tree, ignore_errors=True)
        shutil.rmtree(self.emu, ignore_errors=True)
        grub = self.tree + '/boot/grub'
        os.makedirs(grub)
        os.makedirs(self.tree + '/proc')
        os.makedirs(self.emu)
        config += '\nset timeout=0\n'
        for path in files:
            full = self.tree + path
            os.makedirs(os.path.dirname(full), exist_ok=True)
            open(full, 'w').write('x')
        open(self.tree + '/proc/cmdline', 'w').write('BOOT_IMAGE=/boot/vmlinuz root=/dev/sda1\n')
        # On the host the graphical terminal is a picture, from which no text can be read.
        theirs = PRELUDE + config.replace('terminal_output gfxterm', 'true')
        for directory, text in ((grub, config), (self.emu, theirs)):
            write(directory + '/grub.cfg', text)
            if env is not None:
                write(directory + '/grubenv', env)
            if custom is not None:
                write(directory + '/custom.cfg', custom)

    def compare(self, program):
        """('equal' or 'unknown' or 'different', why)"""
        theirs = started(run_emu(self.emu))
        done = subprocess.run([program, 'list', '--json', '--root=' + self.tree],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode != 0:
            return 'different', 'fastreboot failed: %s' % done.stderr.decode()
        entries = [e for e in json.loads(done.stdout.decode(errors='surrogateescape'))['entries']
                   if e['default']]
        ours = entries[0] if entries and entries[0]['kernel'] else None
        if ours is None:
            return ('equal', 'nothing') if theirs is None else ('unknown', self.why(program))
        if theirs is None:
            return 'different', 'GRUB starts nothing, fastreboot %s' % ours
        kernel, parameters, initrds = theirs
        mine = ours['kernel'], ours['cmdline'], ours['initrds']
        wanted = (locate(kernel, self.tree), quote(parameters),
                  [locate(path, self.tree) for path in initrds])
        if mine != wanted:
            return 'different', 'GRUB %r, fastreboot %r' % (wanted, mine)
        return 'equal', ''

    def why(self, program):
        done = subprocess.run([program, 'check', '--json', '-v', '--root=' + self.tree],
                              stdout=subprocess.PIPE)
        reasons = {r['id']: r for r in json.loads(done.stdout.decode(errors='replace'))['reasons']}
        for name in ('kernel-unknown', 'entry-unbootable'):
            if name in reasons and reasons[name]['applies'] is not False:
                return reasons[name]['text']
        return '?'

    def one_time(self, program):
        done = subprocess.run([program, 'check', '--json', '--root=' + self.tree],
                              stdout=subprocess.PIPE)
        return any(r['id'] in ('one-time-entry', 'loader-writes')
                   for r in json.loads(done.stdout.decode(errors='replace'))['reasons'])


def write(path, text):
    with open(path, 'wb') as file:
        file.write(text if isinstance(text, bytes) else text.encode(errors='surrogateescape'))


def make_env(variables):
    """A grubenv as grub-editenv writes it."""
    text = '# GRUB Environment Block\n'
    for name, value in variables.items():
        text += '%s=%s\n' % (name, value.replace('\\', '\\\\').replace('\n', '\\\n'))
    return text.encode() + b'#' * (1024 - len(text.encode()))


def paths_in(config):
    """The files that a configuration names: as they are if below /boot, or else moved there."""
    found = set()
    for line in re.findall(r'^\s*(?:linux|initrd)(?:efi|16)?\s+(.*)$', config, re.M):
        for word in re.findall(r'(?:^|\s|\))(/[\w./@+-]+)', line.split(' root=')[0]):
            found.add(word if word.startswith(('/boot/', '/@/')) else '/boot' + word)
    return sorted(found)
