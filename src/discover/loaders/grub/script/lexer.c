/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the flex rules of GRUB 2.06 accept, with these peculiarities:
 * - a backslash in double quotes only escapes $ " \ and a newline, and is otherwise kept;
 * - a $ that is not followed by the name of a variable is an error, in double quotes, too;
 * - a word is only reserved as it stands in the file, not after quoting or joining lines;
 * - GRUB drops lines that start with # before it looks at quotes.
 * What GRUB refuses, or what versions of GRUB read differently, is TOKEN_BAD. */

#include "discover/loaders/grub/script/lexer.h"

#include <ctype.h>

#include "base/util.h"

void grub_lexer_init(struct grub_lexer *lexer, struct grub_arena *arena, const char *text,
                     size_t length)
{
    *lexer = (struct grub_lexer){.arena = arena, .at = text, .end = text + length, .line = 1};
}

static enum grub_token bad(struct grub_lexer *lexer, const char *problem)
{
    lexer->problem = problem;
    return TOKEN_BAD;
}

static char peek(const struct grub_lexer *lexer, size_t ahead)
{
    return (size_t)(lexer->end - lexer->at) > ahead ? lexer->at[ahead] : 0;
}

/* The part that is being collected. */
struct piece {
    struct grub_part **tail;
    char *text; /* has room for the rest of the word in the file */
    size_t length;
};

/* Ends the part. Empty text outside quotes is dropped. */
static void piece_end(struct grub_lexer *lexer, struct piece *piece, enum grub_part_type type)
{
    struct grub_part *part;
    char *text;

    if (type == PART_TEXT && piece->length == 0)
        return;
    part = grub_arena_alloc(lexer->arena, sizeof(*part));
    text = grub_arena_alloc(lexer->arena, piece->length + 1);
    memcpy(text, piece->text, piece->length);
    *part = (struct grub_part){.type = type, .text = text};
    *piece->tail = part;
    piece->tail = &part->next;
    piece->length = 0;
}

static void take(struct grub_lexer *lexer, struct piece *piece)
{
    if (*lexer->at == '\n')
        lexer->line++;
    piece->text[piece->length++] = *lexer->at++;
}

static void drop(struct grub_lexer *lexer, size_t n)
{
    while (n-- > 0)
        if (*lexer->at++ == '\n')
            lexer->line++;
}

/* GRUB drops a line that starts with #, even in the middle of a quoted text. */
static bool before_lost_line(const struct grub_lexer *lexer)
{
    return lexer->at[0] == '\n' && peek(lexer, 1) == '#';
}

static size_t name_length(const char *at, const char *end)
{
    size_t n = 0;

    if (at < end && strchr("?#*@", *at) && *at)
        return 1;
    if (at < end && isdigit((unsigned char)*at)) {
        while (at + n < end && isdigit((unsigned char)at[n]))
            n++;
        return n;
    }
    if (at < end && (isalpha((unsigned char)*at) || *at == '_'))
        while (at + n < end && (isalnum((unsigned char)at[n]) || at[n] == '_'))
            n++;
    return n;
}

/* At a $: ends the part before it and adds the variable. */
static enum grub_token lex_variable(struct grub_lexer *lexer, struct piece *piece, bool quoted)
{
    bool braced = peek(lexer, 1) == '{';
    const char *name = lexer->at + (braced ? 2 : 1);
    size_t n = name <= lexer->end ? name_length(name, lexer->end) : 0;

    if (n == 0 || (braced && (name + n >= lexer->end || name[n] != '}')))
        return bad(lexer, "a $ without the name of a variable");
    piece_end(lexer, piece, quoted ? PART_QUOTED : PART_TEXT);
    memcpy(piece->text, name, n);
    piece->length = n;
    drop(lexer, n + (braced ? 3 : 1));
    piece_end(lexer, piece, quoted ? PART_QUOTED_VARIABLE : PART_VARIABLE);
    return TOKEN_WORD;
}

static enum grub_token lex_single_quotes(struct grub_lexer *lexer, struct piece *piece)
{
    piece_end(lexer, piece, PART_TEXT);
    drop(lexer, 1);
    while (lexer->at < lexer->end && *lexer->at != '\'') {
        if (before_lost_line(lexer))
            return bad(lexer, "a quoted line that starts with #");
        take(lexer, piece);
    }
    if (lexer->at == lexer->end)
        return bad(lexer, "a ' without its end");
    drop(lexer, 1);
    piece_end(lexer, piece, PART_QUOTED);
    return TOKEN_WORD;
}

