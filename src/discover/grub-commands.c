/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What GRUB's commands do, as far as it matters for what is booted. A command that is not here may
 * do anything, or, in another version, nothing: it ends the evaluation. */

#include <ctype.h>
#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/grub-eval.h"

typedef int command_run(struct grub_eval *eval, const struct grub_node *node,
                        const struct grub_words *words);

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

/* source or . in this menu, configfile in one of its own, which then is what is shown. */
static int do_source(struct grub_eval *eval, const struct grub_node *node,
                     const struct grub_words *words)
{
    bool fresh = *words->words[0] == 'c';
    const char *root = grub_env_get(&eval->env, "root");
    AUTOFREE char *path = NULL, *why = NULL;
    CLEANUP(grub_env_clear) struct grub_env env = {0};
    CLEANUP(grub_menu_clear) struct grub_menu menu = {0};
    int r;

    if (words->n != 2)
        return STATUS_FAILED;
    if (fresh && (eval->entry || eval->ways > 0))
        return grub_give_up(eval, node, "configfile %s", words->words[1]);
    r = grub_paths_map(eval->run->paths, root ? root : "", words->words[1], &path, &why);
    if (r == -ECANCELED)
        return grub_give_up(eval, node, "%s %s", words->words[0], why);
    if (r < 0 && r != -ENOENT)
        return r;
    if (r == -ENOENT || root_exists(eval->run->paths->root, path) == 0)
        return STATUS_TRUE; /* with a message and nothing else */
    if (!fresh) {
        r = grub_run_file(eval, path);
        return r < 0 ? r : STATUS_TRUE;
    }
    r = grub_env_copy(&eval->env, true, &env);
    if (r < 0)
        return r;
    {
        struct grub_env outer = eval->env;
        struct grub_menu shown = eval->menu;

        eval->env = env;
        eval->menu = menu;
        env = outer;
        menu = shown;
    }
    r = grub_run_file(eval, path);
    if (r >= 0 && !eval->finished && eval->menu.n == 0)
        return grub_give_up(eval, node, "configfile without a menu");
    eval->finished = true;
    return r < 0 ? r : STATUS_TRUE;
}

static int do_bls(struct grub_eval *eval, const struct grub_node *node,
                  const struct grub_words *words)
{
    return grub_give_up(eval, node, "entries of %s are not known to fastreboot", words->words[0]);
}

/* Only in an entry: loads the kernel. */
static int do_linux(struct grub_eval *eval, const struct grub_node *node,
                    const struct grub_words *words)
{
    struct grub_loaded *loaded = &eval->loaded;
    const char *root = grub_env_get(&eval->env, "root");
    int r = 0;

    if (!eval->entry)
        return grub_give_up(eval, node, "%s outside of an entry", words->words[0]);
    if (words->n < 2)
        return grub_give_up(eval, node, "%s without a kernel", words->words[0]);
    if (loaded->problem)
        return STATUS_UNKNOWN;
    grub_loaded_clear(loaded);
    loaded->has_kernel = true;
    loaded->line = node->line;
    loaded->root = strdup(root ? root : "");
    for (size_t i = 1; r >= 0 && i < words->n; i++)
        r = grub_words_add(&loaded->kernel, words->words[i]);
    return r < 0 || !loaded->root ? -ENOMEM : STATUS_UNKNOWN;
}

static int do_initrd(struct grub_eval *eval, const struct grub_node *node,
                     const struct grub_words *words)
{
    struct grub_loaded *loaded = &eval->loaded;
    const char *root = grub_env_get(&eval->env, "root");
    int r = 0;

    if (!eval->entry)
        return grub_give_up(eval, node, "%s outside of an entry", words->words[0]);
    if (words->n < 2)
        return STATUS_FAILED;
    if (!loaded->has_kernel)
        return loaded->problem ? STATUS_UNKNOWN : STATUS_FAILED;
    grub_words_clear(&loaded->initrds);
    free(loaded->initrd_root);
    loaded->initrd_root = strdup(root ? root : "");
    for (size_t i = 1; r >= 0 && i < words->n; i++)
        r = grub_words_add(&loaded->initrds, words->words[i]);
    return r < 0 || !loaded->initrd_root ? -ENOMEM : STATUS_UNKNOWN;
}

