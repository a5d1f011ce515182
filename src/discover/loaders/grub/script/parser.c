/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* After a statement that it cannot parse, GRUB continues at a place that depends on the state of
 * its parser. Here such a statement makes the whole file unknown, so the parser must not accept
 * what GRUB refuses: an empty block, a function without a delimiter before its }, a stray ;. */

#include "discover/loaders/grub/script/parser.h"

#include <ctype.h>
#include <errno.h>

#include "base/util.h"

_Static_assert(GRUB_MAX_NODES == 100000 && GRUB_MAX_DEPTH == 64, "the messages name these");

struct parser {
    struct grub_lexer lexer;
    const char *file;
    enum grub_token token; /* the current one */
    struct grub_word *word;
    unsigned line;      /* of the current token */
    unsigned last_line; /* of the previous one */
    unsigned depth, nodes;
    const char *problem;
};

static int parse_list(struct parser *parser, bool top, struct grub_node **ret_list);

static int fail(struct parser *parser, const char *problem)
{
    if (!parser->problem)
        parser->problem = problem;
    return -EBADMSG;
}

static int advance(struct parser *parser)
{
    parser->last_line = parser->line;
    parser->token = grub_lexer_next(&parser->lexer, &parser->word);
    parser->line = parser->token == TOKEN_WORD ? parser->word->line : parser->lexer.line;
    if (parser->token == TOKEN_NEWLINE)
        parser->line--;
    if (parser->token == TOKEN_BAD)
        return fail(parser, parser->lexer.problem);
    if (++parser->nodes > GRUB_MAX_NODES)
        return fail(parser, "more than 100000 words");
    return 0;
}

static bool at_word(const struct parser *parser, const char *text)
{
    return parser->token == TOKEN_WORD && streq(parser->word->raw, text);
}

static bool is_reserved(const char *text)
{
    static const char *const WORDS[] = {"case", "do",     "done",  "elif",  "else",
                                        "esac", "fi",     "for",   "if",    "in",
                                        "then", "select", "until", "while", "function"};

    for (size_t i = 0; i < ELEMENTS(WORDS); i++)
        if (streq(text, WORDS[i]))
            return true;
    return false;
}

static int expect(struct parser *parser, const char *text)
{
    return at_word(parser, text) ? advance(parser) : fail(parser, "a reserved word is missing");
}

static int skip_newlines(struct parser *parser)
{
    int r = 0;

    while (r >= 0 && parser->token == TOKEN_NEWLINE)
        r = advance(parser);
    return r;
}

/* One ; or newline, then newlines. Returns 1 if there was one, or 0. */
static int skip_delimiters(struct parser *parser)
{
    int r;

    if (parser->token != TOKEN_NEWLINE && parser->token != TOKEN_SEMICOLON)
        return 0;
    r = advance(parser);
    if (r >= 0)
        r = skip_newlines(parser);
    return r < 0 ? r : 1;
}

static struct grub_node *new_node(struct parser *parser, enum grub_node_type type)
{
    struct grub_node *node = grub_arena_alloc(parser->lexer.arena, sizeof(*node));

    *node = (struct grub_node){.type = type, .line = parser->line, .file = parser->file};
    return node;
}

/* The body of a for, while or until: do LIST done. */
static int parse_loop_body(struct parser *parser, struct grub_node *node)
{
    int r = expect(parser, "do");

    if (r >= 0)
        r = parse_list(parser, false, &node->body);
    return r < 0 ? r : expect(parser, "done");
}

static bool is_name(const char *text)
{
    if (!isalpha((unsigned char)*text) && *text != '_')
        return false;
    while (isalnum((unsigned char)*text) || *text == '_')
        text++;
    return *text == 0;
}

/* The name after `for` or `function`. */
static int parse_name(struct parser *parser, struct grub_node *node)
{
    if (parser->token != TOKEN_WORD || !is_name(parser->word->raw) ||
        is_reserved(parser->word->raw))
        return fail(parser, "a name is missing");
    node->name = parser->word->raw;
    return advance(parser);
}

static int parse_words(struct parser *parser, struct grub_node *node)
{
    struct grub_word **tail = &node->words;
    int r = 0;

    while (r >= 0 && parser->token == TOKEN_WORD) {
        *tail = parser->word;
        tail = &parser->word->next;
        r = advance(parser);
    }
    return r;
}

/* After `if` or `elif`. */
static int parse_if(struct parser *parser, struct grub_node *node)
{
    int r = parse_list(parser, false, &node->condition);

    if (r >= 0)
        r = expect(parser, "then");
    if (r >= 0)
        r = parse_list(parser, false, &node->body);
    if (r < 0)
        return r;
    if (at_word(parser, "else")) {
        r = advance(parser);
        if (r >= 0)
            r = parse_list(parser, false, &node->otherwise);
    } else if (at_word(parser, "elif")) {
        node->otherwise = new_node(parser, NODE_IF);
        if (++parser->depth > GRUB_MAX_DEPTH)
            return fail(parser, "nested more than 64 deep");
        r = advance(parser);
        if (r >= 0)
            r = parse_if(parser, node->otherwise);
        parser->depth--;
        return r; /* one fi for all of them */
    }
    return r < 0 ? r : expect(parser, "fi");
}

