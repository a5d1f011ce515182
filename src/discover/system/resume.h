/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether the device that the running kernel's command line names with resume= holds a hibernated
 * system, which the next kernel would take up: 1 with that in words, for free(); 0; or a negative
 * errno, perhaps with words too. */
int resume_image_find(int root, char **ret_text);
