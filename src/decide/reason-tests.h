/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* For the table of reasons: the reasons that are more than a single answer among the facts. Each
 * function returns whether its reason applies, and why. */

/* Settings, units and kexec: reason-tests.c */
struct answer test_config_invalid(const struct facts *facts);
struct answer test_firmware_due(const struct facts *facts);
struct answer test_mode_firmware(const struct facts *facts);
struct answer test_kexec_disabled(const struct facts *facts);
struct answer test_kexec_exhausted(const struct facts *facts);
struct answer test_loaded_unknown(const struct facts *facts);
struct answer test_kernel_unknown(const struct facts *facts);
struct answer test_cmdline_inherited(const struct facts *facts);
struct answer test_one_time_entry(const struct facts *facts);
struct answer test_loader_writes(const struct facts *facts);
struct answer test_foreign_kernel(const struct facts *facts);
struct answer test_load_interrupted(const struct facts *facts);
struct answer test_load_refused(const struct facts *facts);
struct answer test_parameters_copied(const struct facts *facts);
struct answer test_failed_before(const struct facts *facts);
struct answer test_failed_too_often(const struct facts *facts);
struct answer test_ima_measures(const struct facts *facts);
struct answer test_driver_required(const struct facts *facts);
struct answer test_driver_missing(const struct facts *facts);
struct answer test_signed_only(const struct facts *facts);
struct answer test_second_hash(const struct facts *facts);
struct answer test_being_checked(const struct facts *facts);
struct answer test_watchdog(const struct facts *facts);

/* The files of an entry, which must exist: reason-files.c */
struct answer test_entry_unbootable(const struct facts *facts);
struct answer test_kernel_missing(const struct facts *facts);
struct answer test_kernel_untrusted(const struct facts *facts);
struct answer test_kernel_invalid(const struct facts *facts);
struct answer test_kernel_foreign(const struct facts *facts);
struct answer test_initrd_missing(const struct facts *facts);
struct answer test_initrd_untrusted(const struct facts *facts);
struct answer test_initrd_empty(const struct facts *facts);
struct answer test_initrd_invalid(const struct facts *facts);
struct answer test_memory_short(const struct facts *facts);
struct answer test_modules_incomplete(const struct facts *facts);
struct answer test_cmdline_too_long(const struct facts *facts);

/* Whether the boot loader would start the same files, and those that kexec cannot start because
 * they are damaged: what kexec does not know how to start may start through the firmware. */
bool shared_files(const struct facts *facts);
bool shared_if_damaged(const struct facts *facts);
