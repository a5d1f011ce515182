/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/reasons.h"

#include <errno.h>

#include "base/util.h"
#include "decide/reason-tests.h"

enum {
    REBOOTS = 1 << PURPOSE_NEXT_REBOOT | 1 << PURPOSE_SHUTDOWN,
    ALWAYS = REBOOTS | 1 << PURPOSE_LOAD,
    BEFORE = 1 << PURPOSE_NEXT_REBOOT,
    LOADING = 1 << PURPOSE_LOAD,
};

/* When a reason applies. `why` is NULL for an answer that has a text of its own. */
#define IF_YES(member, why) .answer = offsetof(struct facts, member), .text = (why)
#define IF_NO(member, why) IF_YES(member, why), .when_no = true
#define IF(function) .test = (function)

/* What several reasons say. */
#define NO_ACTION "no action needed: the next reboot handles this, later ones are fast again"
#define CORRECT "correct that line; see fastreboot.conf(5)"
#define OWN                                                                                        \
    "make root the owner of the file and its directories, and remove write permission for group "  \
    "and others"
#define BUILD                                                                                      \
    "build the module for that kernel (`dkms autoinstall -k RELEASE`, or its vendor's package); "  \
    "a firmware reboot would lack it too"
#define RETRY "see `fastreboot history`; when the cause is fixed, `fastreboot retry`"

/* In the order in which they are reported. A reason that reads one answer among the facts needs a
 * member there, the reader that fills it, a row here and a paragraph in fastreboot(8). */
