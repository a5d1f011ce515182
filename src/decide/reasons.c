/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Everything that is considered, in the order in which it is told. Text, JSON, journal and the man
 * page's table come from here. */

#include <errno.h>

#include "base/paths.h"
#include "base/util.h"
#include "decide/decide.h"

enum {
    REBOOTS = 1 << PURPOSE_NEXT_REBOOT | 1 << PURPOSE_SHUTDOWN,
    ALWAYS = REBOOTS | 1 << PURPOSE_LOAD,
    BEFORE = 1 << PURPOSE_NEXT_REBOOT,
    LOADING = 1 << PURPOSE_LOAD,
};

/* It applies, with these words. */
static int applies(char **ret_text, char *text)
{
    *ret_text = text;
    return text ? 1 : -ENOMEM;
}

/* It applies when the fact is `bad`. */
static int if_fact(struct fact fact, int bad, char **ret_text, const char *text)
{
    if (fact.is == FACT_UNKNOWN)
        return fact.error ? -fact.error : -EIO;
    return (int)fact.is == bad ? applies(ret_text, strdup(text)) : 0;
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
    return applies(ret_text, format("%s says mode = firmware", facts->config.mode_source));
}

static int normal_asked(const struct facts *facts, char **ret_text)
{
    return if_fact(facts->hook.armed, FACT_YES, ret_text,
                   "one firmware reboot was asked for with `fastreboot normal`");
}

static int unit_masked(const struct facts *facts, char **ret_text)
{
    if (!facts->hook.masked)
        return 0;
    return applies(ret_text, format("masked by %s", facts->hook.masked));
}

static int not_enabled(const struct facts *facts, char **ret_text)
{
    return if_fact(facts->hook.enabled, FACT_NO, ret_text, "fastreboot is not enabled");
}

static int not_active(const struct facts *facts, char **ret_text)
{
    return if_fact(facts->hook.active, FACT_NO, ret_text,
                   SERVICE_UNIT " is not running, so nobody would load a kernel");
}

static int kexec_unsupported(const struct facts *facts, char **ret_text)
{
    return if_fact(facts->kexec.supported, FACT_NO, ret_text,
                   "the running kernel is built without kexec");
}

static int kexec_disabled(const struct facts *facts, char **ret_text)
{
    if (facts->loaded.current)
        return 0; /* what is loaded still runs */
    return if_fact(facts->kexec.disabled, FACT_YES, ret_text,
                   "kernel.kexec_load_disabled is 1: the kernel takes no other one until the next "
                   "boot");
}

static int kexec_exhausted(const struct facts *facts, char **ret_text)
{
    if (facts->loaded.current)
        return 0;
    return if_fact(facts->kexec.exhausted, FACT_YES, ret_text,
                   "kernel.kexec_load_limit_reboot is used up: the kernel takes no other one until "
                   "the next boot");
}

static int loaded_unknown(const struct facts *facts, char **ret_text)
{
    return if_fact(facts->kexec.loaded, FACT_UNKNOWN, ret_text, "");
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

    return entries->one_time ? applies(ret_text, strdup(entries->one_time)) : 0;
}

static int entry_unbootable(const struct facts *facts, char **ret_text)
{
    const struct boot_entry *entry = facts->payload.entry;

    if (!entry->problem)
        return 0;
    return applies(ret_text, format("entry \"%s\": %s", entry->title, entry->problem));
}

static int file_missing(const struct boot_file *file, const char *what, char **ret_text)
{
    if (!file->error)
        return 0;
    *ret_text = file->error == EINVAL
                    ? format("%s %s: not a regular file", what, file->path)
                    : format("%s %s: %s", what, file->path, strerror(file->error));
    if (!*ret_text)
        return -ENOMEM;
    return file->error == EACCES || file->error == EPERM ? -file->error : 1;
}

static int file_untrusted(const struct boot_file *file, const char *what, char **ret_text)
{
    if (!file->untrusted)
        return 0;
    return applies(ret_text, format("%s %s: %s", what, file->path, file->untrusted));
}

static int kernel_missing(const struct facts *facts, char **ret_text)
{
    const struct boot_payload *payload = &facts->payload;

    return file_missing(&payload->kernel, "kernel", ret_text);
}

static int kernel_untrusted(const struct facts *facts, char **ret_text)
{
    const struct boot_payload *payload = &facts->payload;

    return file_untrusted(&payload->kernel, "kernel", ret_text);
}

static int kernel_invalid(const struct facts *facts, char **ret_text)
{
    const struct boot_payload *payload = &facts->payload;

    if (payload->kernel.error)
        return 0;
    if (payload->image_error) {
        *ret_text = format("kernel %s: %s", payload->kernel.path, strerror(payload->image_error));
        return *ret_text ? -payload->image_error : -ENOMEM;
    }
    if (!payload->image_problem)
        return 0;
    return applies(ret_text, format("kernel %s: %s", payload->kernel.path, payload->image_problem));
}

static int kernel_foreign(const struct facts *facts, char **ret_text)
{
    const struct boot_payload *payload = &facts->payload;

    if (!payload->image.release || payload->image.arch == facts->arch)
        return 0;
    return applies(ret_text,
                   format("kernel %s is for %s, this machine is %s", payload->kernel.path,
                          image_arch_name(payload->image.arch), image_arch_name(facts->arch)));
}

