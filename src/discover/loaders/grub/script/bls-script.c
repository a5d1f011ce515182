/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An entry becomes a script, as in GRUB: so quoting, and variables in paths, are seen to by the
 * same parser that sees to them in grub.cfg. Only the options are expanded before. */

#include <ctype.h>
#include <errno.h>

#include "base/util.h"
#include "discover/loaders/grub/script/bls.h"

enum {
    MAX_SCRIPT_LINES = 8,
};

struct script {
    char *text;
    unsigned lines[MAX_SCRIPT_LINES]; /* of the file, for each line of the text */
    size_t n;
};

static void script_clear(struct script *script)
{
    free(script->text);
}

/* Takes `line` over; NULL is no memory. */
static int add_line(struct script *script, char *line, unsigned number)
{
    AUTOFREE char *before = script->text, *text = line;

    script->text = text ? format("%s%s\n", before ? before : "", text) : NULL;
    if (script->n < MAX_SCRIPT_LINES)
        script->lines[script->n++] = number;
    return script->text ? 0 : -ENOMEM;
}

/* How variables are put in. Each GRUB has its own oddities, and what they change is not relied on.
 */
enum way {
    WAY_PLAIN,
    WAY_FEDORA,
    WAY_UPSTREAM,
};

struct expansion {
    const struct grub_env *env;
    enum way way;
    char *text; /* NULL when GRUB has none */
    bool failed;
};

static int append(struct expansion *expansion, const char *start, const char *end, bool variable)
{
    AUTOFREE char *piece = strndup(start, end > start ? (size_t)(end - start) : 0),
                  *before = expansion->text;
    const char *value = piece;

    if (!piece)
        return -ENOMEM;
    if (variable)
        value = grub_env_get(expansion->env, piece);
    expansion->text = NULL;
    if (!value) {
        expansion->text = steal(&before);
        return 0;
    }
    expansion->text = format("%s%s%s", before ? before : "", value,
                             variable && expansion->way == WAY_UPSTREAM ? " " : "");
    return expansion->text ? 0 : -ENOMEM;
}

/* A piece that a $ or the end of the text ends. Both GRUBs lose one of a single sign, and give up
 * on everything when nothing has come before. */
static int append_last(struct expansion *expansion, const char *start, const char *end,
                       bool variable)
{
    int r;

    if (expansion->way != WAY_PLAIN && end - start == 1)
        return 0;
    r = append(expansion, start, end, variable);
    expansion->failed = r >= 0 && !expansion->text && expansion->way != WAY_PLAIN;
    return r;
}

static int expand(const char *value, struct expansion *expansion)
{
    const char *start = value, *at;
    bool variable = false, fresh = true;
    int r = 0;

    for (at = value; r >= 0 && *at && !expansion->failed; at++) {
        if (*at == '$') {
            if (!fresh || at > start)
                r = append_last(expansion, start, at, variable);
            variable = true;
            start = at + 1;
        } else if (variable && !isalnum((unsigned char)*at) && *at != '_') {
            r = append(expansion, start, at, true);
            variable = false;
            start = at + (expansion->way == WAY_UPSTREAM && *at == ' ');
        }
        fresh = false;
    }
    if (r >= 0 && !expansion->failed)
        r = append_last(expansion, start, at, variable);
    if (expansion->failed) {
        free(expansion->text);
        expansion->text = NULL;
    }
    return r;
}

/* As the kernel will see them: what is between the words does not matter. */
static bool same_words(const char *a, const char *b)
{
    for (;;) {
        size_t n, m;

        a += strspn(a, " ");
        b += strspn(b, " ");
        n = strcspn(a, " ");
        m = strcspn(b, " ");
        if (n != m || strncmp(a, b, n) != 0)
            return false;
        if (n == 0)
            return true;
        a += n;
        b += n;
    }
}

/* 0 with the text or NULL; *ret_odd when it depends on the version what comes out. */
static int expand_value(const struct grub_eval *eval, const char *value, char **ret_text,
                        bool *ret_odd)
{
    struct expansion plain = {.env = &eval->env, .way = WAY_PLAIN};
    struct expansion real = {.env = &eval->env,
                             .way = eval->run->flavour == GRUB_FEDORA ? WAY_FEDORA : WAY_UPSTREAM};
    int r = expand(value, &plain);

    if (r >= 0)
        r = expand(value, &real);
    *ret_odd = r >= 0 && !same_words(plain.text ? plain.text : "", real.text ? real.text : "");
    free(plain.text);
    *ret_text = real.text;
    return r;
}

