/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/util.h"
#include "discover/loaders/grub/script/lexer.h"

enum {
    CHUNK = 32 * 1024,
};

struct grub_chunk {
    struct grub_chunk *next;
    size_t used, size;
    char data[] __attribute__((aligned(16)));
};

void *grub_arena_alloc(struct grub_arena *arena, size_t size)
{
    struct grub_chunk *chunk = arena->chunks;

    size = (size + 15) & ~(size_t)15;
    if (!chunk || chunk->size - chunk->used < size) {
        size_t room = size > CHUNK ? size : CHUNK;

        chunk = xcalloc(1, sizeof(*chunk) + room);
        chunk->size = room;
        chunk->next = arena->chunks;
        arena->chunks = chunk;
    }
    chunk->used += size;
    return chunk->data + chunk->used - size;
}

void grub_arena_clear(struct grub_arena *arena)
{
    while (arena->chunks) {
        struct grub_chunk *next = arena->chunks->next;

        free(arena->chunks);
        arena->chunks = next;
    }
}
