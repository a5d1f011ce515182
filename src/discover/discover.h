/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "discover/facts.h"

/* Reads everything that can be known about the machine below `root` without changing anything.
 * What could not be found out is in the facts as such; the call itself fails for want of memory
 * only (-ENOMEM). Release with facts_clear() in any case. */
int facts_read(int root, struct facts *ret_facts);

void facts_clear(struct facts *facts);

/* The parts of it, one source file each. All return 0 or -ENOMEM. */
int kexec_facts_read(int root, struct kexec_facts *ret);
int loaded_facts_read(int root, struct loaded_facts *ret);
int hook_facts_read(int root, struct hook_facts *ret);
int boot_facts_read(int root, struct boot_facts *ret);
int requests_read(int root, struct request ret[N_REQUESTS]);
int place_facts_read(int root, struct place_facts *ret);
int driver_facts_read(int root, const char *release, struct driver_facts *ret);
int storage_facts_read(int root, struct storage_facts *ret);
int failure_facts_read(int root, struct failure_facts *ret);
/* `boot_id` is that of this boot, or NULL. */
int check_facts_read(int root, const char *boot_id, struct check_facts *ret);
/* `cmdline` is what the next kernel gets; NULL stands for the running one's. */
int crypt_facts_read(int root, const char *cmdline, struct crypt_facts *ret);
int watchdog_facts_read(int root, struct watchdog_facts *ret);
void kexec_facts_clear(struct kexec_facts *facts);
void loaded_facts_clear(struct loaded_facts *facts);
void hook_facts_clear(struct hook_facts *facts);
void boot_facts_clear(struct boot_facts *facts);
void requests_clear(struct request requests[N_REQUESTS]);
void driver_facts_clear(struct driver_facts *facts);
void storage_facts_clear(struct storage_facts *facts);
void failure_facts_clear(struct failure_facts *facts);
void check_facts_clear(struct check_facts *facts);
void crypt_facts_clear(struct crypt_facts *facts);
void watchdog_facts_clear(struct watchdog_facts *facts);

/* What the kernel `release`, which is to be started, means for the watchdog. */
int watchdog_facts_look_ahead(int root, const char *release, struct watchdog_facts *facts);
