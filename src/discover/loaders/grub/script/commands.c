/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What GRUB's commands do, as far as it matters for what is booted. A command that is not here may
 * do anything, or, in another version, nothing: it ends the evaluation. */

#include <ctype.h>
#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/loaders/grub/script/eval.h"

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

/* It changes nothing that matters, and how it ends is GRUB's secret. */
static int do_nothing(struct grub_eval *eval, const struct grub_node *node,
                      const struct grub_words *words)
{
    (void)eval, (void)node, (void)words;
    return STATUS_UNKNOWN;
}

static int do_test(struct grub_eval *eval, const struct grub_node *node,
                   const struct grub_words *words)
{
    (void)node;
    return grub_test(eval, words);
}

/* Nobody is at the keyboard, so nobody interrupts it. */
static int do_sleep(struct grub_eval *eval, const struct grub_node *node,
                    const struct grub_words *words)
{
    bool interruptible = words->n > 1 && streq(words->words[1], "--interruptible");

    (void)eval, (void)node;
    return interruptible ? STATUS_TRUE : STATUS_UNKNOWN;
}

static int assign(struct grub_eval *eval, const struct grub_node *node, const char *assignment)
{
    const char *equals = strchr(assignment, '=');
    AUTOFREE char *name = equals ? strndup(assignment, (size_t)(equals - assignment)) : NULL,
                  *why = NULL;
    int r;

    if (!equals)
        return STATUS_FAILED;
    if (!name)
        return -ENOMEM;
    r = grub_why_unknown(name, &why);
    if (r >= 0 && (why || grub_has_mark(name)))
        return grub_give_up(eval, node, "a variable's name: %s", why ? why : "a device");
    return r < 0 ? r : grub_assign(eval, node, name, equals + 1);
}

static int do_set(struct grub_eval *eval, const struct grub_node *node,
                  const struct grub_words *words)
{
    return words->n > 1 ? assign(eval, node, words->words[1]) : STATUS_TRUE;
}

static int do_unset(struct grub_eval *eval, const struct grub_node *node,
                    const struct grub_words *words)
{
    if (words->n < 2)
        return STATUS_FAILED;
    if (grub_has_mark(words->words[1]))
        return grub_give_up(eval, node, "unset of a variable that is not known");
    grub_env_unset(&eval->env, words->words[1]);
    return STATUS_TRUE;
}

static int do_export(struct grub_eval *eval, const struct grub_node *node,
                     const struct grub_words *words)
{
    int r = words->n > 1 ? STATUS_TRUE : STATUS_FAILED;

    for (size_t i = 1; r >= 0 && i < words->n; i++)
        r = grub_env_export(&eval->env, words->words[i]) < 0
                ? grub_give_up(eval, node, "export: too many variables")
                : STATUS_TRUE;
    return r;
}

/* A command that asks the machine and puts the answer into the variable of its last word, or of its
 * option --set. */
static int do_ask(struct grub_eval *eval, const struct grub_node *node,
                  const struct grub_words *words)
{
    const char *name = NULL;
    int r = STATUS_UNKNOWN;

    for (size_t i = 1; r >= 0 && i < words->n; i++) {
        const char *word = words->words[i], *value = after_prefix(word, "--set");

        if (grub_has_mark(word) && (streq(words->words[i - 1], "--set") || value))
            return grub_give_up(eval, node, "%s: a variable that is not known", words->words[0]);
        if (streq(word, "-s") || (value && !*value))
            value = i + 1 < words->n ? words->words[++i] : NULL;
        else if (value && *value == '=')
            value++;
        else if (*word == '-' && word[1] == 's')
            return grub_give_up(eval, node, "%s %s", words->words[0], word);
        if (!value)
            continue;
        name = strchr(value, ':') ? strchr(value, ':') + 1 : value;
        r = grub_assign_unknown(eval, node, name);
    }
    return r < 0 ? r : STATUS_UNKNOWN;
}

static int do_read(struct grub_eval *eval, const struct grub_node *node,
                   const struct grub_words *words)
{
    int r = words->n > 1 ? grub_assign_unknown(eval, node, words->words[words->n - 1]) : 0;

    return r < 0 ? r : STATUS_UNKNOWN;
}

static int do_hwmatch(struct grub_eval *eval, const struct grub_node *node,
                      const struct grub_words *words)
{
    int r = grub_assign_unknown(eval, node, "match");

    (void)words;
    return r < 0 ? r : STATUS_UNKNOWN;
}

/* Fedora's: counts the boots that an update has left to prove itself. */
static int do_count(struct grub_eval *eval, const struct grub_node *node,
                    const struct grub_words *words)
{
    return words->n == 2 ? do_read(eval, node, words)
                         : grub_give_up(eval, node, "%s", words->words[0]);
}

static int do_break(struct grub_eval *eval, const struct grub_node *node,
                    const struct grub_words *words)
{
    if (words->n > 1)
        return grub_give_up(eval, node, "%s %s", words->words[0], words->words[1]);
    eval->is_continue = streq(words->words[0], "continue");
    eval->breaks = eval->loops > 0;
    return STATUS_TRUE;
}

