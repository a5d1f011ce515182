/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/boot-record.h"
#include "facts/death.h"

/* How the kernel of attempt `id` ended, by the signs alone. Release with death_clear(). */
void death_judge(const char *id, const struct death_signs *signs, struct death *ret);

/* Puts the cause, if it is known, in place of what the record's text says may have happened. */
void death_explain(const struct death *death, struct boot_record *record);
