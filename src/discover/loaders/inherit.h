/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether the running kernel's command line may be used for the next one: returns a parameter that
 * was given for one boot, such as "single", or NULL. The caller frees it. */
char *inherit_one_time(const char *cmdline);
