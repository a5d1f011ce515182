/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/terminals.h"

#include <fcntl.h>
#include <sys/utsname.h>

#include "base/root.h"
#include "base/util.h"

#define TERMINALS "dev/pts"

enum {
    MAX_TERMINALS = 4096,
};

static int is_number(const char *name)
{
    return *name && strspn(name, "0123456789") == strlen(name);
}

/* In raw mode a terminal does not add carriage returns. */
static char *message(const char *text)
{
    struct utsname names;

    return format("\r\n\aBroadcast message from fastreboot@%s:\r\n\r\n%s\r\n\r\n",
                  uname(&names) == 0 ? names.nodename : "localhost", text);
}

static void tell(int root, const char *name, const char *text)
{
    AUTOFREE char *path = format(TERMINALS "/%s", name);
    AUTOCLOSE int fd =
        openat(root, path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);

    if (fd >= 0 && write(fd, text, strlen(text)) < 0)
        return; /* nobody reads there */
}

void terminals_tell(int root, const char *text)
{
    CLEANUP(names_freep) char **names = NULL;
    AUTOFREE char *all = NULL;

    if (root_exists(root, "run/utmp") != 0 ||
        root_names(root, TERMINALS, is_number, MAX_TERMINALS, &names) <= 0)
        return;
    all = message(text);
    for (size_t i = 0; names[i]; i++)
        tell(root, names[i], all);
}
