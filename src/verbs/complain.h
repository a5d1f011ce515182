/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/util.h"
#include "report/print.h"
#include "verbs/verb.h"

/* What a negative errno means for the file or action that it concerns (or NULL). The caller frees
 * the text. */
static inline char *complaint(const char *what, int error)
{
    bool root = (error == -EACCES || error == -EPERM) && geteuid() != 0;
    /* What is below /run ends with this boot. */
    bool gone_soon = what && after_prefix(what, "/run/");
    bool useless = error == -EBADMSG || error == -ENEWER;

    return format("%s%s%s%s%s", what ? what : "", what ? ": " : "", json_error(error),
                  gone_soon && useless ? "; the next boot writes it anew" : "",
                  root ? "; run as root" : "");
}

/* Reports it on standard error, and returns the exit status. Only verbs print: nothing below them
 * does. */
static inline int complain(const char *what, int error)
{
    print_trouble(complaint(what, error));
    return EXIT_FAILED;
}
