/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/loaders/grub/script/paths.h"

/* The GRUBs of SUSE and Fedora can name files from the default subvolume of a btrfs on
 * (btrfs_relative_path) instead of from its top. If grub.cfg in the directory of `paths` asks for
 * that, the paths are made so. 0; 1 and why that is not possible in *ret_problem, which the caller
 * frees; or a negative errno and the same. */
int grub_follow_default(struct grub_paths *paths, char **ret_problem);
