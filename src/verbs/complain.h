/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "report/print.h"
#include "verbs/verb.h"

/* Reports a negative errno on standard error, with the file or action that it concerns (or NULL),
 * and returns the exit status. Only verbs print: nothing below them does. */
static inline int complain(const char *what, int error)
{
    print_trouble(format("%s%s%s", what ? what : "", what ? ": " : "",
                         error == -EBADMSG ? "damaged" : strerror(-error)));
    return EXIT_FAILED;
}
