/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* For the table in reasons.c: the tests of what a boot entry's files are, as of struct reason. */
int reason_entry_unbootable(const struct facts *facts, char **ret_text);
int reason_kernel_missing(const struct facts *facts, char **ret_text);
int reason_kernel_untrusted(const struct facts *facts, char **ret_text);
int reason_kernel_invalid(const struct facts *facts, char **ret_text);
int reason_kernel_foreign(const struct facts *facts, char **ret_text);
int reason_initrd_missing(const struct facts *facts, char **ret_text);
int reason_initrd_untrusted(const struct facts *facts, char **ret_text);
int reason_initrd_empty(const struct facts *facts, char **ret_text);
int reason_modules_incomplete(const struct facts *facts, char **ret_text);
int reason_cmdline_too_long(const struct facts *facts, char **ret_text);
int reason_failed_before(const struct facts *facts, char **ret_text);

/* It applies as the answer says, with the answer's words. */
int reason_answer(const struct answer *answer, char **ret_text);

/* It applies, with these words, which are NULL when memory is gone. */
int reason_applies(char **ret_text, char *text);
