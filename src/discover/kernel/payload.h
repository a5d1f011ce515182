/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Opens the files of `entry`, which must outlive the payload, and examines each: whether it exists,
 * whether only root can change it, whether it is a kernel, whether that kernel has its modules. The
 * files of an entry with a problem are not opened. Release with payload_clear(). */
void payload_open(int root, const struct boot_entry *entry, struct boot_payload *ret_payload);

/* A text that differs if kernel, initrds or command line differ. The caller frees it. */
char *payload_signature(const struct boot_payload *payload);

/* Also closes the descriptors. */
void payload_clear(struct boot_payload *payload);
