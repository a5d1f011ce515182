/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What fastreboot.service does as it stops: `fastreboot load --at-shutdown`. Gives the exit status,
 * which changes nothing: a reboot without a go-ahead for the jump goes by firmware. */
int shutdown_load(int root);
