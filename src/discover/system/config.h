/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/config.h"

/* Reads the settings below `root`. A file that is not there sets nothing. Whatever is wrong with
 * one is told in config->error and is no failure of the call, which fails for want of memory only
 * (-ENOMEM). Release with config_clear() in any case. */
int config_load(int root, struct config *ret_config);

void config_clear(struct config *config);
