/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "base/util.h"
#include "decide/reasons.h"

/* The answer among the facts that decides. */
static struct answer read_fact(const struct reason *reason, const struct facts *facts)
{
    const struct answer *fact = (const void *)((const char *)facts + reason->answer);
    const char *text = fact->text;

    if (fact->is == ANSWER_UNKNOWN)
        return answer_unknown(fact->error, xstrdup(text));
    if ((fact->is == ANSWER_NO) != reason->when_no)
        return (struct answer){.is = ANSWER_NO};
    return answer_yes(xstrdup(text ? text : reason->text));
}

const struct reason *reason_find(const char *id)
{
    for (size_t i = 0; i < N_REASONS; i++)
        if (streq(REASONS[i].id, id))
            return &REASONS[i];
    return NULL;
}

struct answer reason_ask(const struct reason *reason, const struct facts *facts)
{
    struct answer answer = reason->test ? reason->test(facts) : read_fact(reason, facts);

    if (answer.is != ANSWER_UNKNOWN)
        return answer;
    if (!answer.error)
        answer.error = EIO;
    if (!answer.text)
        answer.text = format("cannot tell whether %s: %s", reason->passed, strerror(answer.error));
    return answer;
}

const char *severity_name(enum severity severity)
{
    static const char *const NAMES[] = {"block", "warn", "note"};

    return NAMES[severity];
}

const char *kind_name(enum kind kind)
{
    static const char *const NAMES[] = {"once", "setting", "fault", "machine"};

    return NAMES[kind];
}
