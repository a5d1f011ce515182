/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Opens the files of `entry`, which must outlive the payload, and looks at each: is it there, can
 * only root change it, is it a kernel, has that kernel its modules. An entry with a problem has no
 * files. Release with payload_clear(). */
void payload_open(int root, const struct boot_entry *entry, struct boot_payload *ret_payload);

/* A text that differs when kernel, initrds or command line differ; for free(). */
char *payload_signature(const struct boot_payload *payload);

/* Closes the descriptors too. */
void payload_clear(struct boot_payload *payload);
