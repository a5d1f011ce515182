/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "verbs/verb.h"

/* The options of the command line. Both functions report what is wrong with them. */

/* Takes the options into `call` and the argument of --root, if it is there, into *root; getopt's
 * optind then is the first other word. Returns the exit status if the program ends here: after an
 * error, --help or --version; otherwise -1. */
int options_take(int argc, char **argv, struct call *call, const char **root);

/* Whether the verb takes the options of `call` and its argument, which is taken into `call` if it
 * is a number: EXIT_FINE or another exit status. */
int options_check(const struct verb *verb, struct call *call);
