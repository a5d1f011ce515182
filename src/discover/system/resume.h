/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/answer.h"

/* Notes in `request` whether the device that resume= on the running kernel's command line names
 * holds a hibernated system, which the next kernel would resume. */
void resume_image_find(int root, struct answer *request);
