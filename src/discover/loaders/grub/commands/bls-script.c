/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* As in GRUB, a boot entry becomes a script, so that the parser for grub.cfg handles its quotes and
 * the variables in its paths. Only the variables in the options are expanded before. */

#include <ctype.h>
#include <errno.h>

#include "base/util.h"
#include "discover/loaders/grub/commands/bls.h"
#include "discover/loaders/grub/script/source.h"

enum {
    MAX_SCRIPT_LINES = 8,
};

struct script {
    char *text;
    unsigned lines[MAX_SCRIPT_LINES]; /* the line of the file, for each line of the text */
    size_t n;
};

static void script_clear(struct script *script)
{
    free(script->text);
}

/* Takes over `line`; `number` is its number in the file. */
static void add_line(struct script *script, char *line, unsigned number)
{
    AUTOFREE char *text = line;

    set_text(&script->text, format("%s%s\n", script->text ? script->text : "", text));
    if (script->n < MAX_SCRIPT_LINES)
        script->lines[script->n++] = number;
}

/* How variables are expanded. Each GRUB has oddities; values that they affect are not relied on. */
enum way {
    WAY_PLAIN,
    WAY_FEDORA,
    WAY_UPSTREAM,
};

struct expansion {
    const struct grub_env *env;
    enum way way;
    char *text; /* NULL if GRUB has none */
    bool failed;
};

static void append(struct expansion *expansion, const char *start, const char *end, bool variable)
{
    AUTOFREE char *piece = xstrndup(start, end > start ? (size_t)(end - start) : 0);
    const char *value = variable ? grub_env_get(expansion->env, piece) : piece;

    if (value)
        set_text(&expansion->text, format("%s%s%s", expansion->text ? expansion->text : "", value,
                                          variable && expansion->way == WAY_UPSTREAM ? " " : ""));
}

/* A piece that ends at a $ or at the end of the text. Both GRUBs drop it if it is a single
 * character, and give up the whole value if nothing precedes it. */
static void append_last(struct expansion *expansion, const char *start, const char *end,
                        bool variable)
{
    if (expansion->way != WAY_PLAIN && end - start == 1)
        return;
    append(expansion, start, end, variable);
    expansion->failed = !expansion->text && expansion->way != WAY_PLAIN;
}

/* The text with its variables expanded, or NULL. */
static char *expand(const struct grub_env *env, const char *value, enum way way)
{
    struct expansion expansion = {.env = env, .way = way};
    const char *start = value, *at;
    bool variable = false, fresh = true;

    for (at = value; *at && !expansion.failed; at++) {
        if (*at == '$') {
            if (!fresh || at > start)
                append_last(&expansion, start, at, variable);
            variable = true;
            start = at + 1;
        } else if (variable && !isalnum((unsigned char)*at) && *at != '_') {
            append(&expansion, start, at, true);
            variable = false;
            start = at + (way == WAY_UPSTREAM && *at == ' ');
        }
        fresh = false;
    }
    if (!expansion.failed)
        append_last(&expansion, start, at, variable);
    if (expansion.failed)
        set_text(&expansion.text, NULL);
    return expansion.text;
}

/* Compares as the kernel does: the number of blanks between words does not matter. */
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

/* The expanded text or NULL. *ret_odd: it depends on the version of GRUB; newer ones do not take
 * "\$" for a variable. */
static char *expand_value(const struct grub_eval *eval, const char *value, bool *ret_odd)
{
    AUTOFREE char *plain = expand(&eval->env, value, WAY_PLAIN);
    char *text =
        expand(&eval->env, value, eval->run->flavour == GRUB_FEDORA ? WAY_FEDORA : WAY_UPSTREAM);

    *ret_odd = !same_words(plain ? plain : "", text ? text : "") || strstr(value, "\\$");
    return text;
}

/* Keeps the first problem. */
static void set_problem(struct grub_entry *entry, const struct grub_bls_file *file, unsigned line,
                        const char *why)
{
    if (!entry->problem)
        entry->problem = format("%s:%u: %s", file->path, line, why);
}

/* The kernel's parameters, or NULL. Every GRUB only uses the first such line. */
static char *make_options(const struct grub_eval *eval, const struct grub_bls_file *file,
                          struct grub_entry *entry)
{
    const struct grub_bls_line *options = grub_bls_find(file, "options", NULL);
    const char *fallback = grub_env_get(&eval->env, "default_kernelopts");
    AUTOFREE char *text = NULL, *why = NULL;
    bool odd = false;

    if (options)
        text = expand_value(eval, options->value, &odd);
    if (!odd && !text && fallback && eval->run->flavour == GRUB_FEDORA)
        text = expand_value(eval, fallback, &odd);
    why = text ? grub_why_unknown(text) : NULL;
    if (odd)
        set_problem(entry, file, options ? options->line : 1,
                    "versions of GRUB expand these variables differently");
    else if (text && grub_has_mark(text))
        set_problem(entry, file, options ? options->line : 1,
                    why ? why : "a device name in a parameter");
    return entry->problem ? NULL : steal(&text);
}

/* Fedora's GRUB: names of files next to the first initrd, or next to the kernel. */
static void add_early(const struct grub_eval *eval, const struct grub_bls_file *file,
                      struct grub_entry *entry, const char *beside, char **line)
{
    const char *early = grub_env_get(&eval->env, "early_initrd"), *slash = strrchr(beside, '/');

