# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random configurations, each from its seed: quoting, escapes, variables, conditions, loops,
functions, submenus, odd titles, defaults of every kind, broken grubenv blocks."""

import random

import emu

KERNELS = ['/boot/vmlinuz-1', '/boot/vmlinuz-2', '/boot/k n', '/boot/k\'q', '/boot/k$d', '/boot/k\\b']
INITRDS = ['/boot/initrd-1', '/boot/initrd-2', '/boot/ucode.img']
# Any list of commands shows that GRUB has no others; the module came with GRUB 2.04.
FILES = KERNELS + INITRDS + ['/boot/grub/i386-pc/command.lst', '/boot/grub/i386-pc/f2fs.mod']
NAMES = ['a', 'b', 'c1', '_d', 'default', 'long_name', 'x']
TEXTS = ['', 'y', '0', '1', '2', 'one two', ' x', 'x ', "it's", '"q"', '$a', '\\', 'a\\b', '>', 'a>b',
         '#no', 'é', '*', '?', 'a=b', '{', '}', ';', '&', '-n', '!', '(', 'if', '\\x41', ']']
TITLES = ['Linux', 'Other', '1 first', '2', 'a > b', "it's", '"q"', 'x y z', 'é', '$a', '0', 'A>B',
          'Linux', '#', ' lead', '\\']


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.ids = []
        self.functions = []
        self.depth = 0
        self.custom = None
        variables = {}
        for name in ('saved_entry', 'a', 'b', 'x'):
            if self.chance(0.4):
                variables[name] = self.choice(TEXTS + TITLES + ['id1', 'id2', '1', '0', '1>0'])
        self.env = self.make_env(variables)
        lines = []
        if self.chance(0.6):
            lines.append('if [ -s $prefix/grubenv ]; then\n  load_env%s\nfi' % self.choice(
                ['', '', ' a', ' saved_entry b']))
        lines += ['set %s=%s' % (name, self.quote(self.choice(TEXTS)))
                  for name in NAMES if name != 'default' and self.chance(0.3)]
        lines += self.statements(self.random.randint(0, 5), top=True)
        if self.chance(0.03):
            lines.append('set superusers=%s' % self.choice(['""', 'root', '$a']))
        lines += self.menu(self.random.randint(1, 5))
        lines += self.default()
        if self.chance(0.2):
            lines += self.menu(1)
        if self.chance(0.1):
            self.custom = '\n'.join(self.statements(2) + self.menu(1)) + '\n'
            lines.append('source ${config_directory}/custom.cfg')
        self.config = '\n'.join(lines) + '\n'

    def chance(self, share):
        return self.random.random() < share

    def choice(self, among):
        return self.random.choice(among)

    def make_env(self, variables):
        if self.chance(0.3):
            return None
        env = emu.make_env(variables)
        if self.chance(0.07):
            env = self.choice([env[:40], env[5:], env.replace(b'=', b'', 1), b'', env[:-1] + b'x=',
                               env.replace(b'\n', b'\\\n', 2)])
        return env

    # Text as a word

    def quote(self, text):
        """`text` in one of the ways to write it, or something similar."""
        way = self.random.randint(0, 5)
        if way == 0 and "'" not in text:
            return "'%s'" % text
        if way == 1:
            # a backslash before most letters is kept, so it need not be escaped there
            return '"%s"' % ''.join(
                '\\' + c if c in '"$' or (c == '\\' and (not text[i + 1:i + 2].isalpha() or
                                                         self.chance(0.5))) else c
                for i, c in enumerate(text))
        if way == 2:
            return "'" + text.replace("'", "'\\''") + "'"
        if way == 3 and text:
            return ''.join('\\' + c if c in ' \t"\'\\$;{}|&<>#*?' else c for c in text)
        if way == 4 and len(text) > 1:
            middle = self.random.randint(1, len(text) - 1)
            return self.quote(text[:middle]) + self.quote(text[middle:])
        return "'" + text.replace("'", "'\\''") + "'"

    def variable(self):
        name = self.choice(NAMES + ['1', '2', '#', '@', '*', '?', 'unset_one', 'chosen'])
        return self.choice(['$%s', '${%s}']) % name

    def word(self):
        way = self.random.randint(0, 9)
        if way < 4:
            return self.quote(self.choice(TEXTS))
        if way == 4:
            return '"%s%s"' % (self.choice(['', 'p ', '-']), self.variable())
        if way == 5:
            return self.choice(['', 'p']) + self.variable()
        if way == 6:
            return self.variable() + self.quote(self.choice(TEXTS))
        if way == 7:
            return 'con\\\ntinued'
        if way == 8:
            return "'two\nlines'" if self.chance(0.2) else 'pl\\ain'
        return 'word%d' % self.random.randint(0, 3)

    # Statements

    def test(self):
        a, b = '"%s"' % self.variable(), self.quote(self.choice(TEXTS))
        simple = self.choice([
            '%s = %s' % (a, b), '%s != %s' % (a, b), 'x%s = x' % self.variable(), '-n ' + a,
            '-z ' + a, a, '! %s = %s' % (a, b), '1 -lt 2', '%s -eq 1' % a, '-f $prefix/grubenv',
            '-e $prefix/none', '( %s = %s )' % (a, b), self.variable(), '%s < %s' % (a, b)])
        if self.chance(0.3):
            simple += self.choice([' -a ', ' -o ']) + self.choice(['-n ' + a, '%s = %s' % (b, b),
                                                                     '! -z ' + a])
        return self.choice(['[ %s ]', 'test %s']) % simple.replace(' < ', " '<' ")

    def condition(self):
        return self.choice([self.test(), self.test(), self.test(), 'true', 'false', '! false',
                            'search --no-floppy --set=root --fs-uuid ABCD-1234',
                            '! ' + self.test(), '! a=1', 'frobnicate', '! frobnicate x', "! ''",
                            '! search', 'search --set x', 'keystatus --shift'] + self.functions)

    def assignment(self):
        name = self.choice(NAMES)
        if name == 'default' and self.chance(0.7):
            name = 'x'
        return self.choice(['set %s=%s', 'set %s=%s', '%s=%s']) % (name, self.word())

    def statement(self, top=False):
        self.depth += 1
        way = self.random.randint(0, 13)
        if self.depth > 4 or way < 5:
            made = self.assignment()
        elif way == 5:
            made = 'unset ' + self.choice(NAMES)
        elif way == 6:
            made = 'export ' + self.choice(NAMES)
        elif way < 10:
            made = 'if %s; then\n%s\n' % (self.condition(), self.block())
            while self.chance(0.3):
                made += 'elif %s; then\n%s\n' % (self.condition(), self.block())
            if self.chance(0.5):
                made += 'else\n%s\n' % self.block()
            made += 'fi'
        elif way == 10:
            inside = self.block()
            if self.chance(0.3):
                inside += '\nif %s; then %s; fi' % (self.test(), self.choice(['break', 'continue']))
            made = 'for %s in %s; do\n%s\ndone' % (
                self.choice(NAMES), ' '.join(self.word() for _ in range(self.random.randint(0, 3))),
                inside)
        elif way == 11 and top:
            name = 'f%d' % len(self.functions)
            body = self.block()
            if self.chance(0.3):
                body += '\nreturn' + self.choice(['', ' 0', ' 1'])
            made = 'function %s {\n%s\n}' % (name, body)
            self.functions.append(name + ' ' + self.word())
        elif self.functions:
            made = self.choice(self.functions) + ' ' + self.word()
        else:
            made = 'echo ' + self.word()
        self.depth -= 1
        return made + (' # note' if self.chance(0.05) and '\n' not in made else '')

    def statements(self, count, top=False):
        return [self.statement(top) for _ in range(count)]

    def block(self):
        return '\n'.join('  ' + s for s in self.statements(self.random.randint(1, 2)))

    # Menu

    def entry_body(self):
        lines = self.statements(self.random.choice([0, 0, 1, 2]))
        if self.chance(0.3):
            lines.append("set root='hd0,gpt1'")
            lines += ['search --no-floppy --fs-uuid --set=root 1234-ABCD'] * self.chance(0.9)
        kernel = self.choice(KERNELS[:2] * 3 + KERNELS)
        lines.append('%s %s %s' % (self.choice(['linux', 'linux', 'linuxefi', 'linux16']),
                                   self.quote(kernel) if kernel not in KERNELS[:2] else kernel,
                                   ' '.join(self.word() for _ in range(self.random.randint(0, 4)))))
        if self.chance(0.8):
            lines.append('initrd ' + ' '.join(
                self.choice(INITRDS) for _ in range(self.random.randint(1, 3))))
        if self.chance(0.1):
            lines.append('if %s; then linux %s other; fi' % (self.test(), KERNELS[1]))
        return '\n'.join('  ' + line for line in lines)

    def menu(self, count, level=0):
        lines = []
        for _ in range(count):
            title = self.choice(TITLES)
            words = [self.quote(title) if self.chance(0.95) else '"t %s"' % self.variable()]
            if self.chance(0.6):
                self.ids.append('id%d' % self.random.randint(1, 5))
                words += [self.choice(['--id %s', '--id=%s', "--id '%s'"]) % self.ids[-1]]
            words += ['--class linux'] * self.chance(0.3) + ['--unrestricted'] * self.chance(0.2)
            words += [self.word()] * self.chance(0.1)
            if self.chance(0.05):
                lines.append('hiddenentry %s {\n  true\n}' % words[0])
            if level < 2 and self.chance(0.35):
                body = '\n'.join(self.statements(self.random.choice([0, 1])) +
                                 self.menu(self.random.randint(1, 3), level + 1))
                lines.append('submenu %s {\n%s\n}' % (' '.join(words), body))
            else:
                lines.append('menuentry %s {\n%s\n}' % (' '.join(words), self.entry_body()))
            if self.chance(0.1):
                lines[-1] = 'if %s; then\n%s\nfi' % (self.condition(), lines[-1])
        return lines

    def default(self):
        name = self.choice(['0', '1', '2', '9', '1>0', '1>1', '2>1', '', '01', '0x1>01', '1 0', ' 1',
                            '1x', '08', '4294967297', '99999999999999999999'] + self.ids * 2 + TITLES +
                           [t.replace('>', '>>') for t in TITLES])
        if self.ids and self.chance(0.4):
            name = self.choice(self.ids) + '>' + self.choice(['0', '1'] + self.ids)
        return self.choice([['set default=' + self.quote(name)], ['default=%s' % self.quote(name)],
                            ['set default="${saved_entry}"'], ['set default=$a'], [],
                            ['if [ "$saved_entry" ]; then', 'set default="$saved_entry"', 'else',
                             'set default=%s' % self.quote(name), 'fi']])
