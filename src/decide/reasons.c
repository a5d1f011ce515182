/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/reasons.h"

#include "base/util.h"
#include "decide/advice.h"
#include "decide/reason-tests.h"

enum {
    REBOOTS = 1 << PURPOSE_NEXT_REBOOT | 1 << PURPOSE_SHUTDOWN,
    ALWAYS = REBOOTS | 1 << PURPOSE_LOAD,
    BEFORE = 1 << PURPOSE_NEXT_REBOOT,
    LOADING = 1 << PURPOSE_LOAD,
};

/* When a reason applies. `why` is NULL if the answer has its own text. */
#define IF_YES(member, why) .answer = offsetof(struct facts, member), .text = (why)
#define IF_NO(member, why) IF_YES(member, why), .when_no = true
#define IF(function) .test = (function)

/* In the order in which they are reported. A reason that reads one answer among the facts needs a
 * member there, the reader that fills it, and a row here. fastreboot-reasons(7) is made from them.
 */
const struct reason REASONS[] = {
    {"config-invalid", SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_POLICY,
     "the configuration is valid", CORRECT, .advise = advise_config, IF(test_config_invalid),
     .about = "A settings file has an error; file and line are named."},
    {"mode-firmware", SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_POLICY,
     "the configuration allows fast reboots", "set mode = fast, or remove that line",
     IF(test_mode_firmware), .about = "The configuration says `mode = firmware`."},
    {"normal-asked", SEVERITY_BLOCK, KIND_ONCE, ALWAYS, SCOPE_POLICY,
     "no firmware reboot was requested",
     "reboot to carry it out, or undo it with `fastreboot normal --cancel`",
     IF_YES(units.armed, "a firmware reboot was requested with `fastreboot normal`"),
     .follows = "being-checked", .about = "`fastreboot normal` requested this reboot."},
    {"masked", SEVERITY_BLOCK, KIND_SETTING, REBOOTS, SCOPE_POLICY,
     "no unit of fastreboot is masked",
     "`systemctl unmask fastreboot fastreboot-jump` (with --runtime for a mask below /run)",
     IF_YES(units.masked, NULL),
     .about = "fastreboot.service or fastreboot-jump.service is masked."},
    {"unit-changed", SEVERITY_BLOCK, KIND_SETTING, REBOOTS, SCOPE_POLICY,
     "the units run what they are there for",
     "remove a file that is named, or add the line with the command again; then `systemctl "
     "daemon-reload`",
     IF_YES(units.changed, NULL),
     .about = "A drop-in, or a unit of the same name, keeps fastreboot.service from loading the "
              "kernel or fastreboot-jump.service from starting it. Or systemd still has one of "
              "them as it was before such a file was removed: root is told so, who may ask it."},
    {"not-enabled", SEVERITY_BLOCK, KIND_SETTING, REBOOTS, SCOPE_POLICY, "fastreboot is enabled",
     "`fastreboot enable`", IF_NO(units.enabled, "fastreboot is not enabled"),
     .about = "fastreboot is not enabled."},
    {"not-active", SEVERITY_BLOCK, KIND_SETTING, BEFORE, SCOPE_POLICY,
     "fastreboot.service is running", "`systemctl start fastreboot`",
     IF_NO(units.active, "fastreboot.service is not running, so no kernel would be loaded"),
     .follows = "not-enabled",
     .about = "fastreboot.service is not running, so nothing would load a kernel at the shutdown."},
    {"being-checked", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "nothing is missing since the last fast reboot",
     "if it does not appear in time, the machine reboots itself through the firmware; to keep it "
     "running as it is: `fastreboot cancel`",
     IF(test_being_checked),
     .about = "A disk or the network is missing since a fast reboot, and may still come back; see "
              "HEALTH CHECK in fastreboot-recovery(7)."},
    {"container", SEVERITY_BLOCK, KIND_MACHINE, ALWAYS, SCOPE_POLICY, "this is not a container",
     "enable fastreboot on the host of the container",
     IF_YES(environment.container, "this is a container: it has no kernel of its own to start"),
     .alone = true, .about = "This is a container."},
    {"xen", SEVERITY_BLOCK, KIND_MACHINE, ALWAYS, SCOPE_POLICY,
     "this is not the control domain of Xen", NULL,
     IF_YES(environment.xen,
            "this is the control domain of Xen: kexec would start a kernel without Xen"),
     .alone = true, .about = "This is the control domain of a Xen host."},
    {"capture-kernel", SEVERITY_BLOCK, KIND_ONCE, ALWAYS, SCOPE_POLICY,
     "this is not kdump's capture kernel", NO_ACTION,
     IF_YES(environment.capture,
            "this is kdump's capture kernel: the machine crashed, and needs the firmware's reset"),
     .alone = true, .about = "This is the kernel that kdump starts after a crash."},
    {"quirks-invalid", SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_POLICY,
     "the list of quirks is valid", "correct that line; see fastreboot-quirks(5)",
     .advise = advise_quirks_file, IF_YES(quirk.invalid, NULL),
     .about = "A quirks file has an error; file and line are named."},
    {"quirk", SEVERITY_BLOCK, KIND_MACHINE, ALWAYS, SCOPE_POLICY,
     "no quirk sends this machine through the firmware",
     "if this machine is known to work: ignore this quirk with `quirk-ignore = NAME` in "
     "/etc/fastreboot.conf, or leave out its whole file with a link to /dev/null of its name in "
     "/etc/fastreboot/quirks.d",
     .advise = advise_quirk, IF_YES(quirk.firmware, NULL),
     .about = "A quirk says that this board, device or driver does not survive a kexec; see "
              "fastreboot-quirks(5)."},
    {"efi-variables", SEVERITY_BLOCK, KIND_SETTING, REBOOTS, SCOPE_POLICY,
     "the firmware's EFI variables can be read",
     "`mount -t efivarfs efivarfs /sys/firmware/efi/efivars`, and remove noefi or efi=noruntime "
     "from "
     "the command line",
     IF_YES(environment.no_variables,
            "this machine has EFI firmware, but none of its variables can be read "
            "(/sys/firmware/efi/efivars): requests to the firmware would not be seen"),
     .about = "The firmware is EFI, and its variables cannot be read: /sys/firmware/efi/efivars is "
              "missing or empty. What was requested of the firmware is unknown."},
    {"firmware-setup", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "the firmware setup was not requested", NO_ACTION, IF_YES(requests[REQUEST_SETUP], NULL),
     .lasting = "the firmware does not clear the request; `bootctl reboot-to-firmware false` does",
     .about = "The firmware setup was requested (`systemctl reboot --firmware-setup`)."},
    {"firmware-update", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "no firmware update is pending",
     "the next reboot installs it, which may take minutes: do not cut the power; later ones are "
     "fast again",
     IF_YES(requests[REQUEST_UPDATE], NULL),
     .lasting =
         "the firmware does not carry the update out. See `fwupdmgr get-history`; to give it "
         "up, remove what waits: the capsule in EFI/UpdateCapsule of the EFI partition, or "
         "fwupd's variable in /sys/firmware/efi/efivars (`chattr -i`, then `rm`)",
     .about = "A firmware update or recovery is waiting: OsIndications, even with a bit that "
              "fastreboot does not know, fwupd (its EFI variables, "
              "or its name in /run/reboot-required.pkgs), or a capsule on the EFI partition."},
    {"boot-next", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "no one-time firmware boot entry (BootNext) is set",
     "undo it with `efibootmgr -N`, or just reboot", IF_YES(requests[REQUEST_BOOT_NEXT], NULL),
     .follows = "firmware-update",
     .about = "A one-time firmware boot entry is set (BootNext, `efibootmgr -n`)."},
    {"boot-order", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "the firmware would start the boot entry that started this machine",
     "no action needed: the next reboot follows the new order, later ones are fast again; "
     "`efibootmgr -o` changes it",
     IF_YES(boot_order, NULL),
     .about = "The firmware would start another boot entry than the one that started this machine: "
              "it comes first in BootOrder now, or that one was removed. An entry for the network "
              "that stood first all the time does not count."},
    {"loader-menu", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "the boot loader's menu was not requested", NO_ACTION,
     IF_YES(requests[REQUEST_LOADER_MENU], NULL),
     .about = "The boot loader's menu was requested (`--boot-loader-menu=`)."},
    {"loader-entry-once", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "no one-time boot entry is set", "undo it with `bootctl set-oneshot ''`, or just reboot",
     IF_YES(requests[REQUEST_LOADER_ENTRY], NULL),
     .about = "A boot entry was requested once (`--boot-loader-entry=`, `bootctl set-oneshot`)."},
    {"one-time-entry", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "the boot loader has no one-time request",
     "undo it with `grub-editenv - unset next_entry` (GRUB) or `extlinux --clear-once` (extlinux), "
     "or just reboot",
     IF(test_one_time_entry),
     .about = "GRUB or extlinux was asked for an entry once (`grub-reboot`, `extlinux --once=`), "
              "or GRUB would write to grubenv at boot."},
    {"loader-writes", SEVERITY_BLOCK, KIND_SETTING, REBOOTS, SCOPE_POLICY,
     "GRUB would record nothing that later boots depend on",
     "if this is for one reboot, no action is needed; if GRUB's configuration has such a save_env "
     "for every boot, every reboot goes through the firmware until that is removed",
     IF(test_loader_writes),
     .about = "GRUB would write to its environment block (`save_env`), as for a boot counter or "
              "when two systems take turns. Later boots depend on that, and only GRUB can do it."},
    {"reboot-parameter", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "the reboot has no parameter", NULL, IF_YES(requests[REQUEST_PARAMETER], NULL),
     .about = "The reboot has a parameter (`systemctl reboot --reboot-argument=`). A kexec would "
              "lose it."},
    {"mok-request", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY, "shim has no pending request",
     "no action needed: the next reboot handles this; undo it with `mokutil --revoke-import` or "
     "the like",
     IF_YES(requests[REQUEST_MOK], NULL),
     .about = "shim's MokManager has a question for the console (`mokutil --import`)."},
    {"offline-update", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "no offline update is pending", NO_ACTION, IF_YES(requests[REQUEST_OFFLINE], NULL),
     .about = "The next boot installs updates and reboots (/system-update)."},
    {"staged-deployment", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "no deployment of ostree or bootc is staged", NO_ACTION,
     IF_YES(requests[REQUEST_DEPLOYMENT], NULL),
     .about = "ostree or bootc has a new deployment, and writes its boot entry only at shutdown."},
    {"state-volatile", SEVERITY_BLOCK, KIND_SETTING, REBOOTS, SCOPE_POLICY,
     "what fastreboot writes down lasts over a reboot",
     "put /var/lib/fastreboot on a file system that lasts",
     IF_YES(environment.volatile_state, NULL),
     .about =
         "What is written below /var/lib/fastreboot is lost at the reboot: a fast reboot could "
         "not be judged, and a kernel that failed would be tried again."},
    {"initrd-shutdown", SEVERITY_BLOCK, KIND_SETTING, REBOOTS, SCOPE_POLICY,
     "the end of the shutdown can start the next kernel",
     "install fastreboot again, or kexec-tools; if /run is named, mount it without noexec",
     IF_YES(environment.stuck, NULL),
     .about = "The shutdown ends in a script in /run/initramfs that could not start the kernel: "
              "fastreboot's hook is missing, which gives dracut's script the `kexec` program that "
              "it calls (see FILES in fastreboot(8)), /run is mounted noexec, or the script is not "
              "a known one. dracut leaves such a script if the root file system is on RAID, LVM, "
              "LUKS, multipath or the network."},
    {"hibernated", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "no hibernated system is waiting to be resumed", NULL, IF_YES(requests[REQUEST_RESUME], NULL),
     .about = "A hibernated system is waiting to be resumed: HibernateLocation, or an image on the "
              "device of `resume=`."},
    {"tpm-unlock", SEVERITY_BLOCK, KIND_MACHINE, ALWAYS, SCOPE_POLICY,
     "what the boot waits for can be unlocked without the TPM's measurements of this boot",
     "add a key that needs nobody at the console (clevis with tang), or a TPM key without PCRs; "
     "with nofail in crypttab and fstab the boot goes on without a volume of data",
     IF_YES(crypt.tpm, NULL),
     .about = "Only a TPM can unlock a volume that the boot waits for unattended; see ENCRYPTED "
              "ROOT below."},
    {"ima-measures", SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_POLICY,
     "no IMA policy measures what runs",
     "if nothing compares this machine's log with its TPM, set ima-measurements = ignore in "
     "/etc/fastreboot.conf",
     IF(test_ima_measures),
     .about = "IMA, the kernel's Integrity Measurement Architecture, measures what runs into the "
              "TPM (a policy by `ima_policy=tcb` or /etc/ima/ima-policy). A kexec does not reset "
              "the TPM, so a verifier would find that the log of the next kernel does not match."},
    {"kexec-unsupported", SEVERITY_BLOCK, KIND_MACHINE, ALWAYS, SCOPE_POLICY,
     "the running kernel supports kexec", "run a kernel with CONFIG_KEXEC_FILE",
     IF_NO(kexec.supported, "the running kernel is built without kexec"), .alone = true,
     .about = "The running kernel is built without kexec, or without its system call "
              "kexec_file_load: `CONFIG_KEXEC` alone is not enough."},
    {"loaded-unknown", SEVERITY_BLOCK, KIND_MACHINE, ALWAYS, SCOPE_POLICY,
     "it is known whether a kernel is loaded", NULL, IF(test_loaded_unknown),
     .about = "The kernel does not say whether a kernel is loaded."},
    {"kexec-disabled", SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_KEXEC, "kexec is not disabled",
     FIND_SYSCTL("kexec_load_disabled"), IF(test_kexec_disabled),
     .about = "kernel.kexec_load_disabled is 1."},
    {"kexec-exhausted", SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_KEXEC,
     "the limit of kexec loads is not used up", FIND_SYSCTL("kexec_load_limit_reboot"),
     IF(test_kexec_exhausted), .about = "kernel.kexec_load_limit_reboot is used up."},
    {"kernel-unknown", SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_KEXEC,
     "the kernel to start is known",
     "no action needed: such a machine reboots through the firmware. If it can be corrected, do; "
     "or "
     "name links that follow updates, if there are any, such as kernel = /vmlinuz and initrd = "
     "/initrd.img in /etc/fastreboot.conf",
     IF(test_kernel_unknown),
     .about = "No kernel was found, it is not certain which one the boot loader would start, or "
              "users other than root could change what the boot loader reads; see "
              "fastreboot-kernel(7)."},
    {"entry-unbootable", SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_FILES,
     "the boot entry can be started with kexec",
     "choose another one, or name a kernel with kernel = and initrd = in /etc/fastreboot.conf",
     IF(test_entry_unbootable),
     .about = "Kexec cannot start the default boot entry: another loader, Xen, a firmware menu, or "
              "a kernel that only GRUB can find."},
    {"kernel-missing", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES, "the kernel can be opened",
     "reinstall the kernel, or correct the link or setting that names it", IF(test_kernel_missing),
     .about = "The kernel cannot be opened."},
    {"kernel-untrusted", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "only root can change the kernel", OWN, IF(test_kernel_untrusted),
     .about = "Users other than root could change the kernel."},
    {"kernel-invalid", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "the kernel is complete and can be started with kexec", "reinstall the kernel",
     IF(test_kernel_invalid),
     .about = "The file is not a kernel that kexec can start, or is truncated."},
    {"kernel-foreign", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "the kernel is for this architecture", NULL, IF(test_kernel_foreign),
     .about = "The kernel is for another architecture."},
    {"initrd-missing", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "every initrd can be opened",
     "rebuild it (`update-initramfs -c -k VERSION`, `dracut`), or correct what names it",
     IF(test_initrd_missing), .about = "An initrd cannot be opened."},
    {"initrd-untrusted", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "only root can change the initrds", OWN, IF(test_initrd_untrusted),
     .about = "Users other than root could change an initrd."},
    {"initrd-empty", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES, "no initrd is empty",
     "rebuild it (`update-initramfs -u -k VERSION`, `dracut -f`)", IF(test_initrd_empty),
     .about = "An initrd is empty."},
    {"initrd-invalid", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "the next kernel can unpack every initrd",
     "rebuild it (`update-initramfs -u -k VERSION`, `dracut -f`); if it is another kernel's, "
     "correct "
     "the link",
     IF(test_initrd_invalid),
     .about = "An initrd is not an archive that the kernel can unpack, or is cut off; or a link "
              "leads to one whose name has another version than the kernel."},
    {"modules-incomplete", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "the kernel's modules directory is complete", "reinstall the kernel, or run depmod for it",
     IF(test_modules_incomplete),
     .about = "The kernel's directory in /lib/modules, or a module listed there, is missing."},
    {"memory-short", SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_FILES,
     "there is enough memory to load kernel and initrd",
     "make the initrd smaller (MODULES=dep in /etc/initramfs-tools/initramfs.conf, `dracut "
     "--hostonly`), or end what uses the memory",
     IF(test_memory_short),
     .about = "The memory that is available, with swap on disks, does not suffice to load kernel "
              "and initrd: the kernel would end other programs in the middle of the shutdown."},
    {"cmdline-too-long", SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_FILES,
     "the kernel accepts a command line of this length", "shorten it with cmdline-remove",
     IF(test_cmdline_too_long), .about = "The command line is longer than the kernel accepts."},
    {"cmdline-inherited", SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_FILES,
     "the command line is not another program's",
     "a firmware reboot ends that; where the firmware itself uses kexec (LinuxBoot), set cmdline = "
     "in /etc/fastreboot.conf",
     IF(test_cmdline_inherited),
     .about =
         "The next kernel would inherit the running kernel's command line, and another program "
         "started that kernel by kexec."},
    {"driver-required", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_CHOSEN,
     "the next kernel has every driver this machine needs", BUILD, IF(test_driver_required),
     .about = "Like driver-missing, if the configuration says `missing-driver = block`."},
    {"foreign-kernel-in-place", SEVERITY_BLOCK, KIND_SETTING, LOADING, SCOPE_POLICY,
     "no other program has loaded a kernel", "drop it first with `kexec -u`",
     IF(test_foreign_kernel),
     .about = "`fastreboot load` only: a kernel is loaded that another program loaded."},
    {"foreign-kernel", SEVERITY_WARN, KIND_SETTING, REBOOTS, SCOPE_POLICY,
     "no other program has loaded a kernel",
     "the next reboot starts it, or drops it if a reason blocks; drop it now with `kexec -u`",
     IF(test_foreign_kernel),
     .about = "A kernel is loaded that another program loaded. The next reboot starts it, or drops "
              "it where a reason blocks."},
    {"load-interrupted", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_POLICY,
     "the last loads at shutdown ended", RETRY, IF(test_load_interrupted),
     .about = "The last two loads at shutdown began and did not end: the program was killed or ran "
              "out of time, or the machine went down."},
    {"load-refused", SEVERITY_BLOCK, KIND_FAULT, BEFORE, SCOPE_CHOSEN,
     "the running kernel did not refuse to load this kernel at the last reboots",
     "`fastreboot load` tries it now, and says what is wrong; each reboot tries it again",
     IF(test_load_refused),
     .about = "The load at the last two reboots was refused, of a kernel of the same release. The "
              "next reboot tries it once more."},
    {"failed-before", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "no fast reboot into this kernel has failed",
     "see the journal of the boot before that reboot (`journalctl --list-boots`), "
     "/var/lib/systemd/pstore and the console's or BMC's log. It is tried again when the kernel or "
     "the firmware is updated, or after `fastreboot retry`, which does not reboot",
     IF(test_failed_before),
     .about =
         "A fast reboot into this kernel has failed: it panicked or hung, something reset the "
         "machine, the jump did not happen, or the health check found something missing. The "
         "kernel is tried again when it or the firmware is updated, or after `fastreboot retry`."},
    {"failed-too-often", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_KEXEC,
     "fast reboots work on this machine", RETRY, IF(test_failed_too_often),
     .about = "Fast reboots into three different kernels have failed."},
    {"driver-missing", SEVERITY_WARN, KIND_FAULT, ALWAYS, SCOPE_CHOSEN,
     "the next kernel has drivers for the root file system and the default route", BUILD,
     IF(test_driver_missing),
     .about = "The next kernel has no driver, built in or as a module, for a device that a module "
              "drives now and that the root file system or the default route needs; or no module "
              "for the root file system itself (ZFS). Typical of a module that DKMS built for one "
              "kernel only."},
    {"array-degraded", SEVERITY_WARN, KIND_FAULT, REBOOTS, SCOPE_POLICY,
     "no disk array is degraded",
     "see `cat /proc/mdstat`; a disk more may be missing after any reboot",
     IF_YES(storage.degraded, NULL), .about = "A RAID array lacks a disk."},
    {"filesystem-errors", SEVERITY_WARN, KIND_FAULT, REBOOTS, SCOPE_POLICY,
     "no file system has recorded errors",
     "make sure that there is a backup before any reboot; check the file system while it is not "
     "mounted, from a rescue system",
     IF_YES(storage.damaged, NULL), .about = "ext4, btrfs or XFS has recorded errors."},
    {"disk-errors", SEVERITY_WARN, KIND_FAULT, REBOOTS, SCOPE_POLICY,
     "the kernel has logged no disk errors",
     "make sure that there is a backup before any reboot: such a disk may not come back, even if "
     "it reports itself healthy",
     IF_YES(storage.failing, NULL),
     .about = "The kernel has logged read or write errors of a disk since boot."},
    {"device-lost", SEVERITY_WARN, KIND_FAULT, REBOOTS, SCOPE_POLICY,
     "everything is there that the firmware last started with",
     "a reset by the firmware may bring it back: run `fastreboot normal`, then reboot; if it was "
     "removed, the next boot through the firmware forgets it",
     IF_YES(device_lost, NULL),
     .about = "A disk, a network interface or another device was there at the last boot through "
              "the firmware, and is missing now. A fast reboot does not reset such a device as the "
              "firmware does."},
    {"kexec-tools", SEVERITY_WARN, KIND_SETTING, REBOOTS, SCOPE_POLICY,
     "kexec-tools load no kernel at reboots", "set LOAD_KEXEC=false in /etc/default/kexec",
     IF_YES(environment.kexec_tools,
            "kexec-tools load a kernel at every reboot, too (LOAD_KEXEC in /etc/default/kexec); "
            "the kernel that fastreboot loads comes first and stays"),
     .about = "Debian's kexec-tools are set to load a kernel at reboots as well; the kernel that "
              "fastreboot loads stays."},
    {"parameters-copied", SEVERITY_WARN, KIND_SETTING, REBOOTS, SCOPE_POLICY,
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
    {"kernel-pinned", SEVERITY_WARN, KIND_SETTING, ALWAYS, SCOPE_CHOSEN,
     "the configuration names no kernel that is older than the one installed",
     "remove kernel = and initrd =, or name links that follow updates, such as /vmlinuz and "
     "/initrd.img; a fixed path stays at that kernel, also after security updates, and a reboot "
     "through the firmware starts another one",
     IF_YES(pinned, NULL),
     .about = "The configuration names a kernel that is older than the one that would be started "
              "without it or, if that is not known, than the newest in /boot. A fixed path stays "
              "at its kernel, also after security updates; a link such as /vmlinuz follows them."},
    {"quirk-unknown", SEVERITY_WARN, KIND_SETTING, ALWAYS, SCOPE_POLICY,
     "every quirk that the configuration ignores exists",
     "correct the name, or remove that line; see fastreboot.conf(5)", IF_YES(quirk.unknown, NULL),
     .about = "`quirk-ignore` names a quirk that does not exist: it is misspelled, or its file is "
              "gone or masked."},
    {"quirk-ignored", SEVERITY_NOTE, KIND_SETTING, ALWAYS, SCOPE_POLICY,
     "the configuration ignores no quirk of this machine", NULL, IF_YES(quirk.ignored, NULL),
     .about = "`quirk-ignore` names a quirk that applies to this machine."},
    {"quirk-applied", SEVERITY_NOTE, KIND_MACHINE, ALWAYS, SCOPE_POLICY,
     "no quirk changes how the next kernel is started", NULL, IF_YES(quirk.applied, NULL),
     .about = "A quirk adds to the command line, unloads modules or detaches drivers; see "
              "fastreboot-quirks(5)."},
    {"watchdog", SEVERITY_NOTE, KIND_MACHINE, REBOOTS, SCOPE_KEXEC,
     "the hardware watchdog resets a next kernel that hangs",
     "see WATCHDOG in fastreboot-recovery(7)", IF(test_watchdog),
     .about = "No hardware watchdog would reset the next kernel if it hangs, or the watchdog "
              "protects every fast reboot except the next one."},
    {"signed-only", SEVERITY_NOTE, KIND_MACHINE, ALWAYS, SCOPE_KEXEC,
     "the kernel accepts unsigned kernels", NULL, IF(test_signed_only),
     .about = "Under lockdown (Secure Boot) the kernel only accepts signed kernels."},
};

const size_t N_REASONS = ELEMENTS(REASONS);
