/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* --help and --version, from the table of verbs and options. */

void help_print(void);
void help_print_version(void);
