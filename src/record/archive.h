/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Packs what is in the directory at `tree` into `file`, a tar.gz of mode 0600, with tar(1): it is
 * on every system, while a library would be loaded at each shutdown as well. What was there before
 * is replaced by all of the new archive or not at all. 0 or a negative errno; -ECHILD when tar
 * failed, which has told why. */
int archive_write(const char *tree, const char *file);
