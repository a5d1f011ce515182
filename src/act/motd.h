/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What everybody who logs in is told: a file in the directory for runtime messages, which pam_motd
 * shows without any configuration (Linux-PAM 1.3.1 and newer). It reads as the user who logs in,
 * and ignores subdirectories. */

/* Shows `text`; with NULL, nothing any more. 0 or a negative errno. */
int motd_show(int root, const char *text);
