/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* name=value lines behind a signature; a backslash takes the next byte as it is, a newline too;
 * what starts with # is filling. GRUB stops silently at what is broken, and so would use a part of
 * it: here that is an error. */

#include "discover/loaders/grub/grubenv.h"

#include <errno.h>

#include "base/util.h"

static const char SIGNATURE[] = "# GRUB Environment Block\n";

/* From `at` to the newline behind the value; the value into `out`. NULL when there is no end. */
static const char *take_value(const char *at, const char *end, char *out)
{
    while (at < end && *at != '\n') {
        if (*at == '\\' && ++at == end)
            return NULL;
        *out++ = *at++;
    }
    *out = 0;
    return at < end ? at : NULL;
}

/* The end of a comment: GRUB minds backslashes in it as well. */
static const char *skip_line(const char *at, const char *end)
{
    while (at < end && *at != '\n')
        at += *at == '\\' ? 2 : 1;
    return at < end ? at : end;
}

static int parse_line(const char **at, const char *end, char *room, struct grub_env *env)
{
    const char *equals = memchr(*at, '=', (size_t)(end - *at));
    AUTOFREE char *name = NULL;

    if (!equals || memchr(*at, '\n', (size_t)(equals - *at)) || equals == *at)
        return -EBADMSG;
    name = strndup(*at, (size_t)(equals - *at));
    if (!name)
        return -ENOMEM;
    *at = take_value(equals + 1, end, room);
    if (!*at)
        return -EBADMSG;
    ++*at;
    return grub_env_set(env, name, room);
}

int grubenv_parse(const char *text, size_t length, struct grub_env *ret_env)
{
    const char *at = text + sizeof(SIGNATURE) - 1, *end = text + length;
    AUTOFREE char *room = malloc(length + 1);
    int r = 0;

    *ret_env = (struct grub_env){0};
    if (!room)
        return -ENOMEM;
    if (length < sizeof(SIGNATURE) || memcmp(text, SIGNATURE, sizeof(SIGNATURE) - 1) != 0)
        return -EBADMSG;
    if (memchr(text, 0, length) || memchr(text, GRUB_MARK, length) ||
        memchr(text, GRUB_MARK_END, length))
        return -EBADMSG;
    while (r >= 0 && at < end) {
        if (*at == '#') {
            at = skip_line(at, end);
            at += at < end;
        } else {
            r = parse_line(&at, end, room, ret_env);
        }
    }
    if (r < 0)
        grub_env_clear(ret_env);
    return r == -E2BIG ? -EBADMSG : r;
}
