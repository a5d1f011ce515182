/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The answer to a question about the machine: yes, no, or unknown. Only decide/ may treat unknown
 * as one of the others. */
struct answer {
    enum { ANSWER_NO, ANSWER_YES, ANSWER_UNKNOWN } is;
    int error;  /* the errno that kept us from knowing */
    char *text; /* what it is, or what could not be read, in words; or NULL */
};

/* `text` becomes the answer's own and may be NULL. */
struct answer answer_yes(char *text);
struct answer answer_unknown(int error, char *text); /* a positive errno */

void answer_clear(struct answer *answer);
