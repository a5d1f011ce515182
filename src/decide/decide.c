/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/decide.h"

#include <errno.h>

#include "base/util.h"

/* Unknown is treated as no: here and nowhere else. */
static bool blocks(const struct finding *finding)
{
    return finding->reason->severity == SEVERITY_BLOCK && finding->found.is != ANSWER_NO;
}

static bool only_root_knows(const struct finding *finding)
{
    return finding->found.is == ANSWER_UNKNOWN &&
           (finding->found.error == EACCES || finding->found.error == EPERM);
}

static bool is_by_hand(const struct facts *facts)
{
    return facts->kexec.loaded.is == ANSWER_YES && !facts->loaded.release;
}

/* A kernel that another program loaded stays and is started, so nothing about fastreboot's choice
 * matters then; and without a chosen entry there are no files to judge. */
static bool counts(const struct facts *facts, const struct reason *reason, enum purpose purpose)
{
    if (!(reason->purposes & 1U << purpose))
        return false;
    if (reason->scope == SCOPE_FILES && !facts->payload.entry)
        return false;
    return reason->scope == SCOPE_POLICY || !is_by_hand(facts);
}

void decide(const struct facts *facts, enum purpose purpose, struct verdict *ret_verdict)
{
    struct verdict verdict = {.findings = xcalloc(N_REASONS, sizeof(struct finding))};
    bool known = false; /* something blocks, for root too */

    for (size_t i = 0; i < N_REASONS; i++) {
        struct finding *finding = &verdict.findings[verdict.n];

        if (!counts(facts, &REASONS[i], purpose))
            continue;
        verdict.n++;
        *finding = (struct finding){&REASONS[i], reason_ask(&REASONS[i], facts)};
        if (!blocks(finding))
            continue;
        /* What is certain is the better reason to give. */
        if (!verdict.because || (!known && !only_root_knows(finding)))
            verdict.because = finding;
        known = known || !only_root_knows(finding);
    }
    verdict.fast = !verdict.because;
    verdict.by_hand = verdict.fast && is_by_hand(facts);
    verdict.needs_root = !verdict.fast && !known;
    *ret_verdict = verdict;
}

char *decide_entry(const struct facts *facts, const struct boot_payload *payload)
{
    struct facts with_payload = *facts; /* a view: it owns nothing */

    with_payload.payload = *payload;
    for (size_t i = 0; i < N_REASONS; i++) {
        struct finding finding = {.reason = &REASONS[i]};

        if (REASONS[i].scope != SCOPE_FILES)
            continue;
        finding.found = reason_ask(&REASONS[i], &with_payload);
        if (blocks(&finding))
            return finding.found.text;
        answer_clear(&finding.found);
    }
    return NULL;
}

void verdict_clear(struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->n; i++)
        answer_clear(&verdict->findings[i].found);
    free(verdict->findings);
    *verdict = (struct verdict){0};
}
