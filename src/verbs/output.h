/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Writes a file that an option names, and replaces it at once: whoever reads it never sees a part.
 * Returns the exit status; reports its errors. */
int output_write(const char *path, const char *text);
