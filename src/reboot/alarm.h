/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Starts the target for units that notify the administrator, if the record of this boot is worth
 * that. Not in emergency mode, which the units that those depend on would end. What does not work
 * is told. */
void alarm_raise(int root);