static int do_return(struct grub_eval *eval, const struct grub_node *node,
                     const struct grub_words *words)
{
    long n;

    if (!eval->scope || eval->scope->entry || words->n > 2)
        return grub_give_up(eval, node, "return outside of a function");
    if (words->n == 1) {
        eval->returning = true;
        return eval->status;
    }
    if (!grub_number(words->words[1], &n) || n < 0)
        return grub_give_up(eval, node, "return %s", words->words[1]);
    eval->returning = true;
    return n == 0 ? STATUS_TRUE : n == 1 ? STATUS_FALSE : STATUS_FAILED;
}

static int do_shift(struct grub_eval *eval, const struct grub_node *node,
                    const struct grub_words *words)
{
    long n = 1;

    if (eval->ways > 0)
        return grub_give_up(eval, node, "shift on one of two ways");
    if (!eval->scope)
        return STATUS_TRUE;
    if (words->n > 2 || (words->n == 2 && (!grub_number(words->words[1], &n) || n < 0)))
        return grub_give_up(eval, node, "shift with an odd number");
    if ((size_t)n > eval->scope->arguments.n - eval->scope->shifted)
        return STATUS_FAILED;
    eval->scope->shifted += (size_t)n;
    return STATUS_TRUE;
}

/* Names separated by blanks. */
static const struct {
    grub_command_run *run;
    const char *names;
} COMMANDS[] = {
    {do_ask, "getenv probe regexp smbios"},
    {grub_bls, "bls_import blscfg uki"},
    {grub_boot, "boot"},
    {do_break, "break continue"},
    {do_count, "decrement increment"},
    {do_export, "export"},
    {do_false, "false keystatus"},
    {do_hwmatch, "hwmatch"},
    {grub_initrd, "initrd initrd16 initrdefi"},
    {grub_linux, "linux linux16 linuxefi"},
    {do_nothing, "background_color background_image cat cpuid cryptomount date "
                 "list_env loadfont loopback ls lsefi lsmod lspci nativedisk "
                 "password password_pbkdf2 play rmmod serial terminal "
                 "terminal_input terminal_output terminfo tpm2_key_protector_init "
                 "videoinfo videotest zfskey"},
    {grub_other, "acpi appleloader chainloader cutmem devicetree efi exit fwsetup "
                 "halt kernel kfreebsd knetbsd kopenbsd module module2 multiboot "
                 "multiboot2 ntldr parttool reboot time xen_hypervisor xen_module"},
    {do_read, "read"},
    {do_return, "return"},
    {do_set, "set"},
    {do_shift, "shift"},
    {do_sleep, "sleep"},
    {grub_source, ". configfile source"},
    {do_test, "[ test"},
    {do_true, "clear echo insmod true"},
    {do_unset, "unset"},
    {grub_load_env, "load_env"},
    {grub_menuentry, "menuentry submenu"},
    {grub_save_env, "save_env"},
    {grub_search, "search search.file search.fs_label search.fs_uuid"},
};

static grub_command_run *find(const char *name)
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

bool grub_is_command(const char *name)
{
    return find(name) != NULL;
}

static int call(struct grub_eval *eval, const struct grub_function *function,
                const struct grub_words *words)
{
    struct grub_words arguments = {.words = words->words + 1, .n = words->n - 1};
    struct grub_scope scope = {.arguments = arguments}, *outer = eval->scope;
    unsigned loops = eval->loops;
    bool entry = eval->entry;
    int r;

    eval->scope = &scope;
    eval->loops = 0;
    r = grub_run_list(eval, function->body);
    eval->returning = false;
    eval->loops = loops;
    eval->scope = outer;
    eval->entry = entry;
    return r;
}

static int run_command(struct grub_eval *eval, const struct grub_node *node,
                       const struct grub_words *words)
{
    const char *name = words->words[0];
    grub_command_run *run = find(name);
    AUTOFREE char *why = NULL;
    int r = grub_why_unknown(name, &why);

    if (r < 0)
        return r;
    /* Only the name decides what is done; an assignment may have an unknown value. */
    if (run)
        return run(eval, node, words);
    for (size_t i = 0; i < eval->run->n_functions; i++)
        if (streq(eval->run->functions[i].name, name))
            return call(eval, &eval->run->functions[i], words);
    if (strchr(name, '=') && name[0] != GRUB_MARK) {
        r = isdigit((unsigned char)*name) || strchr("#*@", *name) ? 0 : assign(eval, node, name);
        return r < 0 ? r : STATUS_TRUE;
    }
    if (!*name)
        return STATUS_TRUE; /* no command, which is no error to GRUB */
    return grub_give_up(eval, node, "`%s` is not known to fastreboot", why ? why : name);
}

int grub_command(struct grub_eval *eval, const struct grub_node *node, struct grub_words *words)
{
    struct grub_words rest;
    int r;

    if (words->n == 0)
        return STATUS_TRUE;
    if (!streq(words->words[0], "!"))
        return run_command(eval, node, words);
    if (words->n == 1)
        return STATUS_FAILED;
    rest = (struct grub_words){.words = words->words + 1, .n = words->n - 1};
    r = run_command(eval, node, &rest);
    if (r < 0 || r == STATUS_UNKNOWN)
        return r;
    return r == STATUS_TRUE ? STATUS_FALSE : STATUS_TRUE;
}
