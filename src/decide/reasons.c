/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is asked of the machine as such, before a kernel is chosen. */

#include "base/util.h"
#include "decide/advice.h"
#include "decide/reason-rows.h"
#include "decide/reason-tests.h"

static const struct reason ROWS[] = {
    {"config-invalid", GROUP_SETTINGS, SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_POLICY,
     "the configuration is valid", CORRECT, .advise = advise_config, IF(test_config_invalid),
     .about = "A settings file has an error; file and line are named."},
    {"mode-firmware", GROUP_SETTINGS, SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_POLICY,
     "the configuration allows fast reboots", "set mode = fast, or remove that line",
     IF(test_mode_firmware), .about = "The configuration says `mode = firmware`."},
    {"firmware-due", GROUP_SETTINGS, SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "the configuration asks for no firmware reboot now", NO_ACTION, IF(test_firmware_due),
     .about = "The configuration limits how many reboots in a row are fast "
              "(`max-fast-in-a-row`), or how long the firmware does not run (`max-age-days`). Some "
              "repairs, such as those of memory, only the firmware makes."},
    {"normal-asked", GROUP_REQUESTS, SEVERITY_BLOCK, KIND_ONCE, ALWAYS, SCOPE_POLICY,
     "no firmware reboot was requested",
     "reboot to carry it out, or undo it with `fastreboot set-next auto`", .advise = advise_asked,
     IF_YES(units.armed, "a firmware reboot was requested"), .follows = "being-checked",
     .about = "`fastreboot normal`, `set-next firmware` or `reboot --firmware` "
              "requested it."},
    {"masked", GROUP_UNITS, SEVERITY_BLOCK, KIND_SETTING, REBOOTS, SCOPE_POLICY,
     "no unit of fastreboot is masked",
     "`systemctl unmask fastreboot fastreboot-jump` (with --runtime for a mask below /run)",
     IF_YES(units.masked, NULL),
     .about = "fastreboot.service or fastreboot-jump.service is masked."},
    {"unit-changed", GROUP_UNITS, SEVERITY_BLOCK, KIND_SETTING, REBOOTS, SCOPE_POLICY,
     "the units run what they are there for",
     "remove the file that is named, or put that command back into it; then `systemctl "
     "daemon-reload`",
     IF_YES(units.changed, NULL),
     .about = "A drop-in, or a unit of the same name, keeps fastreboot.service from loading the "
              "kernel or fastreboot-jump.service from starting it. Or systemd still has one of "
              "them as it was before such a file was removed: root is told so, who may ask it."},
    {"not-enabled", GROUP_UNITS, SEVERITY_BLOCK, KIND_SETTING, REBOOTS, SCOPE_POLICY,
     "fastreboot is enabled", "`fastreboot enable`",
     IF_NO(units.enabled, "fastreboot is not enabled"), .about = "fastreboot is not enabled."},
    {"not-active", GROUP_UNITS, SEVERITY_BLOCK, KIND_SETTING, BEFORE, SCOPE_POLICY,
     "fastreboot.service is running", "`systemctl start fastreboot`",
     IF_NO(units.active, "fastreboot.service is not running, so no kernel would be loaded"),
     .follows = "not-enabled",
     .about = "fastreboot.service is not running, so nothing would load a kernel at the shutdown."},
    {"being-checked", GROUP_HISTORY, SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "nothing is missing since the last fast reboot",
     "if it does not appear in time, the machine reboots itself through the firmware; to keep it "
     "running as it is: `fastreboot cancel`",
     IF(test_being_checked),
     .about = "A disk or the network is missing since a fast reboot, and may still come back; see "
              "HEALTH CHECK in fastreboot-recovery(7)."},
    {"container", GROUP_SYSTEM, SEVERITY_BLOCK, KIND_MACHINE, ALWAYS, SCOPE_POLICY,
     "this is not a container", "enable fastreboot on the host of the container",
     IF_YES(environment.container, "this is a container: it has no kernel of its own to start"),
     .alone = true, .about = "This is a container."},
    {"xen", GROUP_SYSTEM, SEVERITY_BLOCK, KIND_MACHINE, ALWAYS, SCOPE_POLICY,
     "this is not the control domain of Xen", NULL,
     IF_YES(environment.xen,
            "this is the control domain of Xen: kexec would start a kernel without Xen"),
     .alone = true, .about = "This is the control domain of a Xen host."},
    {"capture-kernel", GROUP_SYSTEM, SEVERITY_BLOCK, KIND_ONCE, ALWAYS, SCOPE_POLICY,
     "this is not kdump's capture kernel", NO_ACTION,
     IF_YES(environment.capture,
            "this is kdump's capture kernel: the machine crashed, and needs the firmware's reset"),
     .alone = true, .about = "This is the kernel that kdump starts after a crash."},
    {"quirks-invalid", GROUP_SETTINGS, SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_POLICY,
     "the list of quirks is valid", "correct that line; see fastreboot-quirks(5)",
     .advise = advise_quirks_file, IF_YES(quirk.invalid, NULL),
     .about = "A quirks file has an error; file and line are named."},
    {"quirk", GROUP_HARDWARE, SEVERITY_BLOCK, KIND_MACHINE, ALWAYS, SCOPE_POLICY,
     "no quirk sends this machine through the firmware",
     "if this machine is known to work: ignore this quirk with `quirk-ignore = NAME` in "
     "/etc/fastreboot.conf, or leave out its whole file with a link to /dev/null of its name in "
     "/etc/fastreboot/quirks.d",
     .advise = advise_quirk, IF_YES(quirk.firmware, NULL),
     .about = "A quirk says that this board, device or driver does not survive a kexec; see "
              "fastreboot-quirks(5)."},
    {"efi-variables", GROUP_SYSTEM, SEVERITY_BLOCK, KIND_SETTING, REBOOTS, SCOPE_POLICY,
     "the firmware's EFI variables can be read",
     "`mount -t efivarfs efivarfs /sys/firmware/efi/efivars`, and remove noefi or efi=noruntime "
     "from "
     "the command line",
     IF_YES(environment.no_variables,
            "this machine has EFI firmware, but none of its variables can be read "
            "(/sys/firmware/efi/efivars): requests to the firmware would not be seen"),
     .about = "The firmware is EFI, and its variables cannot be read: /sys/firmware/efi/efivars is "
              "missing or empty. What was requested of the firmware is unknown."},
    {"firmware-setup", GROUP_REQUESTS, SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "the firmware setup was not requested", NO_ACTION, IF_YES(requests[REQUEST_SETUP], NULL),
     .lasting = "the firmware does not clear the request; `bootctl reboot-to-firmware false` does",
     .about = "The firmware setup was requested (`systemctl reboot --firmware-setup`)."},
    {"firmware-update", GROUP_REQUESTS, SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
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
    {"boot-next", GROUP_REQUESTS, SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "no one-time firmware boot entry (BootNext) is set",
     "undo it with `efibootmgr -N`, or just reboot", IF_YES(requests[REQUEST_BOOT_NEXT], NULL),
     .follows = "firmware-update",
     .about = "A one-time firmware boot entry is set (BootNext, `efibootmgr -n`)."},
    {"boot-order", GROUP_REQUESTS, SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "the firmware would start the boot entry that started this machine",
     "no action needed: the next reboot follows the new order, later ones are fast again; "
     "`efibootmgr -o` changes it",
     IF_YES(boot_order, NULL),
     .about = "The firmware would start another boot entry than the one that started this machine: "
              "it comes first in BootOrder now, or that one was removed. An entry for the network "
              "that stood first all the time does not count."},
    {"loader-menu", GROUP_REQUESTS, SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "the boot loader's menu was not requested", NO_ACTION,
     IF_YES(requests[REQUEST_LOADER_MENU], NULL),
     .about = "The boot loader's menu was requested (`--boot-loader-menu=`)."},
    {"loader-entry-once", GROUP_REQUESTS, SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "no one-time boot entry is set", "undo it with `bootctl set-oneshot ''`, or just reboot",
     IF_YES(requests[REQUEST_LOADER_ENTRY], NULL),
     .about = "A boot entry was requested once (`--boot-loader-entry=`, `bootctl set-oneshot`)."},
    {"one-time-entry", GROUP_REQUESTS, SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "the boot loader has no one-time request",
     "undo it with `grub-editenv - unset next_entry` (GRUB) or `extlinux --clear-once` (extlinux), "
     "or just reboot",
     IF(test_one_time_entry),
     .about = "GRUB or extlinux was asked for an entry once (`grub-reboot`, `extlinux --once=`), "
              "or GRUB would write to grubenv at boot."},
    {"loader-writes", GROUP_LOADER, SEVERITY_BLOCK, KIND_SETTING, REBOOTS, SCOPE_POLICY,
     "GRUB would record nothing that later boots depend on",
     "if this is for one reboot, no action is needed; if GRUB's configuration has such a save_env "
     "for every boot, every reboot goes through the firmware until that is removed",
     IF(test_loader_writes),
     .about = "GRUB would write to its environment block (`save_env`), as for a boot counter or "
              "when two systems take turns. Later boots depend on that, and only GRUB can do it."},
    {"reboot-parameter", GROUP_REQUESTS, SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "the reboot has no parameter", NULL, IF_YES(requests[REQUEST_PARAMETER], NULL),
     .about = "The reboot has a parameter (`systemctl reboot --reboot-argument=`). A kexec would "
              "lose it."},
    {"mok-request", GROUP_REQUESTS, SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "shim has no pending request",
     "no action needed: the next reboot handles this; undo it with `mokutil --revoke-import` or "
     "the like",
     IF_YES(requests[REQUEST_MOK], NULL),
     .about = "shim's MokManager has a question for the console (`mokutil --import`)."},
    {"offline-update", GROUP_REQUESTS, SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "no offline update is pending", NO_ACTION, IF_YES(requests[REQUEST_OFFLINE], NULL),
     .about = "The next boot installs updates and reboots (/system-update)."},
    {"staged-deployment", GROUP_REQUESTS, SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "no deployment of ostree or bootc is staged", NO_ACTION,
     IF_YES(requests[REQUEST_DEPLOYMENT], NULL),
     .about = "ostree or bootc has a new deployment, and writes its boot entry only at shutdown."},
    {"state-volatile", GROUP_SYSTEM, SEVERITY_BLOCK, KIND_SETTING, REBOOTS, SCOPE_POLICY,
     "what fastreboot writes down lasts over a reboot",
     "put /var/lib/fastreboot on a file system that lasts",
     IF_YES(environment.volatile_state, NULL),
     .about =
         "What is written below /var/lib/fastreboot is lost at the reboot: a fast reboot could "
         "not be judged, and a kernel that failed would be tried again."},
    {"initrd-shutdown", GROUP_SYSTEM, SEVERITY_BLOCK, KIND_SETTING, REBOOTS, SCOPE_POLICY,
     "the end of the shutdown can start the next kernel",
     "install fastreboot again, or kexec-tools", IF_YES(environment.stuck, NULL),
     .about =
         "The shutdown ends in a script in /run/initramfs that could not start the kernel: "
         "fastreboot's hook is missing, which gives dracut's script the `kexec` program that "
         "it calls (see FILES in fastreboot(8)), or the script is not a known one. dracut "
         "leaves such a script if the root file system is on RAID, LVM, LUKS, multipath or the "
         "network. Where the script cannot run (/run is mounted noexec, or dracut cannot "
         "unpack its initrd), systemd ends the shutdown itself: fast and firmware reboots "
         "alike then leave the RAID or LVM of the root file system assembled."},
    {"hibernated", GROUP_REQUESTS, SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "no hibernated system is waiting to be resumed", NULL, IF_YES(requests[REQUEST_RESUME], NULL),
     .about = "A hibernated system is waiting to be resumed: HibernateLocation, or an image on the "
              "device of `resume=`."},
    {"tpm-unlock", GROUP_SYSTEM, SEVERITY_BLOCK, KIND_MACHINE, ALWAYS, SCOPE_POLICY,
     "what the boot waits for can be unlocked without the TPM's measurements of this boot",
     "let fast reboots unlock it (`fastreboot unlock enroll`), or add a key that needs nobody at "
     "the "
     "console (clevis with tang), or a TPM key without PCRs; "
     "with nofail in crypttab and fstab the boot goes on without a volume of data. If a header is "
     "damaged, see to it before any reboot (`cryptsetup luksDump DEVICE`)",
     IF_YES(crypt.tpm, NULL),
     .about = "Only a TPM can unlock a volume that the boot waits for unattended; see ENCRYPTED "
              "ROOT in fastreboot-reasons(7)."},
    {"ima-measures", GROUP_SYSTEM, SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_POLICY,
     "no IMA policy measures what runs",
     "if nothing compares this machine's log with its TPM, set ima-measurements = ignore in "
     "/etc/fastreboot.conf",
     IF(test_ima_measures),
     .about = "IMA, the kernel's Integrity Measurement Architecture, measures what runs into the "
              "TPM (a policy by `ima_policy=tcb` or /etc/ima/ima-policy). A kexec does not reset "
              "the TPM, so a verifier would find that the log of the next kernel does not match."},
    {"kexec-unsupported", GROUP_KEXEC, SEVERITY_BLOCK, KIND_MACHINE, ALWAYS, SCOPE_POLICY,
     "the running kernel supports kexec", "run a kernel with CONFIG_KEXEC_FILE",
     IF_NO(kexec.supported, "the running kernel is built without kexec"), .alone = true,
     .about = "The running kernel is built without kexec, or without its system call "
              "kexec_file_load: `CONFIG_KEXEC` alone is not enough."},
    {"loaded-unknown", GROUP_KEXEC, SEVERITY_BLOCK, KIND_MACHINE, ALWAYS, SCOPE_POLICY,
     "it is known whether a kernel is loaded", NULL, IF(test_loaded_unknown),
     .about = "The kernel does not say whether a kernel is loaded."},
    {"kexec-disabled", GROUP_KEXEC, SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_KEXEC,
     "kexec is not disabled", FIND_SYSCTL("kexec_load_disabled"), IF(test_kexec_disabled),
     .about = "kernel.kexec_load_disabled is 1."},
    {"kexec-exhausted", GROUP_KEXEC, SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_KEXEC,
     "the limit of kexec loads is not used up", FIND_SYSCTL("kexec_load_limit_reboot"),
     IF(test_kexec_exhausted), .about = "kernel.kexec_load_limit_reboot is used up."},
};

const struct reason_list MACHINE_REASONS = {ROWS, ELEMENTS(ROWS)};
