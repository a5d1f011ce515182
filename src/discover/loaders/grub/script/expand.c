/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From words as written to words as a command gets them. GRUB first collects each word with its
 * quoted parts escaped, then matches those that look like a path with * or ? against files, and
 * finally removes the backslashes. */

#include "discover/loaders/grub/script/expand.h"

#include <ctype.h>

#include "base/util.h"
#include "discover/loaders/grub/script/wildcard.h"

struct expansion {
    struct grub_eval *eval;
    const struct grub_node *node;
    struct grub_words *words; /* the finished ones */
    char *word;               /* the current one, escaped; NULL if there is none */
    size_t length, size;
};

static int append(struct expansion *expansion, const char *text, size_t n)
{
    int r = grub_spend(expansion->eval, expansion->node, n / 16);

    if (r < 0)
        return r;
    if (expansion->length + n > GRUB_MAX_VALUE)
        return grub_give_up(expansion->eval, expansion->node, "a word of more than %d KiB",
                            GRUB_MAX_VALUE / 1024);
    if (!expansion->word || expansion->length + n >= expansion->size) {
        expansion->size = (expansion->length + n) * 2 + 16;
        expansion->word = xreallocarray(expansion->word, expansion->size, 1);
    }
    memcpy(expansion->word + expansion->length, text, n);
    expansion->length += n;
    expansion->word[expansion->length] = 0;
    return 0;
}

/* Literally: no wildcards and no escapes. */
static int append_literal(struct expansion *expansion, const char *text, size_t n)
{
    int r = append(expansion, "", 0);

    for (size_t i = 0; r >= 0 && i < n; i++) {
        if (strchr("*?\\", text[i]) && !(i > 0 && text[i - 1] == GRUB_MARK))
            r = append(expansion, "\\", 1);
        if (r >= 0)
            r = append(expansion, &text[i], 1);
    }
    return r;
}

/* The value of a variable outside quotes: wildcards in it count, backslashes do not. */
static int append_value(struct expansion *expansion, const char *text, size_t n)
{
    int r = append(expansion, "", 0);

    for (size_t i = 0; r >= 0 && i < n; i++) {
        if (text[i] == '\\')
            r = append(expansion, i + 1 < n && strchr("*?", text[i + 1]) ? "\\\\" : "\\",
                       i + 1 < n && strchr("*?", text[i + 1]) ? 2 : 1);
        if (r >= 0)
            r = append(expansion, &text[i], 1);
    }
    return r;
}

static bool has_hex_escape(const char *word)
{
    for (; *word; word++)
        if (grub_is_hex_escape(word))
            return true;
    return false;
}

/* Adds what only GRUB knows. */
static void add_unknown(struct expansion *expansion, const char *problem)
{
    AUTOFREE char *why = format("%s:%u: %s", expansion->node->file, expansion->node->line, problem),
                  *unknown = grub_unknown(why);

    grub_words_add(expansion->words, unknown);
}

/* Whether one is outside quotes: those inside have two backslashes at this point. */
static bool has_bare_escape(const char *word)
{
    for (; *word; word++) {
        if (grub_is_hex_escape(word))
            return true;
        word += *word == '\\' && word[1];
    }
    return false;
}

/* Adds what becomes of a word in which GRUB may expand wildcards or escapes. Returns false if it
 * stays as it is. */
static bool add_expanded(struct expansion *expansion, const char *word)
{
    AUTOFREE char *name = NULL, *problem = NULL;

    if (strchr("/(*", *word) && *word && has_hex_escape(word))
        problem = format("%s: escapes in paths are not supported", word);
    else if (expansion->eval->run->escapes == GRUB_ESCAPES_UNKNOWN && has_bare_escape(word))
        problem = format("versions of GRUB read %s differently", word);
    else if (grub_is_wildcard(word))
        (void)grub_wildcard(expansion->eval, word, &name, &problem);
    if (problem)
        add_unknown(expansion, problem);
    else if (name)
        grub_words_add(expansion->words, name);
    return problem || name;
}

