/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What fastreboot.service does as it stops: `fastreboot load --at-shutdown`. 0, or -ECANCELED where
 * something kept it from being fast that should not have been; a reboot without a go-ahead for the
 * jump goes by firmware either way. */
int shutdown_load(int root);
