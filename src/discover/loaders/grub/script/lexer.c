/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What GRUB 2.06's flex rules accept, with these peculiarities:
 * - a backslash in double quotes only escapes $ " \ and a newline, and stays elsewhere;
 * - a $ that no variable's name follows is an error, in double quotes too;
 * - a word is a reserved word only as it stands in the file, not after quoting or a joined line;
 * - GRUB drops lines that start with # before it looks at quotes.
 * What GRUB would refuse, or read in a way that depends on its version, is TOKEN_BAD. */

#include "discover/loaders/grub/script/lexer.h"

#include <ctype.h>
#include <errno.h>

#include "base/util.h"

void grub_lexer_init(struct grub_lexer *lexer, struct grub_arena *arena, const char *text,
                     size_t length)
{
    *lexer = (struct grub_lexer){.arena = arena, .at = text, .end = text + length, .line = 1};
}

static int bad(struct grub_lexer *lexer, const char *problem)
{
    lexer->problem = problem;
    return TOKEN_BAD;
}

static char peek(const struct grub_lexer *lexer, size_t ahead)
{
    return (size_t)(lexer->end - lexer->at) > ahead ? lexer->at[ahead] : 0;
}

/* A part that is being collected. */
struct piece {
    struct grub_part **tail;
    char *text; /* room for the rest of the file's word */
    size_t length;
};

/* Ends the part; empty text outside quotes leaves no trace. */
static int piece_end(struct grub_lexer *lexer, struct piece *piece, enum grub_part_type type)
{
    struct grub_part *part;
    char *text;

    if (type == PART_TEXT && piece->length == 0)
        return 0;
    part = grub_arena_alloc(lexer->arena, sizeof(*part));
    text = grub_arena_alloc(lexer->arena, piece->length + 1);
    if (!part || !text)
        return -ENOMEM;
    memcpy(text, piece->text, piece->length);
    *part = (struct grub_part){.type = type, .text = text};
    *piece->tail = part;
    piece->tail = &part->next;
    piece->length = 0;
    return 0;
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

/* GRUB throws a line away that starts with #, even in the middle of a quoted text. */
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

/* At a $; ends the part before it and adds the variable. */
static int lex_variable(struct grub_lexer *lexer, struct piece *piece, bool quoted)
{
    bool braced = peek(lexer, 1) == '{';
    const char *name = lexer->at + (braced ? 2 : 1);
    size_t n = name <= lexer->end ? name_length(name, lexer->end) : 0;
    int r;

    if (n == 0 || (braced && (name + n >= lexer->end || name[n] != '}')))
        return bad(lexer, "a $ without the name of a variable");
    r = piece_end(lexer, piece, quoted ? PART_QUOTED : PART_TEXT);
    if (r < 0)
        return r;
    memcpy(piece->text, name, n);
    piece->length = n;
    drop(lexer, n + (braced ? 3 : 1));
    r = piece_end(lexer, piece, quoted ? PART_QUOTED_VARIABLE : PART_VARIABLE);
    return r < 0 ? r : TOKEN_WORD;
}

static int lex_single_quotes(struct grub_lexer *lexer, struct piece *piece)
{
    int r = piece_end(lexer, piece, PART_TEXT);

    drop(lexer, 1);
    while (r >= 0 && lexer->at < lexer->end && *lexer->at != '\'') {
        if (before_lost_line(lexer))
            return bad(lexer, "a quoted line that starts with #");
        take(lexer, piece);
    }
    if (lexer->at == lexer->end)
        return bad(lexer, "a ' without its end");
    drop(lexer, 1);
    r = r < 0 ? r : piece_end(lexer, piece, PART_QUOTED);
    return r < 0 ? r : TOKEN_WORD;
}

static int lex_double_quotes(struct grub_lexer *lexer, struct piece *piece, bool translated)
{
    int r = piece_end(lexer, piece, PART_TEXT);

    drop(lexer, translated ? 2 : 1);
    while (r >= 0 && lexer->at < lexer->end && *lexer->at != '"') {
        char next = peek(lexer, 1);

        if (before_lost_line(lexer) || (next == '\n' && peek(lexer, 2) == '#'))
            return bad(lexer, "a quoted line that starts with #");
        if (*lexer->at == '$' && !translated) {
            r = lex_variable(lexer, piece, true);
            if (r == TOKEN_BAD)
                return r;
        } else if (*lexer->at == '\\' && next == '\n') {
            drop(lexer, 2);
        } else if (*lexer->at == '\\' && next && strchr("$\\\"", next)) {
            drop(lexer, 1);
            take(lexer, piece);
        } else {
            take(lexer, piece);
        }
    }
    if (r < 0)
        return r;
    if (lexer->at == lexer->end)
        return bad(lexer, "a \" without its end");
    drop(lexer, 1);
    r = piece_end(lexer, piece, translated ? PART_TRANSLATED : PART_QUOTED);
    return r < 0 ? r : TOKEN_WORD;
}

static int lex_escape(struct grub_lexer *lexer, struct piece *piece)
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
    return strchr("{}|&;<> \t\n", c) != NULL; /* NUL too */
}

static int lex_parts(struct grub_lexer *lexer, struct piece *piece)
{
    int r = TOKEN_WORD;

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

/* No more than this can belong to the word: everything up to a blank outside quotes would take a
 * second pass, so it is what is left up to a bound on words. */
enum {
    MAX_WORD = 64 * 1024,
};

static int lex_word(struct grub_lexer *lexer, struct grub_word **ret_word)
{
    struct grub_word *word = grub_arena_alloc(lexer->arena, sizeof(*word));
    struct piece piece = {0};
    AUTOFREE char *room = NULL;
    const char *start = lexer->at, *end = lexer->end;
    size_t n;
    int r;

    if (lexer->end - start > MAX_WORD)
        lexer->end = start + MAX_WORD;
    /* Most words are short: look for the end of a plain one first. */
    n = strcspn(start, "{}|&;<> \t\n'\"\\$");
    room = malloc((start[n] && strchr("'\"\\$", start[n]) ? (size_t)(lexer->end - start) : n) + 1);
    if (!word || !room)
        return -ENOMEM;
    piece.text = room;
    piece.tail = &word->parts;
    word->line = lexer->line;
    r = lex_parts(lexer, &piece);
    if (r == TOKEN_WORD)
        r = piece_end(lexer, &piece, PART_TEXT) < 0 ? -ENOMEM : TOKEN_WORD;
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

int grub_lexer_next(struct grub_lexer *lexer, struct grub_word **ret_word)
{
    int r;

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
