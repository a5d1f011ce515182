/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What cmocka.h wants to be included before it, and cmocka. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/util.h"

#define RUN_TESTS(tests) cmocka_run_group_tests(tests, NULL, NULL)
