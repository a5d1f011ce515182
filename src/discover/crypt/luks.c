/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A LUKS2 header has two copies, each of 4096 binary bytes and an area with JSON. After a power
 * cut, cryptsetup finds out by a checksum which copy is damaged. No checksum is computed here:
 * unless both copies exist and are equal, the header counts as unknown. */

#include "discover/crypt/luks.h"

#include <endian.h>
#include <errno.h>

#include "base/fd.h"
#include "base/util.h"
#include "discover/crypt/luks1.h"

enum {
    /* The area may have up to 4 MiB, and json-c may need a thousand times as much for brackets.
     * Real headers have a few KiB. */
    MAX_JSON = 128 * 1024,
    MAX_TOKENS = 32, /* same as cryptsetup */
    SMALLEST = 16 * 1024,
    LARGEST = 4 * 1024 * 1024,
};

struct luks2_header {
    char magic[6];
    uint16_t version;
    uint64_t size; /* of this copy, including its JSON */
    uint64_t sequence;
    char label[48];
    char checksum_algorithm[32];
    uint8_t salt[64];
    char uuid[40];
    char subsystem[48];
    uint64_t offset; /* of this copy */
    char padding[184];
    uint8_t checksum[64];
    char padding2[7 * 512];
};

_Static_assert(sizeof(struct luks2_header) == 4096, "the header of LUKS2 has 4096 bytes");

static int damaged(const char **ret_problem, const char *problem)
{
    *ret_problem = problem;
    return -EBADMSG;
}

/* Reads the copy at `offset`: its binary part, and its JSON text, which the caller frees. */
static int read_copy(int fd, uint64_t offset, const char *magic, struct luks2_header *header,
                     char **ret_json, const char **ret_problem)
{
    AUTOFREE char *json = NULL;
    uint64_t size;
    size_t area;
    int r = fd_read_at(fd, header, sizeof(*header), offset);

    if (r < 0)
        return r == -ENODATA ? damaged(ret_problem, "the LUKS2 header is cut off") : r;
    size = be64toh(header->size);
    if (memcmp(header->magic, magic, sizeof(header->magic)) != 0 || be16toh(header->version) != 2 ||
        be64toh(header->offset) != offset)
        return damaged(ret_problem, "a copy of the LUKS2 header is damaged");
    if (size < SMALLEST || size > LARGEST || (size & (size - 1)) != 0 ||
        !memchr(header->uuid, 0, sizeof(header->uuid)))
        return damaged(ret_problem, "the LUKS2 header is damaged");
    area = (size_t)size - sizeof(*header);
    area = area > MAX_JSON ? MAX_JSON : area;
    json = xcalloc(area, 1);
    r = fd_read_at(fd, json, area, offset + sizeof(*header));
    if (r < 0)
        return r == -ENODATA ? damaged(ret_problem, "the LUKS2 header is cut off") : r;
    if (!memchr(json, 0, area))
        return damaged(ret_problem, "the LUKS2 header has more text than is read");
    *ret_json = steal(&json);
    return 0;
}

static int read_tokens(const struct json_object *header, struct luks_keys *keys,
                       const char **ret_problem)
{
    struct json_object *tokens;

    if (!json_object_object_get_ex(header, "tokens", &tokens) ||
        !json_object_is_type(tokens, json_type_object) ||
        json_object_object_length(tokens) > MAX_TOKENS)
        return damaged(ret_problem, "the LUKS2 header has no list of tokens");
    json_object_object_foreach(tokens, id, token)
    {
        if (!json_object_is_type(token, json_type_object))
            return damaged(ret_problem, "the LUKS2 header has a token that is not an object");
        luks_keys_add(keys, luks_key_of_token(id, token));
    }
    return 0;
}

static int luks2_keys_read(int fd, struct luks_keys *keys, const char **ret_problem)
{
    AUTOFREE struct luks2_header *first = xcalloc(1, sizeof(*first));
    AUTOFREE struct luks2_header *second = xcalloc(1, sizeof(*second));
    AUTOFREE char *json = NULL, *other = NULL;
    AUTOJSON struct json_object *object = NULL;
    int r = read_copy(fd, 0, "LUKS\xba\xbe", first, &json, ret_problem);

    if (r >= 0)
        r = read_copy(fd, be64toh(first->size), "SKUL\xba\xbe", second, &other, ret_problem);
    if (r < 0)
        return r;
    if (first->sequence != second->sequence || first->size != second->size ||
        memcmp(first->uuid, second->uuid, sizeof(first->uuid)) != 0 || !streq(json, other))
        return damaged(ret_problem, "the two copies of the LUKS2 header differ");
    r = json_parse(json, &object);
    if (r < 0)
        return r == -EBADMSG ? damaged(ret_problem, "the LUKS2 header is damaged") : r;
    keys->uuid = xstrdup(first->uuid);
    return read_tokens(object, keys, ret_problem);
}

static int read_keys(int fd, struct luks_keys *keys, const char **ret_problem)
{
    char start[8];
    int r = fd_read_at(fd, start, sizeof(start), 0);

    if (r < 0 && r != -ENODATA)
        return r;
    if (r < 0 || memcmp(start, "LUKS\xba\xbe\0", 7) != 0)
        return damaged(ret_problem, "there is no LUKS header");
    switch (start[7]) {
    case 1:
        return luks1_keys_read(fd, keys, ret_problem);
    case 2:
        return luks2_keys_read(fd, keys, ret_problem);
    default:
        return damaged(ret_problem, "the LUKS header has an unknown version");
    }
}

int luks_keys_read(int fd, struct luks_keys *ret_keys, const char **ret_problem)
{
    *ret_keys = (struct luks_keys){0};
    *ret_problem = NULL;
    return read_keys(fd, ret_keys, ret_problem);
}
