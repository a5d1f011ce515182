/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A command of GRUB that is not in this table could do anything, so it ends the run. */

#include "base/util.h"
#include "discover/loaders/grub/commands/command.h"

static int do_true(struct grub_eval *eval, const struct grub_node *node,
                   const struct grub_words *words)
{
    (void)eval, (void)node, (void)words;
    return STATUS_TRUE;
}

static int do_false(struct grub_eval *eval, const struct grub_node *node,
                    const struct grub_words *words)
{
    (void)eval, (void)node, (void)words;
    return STATUS_FALSE;
}

/* Changes nothing that matters, and only GRUB knows its exit status. */
static int do_nothing(struct grub_eval *eval, const struct grub_node *node,
                      const struct grub_words *words)
{
    (void)eval, (void)node, (void)words;
    return STATUS_UNKNOWN;
}

/* Of the modules, only datehook changes variables, and regexp how words are read. */
static int do_insmod(struct grub_eval *eval, const struct grub_node *node,
                     const struct grub_words *words)
{
    const char *name = words->n > 1 ? basename(words->words[1]) : "";
    int r = after_prefix(name, "datehook") ? grub_start_clock(eval, node) : 0;

    if (streq(name, "regexp"))
        grub_load_regexp(eval);
    return r < 0 ? r : STATUS_TRUE;
}

/* No key is pressed. Without options it asks whether the keyboards support the question. */
static int do_keystatus(struct grub_eval *eval, const struct grub_node *node,
                        const struct grub_words *words)
{
    static const char *const OPTIONS[] = {"--shift", "--ctrl", "--alt", "-s", "-c", "-a"};
    int r = STATUS_UNKNOWN;

    (void)eval, (void)node;
    for (size_t i = 1; i < words->n; i++) {
        bool known = false;

        for (size_t j = 0; j < ELEMENTS(OPTIONS); j++)
            known |= streq(words->words[i], OPTIONS[j]);
        if (known)
            r = STATUS_FALSE;
        else if (words->words[i][0] == '-')
            return STATUS_UNKNOWN;
    }
    return r;
}

/* Nobody interrupts it with a key. */
static int do_sleep(struct grub_eval *eval, const struct grub_node *node,
                    const struct grub_words *words)
{
    bool interruptible = words->n > 1 && streq(words->words[1], "--interruptible");

    (void)eval, (void)node;
    return interruptible ? STATUS_TRUE : STATUS_UNKNOWN;
}

/* Names separated by blanks. */
static const struct {
    grub_command *run;
    const char *names;
} COMMANDS[] = {
    {grub_ask, "getenv probe regexp smbios"},
    {grub_blscfg, "bls_import blscfg uki"},
    {grub_boot, "boot"},
    {grub_break, "break continue"},
    {grub_count, "decrement increment"},
    {grub_export, "export"},
    {do_false, "false"},
    {grub_hwmatch, "hwmatch"},
    {grub_initrd, "initrd initrd16 initrdefi"},
    {do_keystatus, "keystatus"},
    {grub_linux, "linux linux16 linuxefi"},
    {do_nothing, "background_color background_image cat cpuid cryptomount date "
                 "list_env loadfont loopback ls lsefi lsmod lspci nativedisk "
                 "password password_pbkdf2 play rmmod serial terminal "
                 "terminal_input terminal_output terminfo tpm2_key_protector_init "
                 "videoinfo videotest zfskey"},
    {grub_beyond_kexec, "acpi appleloader chainloader cutmem devicetree efi exit fwsetup "
                        "halt kernel kfreebsd knetbsd kopenbsd module module2 multiboot "
                        "multiboot2 ntldr parttool reboot time xen_hypervisor xen_module"},
    {grub_read_input, "read"},
    {grub_return, "return"},
    {grub_set, "set"},
    {grub_shift, "shift"},
    {do_sleep, "sleep"},
    {grub_source, ". configfile source"},
    {grub_test, "[ test"},
    {do_insmod, "insmod"},
    {do_true, "clear echo true"},
    {grub_unset, "unset"},
    {grub_load_env, "load_env"},
    {grub_menuentry, "hiddenentry menuentry submenu"},
    {grub_save_env, "save_env"},
    {grub_search, "search search.file search.fs_label search.fs_uuid"},
};

grub_command *grub_find_command(const char *name)
{
    size_t n = strlen(name);

    if (n == 0 || strchr(name, ' '))
        return NULL;
    for (size_t i = 0; i < ELEMENTS(COMMANDS); i++)
        for (const char *at = COMMANDS[i].names; (at = strstr(at, name)); at += n)
            if ((at == COMMANDS[i].names || at[-1] == ' ') && (!at[n] || at[n] == ' '))
                return COMMANDS[i].run;
    return NULL;
}
