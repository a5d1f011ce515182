/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Writes `text` to the pseudo terminals, for users who are logged in over the network, where the
 * journal does not: systemd learns of those terminals from /run/utmp, which newer distributions do
 * not have. Terminals that are not ready or may not be written to are left out. */
void terminals_tell(int root, const char *text);
