/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Made-up facts, without a machine. Strings are constants and file descriptors -1, so facts_clear()
 * must not be called. */
struct made_facts {
    struct facts facts;
    struct boot_entry entry;
    struct boot_file initrds[2];
};

/* A machine on which nothing prevents a fast reboot. */
void made_fast(struct made_facts *made);

/* Every struct answer in it; the array is valid until the next call. test-decide counts them in
 * facts.h, so that none is forgotten. */
enum {
    MADE_FACTS = 69,
};
struct answer *const *made_each_fact(struct facts *facts, size_t *ret_n);

/* Any possible machine: every fact is random, but facts never contradict each other. */
void made_by_dice(struct made_facts *made);
