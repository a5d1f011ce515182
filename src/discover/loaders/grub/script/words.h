/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The words of a command after expansion. */
struct grub_words {
    char **words; /* NULL-terminated, or NULL */
    size_t n;
};

void grub_words_clear(struct grub_words *words);
void grub_words_add(struct grub_words *words, const char *word);

/* Adds the words of `from`, starting with number `first`. */
void grub_words_copy(const struct grub_words *from, size_t first, struct grub_words *to);

bool grub_words_equal(const struct grub_words *a, const struct grub_words *b);
/* Whether the text starts with \xHH, where H is a hexadecimal digit: as in systemd's unit names. */
bool grub_is_hex_escape(const char *text);

bool grub_words_have(const struct grub_words *words, const char *word);
