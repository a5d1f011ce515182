/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* How the payload's initrd opens encrypted volumes, by the first program in it that can.
 * *ret_program is that program's path with INITRD_SYSTEMD, else NULL; never freed. INITRD_UNKNOWN
 * too if the initrd is not packed by gzip or zstd, or is damaged. Unpacks it as far as that
 * program: up to a second. A recording gets nothing of that, so the answer for a recorded machine
 * is always unknown. */
enum initrd_way initrd_way(const struct boot_payload *payload, const char **ret_program);
