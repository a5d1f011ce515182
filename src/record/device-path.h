/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* Takes the text of an identity and may overwrite its digits with others. */
typedef void (*device_path_visit)(void *data, char *text);

/* Visits the identities that the device path of a firmware boot entry holds in binary: GUIDs of
 * partitions, addresses of interfaces, NVMe namespaces. `variable` is a Boot#### variable of `size`
 * bytes, with its attributes. What is damaged ends the walk.
 * Addresses of hosts are overwritten with zeros. */
void device_path_identities(char *variable, size_t size, device_path_visit visit, void *data);
