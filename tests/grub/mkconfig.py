# SPDX-License-Identifier: LGPL-2.1-or-later
"""Configurations made by the real grub-mkconfig: in its own mount namespace, with the test's /boot and
/etc/default/grub, and with programs in place of grub-probe and grub-mkrelpath that answer for a disk
that does not exist.

  mkconfig.py SUITE TREE   records those of another Debian in mkconfig-SUITE.tar.xz

TREE has that Debian's scripts: mmdebstrap --variant=extract --include=grub-common,grub2-common SUITE TREE"""

import io, json, os, subprocess, sys, tarfile, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))

UUID = '1b0c5ff5-6d2f-4a5e-9c39-0a3d3a5c0b11'
KERNELS = ('6.1.0-18-amd64', '6.1.0-21-amd64', '6.1.0-9-amd64')

PROBE = r'''#!/bin/sh
for word; do case $word in --target=*) target=${word#--target=} ;; -t) next=1 ;; *)
    test "$next" = 1 && target=$word; next= ;; esac; done
case $target in
device) echo /dev/sda2 ;;
fs_uuid) echo UUID ;;
partuuid) echo 0000-02 ;;
fs) echo ext2 ;;
partmap) echo gpt ;;
hints_string) echo "--hint-bios=hd0,gpt2 --hint-efi=hd0,gpt2 --hint-baremetal=ahci0,gpt2" ;;
compatibility_hint) echo hd0,gpt2 ;;
drive) echo "(hd0,gpt2)" ;;
*) ;;
esac
'''.replace('UUID', UUID)

SCRIPT = r'''
set -e
mount --make-rprivate /
mount --bind "$1/boot" /boot
mount --bind "$1/default" /etc/default
mount --bind "$1/grub-probe" /usr/sbin/grub-probe
mount --bind "$1/grub-mkrelpath" /usr/bin/grub-mkrelpath
if test "$2"; then
    for path in /etc/grub.d /usr/share/grub /usr/lib/grub /usr/sbin/grub-mkconfig \
            /usr/sbin/grub-set-default /usr/sbin/grub-reboot; do
        mount --bind "$2$path" $path
    done
fi
test -e /boot/grub/grub.cfg || grub-mkconfig -o /boot/grub/grub.cfg
shift 2
for command; do eval "$command"; done
'''

MADE = {}  # grub-mkconfig is slow, and later changes to grubenv do not affect its result


