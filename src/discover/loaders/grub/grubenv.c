/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* name=value lines after a signature. A backslash takes the next byte literally, even a newline; a
 * line that starts with # is padding. If the file is damaged, GRUB silently stops and uses what it
 * has read; here that is an error. */

#include "discover/loaders/grub/grubenv.h"

#include <errno.h>

#include "base/util.h"

static const char SIGNATURE[] = "# GRUB Environment Block\n";

/* Copies the value to `out` and returns the newline at its end, or NULL if there is none. */
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

/* The end of a comment; a backslash has its meaning there, too. */
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
    name = xstrndup(*at, (size_t)(equals - *at));
    *at = take_value(equals + 1, end, room);
    if (!*at)
        return -EBADMSG;
    ++*at;
    return grub_env_set(env, name, room);
}

int grubenv_parse(const char *text, size_t length, struct grub_env *ret_env)
{
    const char *at = text + sizeof(SIGNATURE) - 1, *end = text + length;
    AUTOFREE char *room = xcalloc(length + 1, 1);
    int r = 0;

    *ret_env = (struct grub_env){0};
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
