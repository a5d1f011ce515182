/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/kernel/archive.h"

/* Move behind an archive of a format that does not tell how long it is. What gzip and bzip2 end
 * with is looked at, and gzip is read through where that is not what it should be. lzma has nothing
 * to look at. False, with the problem, if it is damaged or cut off. */
bool packed_skip_gzip(struct archive *archive);
bool packed_skip_bzip2(struct archive *archive);
bool packed_skip_lzma(struct archive *archive);
