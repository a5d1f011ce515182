/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Warnings and notes: what keeps no reboot from being fast. */

#include "base/util.h"
#include "decide/advice.h"
#include "decide/reason-rows.h"
#include "decide/reason-tests.h"

static const struct reason ROWS[] = {
    {"driver-missing", GROUP_KERNEL, SEVERITY_WARN, KIND_FAULT, ALWAYS, SCOPE_CHOSEN,
     "the next kernel has drivers for the root file system and the default route", BUILD,
     IF(test_driver_missing),
     .about = "The next kernel has no driver, built in or as a module, for a device that a module "
              "drives now and that the root file system or the default route needs; or no module "
              "for the root file system itself (ZFS). Typical of a module that DKMS built for one "
              "kernel only."},
    {"array-degraded", GROUP_STORAGE, SEVERITY_WARN, KIND_FAULT, REBOOTS, SCOPE_POLICY,
     "no disk array is degraded",
     "see `cat /proc/mdstat`; a disk more may be missing after any reboot",
     IF_YES(storage.degraded, NULL), .about = "A RAID array lacks a disk."},
    {"filesystem-errors", GROUP_STORAGE, SEVERITY_WARN, KIND_FAULT, REBOOTS, SCOPE_POLICY,
     "no file system has recorded errors",
     "make sure that there is a backup before any reboot; check the file system while it is not "
     "mounted, from a rescue system",
     IF_YES(storage.damaged, NULL), .about = "ext4, btrfs or XFS has recorded errors."},
    {"disk-errors", GROUP_STORAGE, SEVERITY_WARN, KIND_FAULT, REBOOTS, SCOPE_POLICY,
     "the kernel has logged no disk errors",
     "make sure that there is a backup before any reboot: such a disk may not come back, even if "
     "it reports itself healthy",
     IF_YES(storage.failing, NULL),
     .about = "The kernel has logged read or write errors of a disk since boot."},
    {"device-lost", GROUP_HARDWARE, SEVERITY_WARN, KIND_FAULT, REBOOTS, SCOPE_POLICY,
     "everything is there that the firmware last started with",
     "`fastreboot normal` reboots at once through the firmware, which may bring it back; if it "
     "was removed, that boot forgets it",
     IF_YES(device_lost, NULL),
     .about = "A disk, a network interface or another device was there at the last boot through "
              "the firmware, and is missing now. A fast reboot does not reset such a device as the "
              "firmware does."},
    {"kexec-tools", GROUP_KEXEC, SEVERITY_WARN, KIND_SETTING, REBOOTS, SCOPE_POLICY,
     "kexec-tools load no kernel at reboots", "set LOAD_KEXEC=false in /etc/default/kexec",
     IF_YES(environment.kexec_tools, NULL),
     .about = "Debian's kexec-tools are set to load a kernel at reboots as well; the kernel that "
              "fastreboot loads stays."},
    {"parameters-copied", GROUP_LOADER, SEVERITY_WARN, KIND_SETTING, REBOOTS, SCOPE_POLICY,
     "no boot entry has fastreboot's own parameters",
     "remove fastreboot.attempt= there, and fastreboot.added=N with the N parameters behind it; a "
     "boot through the firmware would not drop to a shell where you expect one. "
     "/etc/kernel/cmdline "
     "keeps kernel-install from copying them",
     IF(test_parameters_copied),
     .about =
         "Some program has written the command line of a kernel that fastreboot started into a "
         "boot entry or a unified kernel image. A fast reboot leaves those parameters out, the "
         "boot loader does not."},
    {"kernel-pinned", GROUP_LOADER, SEVERITY_WARN, KIND_SETTING, ALWAYS, SCOPE_CHOSEN,
     "the configuration names no kernel that is older than the one installed",
     "remove kernel = and initrd =, or name links that follow updates, such as /vmlinuz and "
     "/initrd.img; a fixed path stays at that kernel, also after security updates, and a reboot "
     "through the firmware starts another one",
     IF_YES(pinned, NULL),
     .about = "The configuration names a kernel that is older than the one that would be started "
              "without it or, if that is not known, than the newest in /boot. A fixed path stays "
              "at its kernel, also after security updates; a link such as /vmlinuz follows them."},
    {"quirk-unknown", GROUP_SETTINGS, SEVERITY_WARN, KIND_SETTING, ALWAYS, SCOPE_POLICY,
     "every quirk that the configuration ignores exists",
     "correct the name, or remove that line; see fastreboot.conf(5)", IF_YES(quirk.unknown, NULL),
     .about = "`quirk-ignore` names a quirk that does not exist: it is misspelled, or its file is "
              "gone or masked."},
    {"quirk-ignored", GROUP_SETTINGS, SEVERITY_NOTE, KIND_SETTING, ALWAYS, SCOPE_POLICY,
     "the configuration ignores no quirk of this machine", NULL, IF_YES(quirk.ignored, NULL),
     .about = "`quirk-ignore` names a quirk that applies to this machine."},
    {"quirk-applied", GROUP_HARDWARE, SEVERITY_NOTE, KIND_MACHINE, ALWAYS, SCOPE_POLICY,
     "no quirk changes how the next kernel is started", NULL, IF_YES(quirk.applied, NULL),
     .about = "A quirk adds to the command line, unloads modules or detaches drivers; see "
              "fastreboot-quirks(5)."},
    {"watchdog", GROUP_HARDWARE, SEVERITY_NOTE, KIND_MACHINE, REBOOTS, SCOPE_KEXEC,
     "the hardware watchdog resets a next kernel that hangs",
     "see WATCHDOG in fastreboot-recovery(7)", IF(test_watchdog),
     .about = "No hardware watchdog would reset the next kernel if it hangs, or the watchdog "
              "protects every fast reboot except the next one."},
    {"last-words", GROUP_HARDWARE, SEVERITY_NOTE, KIND_MACHINE, REBOOTS, SCOPE_KEXEC,
     "a kernel that does not come up leaves its last messages in the platform's store",
     "see LAST WORDS in fastreboot-recovery(7)", .advise = advise_store, IF_YES(store.mute, NULL),
     .about =
         "A kernel that panics writes the end of its log to the store of its platform (pstore): "
         "ACPI ERST, EFI variables, or memory that survives the reset (ramoops). Without a "
         "store, nothing but the console tells why a fast reboot failed. The module for EFI "
         "variables has to be in the initrd: until it is loaded, nothing is written."},
    {"signed-only", GROUP_KEXEC, SEVERITY_NOTE, KIND_MACHINE, ALWAYS, SCOPE_KEXEC,
     "the kernel accepts unsigned kernels", NULL, IF(test_signed_only),
     .about = "Under lockdown (Secure Boot) the kernel only accepts signed kernels."},
    {"second-hash", GROUP_KEXEC, SEVERITY_NOTE, KIND_MACHINE, REBOOTS, SCOPE_KEXEC,
     "no parameter of the kernel would make the jump shorter",
     "no action needed; it takes a fast processor a quarter of a second, and a slow one some "
     "seconds. To spare them, add the parameter to the command line in the boot loader's "
     "configuration",
     IF(test_second_hash),
     .about = "Right before the next kernel starts, the running kernel copies it and its initrd to "
              "their place and checks their hash. From Linux 7.3 on, it does neither where all of "
              "that was loaded to memory set aside at boot (CMA, `cma=`), and does not check the "
              "hash with Kexec HandOver (KHO, `kho=on`). Memory for CMA stays usable for programs "
              "and for files that were read. Where KHO is on, kernels are not loaded to CMA."},
};

const struct reason_list WARNINGS = {ROWS, ELEMENTS(ROWS)};
