/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Everything that is considered, in the order in which it is told. Text, JSON, journal and the man
 * page's table come from here. */

#include <errno.h>

#include "base/paths.h"
#include "base/util.h"
#include "decide/decide.h"
#include "decide/health.h"
#include "decide/reason-files.h"
#include "decide/reason-hardware.h"
#include "decide/reason-requests.h"
#include "decide/watchdog.h"

enum {
    REBOOTS = 1 << PURPOSE_NEXT_REBOOT | 1 << PURPOSE_SHUTDOWN,
    ALWAYS = REBOOTS | 1 << PURPOSE_LOAD,
    BEFORE = 1 << PURPOSE_NEXT_REBOOT,
    LOADING = 1 << PURPOSE_LOAD,
};

int reason_applies(char **ret_text, char *text)
{
    *ret_text = text;
    return text ? 1 : -ENOMEM;
}

int reason_answer(const struct answer *answer, char **ret_text)
{
    *ret_text = answer->is == ANSWER_NO ? NULL : xstrdup(answer->text);
    if (answer->is == ANSWER_UNKNOWN)
        return answer->error ? -answer->error : -EIO;
    return answer->is == ANSWER_YES;
}

/* It applies when the fact is `bad`. */
static int if_fact(struct answer fact, int bad, char **ret_text, const char *text)
{
    if (fact.is == ANSWER_UNKNOWN)
        return fact.error ? -fact.error : -EIO;
    return (int)fact.is == bad ? reason_applies(ret_text, strdup(text)) : 0;
}

static int config_invalid(const struct facts *facts, char **ret_text)
{
    const struct config *config = &facts->config;

    if (!config->error)
        return 0;
    *ret_text = strdup(config->error);
    if (!*ret_text)
        return -ENOMEM;
    return config->error_number ? -config->error_number : 1;
}

static int mode_firmware(const struct facts *facts, char **ret_text)
{
    if (facts->config.mode != MODE_FIRMWARE)
        return 0;
    return reason_applies(ret_text, format("%s says mode = firmware", facts->config.mode_source));
}

static int normal_asked(const struct facts *facts, char **ret_text)
{
    if (facts->hook.armed.is == ANSWER_YES && facts->hook.armed_reason)
        return reason_applies(
            ret_text, format("one firmware reboot was asked for: %s", facts->hook.armed_reason));
    return if_fact(facts->hook.armed, ANSWER_YES, ret_text,
                   "one firmware reboot was asked for with `fastreboot normal`");
}

static int unit_masked(const struct facts *facts, char **ret_text)
{
    if (!facts->hook.masked)
        return -facts->hook.masked_error;
    return reason_applies(ret_text, format("masked by %s", facts->hook.masked));
}

static int not_enabled(const struct facts *facts, char **ret_text)
{
    return if_fact(facts->hook.enabled, ANSWER_NO, ret_text, "fastreboot is not enabled");
}

static int not_active(const struct facts *facts, char **ret_text)
{
    return if_fact(facts->hook.active, ANSWER_NO, ret_text,
                   SERVICE_UNIT " is not running, so nobody would load a kernel");
}

static int in_container(const struct facts *facts, char **ret_text)
{
    return if_fact(facts->place.container, ANSWER_YES, ret_text,
                   "this is a container: it has no kernel of its own to start");
}

static int under_xen(const struct facts *facts, char **ret_text)
{
    return if_fact(facts->place.xen, ANSWER_YES, ret_text,
                   "this is the control domain of a Xen machine: kexec would leave Xen out");
}

static int kexec_tools(const struct facts *facts, char **ret_text)
{
    return if_fact(facts->place.kexec_tools, ANSWER_YES, ret_text,
                   "kexec-tools load a kernel at every reboot too (LOAD_KEXEC in "
                   "/etc/default/kexec); what fastreboot loads comes first and stays");
}

/* Where several kernels failed it is the machine. */
static int failed_too_often(const struct facts *facts, char **ret_text)
{
    const struct failures *failures = &facts->failure.failures;
    size_t n = failures_in_a_row(failures);
    AUTOFREE char *last = NULL;

    if (facts->failure.error) {
        *ret_text =
            format("/" STATE_FAILED ": %s",
                   facts->failure.error == EBADMSG ? "damaged" : strerror(facts->failure.error));
        return *ret_text ? -facts->failure.error : -ENOMEM;
    }
    if (n < FAILURES_TO_STOP)
        return 0;
    last = failure_text(&failures->all[failures->n - 1]);
    return reason_applies(
        ret_text, !last ? NULL
                        : format("fast reboots into %zu different kernels have failed, the last "
                                 "one %s",
                                 n, last));
}

