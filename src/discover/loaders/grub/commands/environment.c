/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* load_env and save_env. Only the grubenv next to grub.cfg is known. */

#include <errno.h>

#include "base/util.h"
#include "discover/loaders/grub/commands/command.h"

/* -f FILE, --file FILE, --file=FILE must name that grubenv; the rest are variables. */
static int parse_words(struct grub_eval *eval, const struct grub_node *node,
                       const struct grub_words *words, struct grub_words *ret_names)
{
    AUTOFREE char *own = format("%s/grubenv", eval->run->paths->directory);
    const char *root = grub_env_get(&eval->env, "root");

    for (size_t i = 1; i < words->n; i++) {
        const char *word = words->words[i], *file;
        AUTOFREE char *path = NULL, *why = NULL;

        if (streq(word, "-s") || streq(word, "--skip-sig"))
            continue;
        if (*word != '-') {
            grub_words_add(ret_names, word);
            continue;
        }
        file = streq(word, "-f") || grub_is_option(word, "--file") ? grub_option_value(words, &i)
                                                                   : NULL;
        if (!file)
            return grub_give_up(eval, node, "%s: option %s is not supported", words->words[0],
                                word);
        if (grub_paths_map(eval->run->paths, root ? root : "", file, &path, &why) < 0 ||
            !streq(path, own))
            return grub_give_up(eval, node, "%s: only %s is supported", words->words[0], own);
    }
    return 0;
}

int grub_load_env(struct grub_eval *eval, const struct grub_node *node,
                  const struct grub_words *words)
{
    CLEANUP(grub_words_clear) struct grub_words names = {0};
    const struct grub_env *stored = eval->run->stored;
    int r = parse_words(eval, node, words, &names);

    if (r < 0)
        return r;
    if (!stored)
        return STATUS_FAILED;
    for (size_t i = 0; r >= 0 && i < stored->n; i++)
        if (names.n == 0 || grub_words_have(&names, stored->variables[i].name))
            r = grub_assign(eval, node, stored->variables[i].name, stored->variables[i].value);
    return r < 0 ? r : STATUS_TRUE;
}

/* Notes about this boot that do not affect what the next one starts, so kexec may skip them.
 * "initrdfail" is Ubuntu's (GRUB_FORCE_PARTUUID): GRUB sets it and starts the kernel of the same
 * entry without its initrd; if the note is still there at the next boot, because nothing in the
 * system removed it, GRUB starts that kernel with the initrd. Without the note, a kernel that does
 * not come up is tried once more without its initrd. In contrast, "prev_entry", its counterpart for
 * grub-reboot, names an entry, so it does matter. */
static bool is_harmless(const char *name)
{
    static const char *const NAMES[] = {"boot_success", "boot_indeterminate", "recordfail",
                                        "initrdfail"};

    for (size_t i = 0; i < ELEMENTS(NAMES); i++)
        if (streq(name, NAMES[i]))
            return true;
    return false;
}

/* save_env removes a variable that is not set from the file; a script cannot tell that from an
 * empty value. */
static void save(struct grub_eval *eval, const char *name)
{
    struct grub_run *run = eval->run;
    const char *set = grub_env_get(&eval->env, name), *value = set ? set : "",
               *stored = run->stored ? grub_env_get(run->stored, name) : NULL;

    /* An entry that makes itself the default already is the default. One that makes another entry
     * the default, as home-made A/B systems do, relies on GRUB. */
    if (streq(value, stored ? stored : "") || is_harmless(name) ||
        (eval->path && streq(name, "saved_entry") && streq(value, eval->path)))
        return;
    *APPEND(run->saved, run->n_saved) =
        (struct grub_saved){.name = xstrdup(name), .value = xstrdup(value)};
}

int grub_save_env(struct grub_eval *eval, const struct grub_node *node,
                  const struct grub_words *words)
{
    CLEANUP(grub_words_clear) struct grub_words names = {0};
    int r = parse_words(eval, node, words, &names);

    for (size_t i = 0; r >= 0 && i < names.n; i++)
        save(eval, names.words[i]);
    return r < 0 ? r : STATUS_UNKNOWN;
}
