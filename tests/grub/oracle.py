#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares what fastreboot and GRUB make of grub.cfg: equal or unknown, never different.

oracle.py PROGRAM [--long] [--set mkconfig|bullseye|trixie|shapes|generated] [--seed N] [--count N] [--keep DIR]
Exits with 1 if a case is different or too many are unknown, and with 77 if there is no grub-emu."""

import argparse, collections, glob, os, re, shutil, subprocess, sys, tempfile

import emu, generate, mkconfig

HERE = os.path.dirname(os.path.abspath(__file__))
# grub-emu is not an EFI program, so the machine that fastreboot reads has no EFI either.
MORE_FILES = ['/boot/ucode.img', '/boot/more.img', '/sys/firmware/acpi/pm_profile']
MOST_UNKNOWN = {'mkconfig': 5, 'bullseye': 5, 'trixie': 5, 'shapes': 5, 'generated': 10}


def mkconfig_cases(where, options):
    for name, arguments in mkconfig.variants():
        try:
            config, env, files = mkconfig.make(os.path.join(where, 'made'), **arguments)
        except (OSError, subprocess.CalledProcessError) as error:
            print('mkconfig: cannot run grub-mkconfig here: %s' %
                  (getattr(error, 'stderr', b'') or b'').decode()[-500:])
            return
        yield emu.Case(where, name, config, env, files=files + MORE_FILES), 'reboot' in name


def recorded_cases(suite):
    """Cases of another Debian's grub-mkconfig, see mkconfig.py."""
    def cases(where, options):
        for name, config, env, files in mkconfig.recorded(suite):
            yield emu.Case(where, name, config, env, files=files + MORE_FILES), 'reboot' in name
    return cases


def make_env(line):
    return emu.make_env(dict(pair.split('=', 1) for pair in line.split('|')))


def shape_cases(where, options):
    """Each file, with each of the grubenv values in its comments, and those of an environment in custom.cfg."""
    for path in sorted(glob.glob(HERE + '/shapes/*.cfg')):
        config = open(path).read()
        files = emu.paths_in(config) + re.findall(r'^#! file (.*)$', config, re.M)
        customs = re.findall(r'^#! custom (.*)$', config, re.M)
        custom = make_env(customs[0]) if customs else None
        envs = [None] + re.findall(r'^#! grubenv (.*)$', config, re.M)
        for line in envs:
            env = None if line is None else make_env(line)
            name = os.path.basename(path) + (' with ' + line if line else '')
            once = 'next_entry' in name or 'menu_show_once' in name
            case = emu.Case(where, name, config, env, custom, files=files)
            for text in re.findall(r'^#! commands (.*)$', config, re.M):
                emu.write(case.tree + '/boot/grub/i386-pc/command.lst', text.replace(' ', ':x\n') + ':x\n')
            yield case, once


def generated_cases(where, options):
    for number in range(options.seed, options.seed + options.count):
        made = generate.Generator(number)
        yield emu.Case(where, 'seed %d' % number, made.config, made.env, made.custom,
                       files=generate.FILES), False


def kind_of(why):
    """The reason without what differs from case to case: places, numbers, and names."""
    why = re.sub(r'\(?/\S*\.cfg:\d+(: )?', '', why)
    why = re.sub(r'boot entry ".*?": (?=/|a )', 'the entry: ', why, flags=re.S)
    why = re.sub(r"(the entry: )/boot/(k.*?|vmlinuz-\d): only", r'\1PATH: only', why)
    why = re.sub(r'"[^"]*"|`[^`]*`', '"..."', why)
    return re.sub(r'\d+', 'N', why).strip()


def print_kinds(name, kinds):
    for kind, found in kinds.most_common():
        print('%s: %6d unknown: %s' % (name, found, kind))


def run_set(name, cases, options, where):
    kinds = collections.Counter()
    counts = {'equal': 0, 'unknown': 0, 'different': 0}
    nothing = 0
    for case, one_time in cases(where, options):
        result, why = case.compare(options.program)
        if result == 'equal' and one_time and not case.one_time(options.program):
            result, why = 'different', 'a request for one boot was not seen'
        counts[result] += 1
        nothing += why == 'nothing'
        kinds[kind_of(why)] += result == 'unknown'
        if result == 'different' or (result == 'unknown' and
                                     (options.verbose or name != 'generated')):
            print('%s: %s: %s: %s' % (name, result, case.name, why))
        if result == 'different' and options.keep:
            shutil.copytree(where, os.path.join(options.keep, re.sub(r'\W', '_', case.name)))
    print_kinds(name, +kinds)
    total = sum(counts.values())
    share = 100.0 * counts['unknown'] / total if total else 0
    print('%s: %d cases, %d equal (%d of them: nothing is started), %d unknown (%.1f %%), '
          '%d different' % (name, total, counts['equal'], nothing, counts['unknown'], share,
                            counts['different']))
    return counts['different'] == 0 and share < MOST_UNKNOWN[name] and total > 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('--long', action='store_true')
    parser.add_argument('--set', action='append', choices=sorted(MOST_UNKNOWN))
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--count', type=int)
    parser.add_argument('--keep')
    parser.add_argument('--verbose', action='store_true')
    options = parser.parse_args()
    if not shutil.which('grub-emu'):
        print('there is no grub-emu here')
        return 77
    options.count = options.count or (10000 if options.long else 300)
    fine = True
    with tempfile.TemporaryDirectory() as where:
        for name, cases in (('mkconfig', mkconfig_cases), ('bullseye', recorded_cases('bullseye')),
                            ('trixie', recorded_cases('trixie')), ('shapes', shape_cases),
                            ('generated', generated_cases)):
            if not options.set or name in options.set:
                fine = run_set(name, cases, options, where) and fine
    return 0 if fine else 1


if __name__ == '__main__':
    sys.exit(main())
