/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The answer to a question about the machine: yes, no, or unknown. Only decide/ may treat unknown
 * as one of the others. */
struct answer {
    enum { ANSWER_NO, ANSWER_YES, ANSWER_UNKNOWN } is;
    int error;  /* of an unknown: the errno that prevented knowing */
    char *text; /* what it is, or what could not be read, in words; or NULL */
};

/* `text` becomes the answer's own and may be NULL. */
struct answer answer_yes(char *text);
struct answer answer_unknown(int error, char *text); /* a positive errno */

/* Of a call that gives 1 or 0 or a negative errno. */
struct answer answer_of(int result);

/* Notes that it is so: of several texts the first stays. `text` becomes the answer's own. */
void answer_note(struct answer *answer, char *text);

/* Notes that it is so, and adds `text`, which it frees, behind the texts so far: "a; b". */
void answer_add(struct answer *answer, char *text);

/* Notes that it cannot be known, which does not change a yes or an earlier unknown. `error` is a
 * positive errno; `text` becomes the answer's own and may be NULL. */
void answer_note_unknown(struct answer *answer, int error, char *text);

void answer_clear(struct answer *answer);
