/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Facts made up, without a machine. The strings are constants and the file descriptors -1, so they
 * are not for facts_clear(). */
struct made_facts {
    struct facts facts;
    struct boot_entry entry;
    struct boot_file initrds[2];
};

/* A machine on which nothing speaks against a fast reboot. */
void made_fast(struct made_facts *made);

/* Every struct answer in it; the array is good until the next call. test-decide counts them in
 * facts.h, so that none is forgotten here. */
enum {
    MADE_FACTS = 67,
};
struct answer *const *made_each_fact(struct facts *facts, size_t *ret_n);

/* Any machine that could be: every fact by dice, but none that contradict each other. */
void made_by_dice(struct made_facts *made);
