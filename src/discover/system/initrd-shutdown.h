/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "facts/answer.h"

/* Whether dracut was asked for such a script and has not unpacked it yet. */
bool initrd_shutdown_is_requested(int root);

/* Whether the shutdown ends in an initrd's script that could not start a kernel; the text says why.
 * To be asked again at the end of the shutdown: the script may have been unpacked only then.
 * Release with answer_clear(). */
struct answer initrd_shutdown_is_stuck(int root);
