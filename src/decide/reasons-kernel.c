/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is asked of the kernel to start, and of how reboots into it went. */

#include "base/util.h"
#include "decide/advice.h"
#include "decide/reason-rows.h"
#include "decide/reason-tests.h"

static const struct reason ROWS[] = {
    {"kernel-unknown", GROUP_LOADER, SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_KEXEC,
     "the kernel to start is known",
     "no action needed if reboots through the firmware will do. For fast ones, correct what is "
     "named here, or set kernel = and initrd = in /etc/fastreboot.conf, if possible to links that "
     "follow updates, such as /vmlinuz and /initrd.img",
     .advise = advise_entry, IF(test_kernel_unknown),
     .about = "No kernel was found, it is not certain which one the boot loader would start, or "
              "users other than root could change what the boot loader reads; see "
              "fastreboot-kernel(7)."},
    {"entry-unbootable", GROUP_LOADER, SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_FILES,
     "the boot entry can be started with kexec",
     "choose another one, or name a kernel with kernel = and initrd = in /etc/fastreboot.conf",
     IF(test_entry_unbootable),
     .about = "Kexec cannot start the default boot entry: another loader, Xen, a firmware menu, or "
              "a kernel that only GRUB can find."},
    {"kernel-missing", GROUP_KERNEL, SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "the kernel can be opened",
     "reinstall the kernel, or correct the link or setting that names it", IF(test_kernel_missing),
     .shared = shared_files, .about = "The kernel cannot be opened."},
    {"kernel-untrusted", GROUP_KERNEL, SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "only root can change the kernel", OWN, IF(test_kernel_untrusted),
     .about = "Users other than root could change the kernel."},
    {"kernel-invalid", GROUP_KERNEL, SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "the kernel is complete and can be started with kexec",
     "if the file is damaged, reinstall the kernel", IF(test_kernel_invalid),
     .shared = shared_if_damaged,
     .about = "The file is not a kernel that kexec can start, or is truncated, or lockdown (Secure "
              "Boot) requires a signature, and what is compressed in it has none."},
    {"kernel-foreign", GROUP_KERNEL, SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "the kernel is for this architecture", NULL, IF(test_kernel_foreign),
     .about = "The kernel is for another architecture."},
    {"initrd-missing", GROUP_INITRD, SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "every initrd can be opened",
     "rebuild it (`update-initramfs -c -k VERSION`, `dracut --kver VERSION`), or correct what "
     "names it",
     IF(test_initrd_missing), .shared = shared_files, .about = "An initrd cannot be opened."},
    {"initrd-untrusted", GROUP_INITRD, SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "only root can change the initrds", OWN, IF(test_initrd_untrusted),
     .about = "Users other than root could change an initrd."},
    {"initrd-empty", GROUP_INITRD, SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "no initrd is empty",
     "rebuild it (`update-initramfs -u -k VERSION`, `dracut -f --kver VERSION`)",
     IF(test_initrd_empty), .shared = shared_files, .about = "An initrd is empty."},
    {"initrd-invalid", GROUP_INITRD, SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "the next kernel can unpack every initrd",
     "rebuild it (`update-initramfs -u -k VERSION`, `dracut -f --kver VERSION`); if it is another "
     "kernel's, "
     "correct "
     "the link",
     IF(test_initrd_invalid), .shared = shared_files,
     .about = "An initrd is not an archive that the kernel can unpack, or is cut off; or a link "
              "leads to one whose name has another version than the kernel."},
    {"modules-incomplete", GROUP_KERNEL, SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "the kernel's modules directory is complete", "reinstall the kernel, or run depmod for it",
     IF(test_modules_incomplete), .shared = shared_files,
     .about = "The kernel's directory in /lib/modules, or a module listed there, is missing."},
    {"memory-short", GROUP_KERNEL, SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_FILES,
     "there is enough memory to load kernel and initrd",
     "make the initrd smaller (MODULES=dep in /etc/initramfs-tools/initramfs.conf, `dracut "
     "--hostonly`), or end what uses the memory",
     IF(test_memory_short),
     .about = "The memory that is available, with swap on disks, does not suffice to load kernel "
              "and initrd: the kernel would end other programs in the middle of the shutdown."},
    {"cmdline-too-long", GROUP_KERNEL, SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_FILES,
     "the kernel accepts a command line of this length", "shorten it with cmdline-remove",
     IF(test_cmdline_too_long), .about = "The command line is longer than the kernel accepts."},
    {"cmdline-inherited", GROUP_KERNEL, SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_FILES,
     "the command line is not another program's",
     "a firmware reboot ends that; where the firmware itself uses kexec (LinuxBoot), set cmdline = "
     "in /etc/fastreboot.conf",
     IF(test_cmdline_inherited),
     .about =
         "The next kernel would inherit the running kernel's command line, and another program "
         "started that kernel by kexec."},
    {"driver-required", GROUP_KERNEL, SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_CHOSEN,
     "the next kernel has every driver this machine needs", BUILD, IF(test_driver_required),
     .shared = shared_files,
     .about = "Like driver-missing, if the configuration says `missing-driver = block`."},
    {"foreign-kernel-in-place", GROUP_KEXEC, SEVERITY_BLOCK, KIND_SETTING, LOADING, SCOPE_POLICY,
     "no other program has loaded a kernel", "drop it first with `kexec -u`",
     IF(test_foreign_kernel),
     .about = "`fastreboot load` only: a kernel is loaded that another program loaded."},
    {"foreign-kernel", GROUP_KEXEC, SEVERITY_WARN, KIND_SETTING, REBOOTS, SCOPE_POLICY,
     "no other program has loaded a kernel",
     "the next reboot starts it, or drops it if a reason blocks; drop it now with `kexec -u`",
     IF(test_foreign_kernel),
     .about = "A kernel is loaded that another program loaded. The next reboot starts it, or drops "
              "it where a reason blocks."},
    {"load-interrupted", GROUP_HISTORY, SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_POLICY,
     "the last loads at shutdown ended", RETRY, IF(test_load_interrupted),
     .about = "The last two loads at shutdown began and did not end: the program was killed or ran "
              "out of time, or the machine went down."},
    {"load-refused", GROUP_HISTORY, SEVERITY_BLOCK, KIND_FAULT, BEFORE, SCOPE_CHOSEN,
     "the running kernel did not refuse to load this kernel at the last reboots",
     "`fastreboot load` tries it now, and says what is wrong; each reboot tries it again",
     IF(test_load_refused),
     .about = "The load at the last two reboots was refused, of a kernel of the same release. The "
              "next reboot tries it once more."},
    {"failed-before", GROUP_HISTORY, SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "no fast reboot into this kernel has failed",
     "`fastreboot why` shows how it ended, as far as that is known, and `fastreboot history` has "
     "the number of that reboot; see also the console's or BMC's log. The kernel is "
     "tried again when it or the firmware is updated, or after `fastreboot retry`, which does not "
     "reboot",
     IF(test_failed_before),
     .about =
         "A fast reboot into this kernel has failed: it panicked or hung, something reset the "
         "machine, the jump did not happen, or the health check found something missing. The "
         "kernel is tried again when it or the firmware is updated, or after `fastreboot retry`."},
    {"failed-too-often", GROUP_HISTORY, SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_KEXEC,
     "fast reboots work on this machine", RETRY, .advise = advise_failures,
     IF(test_failed_too_often),
     .about = "Fast reboots into three different kernels have failed, or the list of failed "
              "kernels cannot be read."},
};

const struct reason_list KERNEL_REASONS = {ROWS, ELEMENTS(ROWS)};