    if (!early || eval->run->flavour != GRUB_FEDORA)
        return;
    if (grub_has_mark(early) || !slash || !*early || *early == ' ' || strstr(early, "  ") ||
        early[strlen(early) - 1] == ' ') {
        set_problem(entry, file, 1, "how GRUB reads $early_initrd is not known");
        return;
    }
    while (*early) {
        size_t n = strcspn(early, " ");

        set_text(line, format("%s ($root)%.*s%.*s", *line, (int)(slash - beside + 1), beside,
                              (int)n, early));
        early += n + (early[n] == ' ');
    }
}

static void add_initrds(const struct grub_eval *eval, const struct grub_bls_file *file,
                        struct grub_entry *entry, struct script *script)
{
    const struct grub_bls_line *first = grub_bls_find(file, "initrd", NULL);
    bool fedora = eval->run->flavour == GRUB_FEDORA;
    char *line;

    if (!first) {
        /* Fedora's GRUB runs `initrd` anyway, and only GRUB knows whether the kernel starts. */
        if (fedora)
            set_problem(entry, file, 1, "an entry without an initrd");
        return;
    }
    line = xstrdup("initrd");
    add_early(eval, file, entry, first->value, &line);
    for (const struct grub_bls_line *at = first; at; at = grub_bls_find(file, "initrd", at))
        set_text(&line, format("%s %s%s", line, fedora ? "($root)" : "", at->value));
    add_line(script, line, first->line);
}

static void write_script(const struct grub_eval *eval, const struct grub_bls_file *file,
                         struct grub_entry *entry, struct script *script)
{
    const struct grub_bls_line *linux_line = grub_bls_find(file, "linux", NULL),
                               *tree = grub_bls_find(file, "devicetree", NULL);
    bool fedora = eval->run->flavour == GRUB_FEDORA;
    const char *save = grub_env_get(&eval->env, fedora ? "save_default" : "blsuki_save_default"),
               *default_tree = fedora ? grub_env_get(&eval->env, "devicetree") : NULL;
    AUTOFREE char *options = make_options(eval, file, entry);

    if (save && *save && (!fedora || streq(save, "true")))
        add_line(script, xstrdup("savedefault"), linux_line->line);
    if (fedora && grub_run_function(eval->run, "load_video"))
        add_line(script, xstrdup("load_video"), linux_line->line);
    if (fedora)
        add_line(script, xstrdup("set gfxpayload=keep"), linux_line->line);
    add_line(script,
             format("linux %s%s%s%s", fedora ? "($root)" : "", linux_line->value,
                    options ? " " : "", options ? options : ""),
             linux_line->line);
    add_initrds(eval, file, entry, script);
    if (tree || (default_tree && *default_tree))
        add_line(script, format("devicetree %s", tree ? tree->value : default_tree),
                 tree ? tree->line : linux_line->line);
}

/* Problems in the script are reported with the line numbers of the file. */
static void parse_script(struct grub_run *run, const struct grub_bls_file *file,
                         const struct script *script, struct grub_entry *entry)
{
    struct grub_node *list = NULL;
    AUTOFREE char *problem = NULL;

    if (grub_parse_text(run, file->path, script->text, strlen(script->text), &list, &problem) < 0) {
        set_problem(entry, file, script->lines[0], "GRUB cannot make a script of it");
        return;
    }
    for (struct grub_node *node = list; node; node = node->next)
        if (node->line >= 1 && node->line <= script->n)
            node->line = script->lines[node->line - 1];
    entry->body = list;
}

/* If an entry lists users, even none, and there are superusers, GRUB asks for a password. */
static bool has_users(const struct grub_eval *eval, const struct grub_bls_file *file)
{
    const struct grub_bls_line *users = grub_bls_find(file, "grub_users", NULL);
    bool odd = false;
    AUTOFREE char *text = users ? expand_value(eval, users->value, &odd) : NULL;

    return text || odd;
}

/* An EFI program: newer versions of Fedora's GRUB (Fedora 45, RHEL 10.2) start it, even if there is
 * a kernel; older ones ignore it. */
static const struct grub_bls_line *find_program(const struct grub_eval *eval,
                                                const struct grub_bls_file *file)
{
    const struct grub_bls_line *efi = grub_bls_find(file, "efi", NULL);

    if (eval->run->flavour != GRUB_FEDORA)
        return NULL;
    return efi ? efi : grub_bls_find(file, "uki", NULL);
}

int grub_bls_add(struct grub_eval *eval, const struct grub_node *node,
                 const struct grub_bls_file *file)
{
    const struct grub_bls_line *linux_line = grub_bls_find(file, "linux", NULL),
                               *program = find_program(eval, file),
                               *first = linux_line ? linux_line : program,
                               *title = grub_bls_find(file, "title", NULL);
    CLEANUP(script_clear) struct script script = {0};
    struct grub_entry entry = {0};
    int r = 0;

    if (!first)
        return 0;
    entry = (struct grub_entry){
        .title = xstrdup(title ? title->value : first->value),
        .id = xstrdup(file->id),
        .file = strcpy(grub_arena_alloc(&eval->run->arena, strlen(file->path) + 1), file->path),
        .line = first->line,
        .restricted = has_users(eval, file),
        .maybe = !linux_line,
    };
    if (program)
        set_problem(&entry, file, program->line, "kexec cannot start an EFI program");
    if (linux_line) {
        write_script(eval, file, &entry, &script);
        r = grub_spend(eval, node, strlen(script.text) / 16);
    }
    if (r < 0) {
        grub_entry_clear(&entry);
        return r;
    }
    if (linux_line)
        parse_script(eval->run, file, &script, &entry);
    grub_words_add(&entry.arguments, entry.title);
    for (const struct grub_bls_line *at = NULL; (at = grub_bls_find(file, "grub_arg", at));)
        grub_words_add(&entry.arguments, at->value);
    return grub_add_entry(eval, node, &entry);
}