static enum grub_token lex_double_quotes(struct grub_lexer *lexer, struct piece *piece,
                                         bool translated)
{
    piece_end(lexer, piece, PART_TEXT);
    drop(lexer, translated ? 2 : 1);
    while (lexer->at < lexer->end && *lexer->at != '"') {
        char next = peek(lexer, 1);

        if (before_lost_line(lexer) || (next == '\n' && peek(lexer, 2) == '#'))
            return bad(lexer, "a quoted line that starts with #");
        if (*lexer->at == '$' && !translated) {
            if (lex_variable(lexer, piece, true) == TOKEN_BAD)
                return TOKEN_BAD;
        } else if (*lexer->at == '\\' && next == '\n') {
            drop(lexer, 2);
        } else if (*lexer->at == '\\' && next && strchr("$\\\"", next)) {
            drop(lexer, 1);
            take(lexer, piece);
        } else {
            take(lexer, piece);
        }
    }
    if (lexer->at == lexer->end)
        return bad(lexer, "a \" without its end");
    drop(lexer, 1);
    piece_end(lexer, piece, translated ? PART_TRANSLATED : PART_QUOTED);
    return TOKEN_WORD;
}

static enum grub_token lex_escape(struct grub_lexer *lexer, struct piece *piece)
{
    char next = peek(lexer, 1);

    if (!next)
        return bad(lexer, "a \\ at the end of the file");
    if (next == '\n') {
        if (peek(lexer, 2) == '#')
            return bad(lexer, "a continued line that starts with #");
        if (lexer->end - lexer->at == 2)
            return bad(lexer, "a \\ at the end of the file");
        drop(lexer, 2);
    } else {
        take(lexer, piece);
        take(lexer, piece);
    }
    return TOKEN_WORD;
}

static bool ends_word(char c)
{
    return strchr("{}|&;<> \t\n", c) != NULL; /* also NUL */
}

static enum grub_token lex_parts(struct grub_lexer *lexer, struct piece *piece)
{
    enum grub_token r = TOKEN_WORD;

    while (r == TOKEN_WORD && lexer->at < lexer->end && !ends_word(*lexer->at))
        switch (*lexer->at) {
        case '\'':
            r = lex_single_quotes(lexer, piece);
            break;
        case '"':
            r = lex_double_quotes(lexer, piece, false);
            break;
        case '\\':
            r = lex_escape(lexer, piece);
            break;
        case '$':
            r = peek(lexer, 1) == '"' ? lex_double_quotes(lexer, piece, true)
                                      : lex_variable(lexer, piece, false);
            break;
        default:
            take(lexer, piece);
        }
    return r;
}

/* The end of a word is not known before it is read, so this limits the room for it. */
enum {
    MAX_WORD = 64 * 1024,
};

static enum grub_token lex_word(struct grub_lexer *lexer, struct grub_word **ret_word)
{
    struct grub_word *word = grub_arena_alloc(lexer->arena, sizeof(*word));
    struct piece piece = {0};
    AUTOFREE char *room = NULL;
    const char *start = lexer->at, *end = lexer->end;
    enum grub_token r;
    size_t n;

    if (lexer->end - start > MAX_WORD)
        lexer->end = start + MAX_WORD;
    /* Most words are short: first look for the end of a plain one. */
    n = strcspn(start, "{}|&;<> \t\n'\"\\$");
    if (start[n] && strchr("'\"\\$", start[n]))
        n = (size_t)(lexer->end - start);
    piece.text = room = xreallocarray(NULL, n + 1, 1);
    piece.tail = &word->parts;
    word->line = lexer->line;
    r = lex_parts(lexer, &piece);
    if (r == TOKEN_WORD)
        piece_end(lexer, &piece, PART_TEXT);
    if (lexer->at == lexer->end && lexer->end < end)
        r = bad(lexer, "a word of more than 64 KiB");
    lexer->end = end;
    word->raw = word->parts && !word->parts->next && word->parts->type == PART_TEXT &&
                        strlen(word->parts->text) == (size_t)(lexer->at - start)
                    ? word->parts->text
                    : "";
    *ret_word = word;
    return r;
}

static void skip_blanks(struct grub_lexer *lexer)
{
    while (lexer->at < lexer->end && (*lexer->at == ' ' || *lexer->at == '\t'))
        lexer->at++;
    if (lexer->at < lexer->end && *lexer->at == '#')
        while (lexer->at < lexer->end && *lexer->at != '\n')
            lexer->at++;
}

enum grub_token grub_lexer_next(struct grub_lexer *lexer, struct grub_word **ret_word)
{
    enum grub_token r;

    skip_blanks(lexer);
    if (lexer->at == lexer->end)
        return TOKEN_END;
    switch (*lexer->at) {
    case '\n':
        drop(lexer, 1);
        return TOKEN_NEWLINE;
    case ';':
        drop(lexer, 1);
        return peek(lexer, 0) == ';' ? bad(lexer, ";;") : TOKEN_SEMICOLON;
    case '{':
        drop(lexer, 1);
        return TOKEN_OPEN;
    case '}':
        drop(lexer, 1);
        return TOKEN_CLOSE;
    case '|':
    case '&':
    case '<':
    case '>':
        return bad(lexer, "one of | & < > outside quotes");
    default:
        r = lex_word(lexer, ret_word);
        if (r == TOKEN_WORD && (streq((*ret_word)->raw, "[[") || streq((*ret_word)->raw, "]]")))
            return bad(lexer, "[[ or ]]");
        return r;
    }
}
