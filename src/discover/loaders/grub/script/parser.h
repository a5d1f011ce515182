/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A GRUB script as a tree. */

#include "discover/loaders/grub/script/lexer.h"

enum {
    GRUB_MAX_FILE = 1024 * 1024,
    GRUB_MAX_DEPTH = 64,
    GRUB_MAX_NODES = 100 * 1000, /* commands and words */
};

enum grub_node_type {
    NODE_COMMAND,  /* words; body if it has a { block } */
    NODE_IF,       /* condition, body, otherwise; an elif is a lone NODE_IF in otherwise */
    NODE_FOR,      /* name, words, body */
    NODE_WHILE,    /* condition, body */
    NODE_UNTIL,    /* same as NODE_WHILE */
    NODE_FUNCTION, /* name, body */
};

struct grub_node {
    struct grub_node *next;
    enum grub_node_type type;
    unsigned line;
    const char *file; /* as passed to grub_parse() */
    const char *name;
    struct grub_word *words;
    struct grub_node *condition;
    struct grub_node *body;
    struct grub_node *otherwise;
};

/* Parses `text`. The list lives in `arena`; `file` must live as long. 0, or -EBADMSG with
 * *ret_problem "FILE:LINE: why", which the caller frees. */
int grub_parse(struct grub_arena *arena, const char *file, const char *text, size_t length,
               struct grub_node **ret_list, char **ret_problem);