const struct reason REASONS[] = {
    {"config-invalid", SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_POLICY,
     "the configuration is valid", CORRECT, IF(test_config_invalid)},
    {"mode-firmware", SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_POLICY,
     "the configuration allows fast reboots", "set mode = fast, or remove that line",
     IF(test_mode_firmware)},
    {"normal-asked", SEVERITY_BLOCK, KIND_ONCE, ALWAYS, SCOPE_POLICY,
     "no firmware reboot was requested", "undo it with `fastreboot normal --cancel`",
     IF_YES(units.armed, "a firmware reboot was requested with `fastreboot normal`")},
    {"masked", SEVERITY_BLOCK, KIND_SETTING, REBOOTS, SCOPE_POLICY,
     "no unit of fastreboot is masked",
     "`systemctl unmask fastreboot fastreboot-jump` (with --runtime for a mask below /run)",
     IF_YES(units.masked, NULL)},
    {"not-enabled", SEVERITY_BLOCK, KIND_SETTING, REBOOTS, SCOPE_POLICY, "fastreboot is enabled",
     "`fastreboot enable`", IF_NO(units.enabled, "fastreboot is not enabled")},
    {"not-active", SEVERITY_BLOCK, KIND_SETTING, BEFORE, SCOPE_POLICY,
     "fastreboot.service is running", "`systemctl start fastreboot`",
     IF_NO(units.active, "fastreboot.service is not running, so no kernel would be loaded"),
     .follows = "not-enabled"},
    {"being-checked", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "nothing is missing since the last fast reboot",
     "if it does not appear in time, the machine reboots itself through the firmware; to keep it "
     "running as it is: `fastreboot cancel`",
     IF(test_being_checked)},
    {"container", SEVERITY_BLOCK, KIND_MACHINE, ALWAYS, SCOPE_POLICY, "this is not a container",
     "enable fastreboot on the host of the container",
     IF_YES(environment.container, "this is a container: it has no kernel of its own to start"),
     .alone = true},
    {"xen", SEVERITY_BLOCK, KIND_MACHINE, ALWAYS, SCOPE_POLICY,
     "this is not the control domain of Xen", NULL,
     IF_YES(environment.xen,
            "this is the control domain of Xen: kexec would start a kernel without Xen"),
     .alone = true},
    {"quirks-invalid", SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_POLICY,
     "the list of quirks is valid", CORRECT, IF_YES(quirk.invalid, NULL)},
    {"quirk", SEVERITY_BLOCK, KIND_MACHINE, ALWAYS, SCOPE_POLICY,
     "no quirk sends this machine through the firmware",
     "if this machine is known to work, copy that file to /etc/fastreboot/quirks.d and remove the "
     "quirk there",
     IF_YES(quirk.firmware, NULL)},
    {"firmware-setup", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "the firmware setup was not requested", NO_ACTION, IF_YES(requests[REQUEST_SETUP], NULL)},
    {"firmware-update", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "no firmware update is pending", NO_ACTION, IF_YES(requests[REQUEST_UPDATE], NULL)},
    {"boot-next", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "no one-time firmware boot entry (BootNext) is set",
     "undo it with `efibootmgr -N`, or just reboot", IF_YES(requests[REQUEST_BOOT_NEXT], NULL),
     .follows = "firmware-update"},
    {"boot-order", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "the firmware would start the boot entry that started this machine",
     "no action needed: the next reboot follows the new order, later ones are fast again; "
     "`efibootmgr -o` changes it",
     IF_YES(boot_order, NULL)},
    {"loader-menu", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "the boot loader's menu was not requested", NO_ACTION,
     IF_YES(requests[REQUEST_LOADER_MENU], NULL)},
    {"loader-entry-once", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "no one-time boot entry is set", "undo it with `bootctl set-oneshot ''`, or just reboot",
     IF_YES(requests[REQUEST_LOADER_ENTRY], NULL)},
    {"one-time-entry", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "GRUB has no one-time request",
     "undo it with `grub-editenv - unset next_entry`, or just reboot", IF(test_one_time_entry)},
    {"reboot-parameter", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "the reboot has no parameter", NULL, IF_YES(requests[REQUEST_PARAMETER], NULL)},
    {"mok-request", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY, "shim has no pending request",
     "no action needed: the next reboot handles this; undo it with `mokutil --revoke-import` or "
     "the like",
     IF_YES(requests[REQUEST_MOK], NULL)},
    {"offline-update", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "no offline update is pending", NO_ACTION, IF_YES(requests[REQUEST_OFFLINE], NULL)},
    {"staged-deployment", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "no deployment of ostree or bootc is staged", NO_ACTION,
     IF_YES(requests[REQUEST_DEPLOYMENT], NULL)},
    {"initrd-shutdown", SEVERITY_BLOCK, KIND_SETTING, REBOOTS, SCOPE_POLICY,
     "the end of the shutdown can start the next kernel",
     "install kexec-tools: dracut's shutdown script needs its `kexec`",
     IF_YES(environment.stuck,
            "the shutdown ends in the initrd's own script (/run/initramfs), which needs a kexec "
            "program, and there is none")},
    {"hibernated", SEVERITY_BLOCK, KIND_ONCE, REBOOTS, SCOPE_POLICY,
     "no hibernated system is waiting to be resumed", NULL, IF_YES(requests[REQUEST_RESUME], NULL)},
    {"tpm-unlock", SEVERITY_BLOCK, KIND_MACHINE, ALWAYS, SCOPE_POLICY,
     "what the boot waits for can be unlocked without the TPM's measurements of this boot",
     "add a key that needs nobody at the console (clevis with tang), or a TPM key without PCRs; "
     "with nofail in crypttab and fstab the boot goes on without a volume of data",
     IF_YES(crypt.tpm, NULL)},
    {"ima-measures", SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_POLICY,
     "no IMA policy measures what runs",
     "if nothing compares this machine's log with its TPM, set ima-measurements = ignore in "
     "/etc/fastreboot.conf",
     IF(test_ima_measures)},
    {"kexec-unsupported", SEVERITY_BLOCK, KIND_MACHINE, ALWAYS, SCOPE_POLICY,
     "the running kernel supports kexec", "run a kernel with CONFIG_KEXEC_FILE",
     IF_NO(kexec.supported, "the running kernel is built without kexec"), .alone = true},
    {"loaded-unknown", SEVERITY_BLOCK, KIND_MACHINE, ALWAYS, SCOPE_POLICY,
     "it is known whether a kernel is loaded", NULL, IF(test_loaded_unknown)},
    {"kexec-disabled", SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_KEXEC, "kexec is not disabled",
     "if that is not intended, find what sets it: `grep -r kexec_load_disabled /etc/sysctl.d "
     "/usr/lib/sysctl.d`",
     IF(test_kexec_disabled)},
    {"kexec-exhausted", SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_KEXEC,
     "the limit of kexec loads is not used up",
     "if that is not intended, find what sets it: `grep -r kexec_load_limit_reboot /etc/sysctl.d "
     "/usr/lib/sysctl.d`",
     IF(test_kexec_exhausted)},
    {"kernel-unknown", SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_KEXEC,
     "the kernel to start is known",
     "correct that, or name a kernel with kernel = and initrd = in /etc/fastreboot.conf; use links "
     "that follow updates, such as /vmlinuz and /initrd.img, if there are any",
     IF(test_kernel_unknown)},
    {"entry-unbootable", SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_FILES,
     "the boot entry can be started with kexec",
     "choose another one, or name a kernel with kernel = and initrd = in /etc/fastreboot.conf",
     IF(test_entry_unbootable)},
    {"kernel-missing", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES, "the kernel can be opened",
     "reinstall the kernel, or correct the link or setting that names it", IF(test_kernel_missing)},
    {"kernel-untrusted", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "only root can change the kernel", OWN, IF(test_kernel_untrusted)},
    {"kernel-invalid", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "the kernel is complete and can be started with kexec", "reinstall the kernel",
     IF(test_kernel_invalid)},
    {"kernel-foreign", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "the kernel is for this architecture", NULL, IF(test_kernel_foreign)},
    {"initrd-missing", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "every initrd can be opened",
     "rebuild it (`update-initramfs -c -k VERSION`, `dracut`), or correct what names it",
     IF(test_initrd_missing)},
    {"initrd-untrusted", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "only root can change the initrds", OWN, IF(test_initrd_untrusted)},
    {"initrd-empty", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES, "no initrd is empty",
     "rebuild it (`update-initramfs -u -k VERSION`, `dracut -f`)", IF(test_initrd_empty)},
    {"modules-incomplete", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "the kernel's modules directory is complete", "reinstall the kernel, or run depmod for it",
     IF(test_modules_incomplete)},
    {"cmdline-too-long", SEVERITY_BLOCK, KIND_SETTING, ALWAYS, SCOPE_FILES,
     "the kernel accepts a command line of this length", "shorten it with cmdline-remove",
     IF(test_cmdline_too_long)},
    {"driver-required", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_KEXEC,
     "the next kernel has every driver this machine needs", BUILD, IF(test_driver_required)},
    {"foreign-kernel-in-place", SEVERITY_BLOCK, KIND_SETTING, LOADING, SCOPE_POLICY,
     "no other program has loaded a kernel", "drop it first with `kexec -u`",
     IF(test_foreign_kernel)},
    {"foreign-kernel", SEVERITY_WARN, KIND_SETTING, REBOOTS, SCOPE_POLICY,
     "no other program has loaded a kernel",
     "the next reboot starts it, or drops it if a reason blocks; drop it now with `kexec -u`",
     IF(test_foreign_kernel)},
    {"failed-before", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_FILES,
     "no fast reboot into this kernel has failed", RETRY, IF(test_failed_before)},
    {"failed-too-often", SEVERITY_BLOCK, KIND_FAULT, ALWAYS, SCOPE_KEXEC,
     "fast reboots work on this machine", RETRY, IF(test_failed_too_often)},
    {"driver-missing", SEVERITY_WARN, KIND_FAULT, ALWAYS, SCOPE_KEXEC,
     "the next kernel has drivers for the root file system and the default route", BUILD,
     IF(test_driver_missing)},
    {"array-degraded", SEVERITY_WARN, KIND_FAULT, REBOOTS, SCOPE_POLICY,
     "no disk array is degraded", "see `cat /proc/mdstat`; any reboot may lose another disk",
     IF_YES(storage.degraded, NULL)},
    {"filesystem-errors", SEVERITY_WARN, KIND_FAULT, REBOOTS, SCOPE_POLICY,
     "no file system has recorded errors",
     "make sure that there is a backup before any reboot, and check the file system",
     IF_YES(storage.damaged, NULL)},
    {"disk-errors", SEVERITY_WARN, KIND_FAULT, REBOOTS, SCOPE_POLICY,
     "the kernel has logged no disk errors",
     "make sure that there is a backup before any reboot: such a disk may not come back, even if "
     "it reports itself healthy",
     IF_YES(storage.failing, NULL)},
    {"kexec-tools", SEVERITY_WARN, KIND_SETTING, REBOOTS, SCOPE_POLICY,
     "kexec-tools load no kernel at reboots", "set LOAD_KEXEC=false in /etc/default/kexec",
     IF_YES(environment.kexec_tools,
            "kexec-tools load a kernel at every reboot, too (LOAD_KEXEC in /etc/default/kexec); "
            "the kernel that fastreboot loads comes first and stays")},
    {"kernel-pinned", SEVERITY_WARN, KIND_SETTING, ALWAYS, SCOPE_KEXEC,
     "the configuration names no kernel that is older than the one installed",
     "name links that follow updates, such as kernel = /vmlinuz and initrd = /initrd.img, if there "
     "are any; a fixed path stays, also after security updates",
     IF_YES(pinned, NULL)},
    {"quirk-applied", SEVERITY_NOTE, KIND_MACHINE, ALWAYS, SCOPE_POLICY,
     "no quirk changes how the next kernel is started", NULL, IF_YES(quirk.applied, NULL)},
    {"watchdog", SEVERITY_NOTE, KIND_MACHINE, REBOOTS, SCOPE_KEXEC,
     "the hardware watchdog resets a next kernel that hangs", "see WATCHDOG in fastreboot(8)",
     IF(test_watchdog)},
    {"signed-only", SEVERITY_NOTE, KIND_MACHINE, ALWAYS, SCOPE_KEXEC,
     "the kernel accepts unsigned kernels", NULL, IF(test_signed_only)},
};

