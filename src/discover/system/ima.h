/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/answer.h"

/* Whether the kernel's Integrity Measurement Architecture measures what is run, so that a verifier
 * may compare its log with the TPM. What a Secure Boot kernel measures by itself, which is modules
 * and kernels, does not count. */
struct answer ima_measures(int root);