def make(where, kernels, settings, commands=(), separate=False, tree=''):
    """(grub.cfg, grubenv or None, files); raises CalledProcessError. `tree` has the scripts, or /."""
    subprocess.run(['rm', '-rf', where])
    for directory in ('boot/grub', 'default'):
        os.makedirs(os.path.join(where, directory))
    files = []
    for version in KERNELS[:kernels]:
        for name in ('vmlinuz', 'initrd.img', 'config', 'System.map'):
            files.append('/boot/%s-%s' % (name, version))
            open(where + files[-1], 'w').write('x')
    defaults = {'GRUB_DEFAULT': '0', 'GRUB_TIMEOUT': '5', 'GRUB_DISTRIBUTOR': 'Debian',
                'GRUB_CMDLINE_LINUX_DEFAULT': 'quiet', 'GRUB_CMDLINE_LINUX': '',
                'GRUB_DISABLE_OS_PROBER': 'true'}
    defaults.update(settings)
    with open(where + '/default/grub', 'w') as file:
        for name, value in defaults.items():
            file.write("%s='%s'\n" % (name, value.replace("'", "'\\''")))
    key = json.dumps([tree, kernels, defaults, separate], sort_keys=True)
    if key in MADE:
        with open(where + '/boot/grub/grub.cfg', 'w') as file:
            file.write(MADE[key])
    relative = 'echo "${1#/boot}"' if separate else 'echo "$1"'
    for name, text in (('grub-probe', PROBE), ('grub-mkrelpath', '#!/bin/sh\n%s\n' % relative)):
        with open(os.path.join(where, name), 'w') as file:
            file.write(text)
        os.chmod(os.path.join(where, name), 0o755)
    subprocess.run(['unshare', '-m', 'sh', '-c', SCRIPT, 'sh', where, tree] + list(commands), check=True,
                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    grub = where + '/boot/grub/'
    env = open(grub + 'grubenv', 'rb').read() if os.path.exists(grub + 'grubenv') else None
    MADE[key] = open(grub + 'grub.cfg').read()
    return MADE[key], env, files


def variants():
    """(name, arguments of make())"""
    simple, advanced = 'gnulinux-simple-' + UUID, 'gnulinux-advanced-' + UUID
    second = 'gnulinux-%s-advanced-%s' % (KERNELS[0], UUID)
    titles = ('Debian GNU/Linux', 'Advanced options for Debian GNU/Linux>Debian GNU/Linux, with '
              'Linux ' + KERNELS[2])
    names = ('0', '1', '2', '7', '1>0', '1>2', '1>3', '1>9', simple, advanced, advanced + '>' + second,
             advanced + '>0', titles[0], titles[1], 'nonsense', advanced + '>nonsense', '1>' + second)
    for kernels in (1, 3):
        for name in names:
            yield '%d kernels, GRUB_DEFAULT=%s' % (kernels, name), dict(
                kernels=kernels, settings={'GRUB_DEFAULT': name})
    saved = {'GRUB_DEFAULT': 'saved'}
    for name in names:
        yield 'grub-set-default ' + name, dict(
            kernels=3, settings=saved, commands=["grub-set-default '%s'" % name])
        yield 'grub-reboot ' + name, dict(
            kernels=3, settings=saved,
            commands=["grub-set-default '%s'" % simple, "grub-reboot '%s'" % name])
    more = {
        'saved, never set': saved,
        'savedefault': dict(saved, GRUB_SAVEDEFAULT='true'),
        'no submenu': {'GRUB_DISABLE_SUBMENU': 'y'},
        'no submenu, 3': {'GRUB_DISABLE_SUBMENU': 'y', 'GRUB_DEFAULT': '3'},
        'no recovery': {'GRUB_DISABLE_RECOVERY': 'true', 'GRUB_DEFAULT': '1>1'},
        'hidden': {'GRUB_TIMEOUT_STYLE': 'hidden', 'GRUB_TIMEOUT': '0'},
        'countdown': {'GRUB_TIMEOUT_STYLE': 'countdown'},
        'console': {'GRUB_TERMINAL': 'console'},
        'serial': {'GRUB_TERMINAL': 'serial console', 'GRUB_SERIAL_COMMAND': 'serial --unit=0'},
        'by device': {'GRUB_DISABLE_LINUX_UUID': 'true'},
        'early initrd': {'GRUB_EARLY_INITRD_LINUX_CUSTOM': 'ucode.img more.img'},
        'a title': {'GRUB_DISTRIBUTOR': "It's \"odd\" > 1 $x \\ "},
        'parameters': {'GRUB_CMDLINE_LINUX': 'dyndbg="file a.c +p" x=a\\b y=\'z\''},
        'dollar': {'GRUB_CMDLINE_LINUX': 'a=\\$x b=\\\\$y'},
        'wildcard': {'GRUB_CMDLINE_LINUX': 'a=* b=?'},
        'gfx': {'GRUB_GFXMODE': '640x480', 'GRUB_GFXPAYLOAD_LINUX': 'keep'},
        'top': {'GRUB_TOP_LEVEL': '/boot/vmlinuz-' + KERNELS[2]},
        'background': {'GRUB_BACKGROUND': '/boot/none.png'},
        'init tune': {'GRUB_INIT_TUNE': '480 440 1'},
    }
    for name, settings in more.items():
        yield name, dict(kernels=3, settings=settings)
        yield name + ', separate /boot', dict(kernels=3, settings=settings, separate=True)


def record(suite, tree):
    with tarfile.open(os.path.join(HERE, 'mkconfig-%s.tar.xz' % suite), 'w:xz') as archive, \
            tempfile.TemporaryDirectory() as where:
        for name, arguments in variants():
            if name.startswith('1 kernels') and not name.endswith(('=0', '=1>0', 'nonsense')):
                continue  # with one kernel the names do not depend on the Debian
            config, env, files = make(os.path.join(where, 'made'), tree=tree, **arguments)
            text = json.dumps({'config': config, 'env': env and env.decode(), 'files': files}).encode()
            member = tarfile.TarInfo(name.replace('/', '|'))
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))


def recorded(suite):
    """(name, grub.cfg, grubenv or None, files)"""
    with tarfile.open(os.path.join(HERE, 'mkconfig-%s.tar.xz' % suite)) as archive:
        for member in archive:
            made = json.load(archive.extractfile(member))
            yield member.name, made['config'], made['env'] and made['env'].encode(), made['files']


if __name__ == '__main__':
    record(sys.argv[1], os.path.abspath(sys.argv[2]))
