/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The commands of GRUB that take options. */

#include <ctype.h>
#include <errno.h>

#include "base/util.h"
#include "discover/loaders/grub/script/eval.h"

const char *grub_option_value(const struct grub_words *words, size_t *i)
{
    const char *equals = strchr(words->words[*i], '=');

    if (equals)
        return equals + 1;
    if (*i + 1 >= words->n || words->words[*i + 1][0] == '-')
        return NULL;
    return words->words[++*i];
}

bool grub_is_option(const char *word, const char *name)
{
    const char *rest = after_prefix(word, name);

    return rest && (*rest == 0 || *rest == '=');
}

/* -f FILE, --file FILE, --file=FILE; grubenv beside grub.cfg is the one that is known. */
static int parse_env_words(struct grub_eval *eval, const struct grub_node *node,
                           const struct grub_words *words, struct grub_words *ret_names)
{
    AUTOFREE char *own = format("%s/grubenv", eval->run->paths->directory);
    const char *root = grub_env_get(&eval->env, "root");
    int r = own ? 0 : -ENOMEM;

    for (size_t i = 1; r >= 0 && i < words->n; i++) {
        const char *word = words->words[i], *file;
        AUTOFREE char *path = NULL, *why = NULL;

        if (streq(word, "-s") || streq(word, "--skip-sig"))
            continue;
        if (*word != '-') {
            r = grub_words_add(ret_names, word);
            continue;
        }
        file = streq(word, "-f") || grub_is_option(word, "--file") ? grub_option_value(words, &i)
                                                                   : NULL;
        if (!file)
            return grub_give_up(eval, node, "%s %s", words->words[0], word);
        r = grub_paths_map(eval->run->paths, root ? root : "", file, &path, &why);
        if (r == -ECANCELED || r == -ENOENT || (r >= 0 && !streq(path, own)))
            return grub_give_up(eval, node, "%s of a file that is not %s", words->words[0], own);
    }
    return r;
}

static bool is_named(const struct grub_words *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++)
        if (streq(names->words[i], name))
            return true;
    return names->n == 0;
}

int grub_load_env(struct grub_eval *eval, const struct grub_node *node,
                  const struct grub_words *words)
{
    CLEANUP(grub_words_clear) struct grub_words names = {0};
    const struct grub_env *stored = eval->run->stored;
    int r = parse_env_words(eval, node, words, &names);

    if (r < 0)
        return r;
    if (!stored)
        return STATUS_FAILED;
    for (size_t i = 0; r >= 0 && i < stored->n; i++)
        if (is_named(&names, stored->variables[i].name))
            r = grub_assign(eval, node, stored->variables[i].name, stored->variables[i].value);
    return r < 0 ? r : STATUS_TRUE;
}

/* What is kept about a boot that has no bearing on what the next one starts: kexec does not go
 * through GRUB, so nothing of it is written. "initrdfail" is Ubuntu's (GRUB_FORCE_PARTUUID): GRUB
 * starts the same kernel of the same entry first without its initrd, having noted that, and with it
 * if the note is still there, as nothing in the system has removed it. Without the note a kernel
 * that does not come up is tried once more without its initrd. Its companion for grub-reboot,
 * "prev_entry", names an entry and is none of these. */
static bool is_harmless(const char *name)
{
    static const char *const NAMES[] = {"boot_success", "boot_indeterminate", "recordfail",
                                        "initrdfail"};

    for (size_t i = 0; i < ELEMENTS(NAMES); i++)
        if (streq(name, NAMES[i]))
            return true;
    return false;
}

/* What is not set is taken out of the file; a script does not tell that from an empty value. */
static int save(struct grub_eval *eval, const char *name)
{
    struct grub_run *run = eval->run;
    const char *set = grub_env_get(&eval->env, name), *value = set ? set : "",
               *stored = run->stored ? grub_env_get(run->stored, name) : NULL;
    struct grub_saved *more;

    /* An entry that makes itself the default is the default already. */
    if (streq(value, stored ? stored : "") || is_harmless(name) ||
        (eval->entry && streq(name, "saved_entry")))
        return 0;
    more = reallocarray(run->saved, run->n_saved + 1, sizeof(*more));
    if (!more)
        return -ENOMEM;
    run->saved = more;
    more[run->n_saved] = (struct grub_saved){.name = strdup(name), .value = strdup(value)};
    run->n_saved++;
    return more[run->n_saved - 1].name && more[run->n_saved - 1].value ? 0 : -ENOMEM;
}

int grub_save_env(struct grub_eval *eval, const struct grub_node *node,
                  const struct grub_words *words)
{
    CLEANUP(grub_words_clear) struct grub_words names = {0};
    int r = parse_env_words(eval, node, words, &names);

    for (size_t i = 0; r >= 0 && i < names.n; i++)
        r = save(eval, names.words[i]);
    return r < 0 ? r : STATUS_UNKNOWN;
}

/* A mark for the device that a search finds, or an unknown. */
static char *found_device(const struct grub_node *node, char kind, const char *key)
{
    AUTOFREE char *why = NULL;
    bool plain = key && *key &&
                 strspn(key, "0123456789abcdefghijklmnopqrstuvwxyz"
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_.") == strlen(key);

    if (plain && (kind == 'u' || kind == 'l'))
        return format("%c%c%s%c", GRUB_MARK, kind, key, GRUB_MARK_END);
    why = format("%s:%u: what a search for %s finds", node->file, node->line,
                 key && plain ? key : "something");
    return why ? grub_unknown(why) : NULL;
}

/* search.fs_uuid KEY [VARIABLE [HINT...]] */
static int search_short(struct grub_eval *eval, const struct grub_node *node,
                        const struct grub_words *words)
{
    char kind = streq(words->words[0], "search.fs_uuid")    ? 'u'
                : streq(words->words[0], "search.fs_label") ? 'l'
                                                            : 'f';
    AUTOFREE char *device = NULL;
    int r;

    if (words->n < 3)
        return STATUS_UNKNOWN;
    device = found_device(node, kind, words->words[1]);
    r = device ? grub_assign(eval, node, words->words[2], device) : -ENOMEM;
    return r < 0 ? r : STATUS_UNKNOWN;
}

int grub_search(struct grub_eval *eval, const struct grub_node *node,
                const struct grub_words *words)
{
    const char *key = NULL, *variable = NULL;
    AUTOFREE char *device = NULL;
    char kind = 'f';
    int r;

    if (words->words[0][strlen("search")])
        return search_short(eval, node, words);
    for (size_t i = 1; i < words->n; i++) {
        const char *word = words->words[i];

        if (streq(word, "--fs-uuid") || streq(word, "-u")) {
            kind = 'u';
        } else if (streq(word, "--label") || streq(word, "--fs-label") || streq(word, "-l")) {
            kind = 'l';
        } else if (grub_is_option(word, "--set")) {
            variable = grub_option_value(words, &i);
            variable = variable ? variable : "root";
        } else if (grub_is_option(word, "--hint") || strstr(word, "--hint-")) {
            (void)grub_option_value(words, &i);
        } else if (*word != '-' && !key) {
            key = word;
        } else if (!streq(word, "--no-floppy") && !streq(word, "-n") && !streq(word, "--file") &&
                   !streq(word, "-f")) {
            return grub_give_up(eval, node, "search %s", word);
        }
    }
    if (!variable)
        return STATUS_UNKNOWN;
    if (!key)
        return grub_give_up(eval, node, "search for nothing");
    device = found_device(node, kind, key);
    r = device ? grub_assign(eval, node, variable, device) : -ENOMEM;
    return r < 0 ? r : STATUS_UNKNOWN;
}