static int shutdown_stuck(const struct facts *facts, char **ret_text)
{
    return if_fact(facts->place.stuck, ANSWER_YES, ret_text,
                   "the shutdown ends in the initrd's own script (/run/initramfs), which needs a "
                   "kexec program, and there is none");
}

static int tpm_unlock(const struct facts *facts, char **ret_text)
{
    return reason_answer(&facts->crypt.tpm, ret_text);
}

static int kexec_unsupported(const struct facts *facts, char **ret_text)
{
    return if_fact(facts->kexec.supported, ANSWER_NO, ret_text,
                   "the running kernel is built without kexec");
}

static int kexec_disabled(const struct facts *facts, char **ret_text)
{
    if (facts->loaded.current)
        return 0; /* what is loaded still runs */
    return if_fact(facts->kexec.disabled, ANSWER_YES, ret_text,
                   "kernel.kexec_load_disabled is 1: the kernel takes no other one until the next "
                   "boot");
}

static int kexec_exhausted(const struct facts *facts, char **ret_text)
{
    if (facts->loaded.current)
        return 0;
    return if_fact(facts->kexec.exhausted, ANSWER_YES, ret_text,
                   "kernel.kexec_load_limit_reboot is used up: the kernel takes no other one until "
                   "the next boot");
}

static int loaded_unknown(const struct facts *facts, char **ret_text)
{
    return if_fact(facts->kexec.loaded, ANSWER_UNKNOWN, ret_text, "");
}

static int no_entry(const struct facts *facts, char **ret_text)
{
    const struct boot_entries *entries = &facts->boot_entries;

    if (entries->chosen < entries->n)
        return 0;
    *ret_text = strdup(entries->problem ? entries->problem : "no kernel was chosen");
    if (!*ret_text)
        return -ENOMEM;
    return entries->problem_error ? -entries->problem_error : 1;
}

static int one_time_entry(const struct facts *facts, char **ret_text)
{
    const struct boot_entries *entries = &facts->boot_entries;

    return entries->one_time ? reason_applies(ret_text, strdup(entries->one_time)) : 0;
}

static int foreign_kernel(const struct facts *facts, char **ret_text)
{
    if (facts->kexec.loaded.is != ANSWER_YES || facts->loaded.release)
        return 0;
    return reason_applies(
        ret_text, strdup("a kernel that fastreboot did not load is loaded and is left in place"));
}

static int signed_only(const struct facts *facts, char **ret_text)
{
    if (!facts->kexec.lockdown || streq(facts->kexec.lockdown, "none"))
        return 0;
    return reason_applies(ret_text, format("lockdown is %s: the kernel takes signed kernels only",
                                           facts->kexec.lockdown));
}

