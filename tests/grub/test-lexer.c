/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "helper.h"

#include <errno.h>

#include "base/util.h"
#include "discover/loaders/grub/script/parser.h"

/* The tokens of `text`; words as parts by kind: T text, Q quoted, V variable, D quoted variable. */
static const char *lex(const char *text)
{
    static char out[1024];
    struct grub_arena arena = {0};
    struct grub_lexer lexer;
    struct grub_word *word;
    size_t n = 0;
    int token;

    out[0] = 0;
    grub_lexer_init(&lexer, &arena, text, strlen(text));
    while ((token = grub_lexer_next(&lexer, &word)) != TOKEN_END && token != TOKEN_BAD) {
        n += (size_t)snprintf(out + n, sizeof(out) - n, "%s", n ? " " : "");
        if (token != TOKEN_WORD) {
            n += (size_t)snprintf(out + n, sizeof(out) - n, "%c", "$n;{}"[token]);
            continue;
        }
        for (const struct grub_part *part = word->parts; part; part = part->next)
            n += (size_t)snprintf(out + n, sizeof(out) - n, "%c(%s)", "TQVDG"[part->type],
                                  part -> text);
    }
    if (token == TOKEN_BAD)
        snprintf(out, sizeof(out), "line %u: %s", lexer.line, lexer.problem);
    grub_arena_clear(&arena);
    return out;
}

static void words(void **state)
{
    (void)state;
    assert_string_equal(lex("a b\tc\n"), "T(a) T(b) T(c) n");
    assert_string_equal(lex("a;b{c}\n"), "T(a) ; T(b) { T(c) } n");
    assert_string_equal(lex("a#b # c\n"), "T(a#b) n");
    assert_string_equal(lex("#a\n b\n"), "n T(b) n");
    assert_string_equal(lex("a\\ b\\\nc\n"), "T(a\\ bc) n");
    assert_string_equal(lex("a \\\n b\n"),
                        "T(a)  T(b) n"); /* an empty word, which disappears later */
}

static void quotes(void **state)
{
    (void)state;
    assert_string_equal(lex("a'b c'd\n"), "T(a)Q(b c)T(d) n");
    assert_string_equal(lex("'' \"\"\n"), "Q() Q() n");
    assert_string_equal(lex("'a\\'b\n"), "Q(a\\)T(b) n");
    assert_string_equal(lex("\"a\\$\\\"\\\\\\n\"\n"), "Q(a$\"\\\\n) n");
    assert_string_equal(lex("\"a\\\nb\"\n"), "Q(ab) n");
    assert_string_equal(lex("'a\nb'\n"), "Q(a\nb) n");
    assert_string_equal(lex("$\"a\"\n"), "G(a) n");
}

static void variables(void **state)
{
    (void)state;
    assert_string_equal(lex("$a${b}c$1$@\n"), "V(a)V(b)T(c)V(1)V(@) n");
    assert_string_equal(lex("\"x$a y\"\n"), "Q(x)D(a)Q( y) n");
    assert_string_equal(lex("$12a $?\n"), "V(12)T(a) V(?) n");
}

static void refused(void **state)
{
    (void)state;
    assert_string_equal(lex("a\n'b\n"), "line 3: a ' without its end");
    assert_string_equal(lex("\"b\n"), "line 2: a \" without its end");
    assert_string_equal(lex("a$\n"), "line 1: a $ without the name of a variable");
    assert_string_equal(lex("\"5$\"\n"), "line 1: a $ without the name of a variable");
    assert_string_equal(lex("${a\n"), "line 1: a $ without the name of a variable");
    assert_string_equal(lex("a | b\n"), "line 1: one of | & < > outside quotes");
    assert_string_equal(lex("a;;\n"), "line 1: ;;");
    assert_string_equal(lex("[[ a ]]\n"), "line 1: [[ or ]]");
    assert_string_equal(lex("'a\n#b'\n"), "line 1: a quoted line that starts with #");
    assert_string_equal(lex("a\\\n#b\n"), "line 1: a continued line that starts with #");
    assert_string_equal(lex("a\\\n"), "line 1: a \\ at the end of the file");
}

static const char *parse(const char *text)
{
    static char out[256];
    struct grub_arena arena = {0};
    struct grub_node *list;
    AUTOFREE char *problem = NULL;
    int r = grub_parse(&arena, "f", text, strlen(text), &list, &problem);

    snprintf(out, sizeof(out), "%s", r == 0 ? "ok" : problem);
    grub_arena_clear(&arena);
    return out;
}

static void grammar(void **state)
{
    (void)state;
    assert_string_equal(parse("if a; then b; elif c\nthen\n\nd\nelse e; fi\n"), "ok");
    assert_string_equal(parse("for a in b if fi; do c; done; while d; do e; done\n"), "ok");
    assert_string_equal(parse("function a\n\n{ b; }\nmenuentry 'x' y { a; b }\n"), "ok");
    assert_string_equal(parse("set if=1 then; echo fi\n"), "ok");
    /* What GRUB also refuses. */
    assert_string_equal(parse("\nmenuentry x { }\n"), "f:2: a command is missing");
    assert_string_equal(parse("function a { b }\n"), "f:1: a delimiter is missing");
    assert_string_equal(parse("if a; then; b; fi\n"), "f:1: a command is missing");
    assert_string_equal(parse("if a then b; fi\n"), "f:1: a reserved word is missing");
    assert_string_equal(parse("; a\n"), "f:1: a command is missing");
    assert_string_equal(parse("menuentry x\n{\na\n}\n"), "f:2: a command is missing");
    assert_string_equal(parse("a\nfi\n"), "f:2: a reserved word where a command is expected");
    assert_string_equal(parse("if a; then function b { c; }; fi\n"),
                        "f:1: a function inside another statement");
    /* What depends on more than the text. */
    assert_string_equal(parse("a; function b { c; }\n"),
                        "f:1: a function after another statement on the same line");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),   cmocka_unit_test(quotes),  cmocka_unit_test(variables),
        cmocka_unit_test(refused), cmocka_unit_test(grammar),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
