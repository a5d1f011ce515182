/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/answer.h"

/* Notes in `changed` if a file of the administrator's, a drop-in or a unit of the same name, keeps
 * systemd from running what fastreboot's units are there for. */
void unit_commands_check(int root, struct answer *changed);