static int set_problem(struct grub_entry *entry, const struct grub_bls_file *file, unsigned line,
                       const char *why)
{
    if (entry->problem)
        return 0;
    entry->problem = format("%s:%u: %s", file->path, line, why);
    return entry->problem ? 0 : -ENOMEM;
}

/* The kernel's parameters, or NULL in *ret_text. */
static int make_options(const struct grub_eval *eval, const struct grub_bls_file *file,
                        struct grub_entry *entry, char **ret_text)
{
    const struct grub_bls_line *options = grub_bls_find(file, "options", NULL);
    const char *fallback = grub_env_get(&eval->env, "default_kernelopts");
    AUTOFREE char *why = NULL;
    bool odd = false;
    int r = 0;

    if (options && grub_bls_find(file, "options", options))
        return set_problem(entry, file, grub_bls_find(file, "options", options)->line,
                           "more than one line of options");
    if (options)
        r = expand_value(eval, options->value, ret_text, &odd);
    if (r >= 0 && !odd && !*ret_text && fallback && eval->run->flavour == GRUB_FEDORA)
        r = expand_value(eval, fallback, ret_text, &odd);
    if (r >= 0 && odd)
        return set_problem(entry, file, options ? options->line : 1,
                           "what becomes of the variables here depends on the version of GRUB");
    if (r >= 0 && *ret_text)
        r = grub_why_unknown(*ret_text, &why);
    if (r >= 0 && *ret_text && grub_has_mark(*ret_text))
        return set_problem(entry, file, options ? options->line : 1,
                           why ? why : "a device in a parameter");
    return r;
}

/* Fedora's: names of files beside the first initrd, or beside the kernel. */
static int add_early(const struct grub_eval *eval, const struct grub_bls_file *file,
                     struct grub_entry *entry, const char *beside, char **line)
{
    const char *early = grub_env_get(&eval->env, "early_initrd"), *slash = strrchr(beside, '/');

    if (!early || eval->run->flavour != GRUB_FEDORA)
        return 0;
    if (grub_has_mark(early) || !slash || !*early || *early == ' ' || strstr(early, "  ") ||
        early[strlen(early) - 1] == ' ')
        return set_problem(entry, file, 1, "what GRUB makes of $early_initrd is not known");
    while (*early) {
        size_t n = strcspn(early, " ");
        AUTOFREE char *before = *line;

        *line =
            format("%s ($root)%.*s%.*s", before, (int)(slash - beside + 1), beside, (int)n, early);
        if (!*line)
            return -ENOMEM;
        early += n + (early[n] == ' ');
    }
    return 0;
}

static int add_initrds(const struct grub_eval *eval, const struct grub_bls_file *file,
                       struct grub_entry *entry, struct script *script)
{
    const struct grub_bls_line *first = grub_bls_find(file, "initrd", NULL);
    const char *device = eval->run->flavour == GRUB_FEDORA ? "($root)" : "";
    AUTOFREE char *line = NULL;
    int r;

    if (!first && eval->run->flavour == GRUB_UPSTREAM)
        return 0;
    if (!first) /* GRUB runs `initrd` all the same, and whether it then starts the kernel is its
                   secret */
        return set_problem(entry, file, 1, "an entry without an initrd");
    line = strdup("initrd");
    r = line ? add_early(eval, file, entry, first->value, &line) : -ENOMEM;
    for (const struct grub_bls_line *at = first; r >= 0 && at;
         at = grub_bls_find(file, "initrd", at)) {
        AUTOFREE char *before = line;

        line = format("%s %s%s", before, device, at->value);
        r = line ? 0 : -ENOMEM;
    }
    return r < 0 ? r : add_line(script, steal(&line), first->line);
}

static bool is_function(const struct grub_run *run, const char *name)
{
    for (size_t i = 0; i < run->n_functions; i++)
        if (streq(run->functions[i].name, name))
            return true;
    return false;
}

