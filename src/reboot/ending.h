/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The end of the shutdown, where a script of the initrd may be what starts the loaded kernel. */

/* Waits while an initrd is unpacked for this shutdown, if that can be told and the program's
 * deadline leaves time for it. The shutdown would wait for it anyway. */
void ending_await(int root);

/* Why the loaded kernel could not be started at the end of the shutdown, for free(); NULL if it
 * can. */
char *ending_problem(int root);