const struct reason REASONS[] = {
    {"config-invalid", SEVERITY_BLOCK, ALWAYS, SCOPE_POLICY, "the configuration is valid",
     "correct the named line, see fastreboot.conf(5)", config_invalid},
    {"mode-firmware", SEVERITY_BLOCK, ALWAYS, SCOPE_POLICY, "the configuration wants fast reboots",
     "set mode = fast, or leave mode out", mode_firmware},
    {"normal-asked", SEVERITY_BLOCK, ALWAYS, SCOPE_POLICY, "no firmware reboot was asked for",
     "take it back with `fastreboot normal --cancel`", normal_asked},
    {"masked", SEVERITY_BLOCK, REBOOTS, SCOPE_POLICY, "no unit of fastreboot is masked",
     "`systemctl unmask fastreboot fastreboot-jump` (--runtime for a mask below /run)",
     unit_masked},
    {"not-enabled", SEVERITY_BLOCK, REBOOTS, SCOPE_POLICY, "fastreboot is enabled",
     "`fastreboot enable`", not_enabled},
    {"not-active", SEVERITY_BLOCK, BEFORE, SCOPE_POLICY, "fastreboot.service is running",
     "`systemctl start fastreboot`", not_active},
    {"being-checked", SEVERITY_BLOCK, REBOOTS, SCOPE_POLICY,
     "nothing is missing since a fast reboot",
     "nothing: where it does not come, the machine reboots by the firmware by itself; see "
     "HEALTH CHECK in fastreboot(8)",
     reason_being_checked},
    {"container", SEVERITY_BLOCK, ALWAYS, SCOPE_POLICY, "this is no container",
     "enable fastreboot on the machine that runs the container", in_container},
    {"xen", SEVERITY_BLOCK, ALWAYS, SCOPE_POLICY, "this is no control domain of Xen", NULL,
     under_xen},
    {"quirks-invalid", SEVERITY_BLOCK, ALWAYS, SCOPE_POLICY, "the list of quirks is valid",
     "correct the named line, see fastreboot.conf(5)", reason_quirks_invalid},
    {"quirk", SEVERITY_BLOCK, ALWAYS, SCOPE_POLICY,
     "nothing in this machine is on the list of quirks",
     "if this machine is better than its name, take the quirk out of that file", reason_quirk},
    {"firmware-setup", SEVERITY_BLOCK, REBOOTS, SCOPE_POLICY, "nobody asked for the firmware setup",
     "nothing: the next reboot does it, and the one after is fast again", reason_firmware_setup},
    {"firmware-update", SEVERITY_BLOCK, REBOOTS, SCOPE_POLICY, "no firmware update is waiting",
     "nothing: the next reboot does it, and the one after is fast again", reason_firmware_update},
    {"boot-next", SEVERITY_BLOCK, REBOOTS, SCOPE_POLICY,
     "the firmware is to start what it always does", "take it back with `efibootmgr -N`, or reboot",
     reason_boot_next},
    {"loader-menu", SEVERITY_BLOCK, REBOOTS, SCOPE_POLICY,
     "nobody asked for the boot loader's menu",
     "nothing: the next reboot does it, and the one after is fast again", reason_loader_menu},
    {"loader-entry-once", SEVERITY_BLOCK, REBOOTS, SCOPE_POLICY,
     "no other boot entry was asked for once",
     "take it back with `bootctl set-oneshot ''`, or reboot", reason_loader_entry},
    {"one-time-entry", SEVERITY_BLOCK, REBOOTS, SCOPE_POLICY,
     "GRUB was not asked for anything once",
     "nothing: the next reboot does it; or `grub-editenv - unset next_entry`", one_time_entry},
    {"reboot-parameter", SEVERITY_BLOCK, REBOOTS, SCOPE_POLICY, "the reboot has no parameter", NULL,
     reason_reboot_parameter},
    {"mok-request", SEVERITY_BLOCK, REBOOTS, SCOPE_POLICY, "shim was not asked for anything",
     "nothing: the next reboot does it; or take it back with `mokutil --revoke-import` or the like",
     reason_mok_request},
    {"offline-update", SEVERITY_BLOCK, REBOOTS, SCOPE_POLICY,
     "the next boot is none for updates alone",
     "nothing: the next reboot does it, and the one after is fast again", reason_offline_update},
    {"staged-deployment", SEVERITY_BLOCK, REBOOTS, SCOPE_POLICY,
     "ostree has no new deployment waiting",
     "nothing: the next reboot does it, and the one after is fast again", reason_staged_deployment},
    {"initrd-shutdown", SEVERITY_BLOCK, REBOOTS, SCOPE_POLICY,
     "the shutdown can start the next kernel",
     "install kexec-tools: dracut's script at the end of the shutdown takes `kexec` from there",
     shutdown_stuck},
    {"hibernated", SEVERITY_BLOCK, REBOOTS, SCOPE_POLICY, "no hibernated system is to be resumed",
     NULL, reason_hibernated},
    {"tpm-unlock", SEVERITY_BLOCK, ALWAYS, SCOPE_POLICY,
     "the root file system can be unlocked without a TPM's measurements of this boot",
     "give the volume another key that needs nobody (clevis with tang), or one of the TPM without "
     "PCRs",
     tpm_unlock},
    {"kexec-unsupported", SEVERITY_BLOCK, ALWAYS, SCOPE_POLICY, "the running kernel has kexec",
     "run a kernel with CONFIG_KEXEC_FILE", kexec_unsupported},
    {"loaded-unknown", SEVERITY_BLOCK, ALWAYS, SCOPE_POLICY,
     "the kernel tells whether one is loaded", NULL, loaded_unknown},
    {"kexec-disabled", SEVERITY_BLOCK, ALWAYS, SCOPE_KEXEC, "kexec is not disabled",
     "find who sets kernel.kexec_load_disabled (/etc/sysctl.d) if that is not wanted",
     kexec_disabled},
    {"kexec-exhausted", SEVERITY_BLOCK, ALWAYS, SCOPE_KEXEC,
     "the number of kexec loads is not used up",
     "find who sets kernel.kexec_load_limit_reboot (/etc/sysctl.d) if that is not wanted",
     kexec_exhausted},
    {"kernel-unknown", SEVERITY_BLOCK, ALWAYS, SCOPE_KEXEC, "it is known which kernel to start",
     "name one with kernel = and initrd = in /etc/fastreboot.conf", no_entry},
    {"entry-unbootable", SEVERITY_BLOCK, ALWAYS, SCOPE_FILES, "the boot entry can be kexec'd",
     "choose another one, or name a kernel with kernel = and initrd = in /etc/fastreboot.conf",
     reason_entry_unbootable},
    {"kernel-missing", SEVERITY_BLOCK, ALWAYS, SCOPE_FILES, "the kernel can be opened",
     "install the kernel again, or correct the link or setting that names it",
     reason_kernel_missing},
    {"kernel-untrusted", SEVERITY_BLOCK, ALWAYS, SCOPE_FILES, "only root can change the kernel",
     "give file and directories to root and take others the right to write",
     reason_kernel_untrusted},
    {"kernel-invalid", SEVERITY_BLOCK, ALWAYS, SCOPE_FILES,
     "the kernel is whole and can be kexec'd", "install the kernel again", reason_kernel_invalid},
    {"kernel-foreign", SEVERITY_BLOCK, ALWAYS, SCOPE_FILES, "the kernel is for this architecture",
     NULL, reason_kernel_foreign},
    {"initrd-missing", SEVERITY_BLOCK, ALWAYS, SCOPE_FILES, "every initrd can be opened",
     "make it again (update-initramfs -c -k VERSION, dracut), or correct what names it",
     reason_initrd_missing},
    {"initrd-untrusted", SEVERITY_BLOCK, ALWAYS, SCOPE_FILES, "only root can change the initrds",
     "give file and directories to root and take others the right to write",
     reason_initrd_untrusted},
    {"initrd-empty", SEVERITY_BLOCK, ALWAYS, SCOPE_FILES, "no initrd is empty",
     "make it again (update-initramfs -u -k VERSION, dracut -f)", reason_initrd_empty},
    {"modules-incomplete", SEVERITY_BLOCK, ALWAYS, SCOPE_FILES, "the kernel's modules are complete",
     "install the kernel again, or run depmod for it", reason_modules_incomplete},
    {"cmdline-too-long", SEVERITY_BLOCK, ALWAYS, SCOPE_FILES,
     "the kernel takes the command line's length", "take something out with cmdline-remove",
     reason_cmdline_too_long},
    {"driver-required", SEVERITY_BLOCK, ALWAYS, SCOPE_KEXEC,
     "nothing that the next kernel must drive is without a driver",
     "build the module for that kernel (`dkms autoinstall -k RELEASE`, or its vendor's package); a "
     "reboot by the firmware would miss it too",
     reason_driver_required},
    {"foreign-kernel-in-place", SEVERITY_BLOCK, LOADING, SCOPE_POLICY,
     "no kernel of somebody else's is loaded", "drop it with `kexec -u` first", foreign_kernel},
    {"foreign-kernel", SEVERITY_WARN, REBOOTS, SCOPE_POLICY,
     "no kernel of somebody else's is loaded",
     "it is what the next reboot starts; drop it with `kexec -u` if that is not wanted",
     foreign_kernel},
    {"failed-before", SEVERITY_BLOCK, ALWAYS, SCOPE_FILES,
     "no fast reboot into this kernel has failed",
     "see `fastreboot history`; `fastreboot retry` forgets it", reason_failed_before},
    {"failed-too-often", SEVERITY_BLOCK, ALWAYS, SCOPE_KEXEC, "fast reboots work on this machine",
     "see `fastreboot history`; `fastreboot retry` forgets them", failed_too_often},
    {"driver-missing", SEVERITY_WARN, ALWAYS, SCOPE_KEXEC,
     "the next kernel has drivers for the root file system and the default route",
     "build the module for that kernel (`dkms autoinstall -k RELEASE`, or its vendor's package); a "
     "reboot by the firmware would miss it too",
     reason_driver_missing},
    {"array-degraded", SEVERITY_WARN, REBOOTS, SCOPE_POLICY, "no array of disks is degraded",
     "see `cat /proc/mdstat`; another disk may not come back from any reboot",
     reason_array_degraded},
    {"filesystem-errors", SEVERITY_WARN, REBOOTS, SCOPE_POLICY,
     "no file system has recorded errors",
     "have a backup before any reboot, and check the file system", reason_filesystem_errors},
    {"disk-errors", SEVERITY_WARN, REBOOTS, SCOPE_POLICY,
     "the kernel has logged no errors of disks",
     "have a backup before any reboot: such a disk may not come back, whatever it says of itself",
     reason_disk_errors},
    {"kexec-tools", SEVERITY_WARN, REBOOTS, SCOPE_POLICY, "kexec-tools load nothing at reboots",
     "set LOAD_KEXEC=false in /etc/default/kexec", kexec_tools},
    {"quirk-applied", SEVERITY_NOTE, ALWAYS, SCOPE_POLICY,
     "no quirk changes how the next kernel is started", NULL, reason_quirk_applied},
    {"watchdog", SEVERITY_NOTE, REBOOTS, SCOPE_KEXEC,
     "a next kernel that hangs is reset by the hardware watchdog", "see WATCHDOG in fastreboot(8)",
     reason_watchdog},
    {"signed-only", SEVERITY_NOTE, ALWAYS, SCOPE_KEXEC, "the kernel takes unsigned kernels too",
     NULL, signed_only},
};

const size_t N_REASONS = ELEMENTS(REASONS);