const size_t N_REASONS = ELEMENTS(REASONS);

/* The answer among the facts that decides. */
static struct answer read_fact(const struct reason *reason, const struct facts *facts)
{
    const struct answer *fact = (const void *)((const char *)facts + reason->answer);
    const char *text = fact->text;

    if (fact->is == ANSWER_UNKNOWN)
        return answer_unknown(fact->error, xstrdup(text));
    if ((fact->is == ANSWER_NO) != reason->when_no)
        return (struct answer){.is = ANSWER_NO};
    return answer_yes(xstrdup(text ? text : reason->text));
}

struct answer reason_ask(const struct reason *reason, const struct facts *facts)
{
    struct answer answer = reason->test ? reason->test(facts) : read_fact(reason, facts);

    if (answer.is != ANSWER_UNKNOWN)
        return answer;
    if (!answer.error)
        answer.error = EIO;
    if (!answer.text)
        answer.text = format("cannot tell whether %s: %s", reason->passed, strerror(answer.error));
    return answer;
}

const char *severity_name(enum severity severity)
{
    static const char *const NAMES[] = {"block", "warn", "note"};

    return NAMES[severity];
}

const char *kind_name(enum kind kind)
{
    static const char *const NAMES[] = {"once", "setting", "fault", "machine"};

    return NAMES[kind];
}
