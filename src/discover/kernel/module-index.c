/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/kernel/module-index.h"

#include <endian.h>
#include <errno.h>
#include <stdint.h>

#include "base/util.h"

/* A node has: with PREFIX, a string; with CHILDREN, the first and the last character that may
 * follow, and the offset of a node for each of them; with VALUES, their number, and for each a
 * priority and a string. The flags are part of the offset of the node. */
enum {
    MAGIC = 0xb007f457,
    VERSION_MAJOR = 2,
    HEADER = 12,
    MAX_KEY = 1024,
};

static const uint32_t PREFIX = 0x80000000, VALUES = 0x40000000, CHILDREN = 0x20000000,
                      PLACE = 0x0fffffff;

struct walk {
    const char *index;
    size_t size;
    size_t left; /* bytes that may still be read: the nodes of a tree do not overlap */
    const char *name;
    module_index_visit visit;
    void *data;
    char key[MAX_KEY + 1];
};

/* A position in the file, and what was found to be wrong with it. */
struct cursor {
    struct walk *walk;
    size_t at;
    int error;
};

static const char *take(struct cursor *cursor, size_t size)
{
    struct walk *walk = cursor->walk;
    const char *bytes = walk->index + cursor->at;

    if (cursor->error || cursor->at > walk->size || size > walk->size - cursor->at ||
        size > walk->left) {
        cursor->error = -EBADMSG;
        return NULL;
    }
    cursor->at += size;
    walk->left -= size;
    return bytes;
}

static uint32_t take_number(struct cursor *cursor)
{
    const char *bytes = take(cursor, sizeof(uint32_t));
    uint32_t number = 0;

    if (bytes)
        memcpy(&number, bytes, sizeof(number));
    return be32toh(number);
}

static const char *take_text(struct cursor *cursor)
{
    const struct walk *walk = cursor->walk;
    size_t left = cursor->at < walk->size ? walk->size - cursor->at : 0;
    size_t length = strnlen(walk->index + (left ? cursor->at : 0), left);

    return take(cursor, length + 1);
}

/* Returns the bracket that closes the set, or NULL. *ret_found: `sign` is in the set. */
static const char *match_set(const char *set, char sign, bool *ret_found)
{
    const char *at = set + 1;
    bool other = *at == '!' || *at == '^';

    *ret_found = false;
    for (at += other; *at && (*at != ']' || at == set + 1 + other); at++) {
        if (at[1] == '-' && at[2] && at[2] != ']') {
            *ret_found |= sign >= at[0] && sign <= at[2];
            at += 2;
        } else {
            *ret_found |= *at == sign;
        }
    }
    *ret_found ^= other;
    return *at ? at : NULL;
}

/* Matches a character of a name with one of a pattern: returns the rest of the pattern, or NULL. */
static const char *match_one(const char *pattern, char sign)
{
    const char *end;
    bool found;

    if (*pattern == '[' && (end = match_set(pattern, sign, &found)) != NULL)
        return found ? end + 1 : NULL;
    return sign && (*pattern == '?' || *pattern == sign) ? pattern + 1 : NULL;
}

/* Like fnmatch(), which may take almost forever. */
static bool matches(const char *pattern, const char *name)
{
    const char *star = NULL, *again = NULL;

    while (*name) {
        const char *next;

        if (*pattern == '*') {
            star = ++pattern;
            again = name;
            continue;
        }
        next = match_one(pattern, *name);
        if (next) {
            pattern = next;
            name++;
        } else if (star) {
            pattern = star;
            name = ++again;
        } else {
            return false;
        }
    }
    return !pattern[strspn(pattern, "*")];
}

/* Whether a key that starts like this can match. */
static bool is_worth_it(const struct walk *walk)
{
    size_t plain = strcspn(walk->key, "*?[");

    return !walk->name || strncmp(walk->key, walk->name, plain) == 0;
}

static int add_to_key(struct walk *walk, size_t *length, const char *text)
{
    size_t more = strlen(text);

    if (more > MAX_KEY - *length)
        return -EBADMSG;
    memcpy(walk->key + *length, text, more + 1);
    *length += more;
    return 0;
}

static int visit_values(struct cursor *cursor)
{
    struct walk *walk = cursor->walk;
    bool wanted = !walk->name || matches(walk->key, walk->name);
    uint32_t n = take_number(cursor);
    int r = cursor->error;

    for (uint32_t i = 0; r == 0 && wanted && i < n; i++) {
        const char *value;

        (void)take_number(cursor); /* the priority */
        value = take_text(cursor);
        r = value ? walk->visit(walk->key, value, walk->data) : cursor->error;
    }
    return r;
}

static int visit_node(struct walk *walk, uint32_t place, size_t length);

/* Reads the offsets of the children first, as the values follow them. */
static int visit_children(struct cursor *cursor, size_t length)
{
    struct walk *walk = cursor->walk;
    const char *bounds = take(cursor, 2);
    unsigned first = bounds ? (unsigned char)bounds[0] : 1,
             last = bounds ? (unsigned char)bounds[1] : 0;
    const char *places = last >= first ? take(cursor, (last - first + 1) * sizeof(uint32_t)) : NULL;
    int r = places ? 0 : -EBADMSG;

    for (unsigned sign = first; r == 0 && sign <= last; sign++) {
        char text[2] = {(char)sign, 0};
        uint32_t place;
        size_t longer = length;

        memcpy(&place, places + (sign - first) * sizeof(place), sizeof(place));
        if (!be32toh(place))
            continue;
        r = sign ? add_to_key(walk, &longer, text) : -EBADMSG;
        if (r == 0)
            r = visit_node(walk, be32toh(place), longer);
        walk->key[length] = 0;
    }
    return r;
}

/* The key has `length` characters so far. Each node makes it longer, so MAX_KEY limits the
 * depth. */
static int visit_node(struct walk *walk, uint32_t place, size_t length)
{
    struct cursor cursor = {.walk = walk, .at = place & PLACE};
    int r = 0;

    if (!is_worth_it(walk))
        return 0;
    if (place & PREFIX) {
        const char *prefix = take_text(&cursor);

        r = prefix ? add_to_key(walk, &length, prefix) : cursor.error;
        if (r == 0 && !is_worth_it(walk))
            return 0;
    }
    if (r == 0 && place & CHILDREN)
        r = visit_children(&cursor, length);
    walk->key[length] = 0;
    return r == 0 && place & VALUES ? visit_values(&cursor) : r;
}

int module_index_walk(const char *index, size_t size, const char *name, module_index_visit visit,
                      void *data)
{
    struct walk walk = {
        .index = index, .size = size, .left = size, .name = name, .visit = visit, .data = data};
    struct cursor header = {.walk = &walk};
    uint32_t magic = take_number(&header), version = take_number(&header);
    uint32_t start = take_number(&header);

    if (header.error || magic != MAGIC || version >> 16 != VERSION_MAJOR)
        return -EBADMSG;
    return start & PLACE ? visit_node(&walk, start, 0) : 0;
}

void module_name_normalise(char *name)
{
    bool within = false;

    for (; *name; name++) {
        within = *name == '[' || (within && *name != ']');
        if (*name == '-' && !within)
            *name = '_';
    }
}
