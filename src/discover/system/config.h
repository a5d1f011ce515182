/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/config.h"

/* Reads the settings below `root`; a missing file sets nothing. Whatever is wrong with one is in
 * config->error. Release with config_clear(). */
void config_load(int root, struct config *ret_config);

void config_clear(struct config *config);