static int initrd_missing(const struct facts *facts, char **ret_text)
{
    const struct boot_payload *payload = &facts->payload;
    int r = 0;

    for (size_t i = 0; r == 0 && i < payload->n_initrds; i++)
        r = file_missing(&payload->initrds[i], "initrd", ret_text);
    return r;
}

static int initrd_untrusted(const struct facts *facts, char **ret_text)
{
    const struct boot_payload *payload = &facts->payload;
    int r = 0;

    for (size_t i = 0; r == 0 && i < payload->n_initrds; i++)
        r = file_untrusted(&payload->initrds[i], "initrd", ret_text);
    return r;
}

static int initrd_empty(const struct facts *facts, char **ret_text)
{
    const struct boot_payload *payload = &facts->payload;

    for (size_t i = 0; i < payload->n_initrds; i++) {
        const struct boot_file *initrd = &payload->initrds[i];

        if (!initrd->error && initrd->size == 0)
            return applies(ret_text, format("initrd %s: empty", initrd->path));
    }
    return 0;
}

static int modules_incomplete(const struct facts *facts, char **ret_text)
{
    const struct boot_payload *payload = &facts->payload;

    if (payload->modules_error)
        return -payload->modules_error;
    if (!payload->modules_problem)
        return 0;
    return applies(ret_text, strdup(payload->modules_problem));
}

static int cmdline_too_long(const struct facts *facts, char **ret_text)
{
    const struct boot_payload *payload = &facts->payload;
    size_t length;

    if (!payload->image.release)
        return 0;
    length = strlen(payload->entry->cmdline);
    if (length <= payload->image.cmdline_max)
        return 0;
    return applies(ret_text, format("the command line has %zu characters, kernel %s takes %zu",
                                    length, payload->image.release, payload->image.cmdline_max));
}

static int foreign_kernel(const struct facts *facts, char **ret_text)
{
    if (facts->kexec.loaded.is != FACT_YES || facts->loaded.release)
        return 0;
    return applies(ret_text,
                   strdup("a kernel that fastreboot did not load is loaded and is left in place"));
}

static int signed_only(const struct facts *facts, char **ret_text)
{
    if (!facts->kexec.lockdown || streq(facts->kexec.lockdown, "none"))
        return 0;
    return applies(ret_text, format("lockdown is %s: the kernel takes signed kernels only",
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
    {"one-time-entry", SEVERITY_BLOCK, ALWAYS, SCOPE_POLICY,
     "the boot loader was not asked for anything once",
     "the next reboot does it; or take it back (`grub-editenv - unset next_entry`)",
     one_time_entry},
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
    {"entry-unbootable", SEVERITY_BLOCK, ALWAYS, SCOPE_FILES, "kexec can start the entry",
     "choose another one, or name a kernel with kernel = and initrd = in /etc/fastreboot.conf",
     entry_unbootable},
    {"kernel-missing", SEVERITY_BLOCK, ALWAYS, SCOPE_FILES, "the kernel can be opened",
     "install the kernel again, or correct the link or setting that names it", kernel_missing},
    {"kernel-untrusted", SEVERITY_BLOCK, ALWAYS, SCOPE_FILES, "only root can change the kernel",
     "give file and directories to root and take others the right to write", kernel_untrusted},
    {"kernel-invalid", SEVERITY_BLOCK, ALWAYS, SCOPE_FILES,
     "the kernel is whole and can be kexec'd", "install the kernel again", kernel_invalid},
    {"kernel-foreign", SEVERITY_BLOCK, ALWAYS, SCOPE_FILES, "the kernel is for this architecture",
     NULL, kernel_foreign},
    {"initrd-missing", SEVERITY_BLOCK, ALWAYS, SCOPE_FILES, "every initrd can be opened",
     "make it again (update-initramfs -c -k VERSION, dracut), or correct what names it",
     initrd_missing},
    {"initrd-untrusted", SEVERITY_BLOCK, ALWAYS, SCOPE_FILES, "only root can change the initrds",
     "give file and directories to root and take others the right to write", initrd_untrusted},
    {"initrd-empty", SEVERITY_BLOCK, ALWAYS, SCOPE_FILES, "no initrd is empty",
     "make it again (update-initramfs -u -k VERSION, dracut -f)", initrd_empty},
    {"modules-incomplete", SEVERITY_BLOCK, ALWAYS, SCOPE_FILES, "the kernel's modules are complete",
     "install the kernel again, or run depmod for it", modules_incomplete},
    {"cmdline-too-long", SEVERITY_BLOCK, ALWAYS, SCOPE_FILES,
     "the kernel takes the command line's length", "take something out with cmdline-remove",
     cmdline_too_long},
    {"foreign-kernel-in-place", SEVERITY_BLOCK, LOADING, SCOPE_POLICY,
     "no kernel of somebody else's is loaded", "drop it with `kexec -u` first", foreign_kernel},
    {"foreign-kernel", SEVERITY_WARN, REBOOTS, SCOPE_POLICY,
     "no kernel of somebody else's is loaded",
     "it is what the next reboot starts; drop it with `kexec -u` if that is not wanted",
     foreign_kernel},
    {"signed-only", SEVERITY_NOTE, ALWAYS, SCOPE_KEXEC, "the kernel takes unsigned kernels too",
     NULL, signed_only},
};

const size_t N_REASONS = ELEMENTS(REASONS);
