/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* name=value lines after a signature. A backslash takes the next byte literally, even a newline; a
 * line that starts with # is padding. Every GRUB since 2.02 reads a damaged file in the same way:
 * up to the damage, where a line without = becomes a part of the next name. So does this. */

#include "discover/loaders/grub/script/grubenv.h"

#include <errno.h>

#include "base/util.h"

static const char SIGNATURE[] = "# GRUB Environment Block\n";

/* The newline that ends the value or comment, or NULL. */
static const char *end_of_line(const char *at, const char *end)
{
    while (at < end && *at != '\n')
        at += *at == '\\' ? 2 : 1;
    return at < end ? at : NULL;
}

/* Copies the value without its backslashes. */
static void copy_value(const char *at, const char *end, char *out)
{
    for (; at < end; at++) {
        at += *at == '\\';
        *out++ = *at;
    }
    *out = 0;
}

/* Adds the variable at *at, and advances. Returns 0 if the rest of the file is damaged. */
static int parse_line(const char **at, const char *end, char *room, struct grub_env *env)
{
    const char *equals = memchr(*at, '=', (size_t)(end - *at)),
               *newline = equals ? end_of_line(equals + 1, end) : NULL;
    AUTOFREE char *name = NULL;
    int r;

    if (!newline)
        return 0;
    name = xstrndup(*at, (size_t)(equals - *at));
    copy_value(equals + 1, newline, room);
    *at = newline + 1;
    r = grub_env_set(env, name, room);
    return r < 0 ? r : 1;
}

int grubenv_parse(const char *text, size_t length, struct grub_env *ret_env)
{
    const char *at = text + sizeof(SIGNATURE) - 1, *end = text + length;
    AUTOFREE char *room = xcalloc(length + 1, 1);
    int r = 1;

    *ret_env = (struct grub_env){0};
    if (length < sizeof(SIGNATURE) || memcmp(text, SIGNATURE, sizeof(SIGNATURE) - 1) != 0)
        return 0;
    if (memchr(text, 0, length) || memchr(text, GRUB_MARK, length) ||
        memchr(text, GRUB_MARK_END, length))
        return -EBADMSG;
    while (r > 0 && at < end) {
        if (*at == '#') {
            at = end_of_line(at, end);
            at = at ? at + 1 : end;
        } else {
            r = parse_line(&at, end, room, ret_env);
        }
    }
    if (r < 0)
        grub_env_clear(ret_env);
    return r < 0 ? -EBADMSG : 1;
}
