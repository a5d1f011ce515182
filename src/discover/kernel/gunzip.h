/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/kernel/archive.h"

/* Unpacks a gzip file to its end without keeping what is in it, and moves behind it. False, with
 * the problem, if it is damaged (its checksum and length are compared) or cut off. A second for
 * 100 MiB. */
bool gunzip_skip(struct archive *archive);