static int finish_word(struct expansion *expansion)
{
    AUTOFREE char *word = expansion->word;
    char *out = word;

    expansion->word = NULL;
    expansion->length = expansion->size = 0;
    if (!word || add_expanded(expansion, word))
        return 0;
    for (const char *c = word; *c; c++) {
        if (grub_is_hex_escape(c) && expansion->eval->run->escapes == GRUB_ESCAPES_KEPT)
            *out++ = *c++;
        else if (*c == '\\' && c[1])
            c++;
        *out++ = *c;
    }
    *out = 0;
    grub_words_add(expansion->words, word);
    return grub_spend(expansion->eval, expansion->node, 1);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Splits at blanks; unlike in a shell, a blank at the end does not end the word. */
static int append_split(struct expansion *expansion, const char *text)
{
    int r = 0;

    while (is_blank(*text))
        text++;
    while (r >= 0 && *text) {
        size_t n = 0;

        while (text[n] && !is_blank(text[n]))
            n++;
        r = append_value(expansion, text, n);
        for (text += n; is_blank(*text);)
            text++;
        if (r >= 0 && *text)
            r = finish_word(expansion);
    }
    return r;
}

static int append_variable(struct expansion *expansion, const char *value, bool quoted)
{
    return quoted ? append_literal(expansion, value, strlen(value))
                  : append_split(expansion, value);
}

/* $@ and $*: each parameter. Outside quotes an empty one disappears and does not even end a
 * word. */
static int append_all(struct expansion *expansion, bool quoted, bool joined)
{
    const struct grub_scope *scope = expansion->eval->scope;
    bool first = true;
    int r = 0;

    for (size_t i = scope->shifted; r >= 0 && i < scope->arguments.n; i++) {
        const char *word = scope->arguments.words[i];

        if (!quoted && !word[strspn(word, " \t\n\r")])
            continue;
        if (!first)
            r = joined && quoted ? append(expansion, " ", 1) : finish_word(expansion);
        if (r >= 0)
            r = append_variable(expansion, word, quoted);
        first = false;
    }
    return r;
}

static int append_special(struct expansion *expansion, const char *name, bool quoted)
{
    const struct grub_scope *scope = expansion->eval->scope;
    size_t here, i;

    if (!scope)
        return 0;
    here = scope->arguments.n - scope->shifted;
    if (streq(name, "#")) {
        AUTOFREE char *number = format("%zu", here);

        return append(expansion, number, strlen(number));
    }
    if (streq(name, "*") || streq(name, "@"))
        return append_all(expansion, quoted, *name == '*');
    i = strlen(name) > 6 ? 0 : strtoul(name, NULL, 10);
    if (i == 0 || i > here)
        return 0;
    return append_variable(expansion, scope->arguments.words[scope->shifted + i - 1], quoted);
}

static int append_status(struct expansion *expansion)
{
    const struct grub_node *node = expansion->node;
    AUTOFREE char *why = NULL, *unknown = NULL;

    if (expansion->eval->status == STATUS_TRUE || expansion->eval->status == STATUS_FALSE)
        return append(expansion, expansion->eval->status == STATUS_TRUE ? "0" : "1", 1);
    why = format("%s:%u: $?: how the command before it ends is not known", node->file, node->line);
    unknown = grub_unknown(why);
    return append(expansion, unknown, strlen(unknown));
}

static int append_part(struct expansion *expansion, const struct grub_part *part)
{
    bool quoted = part->type == PART_QUOTED_VARIABLE;
    AUTOFREE char *unknown = NULL;
    const char *value;

    switch (part->type) {
    case PART_TEXT:
        return append(expansion, part->text, strlen(part->text));
    case PART_QUOTED:
        return append_literal(expansion, part->text, strlen(part->text));
    case PART_TRANSLATED:
        unknown = grub_unknown("a translated text");
        return append(expansion, unknown, strlen(unknown));
    case PART_VARIABLE:
    case PART_QUOTED_VARIABLE:
        break;
    }
    if (isdigit((unsigned char)*part->text) || strchr("#*@", *part->text))
        return append_special(expansion, part->text, quoted);
    if (streq(part->text, "?"))
        return append_status(expansion);
    value = grub_env_get(&expansion->eval->env, part->text);
    return value && *value ? append_variable(expansion, value, quoted) : 0;
}

int grub_expand(struct grub_eval *eval, const struct grub_node *node, const struct grub_word *list,
                struct grub_words *ret_words)
{
    struct expansion expansion = {.eval = eval, .node = node, .words = ret_words};
    int r = 0;

    *ret_words = (struct grub_words){0};
    for (const struct grub_word *word = list; r >= 0 && word; word = word->next) {
        for (const struct grub_part *part = word->parts; r >= 0 && part; part = part->next)
            r = append_part(&expansion, part);
        if (r >= 0)
            r = finish_word(&expansion);
    }
    free(expansion.word);
    if (r < 0)
        grub_words_clear(ret_words);
    return r;
}