static int write_script(const struct grub_eval *eval, const struct grub_bls_file *file,
                        struct grub_entry *entry, struct script *script)
{
    const struct grub_bls_line *linux_line = grub_bls_find(file, "linux", NULL),
                               *tree = grub_bls_find(file, "devicetree", NULL);
    const char *save = grub_env_get(&eval->env, "blsuki_save_default");
    bool fedora = eval->run->flavour == GRUB_FEDORA;
    AUTOFREE char *options = NULL;
    int r = make_options(eval, file, entry, &options);

    if (r >= 0 && fedora && is_function(eval->run, "load_video"))
        r = add_line(script, strdup("load_video"), linux_line->line);
    if (r >= 0 && fedora)
        r = add_line(script, strdup("set gfxpayload=keep"), linux_line->line);
    if (r >= 0 && !fedora && save && *save)
        r = add_line(script, strdup("savedefault"), linux_line->line);
    if (r >= 0)
        r = add_line(script,
                     format("linux %s%s%s%s", fedora ? "($root)" : "", linux_line->value,
                            options && !entry->problem ? " " : "",
                            options && !entry->problem ? options : ""),
                     linux_line->line);
    if (r >= 0)
        r = add_initrds(eval, file, entry, script);
    if (r >= 0 && tree)
        r = add_line(script, format("devicetree %s", tree->value), tree->line);
    return r;
}

/* What is wrong in the script is said with the line of the file. */
static int parse_script(struct grub_run *run, const struct grub_bls_file *file,
                        const struct script *script, struct grub_entry *entry)
{
    struct grub_node *list = NULL;
    AUTOFREE char *problem = NULL;
    int r = grub_parse_text(run, file->path, script->text, strlen(script->text), &list, &problem);

    if (r == -EBADMSG)
        return set_problem(entry, file, script->lines[0], "GRUB cannot make a script of it");
    if (r < 0)
        return r;
    for (struct grub_node *node = list; node; node = node->next)
        if (node->line >= 1 && node->line <= script->n)
            node->line = script->lines[node->line - 1];
    entry->body = list;
    return 0;
}

static int add_words(const struct grub_bls_file *file, struct grub_entry *entry)
{
    int r = grub_words_add(&entry->arguments, entry->title);

    for (const struct grub_bls_line *at = NULL;
         r >= 0 && (at = grub_bls_find(file, "grub_arg", at));)
        r = grub_words_add(&entry->arguments, at->value);
    return r;
}

/* With users, even with none that are named, GRUB asks for a password where there are superusers.
 */
static int find_users(const struct grub_eval *eval, const struct grub_bls_file *file,
                      struct grub_entry *entry)
{
    const struct grub_bls_line *users = grub_bls_find(file, "grub_users", NULL);
    AUTOFREE char *text = NULL;
    bool odd = false;
    int r = users ? expand_value(eval, users->value, &text, &odd) : 0;

    entry->restricted = text || odd;
    return r;
}

int grub_bls_add(struct grub_eval *eval, const struct grub_node *node,
                 const struct grub_bls_file *file)
{
    const struct grub_bls_line *linux_line = grub_bls_find(file, "linux", NULL),
                               *title = grub_bls_find(file, "title", NULL);
    CLEANUP(script_clear) struct script script = {0};
    char *path = linux_line ? grub_arena_alloc(&eval->run->arena, strlen(file->path) + 1) : NULL;
    struct grub_entry entry = {0};
    int r;

    if (!path)
        return linux_line ? -ENOMEM : 0;
    entry = (struct grub_entry){
        .title = strdup(title ? title->value : linux_line->value),
        .id = strdup(file->id),
        .file = strcpy(path, file->path),
        .line = linux_line->line,
    };
    r = entry.title && entry.id ? write_script(eval, file, &entry, &script) : -ENOMEM;
    if (r >= 0)
        r = grub_spend(eval, node, strlen(script.text) / 16);
    if (r >= 0)
        r = parse_script(eval->run, file, &script, &entry);
    if (r >= 0)
        r = add_words(file, &entry);
    if (r >= 0)
        r = find_users(eval, file, &entry);
    if (r < 0) {
        free(entry.title);
        free(entry.id);
        free(entry.problem);
        grub_words_clear(&entry.arguments);
        return r;
    }
    return grub_add_entry(eval, node, &entry);
}
