/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether the running kernel's command line may be used for the next one: a parameter that somebody
 * gave for one boot, such as "single", for free(); or NULL. */
char *inherit_one_time(const char *cmdline);
