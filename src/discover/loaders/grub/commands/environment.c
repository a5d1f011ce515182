/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* load_env and save_env, of the grubenv next to grub.cfg or of other files. */

#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/loaders/grub/commands/command.h"
#include "discover/loaders/grub/script/blocks.h"
#include "discover/loaders/grub/script/grubenv.h"

enum {
    MAX_OTHERS = 4,
};

struct parsed {
    struct grub_words names;
    const char *file; /* of -f, or NULL */
};

static void parsed_clear(struct parsed *parsed)
{
    grub_words_clear(&parsed->names);
}

/* What the words name. */
struct block {
    const struct grub_env *env; /* NULL if GRUB cannot read it */
    const char *file;           /* as for administrators; NULL for grubenv */
};

/* -f FILE, --file FILE, --file=FILE, -s, --skip-sig; the rest are variables. */
static int parse_words(struct grub_eval *eval, const struct grub_node *node,
                       const struct grub_words *words, struct parsed *parsed)
{
    for (size_t i = 1; i < words->n; i++) {
        const char *word = words->words[i];

        if (streq(word, "-s") || streq(word, "--skip-sig"))
            continue;
        if (*word != '-') {
            grub_words_add(&parsed->names, word);
            continue;
        }
        if (streq(word, "-f") || grub_is_option(word, "--file"))
            parsed->file = grub_option_value(words, &i);
        else
            parsed->file = NULL;
        if (!parsed->file)
            return grub_give_up(eval, node, "%s: option %s is not supported", words->words[0],
                                word);
    }
    return 0;
}

/* Returns 1 with what is stored in the file, 0 if GRUB cannot read it, or -ECANCELED. */
static int read_other(struct grub_eval *eval, const struct grub_node *node, const char *path,
                      struct grub_env *ret_env)
{
    AUTOFREE char *text = NULL, *untrusted = NULL;
    size_t length;
    int r =
        root_read_trusted(eval->run->paths->root, path, GRUBENV_MAX, &text, &length, &untrusted);

    if (r == -ENOENT)
        return 0;
    if (r >= 0)
        r = grubenv_parse(text, length, ret_env);
    return r >= 0 ? r
                  : grub_give_up(eval, node, "%s: %s", path,
                                 untrusted       ? untrusted
                                 : r == -EBADMSG ? "damaged"
                                                 : strerror(-r));
}

/* The same for a list of blocks. */
static int read_blocks(struct grub_eval *eval, const struct grub_node *node, const char *name,
                       struct grub_env *ret_env)
{
    const char *root = grub_env_get(&eval->env, "root");
    AUTOFREE char *data = NULL, *problem = NULL;
    size_t length;
    int r = grub_blocks_read(eval->run->paths, root ? root : "", name, &data, &length, &problem);

    if (r < 0)
        return grub_give_up(eval, node, "environment block: %s", problem);
    r = grubenv_parse(data, length, ret_env);
    return r < 0 ? grub_give_up(eval, node, "the environment block is damaged") : r;
}

/* The environment that was read from `file`, a path or a list of blocks; reads it once. */
static int find_other(struct grub_eval *eval, const struct grub_node *node, const char *name,
                      const char *path, struct block *ret_block)
{
    struct grub_run *run = eval->run;
    AUTOFREE char *file = path ? xstrdup(path) : format("block list %s", strchr(name, ')') + 1);
    struct grub_other_env *other = NULL;
    int r;

    for (size_t i = 0; i < run->n_others; i++)
        if (streq(run->others[i].file, file))
            other = &run->others[i];
    if (!other) {
        struct grub_env env = {0};

        if (run->n_others == MAX_OTHERS)
            return grub_give_up(eval, node, "more than %d environment blocks", MAX_OTHERS);
        r = path ? read_other(eval, node, path, &env) : read_blocks(eval, node, name, &env);
        if (r < 0)
            return r;
        other = APPEND(run->others, run->n_others);
        *other = (struct grub_other_env){.file = steal(&file), .env = env, .readable = r > 0};
    }
    *ret_block = (struct block){other->readable ? &other->env : NULL, other->file};
    return 0;
}

static int find_block(struct grub_eval *eval, const struct grub_node *node,
                      const struct grub_words *words, const char *name, struct block *ret_block)
{
    AUTOFREE char *own = format("%s/grubenv", eval->run->paths->directory), *path = NULL,
                  *why = NULL;
    const char *root = grub_env_get(&eval->env, "root");
    int r;

    *ret_block = (struct block){.env = eval->run->stored};
    if (!name)
        return 0;
    if (*name == '(' && grub_is_blocks(name))
        return find_other(eval, node, name, NULL, ret_block);
    r = grub_paths_map(eval->run->paths, root ? root : "", name, &path, &why);
    if (r == -ENOENT) {
        ret_block->env = NULL;
        return 0;
    }
    if (r != 0)
        return grub_give_up(eval, node, "%s: %s", words->words[0], why);
    return streq(path, own) ? 0 : find_other(eval, node, name, path, ret_block);
}

int grub_load_env(struct grub_eval *eval, const struct grub_node *node,
                  const struct grub_words *words)
{
    CLEANUP(parsed_clear) struct parsed parsed = {0};
    struct block block;
    int r = parse_words(eval, node, words, &parsed);

    if (r >= 0)
        r = find_block(eval, node, words, parsed.file, &block);
    if (r < 0)
        return r;
    if (!block.env)
        return STATUS_FAILED;
    for (size_t i = 0; r >= 0 && i < block.env->n; i++) {
        const struct grub_variable *variable = &block.env->variables[i];

        if (parsed.names.n == 0 || grub_words_have(&parsed.names, variable->name))
            r = grub_assign(eval, node, variable->name, variable->value);
    }
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
static void save(struct grub_eval *eval, const struct block *block, const char *name)
{
    struct grub_run *run = eval->run;
    const char *set = grub_env_get(&eval->env, name), *value = set ? set : "",
               *stored = block->env ? grub_env_get(block->env, name) : NULL;

    /* An entry that makes itself the default already is the default. One that makes another entry
     * the default, as home-made A/B systems do, relies on GRUB. */
    if (streq(value, stored ? stored : "") || is_harmless(name) ||
        (eval->path && streq(name, "saved_entry") && streq(value, eval->path)))
        return;
    *APPEND(run->saved, run->n_saved) = (struct grub_saved){
        .name = xstrdup(name),
        .value = xstrdup(value),
        .file = block->file ? xstrdup(block->file) : format("%s/grubenv", run->paths->directory),
    };
}

int grub_save_env(struct grub_eval *eval, const struct grub_node *node,
                  const struct grub_words *words)
{
    CLEANUP(parsed_clear) struct parsed parsed = {0};
    struct block block;
    int r = parse_words(eval, node, words, &parsed);

    if (r >= 0)
        r = find_block(eval, node, words, parsed.file, &block);
    for (size_t i = 0; r >= 0 && i < parsed.names.n; i++)
        save(eval, &block, parsed.names.words[i]);
    return r < 0 ? r : STATUS_UNKNOWN;
}