static int parse_for(struct parser *parser, struct grub_node *node)
{
    int r = parse_name(parser, node);

    if (r >= 0)
        r = expect(parser, "in");
    if (r >= 0)
        r = parse_words(parser, node);
    if (r >= 0)
        r = skip_delimiters(parser);
    if (r == 0)
        return fail(parser, "a delimiter is missing before do");
    return r < 0 ? r : parse_loop_body(parser, node);
}

static int parse_while(struct parser *parser, struct grub_node *node)
{
    int r = parse_list(parser, false, &node->condition);

    return r < 0 ? r : parse_loop_body(parser, node);
}

/* A list and its }, after the {. Only the block of a command (`lax`) may end without a
 * delimiter. */
static int parse_block(struct parser *parser, bool lax, struct grub_node **ret_list)
{
    int r = parse_list(parser, lax, ret_list);

    if (r < 0)
        return r;
    return parser->token == TOKEN_CLOSE ? advance(parser) : fail(parser, "a } is missing");
}

static int parse_function(struct parser *parser, struct grub_node *node)
{
    int r = parse_name(parser, node);

    if (r >= 0)
        r = skip_newlines(parser);
    if (r >= 0 && parser->token != TOKEN_OPEN)
        return fail(parser, "a { is missing");
    if (r >= 0)
        r = advance(parser);
    return r < 0 ? r : parse_block(parser, false, &node->body);
}

static int parse_command(struct parser *parser, struct grub_node *node)
{
    int r;

    if (is_reserved(parser->word->raw))
        return fail(parser, "a reserved word where a command is expected");
    r = parse_words(parser, node);
    if (r < 0 || parser->token != TOKEN_OPEN)
        return r;
    r = advance(parser);
    return r < 0 ? r : parse_block(parser, true, &node->body);
}

static int parse_statement(struct parser *parser, bool top, struct grub_node **ret_node)
{
    static const struct {
        const char *word;
        enum grub_node_type type;
        int (*parse)(struct parser *, struct grub_node *);
    } KINDS[] = {
        {"if", NODE_IF, parse_if},
        {"for", NODE_FOR, parse_for},
        {"while", NODE_WHILE, parse_while},
        {"until", NODE_UNTIL, parse_while},
        {"function", NODE_FUNCTION, parse_function},
    };
    int r = 0;

    if (parser->token != TOKEN_WORD)
        return fail(parser, "a command is missing");
    if (++parser->depth > GRUB_MAX_DEPTH)
        return fail(parser, "nested more than 64 deep");
    for (size_t i = 0; i < ELEMENTS(KINDS); i++) {
        if (!at_word(parser, KINDS[i].word))
            continue;
        if (KINDS[i].type == NODE_FUNCTION && !top)
            return fail(parser, "a function inside another statement");
        *ret_node = new_node(parser, KINDS[i].type);
        r = advance(parser);
        if (r >= 0)
            r = KINDS[i].parse(parser, *ret_node);
        parser->depth--;
        return r;
    }
    *ret_node = new_node(parser, NODE_COMMAND);
    r = parse_command(parser, *ret_node);
    parser->depth--;
    return r;
}

static bool ends_list(const struct parser *parser)
{
    static const char *const WORDS[] = {"then", "else", "elif", "fi", "do", "done"};

    if (parser->token == TOKEN_CLOSE || parser->token == TOKEN_END)
        return true;
    for (size_t i = 0; i < ELEMENTS(WORDS); i++)
        if (at_word(parser, WORDS[i]))
            return true;
    return false;
}

/* At least one command, with a delimiter after each. In the block of a command (`lax`) the } can
 * replace the last one. */
static int parse_list(struct parser *parser, bool lax, struct grub_node **ret_list)
{
    struct grub_node **tail = ret_list;
    int r = skip_newlines(parser);

    while (r >= 0) {
        r = parse_statement(parser, false, tail);
        if (r < 0)
            return r;
        tail = &(*tail)->next;
        r = skip_delimiters(parser);
        if (r == 0)
            return lax && parser->token == TOKEN_CLOSE ? 0 : fail(parser, "a delimiter is missing");
        if (r > 0 && ends_list(parser))
            return 0;
    }
    return r;
}

static int parse_script(struct parser *parser, struct grub_node **ret_list)
{
    struct grub_node **tail = ret_list;
    int r = advance(parser);

    if (r >= 0)
        r = skip_newlines(parser);
    while (r >= 0 && parser->token != TOKEN_END) {
        bool same_line = tail != ret_list && parser->line == parser->last_line;

        r = parse_statement(parser, true, tail);
        if (r < 0)
            return r;
        /* GRUB parses a whole line before it runs it, and parsing alone defines a function. */
        if ((*tail)->type == NODE_FUNCTION && same_line)
            return fail(parser, "a function after another statement on the same line");
        tail = &(*tail)->next;
        r = skip_delimiters(parser);
        if (r == 0)
            return fail(parser, "a delimiter is missing");
    }
    return r;
}

int grub_parse(struct grub_arena *arena, const char *file, const char *text, size_t length,
               struct grub_node **ret_list, char **ret_problem)
{
    struct parser parser = {.file = file};
    int r;

    *ret_list = NULL;
    grub_lexer_init(&parser.lexer, arena, text, length);
    r = parse_script(&parser, ret_list);
    if (r == -EBADMSG) {
        *ret_problem = format("%s:%u: %s", file, parser.line, parser.problem);
        return r;
    }
    return 0;
}
