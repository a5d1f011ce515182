/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The answer to a question about the machine: yes, no, or unknown. Only decide/ may treat unknown
 * as yes or no. */
struct answer {
    enum { ANSWER_NO, ANSWER_YES, ANSWER_UNKNOWN } is;
    int error;    /* if unknown: the errno that prevented knowing */
    char *text;   /* what was found, or what could not be read, in words; or NULL */
    char *source; /* the line of a file that is the cause: "/etc/fastreboot.conf:1"; or NULL */
};

/* The answer takes over `text`, which may be NULL. */
struct answer answer_yes(char *text);
struct answer answer_unknown(int error, char *text); /* a positive errno */

/* From the result of a call that returns 1, 0 or a negative errno. */
struct answer answer_of(int result);

/* The same answer with a copy of `source`, which may be NULL. */
struct answer answer_from(struct answer answer, const char *source);

/* A copy with its own texts. */
struct answer answer_copy(const struct answer *answer);

/* The path that a message starts with, and the line if one follows: "/etc/a.conf:3" of
 * "/etc/a.conf:3: unknown key". The caller frees it; NULL if there is none. */
char *answer_source_of(const char *message);

/* Changes the answer to yes. The answer takes over `text`, but keeps the first of several texts. */
void answer_note(struct answer *answer, char *text);

/* Changes the answer to yes and appends `text` to the texts so far: "a; b". Frees `text`. */
void answer_add(struct answer *answer, char *text);

/* Sets the source, if it has none. */
void answer_set_source(struct answer *answer, const char *source);

/* Changes a no to unknown; a yes or an earlier unknown stays. `error` is a positive errno. The
 * answer takes over `text`, which may be NULL. */
void answer_note_unknown(struct answer *answer, int error, char *text);

void answer_clear(struct answer *answer);
