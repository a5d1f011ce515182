/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Packs the directory `tree` into `file`, a tar.gz of mode 0600. Uses tar(1), which every system
 * has; a library would also be loaded at each shutdown. An existing file is replaced by the
 * complete archive or not at all. 0 or a negative errno; -ECHILD if tar failed, which has printed
 * why. */
int archive_write(const char *tree, const char *file);
