/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

#define EFI_GUID_GLOBAL "8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define EFI_GUID_LOADER "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
#define EFI_GUID_SHIM "605dab50-e046-4300-abb6-3dd810dd8b23"
#define EFI_GUID_FWUPD "0abba7dc-e516-4167-bbf5-4d9d1c739416"
#define EFIVARS_DIR "sys/firmware/efi/efivars"

/* Reads the EFI variable "Name-GUID", without its four bytes of attributes. Returns 1 and the data,
 * which the caller frees; 0 if the variable does not exist or this is not an EFI machine; or a
 * negative errno, -EBADMSG if the variable is shorter than its attributes. */
int efivar_read(int root, const char *name, char **ret_data, size_t *ret_length);

/* The same for UTF-16 text. Non-ASCII characters become '?'. */
int efivar_read_text(int root, const char *name, char **ret_text);

/* The same for the PARTUUID of the partition that the boot loader, or the stub of a unified kernel
 * image, was started from: in lower case, as in /dev/disk/by-partuuid. */
#define EFIVAR_LOADER_PARTITION "LoaderDevicePartUUID-" EFI_GUID_LOADER
int efivar_read_loader_partition(int root, char **ret_uuid);
