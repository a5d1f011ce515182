/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "act/unlock/secret.h"

/* What opens a volume now. Both return 0 or a negative errno; release with secret_clear(). */

/* Asks at the terminal, without showing what is typed; where standard input is none, its next line
 * is taken. -ECANCELED if nothing was typed. */
int passphrase_ask(const char *prompt, struct secret *ret);

/* The whole content of a key file, as cryptsetup takes it. -EFBIG if it has more than 64 KiB. */
int passphrase_read(const char *path, struct secret *ret);
