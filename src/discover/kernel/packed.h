/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/kernel/archive.h"

/* Moves behind the compressed stream that starts here, as far as its format tells where it ends
 * without being unpacked; otherwise to the end of the archive. False for one that is cut off or
 * damaged, with the problem; and without one where no stream starts that the kernel could unpack.
 */
bool packed_skip(struct archive *archive);
