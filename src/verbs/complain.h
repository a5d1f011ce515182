/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "verbs/verb.h"

/* Tells a negative errno on standard error, with the file or action it is about (or NULL), and
 * gives the exit status. For verbs: nothing below them prints. */
static inline int complain(const char *what, int error)
{
    fprintf(stderr, "fastreboot: %s%s%s\n", what ? what : "", what ? ": " : "",
            error == -EBADMSG ? "damaged" : strerror(-error));
    return EXIT_FAILED;
}