/* It starts, or gives to what is started, what kexec cannot. */
static int do_other(struct grub_eval *eval, const struct grub_node *node,
                    const struct grub_words *words)
{
    if (words->n == 2 && streq(words->words[1], "--is-supported")) /* a question of fwsetup's */
        return STATUS_UNKNOWN;
    if (!eval->entry)
        return grub_give_up(eval, node, "%s outside of an entry", words->words[0]);
    if (!eval->loaded.problem) {
        eval->loaded.problem = format("%s:%u: `%s` is nothing that kexec can do", node->file,
                                      node->line, words->words[0]);
        if (!eval->loaded.problem)
            return -ENOMEM;
    }
    return STATUS_UNKNOWN;
}

static int do_boot(struct grub_eval *eval, const struct grub_node *node,
                   const struct grub_words *words)
{
    (void)words;
    if (!eval->entry)
        return grub_give_up(eval, node, "boot outside of an entry");
    eval->finished = true;
    return STATUS_TRUE;
}

static const struct {
    const char *name;
    command_run *run;
} COMMANDS[] = {
    {".", do_source},
    {"[", do_test},
    {"acpi", do_other},
    {"appleloader", do_other},
    {"background_color", do_nothing},
    {"background_image", do_nothing},
    {"bls_import", do_bls},
    {"blscfg", do_bls},
    {"boot", do_boot},
    {"break", do_break},
    {"cat", do_nothing},
    {"chainloader", do_other},
    {"clear", do_true},
    {"configfile", do_source},
    {"continue", do_break},
    {"cpuid", do_nothing},
    {"cryptomount", do_nothing},
    {"cutmem", do_other},
    {"date", do_nothing},
    {"decrement", do_count},
    {"devicetree", do_other},
    {"echo", do_true},
    {"efi", do_other},
    {"exit", do_other},
    {"export", do_export},
    {"false", do_false},
    {"fwsetup", do_other},
    {"getenv", do_ask},
    {"halt", do_other},
    {"hwmatch", do_hwmatch},
    {"increment", do_count},
    {"initrd", do_initrd},
    {"initrd16", do_initrd},
    {"initrdefi", do_initrd},
    {"insmod", do_true},
    {"kernel", do_other},
    {"keystatus", do_false},
    {"kfreebsd", do_other},
    {"knetbsd", do_other},
    {"kopenbsd", do_other},
    {"linux", do_linux},
    {"linux16", do_linux},
    {"linuxefi", do_linux},
    {"list_env", do_nothing},
    {"load_env", grub_load_env},
    {"loadfont", do_nothing},
    {"loopback", do_nothing},
    {"ls", do_nothing},
    {"lsefi", do_nothing},
    {"lsmod", do_nothing},
    {"lspci", do_nothing},
    {"menuentry", grub_menuentry},
    {"module", do_other},
    {"module2", do_other},
    {"multiboot", do_other},
    {"multiboot2", do_other},
    {"nativedisk", do_nothing},
    {"ntldr", do_other},
    {"parttool", do_other},
    {"password", do_nothing},
    {"password_pbkdf2", do_nothing},
    {"play", do_nothing},
    {"probe", do_ask},
    {"read", do_read},
    {"reboot", do_other},
    {"regexp", do_ask},
    {"return", do_return},
    {"rmmod", do_nothing},
    {"save_env", grub_save_env},
    {"search", grub_search},
    {"search.file", grub_search},
    {"search.fs_label", grub_search},
    {"search.fs_uuid", grub_search},
    {"serial", do_nothing},
    {"set", do_set},
    {"shift", do_shift},
    {"sleep", do_sleep},
    {"smbios", do_ask},
    {"source", do_source},
    {"submenu", grub_menuentry},
    {"terminal", do_nothing},
    {"terminal_input", do_nothing},
    {"terminal_output", do_nothing},
    {"terminfo", do_nothing},
    {"test", do_test},
    {"time", do_other},
    {"tpm2_key_protector_init", do_nothing},
    {"true", do_true},
    {"uki", do_bls},
    {"unset", do_unset},
    {"videoinfo", do_nothing},
    {"videotest", do_nothing},
    {"xen_hypervisor", do_other},
    {"xen_module", do_other},
    {"zfskey", do_nothing},
};

static command_run *find(const char *name)
{
    for (size_t i = 0; i < ELEMENTS(COMMANDS); i++)
        if (streq(COMMANDS[i].name, name))
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
    command_run *run = find(name);
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
